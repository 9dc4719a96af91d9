namespace RingThree.Interrupts;

/// <summary>What is known of one vector. Every member is guarded by its executor's gate.</summary>
internal sealed class VectorState(int vector, VectorPlan plan)
{
    private readonly ulong[] _latest = new ulong[plan.ValueCount];
    private readonly ulong[] _delivered = new ulong[plan.ValueCount];
    private long _signalled;
    private long _rejected;
    private long _claimed;
    private long _endedEarly;
    private long _handled;
    private long _lost;
    private long _pending;
    private long _calls;
    private long _held;
    private bool _ended;

    internal int Vector { get; } = vector;

    /// <summary>Its stages; they never change.</summary>
    internal VectorPlan Plan { get; } = plan;

    /// <summary>Who takes its batches; set by the executor that it belongs to.</summary>
    internal InterruptListener? Listener { get; set; }

    /// <summary>The slots that signal by it; replaced as a whole when the session grows.</summary>
    internal int[] Slots { get; set; } = [];

    /// <summary>What the user names it by; made when he does.</summary>
    internal InterruptVector? Handle { get; set; }

    /// <summary>Masked in software (or, for a level line, by the user at the device).</summary>
    internal bool Masked { get; set; }

    /// <summary>Whether it waits in the executor's queue for a later stage.</summary>
    internal bool Queued { get; set; }

    /// <summary>Where the vector's way to the handler is timed; <see langword="null"/> without a latency mode.</summary>
    internal VectorLatency? Latency { get; init; }

    internal InterruptCounters Snapshot() => new(_signalled, _rejected, _claimed, _endedEarly, _handled, _lost, _pending)
    {
        HandlerCalls = _calls,
        Held = _held,
    };

    /// <summary>Keeps signals for later when masked.</summary>
    internal bool TryHold(long count)
    {
        if (!Masked) return false;
        _held += count;
        Latency?.Dropped();
        return true;
    }

    /// <summary>Takes what was held, once unmasked.</summary>
    internal long TakeHeld()
    {
        if (Masked) return 0;
        long held = _held;
        _held = 0;
        return held;
    }

    internal void Reject(long count)
    {
        _signalled += count;
        _rejected += count;
        Latency?.Dropped();
    }

    internal void EndEarly(long count)
    {
        _signalled += count;
        _claimed += count;
        _endedEarly += count;
        Latency?.Dropped();
    }

    /// <summary>Claims signals for the later stages; values are the last run's.</summary>
    internal void Claim(long count, ReadOnlySpan<ulong> values)
    {
        _signalled += count;
        _claimed += count;
        if (_ended)
        {
            _lost += count;
            return;
        }

        _pending += count;
        Latency?.Claimed();
        values.CopyTo(_latest);
    }

    /// <summary>The batch as it stands: what was claimed up to now. It stays pending until <see cref="Settle"/>.</summary>
    internal long BeginBatch(out ReadOnlyMemory<ulong> values)
    {
        _latest.CopyTo(_delivered, 0);
        values = _delivered;
        Latency?.Begun();
        return _pending;
    }

    /// <summary>The later stages have decided: handled when there is to be a call, ended early when not.</summary>
    /// <param name="count">The batch's signals.</param>
    /// <param name="calls">How often the handler is to be called.</param>
    /// <param name="stopping">Whether the session is ending: then nothing is settled, and the batch will be lost.</param>
    /// <returns>Whether the handler may be called.</returns>
    internal bool Settle(long count, int calls, bool stopping)
    {
        if (_ended || stopping) return false;
        _pending -= count;
        if (calls == 0) _endedEarly += count;
        else _handled += count;
        return calls > 0;
    }

    internal void CountCall()
    {
        _calls++;
        Latency?.Calling();
    }

    /// <summary>The session ends: what no handler took is lost.</summary>
    internal void End()
    {
        _ended = true;
        _lost += _pending;
        _pending = 0;
    }
}
