using RingThree.Hosting;

namespace RingThree.Interrupts;

/// <summary>
/// A host's waiter in a latency mode: after signals it looks for the next ones for a bounded time before it sleeps, and
/// tells the meter of each return. The host's own routes keep to the waiter inside.
/// </summary>
/// <param name="inner">The host's waiter.</param>
/// <param name="busyWait">For how long; zero to only measure.</param>
/// <param name="time">The system's time where there is a busy wait: it must pass by itself.</param>
/// <param name="meter">Who is told.</param>
internal sealed class PollingWaiter(IInterruptWaiter inner, TimeSpan busyWait, TimeProvider time, LatencyMeter meter) : IInterruptWaiter
{
    private bool _hot; // the last wait returned with signals
    private int _woken;

    public int Wait(Span<InterruptSignal> signals, TimeSpan timeout)
    {
        int count = 0;
        bool polls = _hot && busyWait > TimeSpan.Zero && timeout != TimeSpan.Zero;
        if (polls)
        {
            bool forever = timeout == Timeout.InfiniteTimeSpan;
            long started = time.GetTimestamp();
            count = Poll(signals, forever || timeout > busyWait ? busyWait : timeout, started);
            if (count == 0 && !forever)
            {
                timeout -= time.GetElapsedTime(started);
                if (timeout < TimeSpan.Zero) timeout = TimeSpan.Zero;
            }
        }

        bool polled = count > 0;
        if (!polled)
        {
            // The host's waiter forgets a wake-up that a poll took, so this is what keeps it; one that comes later ends the sleep.
            if (Interlocked.Exchange(ref _woken, 0) != 0) timeout = TimeSpan.Zero;
            count = inner.Wait(signals, timeout);
        }

        _hot = count > 0;
        meter.Returned(_hot, polled);
        return count;
    }

    public void Wake()
    {
        Volatile.Write(ref _woken, 1); // before the other, so that whoever takes that one sees this one
        inner.Wake();
    }

    public void Dispose() => inner.Dispose();

    private int Poll(Span<InterruptSignal> signals, TimeSpan longest, long started)
    {
        while (Volatile.Read(ref _woken) == 0)
        {
            int count = inner.Wait(signals, TimeSpan.Zero);
            if (count > 0) return count;
            if (time.GetElapsedTime(started) >= longest) return 0;
            Thread.SpinWait(1); // leaves the core's other half room
        }

        return 0;
    }
}
