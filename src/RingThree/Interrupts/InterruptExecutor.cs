using System.Runtime.CompilerServices;
using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Transfers;

namespace RingThree.Interrupts;

/// <summary>
/// One waiter of a session with its vectors: takes signals, runs the immediate stage, keeps the books, and queues what
/// was claimed for the later stages. Who runs those is the delivery's business.
/// </summary>
internal sealed class InterruptExecutor : IDisposable
{
    private readonly InterruptSession _session;
    private readonly StormGuard? _storm;
    private readonly Func<bool> _stillAsserted;
    private readonly IInterruptWaiter _waiter; // the host's, or what stands around it in a latency mode
    private readonly LatencyMeter? _meter;
    private VectorState[] _vectors; // grows, by replacement
    private InterruptSignal[] _signals; // the waiting thread's own
    private ulong[] _scratch = []; // the waiting thread's own
    private InterruptListener? _told; // those with something new, but for the usual one; the gate guards the list
    private InterruptListener? _lastTold;
    private int _unmasked;
    private SpinGate _gate;

    internal InterruptExecutor(InterruptSession session, IInterruptWaiter waiter, VectorState[] vectors, StormGuard? storm, LatencyMeter? meter)
    {
        _session = session;
        Waiter = waiter;
        _meter = meter;
        _waiter = meter is null ? waiter : new PollingWaiter(waiter, session.BusyWait, session.Device.Scheduler.Time, meter);
        _vectors = vectors;
        _storm = storm;
        _stillAsserted = session.IsLineAsserted;
        _signals = new InterruptSignal[Math.Max(vectors.Length, 1)];
        Usual = new InterruptListener(vectors.Length);
        Gate = new StageGate(session.Device.Scheduler);
        foreach (VectorState vector in vectors) vector.Listener = Usual;
    }

    /// <summary>The host's waiter, for its routes and its scheduler. To wake it: <see cref="Wake"/>.</summary>
    internal IInterruptWaiter Waiter { get; }

    /// <summary>Who takes the batches of every vector that has no listener of its own.</summary>
    internal InterruptListener Usual { get; }

    /// <summary>Held while an immediate stage runs.</summary>
    internal StageGate Gate { get; }

    /// <summary>Whether a level line is unmasked only when its handler is done, for want of an immediate stage.</summary>
    internal bool UnmasksAfterHandler(VectorState vector) => vector.Plan.Stage is null && _session.Kind == InterruptKind.Level;

    public void Dispose() => _waiter.Dispose();

    /// <summary>Ends the wait that is under way, or the next one.</summary>
    internal void Wake() => _waiter.Wake();

    /// <summary>Takes other vectors: those it has with new ones behind them, before these are bound, or without those that were not.</summary>
    internal void Use(VectorState[] vectors)
    {
        _gate.Enter();
        Usual.Reserve(vectors.Length);
        foreach (VectorState vector in vectors) vector.Listener ??= Usual;
        Volatile.Write(ref _vectors, vectors);
        _gate.Exit();
    }

    /// <summary>Waits for signals and runs the immediate stage for each vector that has some.</summary>
    internal void WaitAndProcess(TimeSpan timeout)
    {
        int count = _waiter.Wait(_signals, timeout);
        VectorState[] vectors = Volatile.Read(ref _vectors); // after the wait: a new vector is in it before it signals
        for (int i = 0; i < count && !_session.IsStopping; i++)
            Process(vectors[_signals[i].Tag], _signals[i].Count);
        if (_signals.Length < vectors.Length) _signals = new InterruptSignal[vectors.Length];
        if (Volatile.Read(ref _unmasked) == 0 || Interlocked.Exchange(ref _unmasked, 0) == 0) return;
        foreach (VectorState vector in vectors)
        {
            _gate.Enter();
            long held = vector.TakeHeld();
            _gate.Exit();
            if (held > 0 && !_session.IsStopping) Process(vector, held);
        }
    }

    /// <summary>Tells everyone who has something new. On the waiter's thread, after each <see cref="WaitAndProcess"/>.</summary>
    internal void Deliver()
    {
        if (Usual.HasQueued) Usual.Deliver?.Invoke();
        if (Volatile.Read(ref _told) is not null) DeliverOthers();
    }

    /// <summary>Has a vector's batches go to another listener from now on, with what waits already.</summary>
    internal void Assign(VectorState vector, InterruptListener listener)
    {
        _gate.Enter();
        if (vector.Queued)
        {
            vector.Listener!.Remove(vector);
            listener.Add(vector);
        }

        vector.Listener = listener;
        _gate.Exit();
    }

    /// <summary>Takes a listener's next vector that has a batch for the later stages.</summary>
    internal bool TryBegin(InterruptListener listener, out VectorState vector, out Interrupt batch)
    {
        _gate.Enter();
        if (!listener.TryTake(out vector))
        {
            _gate.Exit();
            batch = default;
            return false;
        }

        vector.Queued = false;
        long count = vector.BeginBatch(out ReadOnlyMemory<ulong> values);
        _gate.Exit();
        batch = new Interrupt(_session.Kind, vector.Vector, count, 0, 1, values, vector.Slots);
        return true;
    }

    /// <summary>Runs the deferred stage of a batch and settles the books. Returns how often the handler is to be called.</summary>
    internal int RunDeferred(VectorState vector, ref Interrupt batch)
    {
        int calls = vector.Plan.Deferred is { } deferred ? Math.Max(0, deferred(batch)) : 1;
        _gate.Enter();
        bool call = vector.Settle(batch.Count, calls, _session.IsStopping);
        _gate.Exit();
        if (calls > 1) batch = batch.ForCall(0, calls);
        return call ? calls : 0;
    }

