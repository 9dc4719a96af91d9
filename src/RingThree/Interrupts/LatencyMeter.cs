namespace RingThree.Interrupts;

/// <summary>
/// What one executor measures of itself in a latency mode. The histograms are guarded by the executor's gate; the rest
/// belongs to the thread that waits.
/// </summary>
internal sealed class LatencyMeter(TimeProvider time)
{
    private readonly double _nanoseconds = 1e9 / time.TimestampFrequency;
    private long _woke;
    private long _wakeups;
    private long _polled;

    /// <summary>From a waiter's return to the handler, in nanoseconds.</summary>
    internal LatencyHistogram AfterWake { get; } = new();

    /// <summary>From a trigger to the handler, in nanoseconds.</summary>
    internal LatencyHistogram AfterTrigger { get; } = new();

    internal long Wakeups => Volatile.Read(ref _wakeups);

    internal long Polled => Volatile.Read(ref _polled);

    /// <summary>When the last wait returned.</summary>
    internal long Woke => _woke;

    internal long Now => time.GetTimestamp();

    /// <summary>A wait has returned.</summary>
    /// <param name="signals">Whether with signals.</param>
    /// <param name="polled">Whether without having slept.</param>
    internal void Returned(bool signals, bool polled)
    {
        _woke = Now;
        if (!signals) return;
        Volatile.Write(ref _wakeups, _wakeups + 1);
        if (polled) Volatile.Write(ref _polled, _polled + 1);
    }

    internal long Nanoseconds(long from, long to) => (long)((to - from) * _nanoseconds);

    /// <summary>The whole session's figures.</summary>
    internal static LatencySnapshot Summarize(IEnumerable<InterruptExecutor> executors)
    {
        var wake = new LatencyHistogram();
        var trigger = new LatencyHistogram();
        long wakeups = 0;
        long polled = 0;
        foreach (InterruptExecutor executor in executors) executor.AddLatency(wake, trigger, ref wakeups, ref polled);
        return new LatencySnapshot(wakeups, polled, wake.Summarize(), trigger.Summarize());
    }
}

/// <summary>
/// The moments of one vector's way to the handler. Follows the steps of <see cref="VectorState"/>, and like that is guarded
/// by its executor's gate.
/// </summary>
internal sealed class VectorLatency(LatencyMeter meter)
{
    private const long Never = long.MinValue;
    private long _triggered = Never;
    private (long Wake, long Trigger) _claimed = (Never, Never); // of the oldest signal that waits for a batch to begin
    private (long Wake, long Trigger) _batch = (Never, Never); // of the batch whose handler has not been called yet

    /// <summary>The vector is about to be signalled by software.</summary>
    internal void Triggered()
    {
        if (_triggered == Never) _triggered = meter.Now;
    }

    /// <summary>A signal reaches no handler, or not now: what triggered it is not measured.</summary>
    internal void Dropped() => _triggered = Never;

    internal void Claimed()
    {
        if (_claimed.Wake == Never) _claimed.Wake = meter.Woke;
        if (_claimed.Trigger == Never) _claimed.Trigger = _triggered;
        _triggered = Never;
    }

    internal void Begun()
    {
        _batch = _claimed;
        _claimed = (Never, Never);
    }

    /// <summary>A handler is about to be called; a batch's first call is the one that counts.</summary>
    internal void Calling()
    {
        if (_batch.Wake == Never) return;
        long now = meter.Now;
        meter.AfterWake.Add(meter.Nanoseconds(_batch.Wake, now));
        if (_batch.Trigger != Never) meter.AfterTrigger.Add(meter.Nanoseconds(_batch.Trigger, now));
        _batch = (Never, Never);
    }
}
