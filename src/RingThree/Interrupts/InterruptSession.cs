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
    private readonly VectorState[] _vectors;
    private readonly PullCursor[] _cursors;
    private readonly InterruptAwaiter[] _awaiters;
    private readonly int _group;
    private int _lastVector = -1;
    private string? _masking;

    internal InterruptSession(
        Device device, InterruptKind kind, int group, int vectors, InterruptOptions options, InterruptDelivery delivery, PreparedStage? stage, bool hasStatus)
    {
        Device = device;
        Kind = kind;
        _group = group;
        _options = options;
        _delivery = delivery;
        int values = options.Immediate?.ValueCount ?? 0;
        int waiters = Math.Min(options.Waiters, vectors);
        LatencyMeter?[] meters = new LatencyMeter?[waiters];
        if (options.Latency is not null)
        {
            for (int i = 0; i < waiters; i++) meters[i] = new LatencyMeter(device.Scheduler.Time);
        }

        _vectors = new VectorState[vectors];
        for (int i = 0; i < vectors; i++)
            _vectors[i] = new VectorState(i, values) { Latency = meters[i % waiters] is { } meter ? new VectorLatency(meter) : null };
        _executors = new InterruptExecutor[waiters];
        for (int i = 0; i < waiters; i++)
        {
            StormGuard? storm = kind == InterruptKind.Level ? new StormGuard(options.StormLimit, hasStatus, device.Scheduler.Time) : null;
            VectorState[] own = [.. _vectors.Where((_, v) => v % waiters == i)];
            try
            {
                _executors[i] = new InterruptExecutor(this, device.Host.CreateWaiter(), own, stage, values, storm, meters[i]);
            }
            catch
            {
                foreach (InterruptExecutor? made in _executors) made?.Dispose();
                throw;
            }
        }

        _cursors = [.. _executors.Select(e => new PullCursor(this, e, options.Deferred))];
        _awaiters = delivery == InterruptDelivery.Await ? [.. _executors.Select((e, i) => new InterruptAwaiter(this, e, _cursors[i]))] : [];
        _workers = [];
    }

    /// <summary>The device.</summary>
    public Device Device { get; }

    /// <summary>The kind that was negotiated.</summary>
    public InterruptKind Kind { get; }

    /// <summary>Its number in this process, for the debug monitor.</summary>
    internal int Number { get; } = InterruptCounts.NextNumber();

    /// <summary>How many vectors were granted.</summary>
    public int VectorCount => _vectors.Length;

    /// <summary>How many threads wait (or may wait, for <see cref="InterruptDelivery.CallerThread"/>).</summary>
    public int WaiterCount => _executors.Length;

    /// <summary>The vector that signalled last: for messages the last message's index; <see langword="null"/> before the first.</summary>
    public int? LastMessage => Volatile.Read(ref _lastVector) is >= 0 and int vector ? vector : null;

    internal int LastVector
    {
        set => Volatile.Write(ref _lastVector, value);
    }

    /// <summary>The vector that a slot's source signals by; slots share vectors when fewer were granted than asked for.</summary>
    /// <param name="slot">0 to <see cref="InterruptOptions.Slots"/> - 1.</param>
    public int VectorOf(int slot)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slot);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(slot, _options.Slots);
        return slot % _vectors.Length;
    }

    /// <summary>One vector's counters, as one consistent snapshot.</summary>
    /// <param name="vector">0 to <see cref="VectorCount"/> - 1.</param>
    public InterruptCounters GetCounters(int vector) => ExecutorOf(vector).Snapshot(_vectors[vector]);

    /// <summary>The sum over all vectors; each is consistent, and so is the sum.</summary>
    public InterruptCounters GetCounters()
    {
        InterruptCounters sum = default;
        for (int i = 0; i < _vectors.Length; i++) sum += GetCounters(i);
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
        InterruptExecutor executor = ExecutorOf(vector);
        executor.Mask(_vectors[vector]);
        if (Kind == InterruptKind.Level && !IsStopping) Device.Host.Mask(_group, vector);
    }

    /// <summary>Unmasks a vector; what waited arrives as one batch. Also gives a line that was left masked another try.</summary>
    /// <param name="vector">0 to <see cref="VectorCount"/> - 1.</param>
    public void Unmask(int vector)
    {
        _masking = null;
        bool held = ExecutorOf(vector).Unmask(_vectors[vector]);
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
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (count > _vectors.Length - first)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"There are {_vectors.Length} vectors, 0 to {_vectors.Length - 1}; {count} from {first} on are too many.");
        ThrowIfEnded();
        if (_options.Latency is not null)
        {
            for (int v = first; v < first + count; v++) ExecutorOf(v).Triggering(_vectors[v]);
        }

        Device.Host.Trigger(_group, first, count);
    }

    /// <summary>Steers a vector to processors.</summary>
    /// <param name="vector">0 to <see cref="VectorCount"/> - 1.</param>
    /// <param name="processors">Numbers of the processors that may take it.</param>
    /// <param name="answer">Why not, when it returns false.</param>
    public bool TrySetAffinity(int vector, ReadOnlySpan<int> processors, out string answer)
    {
        _ = ExecutorOf(vector);
        ThrowIfEnded();
        return Device.Host.TrySetAffinity(_group, vector, processors, out answer);
    }

    /// <summary>The next interrupt, for delivery <see cref="InterruptDelivery.Await"/>. One at a time.</summary>
    /// <param name="timeout">At most this long; <see cref="Timeout.InfiniteTimeSpan"/> for as long as the session lasts.</param>
    /// <param name="cancellationToken">Ends the wait alone, not the session.</param>
    /// <exception cref="TimeoutException">Time is up; the message says what the road and the device look like.</exception>
    /// <exception cref="DeviceException">The device is gone.</exception>
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
    internal VectorRoute[] Routes() => [.. _vectors.Select((_, v) => new VectorRoute(_executors[v % _executors.Length].Waiter, v / _executors.Length))];

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
        string message = $"{Device.Address}: its interrupt line {Device.LineName} signalled {signals} times in a row at once after it was unmasked, "
            + $"with the device still asserting, so it has been left masked at this device. {cause} Then call Unmask({vector}).";
        _masking = message;
        Report(new InterruptReport(InterruptReportKind.Storm, vector, message));
    }

    /// <summary>The exception for a wait whose time is up, with what can be seen from here.</summary>
    internal Exception TimedOut(TimeSpan timeout)
    {
        if (!Device.IsPresent()) return GoneException();
        InterruptCounters c = GetCounters();
        string hint = _masking
            ?? (c.Rejected > 0 ? $"The immediate stage rejected {c.Rejected} signal(s): check its mask."
            : c.Held > 0 ? $"{c.Held} signal(s) wait behind a mask: call Unmask."
            : Device.WhySilent(Kind) ?? "The device has not signalled: check that it was told to, and that its own interrupt enable is set.");
        return new TimeoutException($"{Device.Address}: no {Kind} interrupt within {timeout.TotalSeconds:0.###} s (so far {c.Signalled} signalled, {c.Claimed} claimed). {hint}");
    }

    private InterruptExecutor ExecutorOf(int vector)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(vector);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(vector, _vectors.Length);
        return _executors[vector % _executors.Length];
    }

    private void CheckWait(InterruptDelivery needed, int waiter, TimeSpan timeout)
    {
        if (_delivery != needed)
            throw new InvalidOperationException($"{Device.Address}: this session delivers by {_delivery}; for this call enable it with Delivery = {needed}.");
        ArgumentOutOfRangeException.ThrowIfNegative(waiter);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(waiter, _executors.Length);
        if (timeout != Timeout.InfiniteTimeSpan && (timeout < TimeSpan.Zero || timeout > WaitLimit.Longest))
            throw new ArgumentOutOfRangeException(nameof(timeout), timeout, $"A time is 0 to {WaitLimit.Longest.TotalDays} days, or infinite.");
    }
}
