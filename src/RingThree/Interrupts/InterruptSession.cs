using RingThree.Devices;
using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Transfers;

namespace RingThree.Interrupts;

/// <summary>
/// Enabled interrupts of one device. Ends when it is disabled or disposed, when the device closes or leaves, or when one
/// of its callbacks throws; no callback runs after that.
/// </summary>
/// <remarks>The road: immediate stage, once per wake-up of a vector; deferred stage, once per batch; handler, as often as that says.</remarks>
public sealed partial class InterruptSession : IDisposable, IAsyncDisposable
{
    private readonly InterruptOptions _options;
    private readonly InterruptDelivery _delivery;
    private readonly InterruptExecutor[] _executors;
    private VectorState[] _vectors; // grows, by replacement
    private readonly LatencyMeter?[] _meters; // one a waiter
    private readonly PullCursor[] _cursors;
    private readonly InterruptAwaiter[] _awaiters;
    private readonly int _group;
    private int _bound; // of the vectors: what Grow adds counts once it is bound
    private int _slots;
    private int _lastVector = -1;
    private Storm? _storm; // the line that is left masked

    internal InterruptSession(
        Device device, InterruptKind kind, int group, int vectors, InterruptOptions options, InterruptDelivery delivery, Func<int, VectorPlan> plans, bool hasStatus)
    {
        _isStopping = () => IsStopping;
        _plans = plans;
        Device = device;
        Kind = kind;
        _group = group;
        _options = options;
        _slots = options.Slots;
        _delivery = delivery;
        int waiters = Math.Min(options.Waiters, vectors);
        _meters = new LatencyMeter?[waiters];
        if (options.Latency is not null)
        {
            for (int i = 0; i < waiters; i++) _meters[i] = new LatencyMeter(device.Scheduler.Time);
        }

        _vectors = NewVectors(0, vectors);
        ShareSlots(_vectors, _slots);
        _bound = vectors;
        _executors = new InterruptExecutor[waiters];
        for (int i = 0; i < waiters; i++)
        {
            StormGuard? storm = kind == InterruptKind.Level ? new StormGuard(options.StormLimit, hasStatus, device.Scheduler.Time) : null;
            VectorState[] own = [.. _vectors.Where((_, v) => v % waiters == i)];
            try
            {
                _executors[i] = new InterruptExecutor(this, device.Host.CreateWaiter(), own, storm, _meters[i]);
            }
            catch
            {
                foreach (InterruptExecutor? made in _executors) made?.Dispose();
                throw;
            }
        }

        _cursors = [.. _executors.Select(e => new PullCursor(this, e, e.Usual))];
        _awaiters = delivery == InterruptDelivery.Await ? [.. _executors.Select((e, i) => new InterruptAwaiter(this, e.Usual, _cursors[i], null))] : [];
        _workers = [];
    }

    /// <summary>The device.</summary>
    public Device Device { get; }

    /// <summary>The kind that was negotiated.</summary>
    public InterruptKind Kind { get; }

    /// <summary>Its number in this process, for the debug monitor.</summary>
    internal int Number { get; } = InterruptCounts.NextNumber();

    /// <summary>How many vectors were granted, when it was enabled and by <see cref="Grow"/>.</summary>
    public int VectorCount => Volatile.Read(ref _bound);

    /// <summary>How many threads wait (or may wait, for <see cref="InterruptDelivery.CallerThread"/>).</summary>
    public int WaiterCount => _executors.Length;

    /// <summary>The vector that signalled last: for messages the last message's index; <see langword="null"/> before the first.</summary>
    public int? LastMessage => Volatile.Read(ref _lastVector) is >= 0 and int vector ? vector : null;

    internal int LastVector
    {
        set => Volatile.Write(ref _lastVector, value);
    }

    /// <summary>The vector that a slot's source signals by; slots share vectors when fewer were granted than asked for.</summary>
    /// <param name="slot">0 to <see cref="InterruptOptions.Slots"/> - 1, or to what <see cref="Grow"/> was last asked for.</param>
    public int VectorOf(int slot)
    {
        int slots = _slots;
        if (slot < 0 || slot >= slots)
        {
            string why = slots == _options.Slots ? $"was enabled with {nameof(InterruptOptions)}.{nameof(InterruptOptions.Slots)} = {slots}" : $"has grown to {slots} slots";
            throw new ArgumentOutOfRangeException(nameof(slot), $"{Device.Address}: VectorOf({slot}): there is no such slot. The session {why}, so {Numbers("slot", slots)}.");
        }

        return slot % VectorCount;
    }

