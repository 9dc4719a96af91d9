namespace RingThree.Interrupts;

/// <summary>
/// Calls an asynchronous handler for each interrupt of one waiter, one call at a time. No thread waits meanwhile; disabling waits for a
/// call that is under way, wherever it goes on.
/// </summary>
internal sealed class HandlerPump(InterruptSession session, InterruptAwaiter awaiter, AsyncInterruptHandler handler, CancellationToken stopping)
{
    /// <summary>Flows with the handler from thread to thread: what it calls knows that it is inside.</summary>
    private static readonly AsyncLocal<HandlerPump?> Current = new();
    private int _running;
    private int _disabling;

    /// <summary>Whether the caller is this pump's handler, or what that has called.</summary>
    internal bool IsInside => Current.Value == this && Volatile.Read(ref _running) != 0;

    /// <summary>Marks that the handler is inside disable, so that no other callback waits for it there.</summary>
    internal void SetDisabling(bool value)
    {
        if (value) Interlocked.Increment(ref _disabling);
        else Interlocked.Decrement(ref _disabling);
    }

    /// <summary>Whether it makes no call that one who disables has to wait for. As for <see cref="RoadWorker.IsQuiet"/>.</summary>
    /// <param name="own">The pump that the one who disables is inside of.</param>
    /// <param name="inside">Whether that one is a callback.</param>
    internal bool IsQuiet(HandlerPump? own, bool inside) =>
        Volatile.Read(ref _running) == 0 || own == this || (inside && Volatile.Read(ref _disabling) != 0);

    /// <summary>Runs until the session ends.</summary>
    internal async Task RunAsync()
    {
        bool inContext = !session.Device.Scheduler.UsesThreadPool;
        Current.Value = this; // once: it flows into every call
        try
        {
            while (true)
            {
                Interrupt interrupt = await awaiter.NextAsync(Timeout.InfiniteTimeSpan, CancellationToken.None).ConfigureAwait(inContext);
                Interlocked.Exchange(ref _running, 1);
                try
                {
                    // Looked at after that: disable looks the other way round, so one of the two sees the other.
                    if (session.IsStopping) return;
                    await handler(interrupt, stopping).ConfigureAwait(inContext);
                }
                finally
                {
                    Volatile.Write(ref _running, 0);
                }
            }
        }
        catch (Exception) when (session.IsStopping)
        {
            // The session has ended, which ends every wait; what a handler throws because of it is no failure.
        }
        catch (Exception error)
        {
            session.Fail(error);
        }
    }
}
