using RingThree.Hosting;

namespace RingThree.Interrupts;

/// <summary>
/// A thread of its own for the later stages, so that they delay no acknowledge. Sleeps on a waiter of the host's, which
/// is the cheapest wake-up that host has.
/// </summary>
internal sealed class HandlerThread(IInterruptWaiter hop, HandlerStage stage) : IDisposable
{
    private int _woken;

    /// <summary>What it sleeps on.</summary>
    internal IInterruptWaiter Hop => hop;

    /// <summary>There may be a batch. Called by the executor's thread.</summary>
    internal void Wake()
    {
        if (Interlocked.Exchange(ref _woken, 1) == 0) hop.Wake();
    }

    /// <summary>Runs what there is, then sleeps until the next <see cref="Wake"/>.</summary>
    internal void RunAndWait()
    {
        Span<InterruptSignal> none = stackalloc InterruptSignal[1];
        hop.Wait(none, Timeout.InfiniteTimeSpan);
        Interlocked.Exchange(ref _woken, 0); // before the drain: a batch queued from here on wakes us again
        stage.Drain();
    }

    /// <summary>Ends the sleep for good; the caller has said why.</summary>
    internal void Stop() => hop.Wake();

    public void Dispose() => hop.Dispose();
}