    /// <summary>One vector's counters, as one consistent snapshot.</summary>
    /// <param name="vector">0 to <see cref="VectorCount"/> - 1.</param>
    public InterruptCounters GetCounters(int vector) => ExecutorOf(vector, nameof(GetCounters)).Snapshot(_vectors[vector]);

    /// <summary>The sum over all vectors; each is consistent, and so is the sum.</summary>
    public InterruptCounters GetCounters()
    {
        InterruptCounters sum = default;
        foreach (VectorState vector in Volatile.Read(ref _vectors)) sum += _executors[vector.Vector % _executors.Length].Snapshot(vector);
        return sum;
    }

    /// <summary>
    /// How long interrupts took to their handlers, over all vectors, since the session was enabled; all zero without a
    /// <see cref="LatencyMode"/>. Stays readable after the session's end.
    /// </summary>
    public LatencySnapshot GetLatency() => _options.Latency is null ? default : LatencyMeter.Summarize(_executors);

    /// <summary>Masks a vector. A message's signals wait from now on; a level line is masked at the device.</summary>
    /// <param name="vector">0 to <see cref="VectorCount"/> - 1.</param>
    public void Mask(int vector)
    {
        InterruptExecutor executor = ExecutorOf(vector, nameof(Mask));
        executor.Mask(_vectors[vector]);
        if (Kind == InterruptKind.Level && !IsStopping) Device.Host.Mask(_group, vector);
    }

    /// <summary>Unmasks a vector; what waited arrives as one batch. Also gives a line that was left masked another try.</summary>
    /// <param name="vector">0 to <see cref="VectorCount"/> - 1.</param>
    public void Unmask(int vector)
    {
        InterruptExecutor executor = ExecutorOf(vector, nameof(Unmask));
        _storm = null;
        bool held = executor.Unmask(_vectors[vector]);
        // A held signal's immediate stage comes first; it unmasks the line when it has run.
        if (Kind == InterruptKind.Level && !held && !IsStopping) UnmaskAtHost(vector);
    }

    /// <summary>Signals a vector by software, as if the device had: a test of the road that needs no device.</summary>
    /// <param name="vector">0 to <see cref="VectorCount"/> - 1.</param>
    /// <exception cref="DeviceException">The host refused.</exception>
    public void Trigger(int vector) => Trigger(vector, 1);

    /// <summary>Signals a run of vectors by software, each once.</summary>
    /// <param name="first">The first vector.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="DeviceException">The host refused.</exception>
    public void Trigger(int first, int count)
    {
        int vectors = VectorCount;
        if (first < 0 || first >= vectors) throw NoVector(first, count == 1 ? $"{nameof(Trigger)}({first})" : $"{nameof(Trigger)}({first}, {count})", nameof(first));
        if (count < 1 || count > vectors - first)
            throw NoVector(first + (long)count - 1, $"{nameof(Trigger)}({first}, {count})", nameof(count), count < 1 ? "it signals 1 vector or more" : null);
        ThrowIfEnded();
        if (_options.Latency is not null)
        {
            for (int v = first; v < first + count; v++) ExecutorOf(v, nameof(Trigger)).Triggering(_vectors[v]);
        }

        Device.Host.Trigger(_group, first, count);
    }

    /// <summary>Steers a vector to processors.</summary>
    /// <param name="vector">0 to <see cref="VectorCount"/> - 1.</param>
    /// <param name="processors">Numbers of the processors that may take it.</param>
    /// <param name="answer">Why not, when it returns false.</param>
    public bool TrySetAffinity(int vector, ReadOnlySpan<int> processors, out string answer)
    {
        _ = ExecutorOf(vector, nameof(TrySetAffinity));
        ThrowIfEnded();
        return Device.Host.TrySetAffinity(_group, vector, processors, out answer);
    }

