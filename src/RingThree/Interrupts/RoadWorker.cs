namespace RingThree.Interrupts;

/// <summary>
/// One strand of the road as disabling sees it: one of our own, or a caller inside the low-level wait. Knows whether it
/// is at work and whether it is itself inside disable.
/// </summary>
internal sealed class RoadWorker
{
    private int _threadId;
    private int _disabling;

    /// <summary>Whether it is the current thread.</summary>
    internal bool IsCurrent => Volatile.Read(ref _threadId) == Environment.CurrentManagedThreadId;

    /// <summary>The current thread starts to work as this worker.</summary>
    /// <returns>False when another thread does already.</returns>
    internal bool TryEnter() => Interlocked.CompareExchange(ref _threadId, Environment.CurrentManagedThreadId, 0) == 0;

    /// <summary>It has ended, or left the wait.</summary>
    internal void Exit() => Volatile.Write(ref _threadId, 0);

    /// <summary>Marks that this worker is inside disable, so that no other callback waits for it there.</summary>
    internal void SetDisabling(bool value)
    {
        if (value) Interlocked.Increment(ref _disabling);
        else Interlocked.Decrement(ref _disabling);
    }

    /// <summary>Whether it is certain that it makes no callback that one who disables has to wait for.</summary>
    /// <param name="thread">The thread of that one; who asks may be another.</param>
    /// <param name="inside">Whether it is itself a callback: then it does not wait for others that disable too.</param>
    internal bool IsQuiet(int thread, bool inside)
    {
        int at = Volatile.Read(ref _threadId);
        return at == 0 || at == thread || (inside && Volatile.Read(ref _disabling) != 0);
    }
}
