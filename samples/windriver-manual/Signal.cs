namespace RingThree.Samples.WinDriverManual;

/// <summary>How often a handler has been called, for the program that waits for it.</summary>
internal sealed class Signal : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _calls = new(0);

    public void Dispose() => _calls.Dispose();

    /// <summary>A call.</summary>
    internal void Set() => _calls.Release();

    /// <summary>Waits for a call.</summary>
    /// <exception cref="FailedException">None came.</exception>
    internal void Wait()
    {
        if (!_calls.Wait(Patience)) throw new FailedException($"no interrupt in {Patience.TotalSeconds} s.");
    }
}