    /// <summary>The next interrupt, for delivery <see cref="InterruptDelivery.Await"/>. One at a time.</summary>
    /// <param name="timeout">At most this long; <see cref="Timeout.InfiniteTimeSpan"/> for as long as the session lasts.</param>
    /// <param name="cancellationToken">Ends the wait alone, not the session.</param>
    /// <exception cref="DeviceException">
    /// Time is up (<see cref="DeviceStatus.TimedOut"/>), and the message says what the road and the device look like; the line
    /// is left masked after a storm (<see cref="DeviceStatus.InterruptStorm"/>); or the device is gone (<see cref="DeviceStatus.DeviceGone"/>).
    /// </exception>
    /// <exception cref="ObjectDisposedException">The session has ended; when a callback ended it, its exception instead.</exception>
    public ValueTask<Interrupt> NextAsync(TimeSpan timeout, CancellationToken cancellationToken = default) => NextAsync(0, timeout, cancellationToken);

    /// <summary>As <see cref="NextAsync(TimeSpan, CancellationToken)"/>, of one of several waiters.</summary>
    /// <param name="waiter">0 to <see cref="WaiterCount"/> - 1; vector v belongs to waiter v modulo their number.</param>
    /// <param name="timeout">At most this long.</param>
    /// <param name="cancellationToken">Ends the wait alone.</param>
    public ValueTask<Interrupt> NextAsync(int waiter, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        CheckWait(InterruptDelivery.Await, waiter, timeout);
        return _awaiters[waiter].NextAsync(timeout, cancellationToken);
    }

    /// <summary>Waits on the calling thread, for delivery <see cref="InterruptDelivery.CallerThread"/>: it runs the immediate stage too.</summary>
    /// <param name="timeout">At most this long.</param>
    /// <param name="interrupt">The interrupt.</param>
    /// <returns>False when time is up.</returns>
    /// <exception cref="DeviceException">The device is gone.</exception>
    /// <exception cref="ObjectDisposedException">The session has ended; when a callback ended it, its exception instead.</exception>
    public bool Wait(TimeSpan timeout, out Interrupt interrupt) => Wait(0, timeout, out interrupt);

    /// <summary>As <see cref="Wait(TimeSpan, out Interrupt)"/>, of one of several waiters.</summary>
    /// <param name="waiter">0 to <see cref="WaiterCount"/> - 1.</param>
    /// <param name="timeout">At most this long.</param>
    /// <param name="interrupt">The interrupt.</param>
    public bool Wait(int waiter, TimeSpan timeout, out Interrupt interrupt)
    {
        CheckWait(InterruptDelivery.CallerThread, waiter, timeout);
        return WaitHere(waiter, timeout, out interrupt);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Device.Address} {Kind}, {VectorCount} vector(s)";

    /// <summary>Where each vector signals: waiter v modulo k, under the place it has there.</summary>
    internal VectorRoute[] Routes() => Routes(VectorCount);

    private VectorRoute[] Routes(int vectors) => [.. Enumerable.Range(0, vectors).Select(v => new VectorRoute(_executors[v % _executors.Length].Waiter, v / _executors.Length))];

    /// <summary>For waits that make no sense once the session ends.</summary>
    internal Func<bool> StoppingCondition => _isStopping;

    internal bool IsLineAsserted() => Device.IsLineAsserted();

    internal void UnmaskAtHost(int vector) => Device.Host.Unmask(_group, vector);

    internal void Report(InterruptReport report)
    {
        RingThreeEvents.Log.Report(this, report);
        _options.Report?.Invoke(report);
    }

    /// <summary>It is enabled, and its user is about to get it.</summary>
    internal void TellEnabled()
    {
        InterruptCounts.Add(this);
        if (IsStopping) InterruptCounts.Remove(this); // it may have ended already, by an interrupt
        RingThreeEvents.Log.InterruptsEnabled(Device.Address, Number, Kind.ToString(), VectorCount, WaiterCount, _delivery.ToString());
    }