    internal void CountCall(VectorState vector)
    {
        _gate.Enter();
        vector.CountCall();
        _gate.Exit();
    }

    /// <summary>Unmasks a level line at the device, unless the user keeps it masked or nothing quiets it.</summary>
    internal void UnmaskLine(VectorState vector)
    {
        _gate.Enter();
        bool masked = vector.Masked;
        _gate.Exit();
        if (masked) return;
        if (_storm!.IsStorm(_stillAsserted))
        {
            _gate.Enter();
            vector.Masked = true;
            _gate.Exit();
            _session.ReportStorm(vector.Vector, _storm.Run);
            return;
        }

        _session.UnmaskAtHost(vector.Vector);
    }

    internal void Mask(VectorState vector)
    {
        _gate.Enter();
        vector.Masked = true;
        _gate.Exit();
    }

    /// <summary>Lets held signals go as one batch.</summary>
    /// <returns>Whether there were any; the immediate stage then runs for them, and unmasks a level line.</returns>
    internal bool Unmask(VectorState vector)
    {
        _gate.Enter();
        vector.Masked = false;
        bool held = vector.Snapshot().Held > 0;
        _storm?.Restart();
        _gate.Exit();
        if (!held) return false;
        Interlocked.Exchange(ref _unmasked, 1);
        _waiter.Wake();
        return true;
    }

    internal InterruptCounters Snapshot(VectorState vector)
    {
        _gate.Enter();
        InterruptCounters counters = vector.Snapshot();
        _gate.Exit();
        return counters;
    }

    /// <summary>The vector is about to be signalled by software. Only in a latency mode does that matter.</summary>
    internal void Triggering(VectorState vector)
    {
        if (_meter is null) return;
        _gate.Enter();
        vector.Latency!.Triggered();
        _gate.Exit();
    }

    /// <summary>Adds what was measured here.</summary>
    internal void AddLatency(LatencyHistogram afterWake, LatencyHistogram afterTrigger, ref long wakeups, ref long polled)
    {
        if (_meter is null) return;
        polled += _meter.Polled; // before the number it is a part of
        wakeups += _meter.Wakeups;
        _gate.Enter();
        _meter.AfterWake.AddTo(afterWake);
        _meter.AfterTrigger.AddTo(afterTrigger);
        _gate.Exit();
    }

    /// <summary>The session has ended: what no handler took is lost.</summary>
    internal void End()
    {
        _gate.Enter();
        foreach (VectorState vector in _vectors)
        {
            vector.End();
            vector.Listener?.Clear();
        }

        _gate.Exit();
    }

    private void Process(VectorState vector, long count)
    {
        _gate.Enter();
        bool held = vector.TryHold(count);
        _gate.Exit();
        if (held) return;

        _session.LastVector = vector.Vector;
        _storm?.Signalled(_stillAsserted);
        ImmediateResult result = ImmediateResult.ClaimedAndDeferred;
        if (vector.Plan.Stage is { } stage)
        {
            if (!TryRun(stage, vector, count, out result)) return;
            if (MonitorSwitch.TracesInterrupts) Trace(vector.Vector, count, result);
            // The line is open again before any later stage runs: no handler delays the next acknowledge.
            if (_session.Kind == InterruptKind.Level && (result & ImmediateResult.DeviceGone) == 0) UnmaskLine(vector);
        }

        _gate.Enter();
        if ((result & ImmediateResult.Claimed) == 0) vector.Reject(count);
        else if ((result & ImmediateResult.Deferred) == 0) vector.EndEarly(count);
        else Queue(vector, count);
        _gate.Exit();
        if ((result & ImmediateResult.DeviceGone) != 0) _session.DeviceGone();
    }

    /// <summary>Runs an immediate stage, unless the session ends while something else keeps it from running.</summary>
    private bool TryRun(PreparedStage stage, VectorState vector, long count, out ImmediateResult result)
    {
        result = ImmediateResult.NotOurs;
        if (!Gate.TryEnter(_session.StoppingCondition, WaitLimit.Longest)) return false;
        try
        {
            int values = vector.Plan.ValueCount;
            if (_scratch.Length < values) _scratch = new ulong[values];
            Span<ulong> scratch = _scratch.AsSpan(0, values);
            scratch.Clear(); // what a program did not get to must not be another run's value
            result = stage.Run(vector.Vector, count, _session.Kind, scratch);
        }
        finally
        {
            Gate.Exit();
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // nothing of it belongs on the way of an interrupt that nobody traces
    private void Trace(int vector, long count, ImmediateResult result) =>
        RingThreeEvents.Log.ImmediateStageRan(_session.Device.Address, _session.Number, vector, count, result.ToString());

    private void Queue(VectorState vector, long count)
    {
        vector.Claim(count, _scratch.AsSpan(0, vector.Plan.ValueCount));
        InterruptListener listener = vector.Listener!;
        if (listener != Usual && !listener.IsTold)
        {
            listener.IsTold = true;
            if (_lastTold is { } last) last.NextTold = listener;
            else Volatile.Write(ref _told, listener);
            _lastTold = listener;
        }

        if (vector.Queued) return;
        vector.Queued = true;
        listener.Add(vector);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DeliverOthers()
    {
        while (!_session.IsStopping)
        {
            _gate.Enter();
            InterruptListener? listener = _told;
            if (listener is null)
            {
                _gate.Exit();
                return;
            }

            _told = listener.NextTold;
            if (_told is null) _lastTold = null;
            listener.NextTold = null;
            listener.IsTold = false;
            _gate.Exit();
            listener.Deliver?.Invoke();
        }
    }
}