    internal void ReportStorm(int vector, long signals)
    {
        InterruptCounters counters = GetCounters(vector);
        string cause = _options.Immediate is null
            ? "There is no immediate stage, and the handler does not quiet the device: give the session one that acknowledges it."
            : counters.Claimed == 0
                ? "The immediate stage never claims it: its mask tests the wrong register or the wrong bits, or the device asserts for a source the driver does not know."
                : "The immediate stage claims it, but what it writes does not clear the source: check the acknowledge register, its offset and its bits.";
        string what = $"its interrupt line {Device.LineName} signalled {signals} times in a row at once after it was unmasked, "
            + "with the device still asserting, so it has been left masked at this device";
        cause += $" Then call Unmask({vector}).";
        _storm = new Storm(what, cause);
        Report(new InterruptReport(InterruptReportKind.Storm, vector, $"{Device.Address}: {what}. {cause}"));
    }

    /// <summary>The exception for a wait whose time is up, with what can be seen from here.</summary>
    internal Exception TimedOut(TimeSpan timeout, int? vector)
    {
        if (!Device.IsPresent()) return IsStopping ? EndedException() : GoneException();
        const string operation = "waiting for an interrupt";
        if (_storm is var (what, cause)) return new DeviceException(DeviceStatus.InterruptStorm, Device.Address, operation, what, cause);
        InterruptCounters c = vector is { } own ? GetCounters(own) : GetCounters();
        string hint = c.Rejected > 0 ? $"The immediate stage rejected {c.Rejected} signal(s): check its mask."
            : c.Held > 0 ? $"{c.Held} signal(s) wait behind a mask: call Unmask."
            : Device.WhySilent(Kind) ?? (c.Signalled == 0
                ? "The device has not signalled: check that it was told to, and that its own interrupt enable is set."
                : "The device has not signalled again: check that it was told to, and that its last interrupt was acknowledged.");
        return new DeviceException(DeviceStatus.TimedOut, Device.Address, operation,
            $"no {Kind} interrupt{(vector is null ? "" : $" of vector {vector}")} came within {timeout.TotalSeconds:0.###} s (so far {c.Signalled} signalled, {c.Claimed} claimed)", hint);
    }

    private static string Numbers(string what, int count) => count == 1 ? $"{what} 0 is the only one" : $"{what}s are 0 to {count - 1}";

    private InterruptExecutor ExecutorOf(int vector, string method)
    {
        if (vector < 0 || vector >= _vectors.Length) throw NoVector(vector, $"{method}({vector})", nameof(vector));
        return _executors[vector % _executors.Length];
    }

    private ArgumentOutOfRangeException NoVector(long vector, string call, string parameter, string? rule = null) =>
        new(parameter, $"{Device.Address}: {call}: {rule ?? $"there is no vector {vector}"}. The session has {VectorCount} of {Kind}, so {Numbers("vector", VectorCount)}.");

    private void CheckWait(InterruptDelivery needed, int waiter, TimeSpan timeout)
    {
        string method = needed == InterruptDelivery.Await ? nameof(NextAsync) : nameof(Wait);
        if (_delivery != needed)
            throw new InvalidOperationException($"{Device.Address}: this session delivers by {_delivery}; for {method} enable it with Delivery = {needed}.");
        if (_options.AsyncHandler is not null)
            throw new InvalidOperationException($"{Device.Address}: this session has an {nameof(InterruptOptions.AsyncHandler)}, which gets its interrupts. Leave that out to await them, or await a vector by itself (session.Vector(v)).");
        if (waiter < 0 || waiter >= _executors.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(waiter), $"{Device.Address}: {method} was called for waiter {waiter}. The session has {_executors.Length} "
                + $"({nameof(InterruptOptions)}.{nameof(InterruptOptions.Waiters)}, and no more than vectors), so {Numbers("waiter", _executors.Length)}.");
        }

        CheckTimeout(method, timeout);
    }

    private void CheckTimeout(string method, TimeSpan timeout)
    {
        if (timeout == Timeout.InfiniteTimeSpan || (timeout >= TimeSpan.Zero && timeout <= WaitLimit.Longest)) return; // nothing may be allocated here, and the words below are
        WaitLimit.Check(Device.Address, $"the time-out of {method}", timeout, nameof(timeout), infinite: true);
    }

    /// <summary>A line that has been left masked.</summary>
    private sealed record Storm(string What, string Cause);
}
