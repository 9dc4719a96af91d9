using System.Threading.Tasks.Sources;

namespace RingThree.Interrupts;

/// <summary>
/// <c>await</c> for one listener's interrupts: one reusable source, one reusable timer, nothing allocated per interrupt.
/// </summary>
internal sealed class InterruptAwaiter : IValueTaskSource<Interrupt>, IDisposable
{
    private const int Idle = 0;
    private const int Preparing = 1;
    private const int Waiting = 2;
    private const int Completing = 3;
    private readonly InterruptSession _session;
    private readonly InterruptListener _listener;
    private readonly int? _vector;
    private readonly PullCursor _cursor;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private ManualResetValueTaskSourceCore<Interrupt> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private TimeSpan _timeout;
    private long _deadline = long.MaxValue;
    private long _timerDue = long.MaxValue;
    private SpinGate _timerGate;
    private int _state;

    /// <param name="session">The session.</param>
    /// <param name="listener">Whose interrupts it awaits.</param>
    /// <param name="cursor">Fetches them.</param>
    /// <param name="vector">The vector, for one of its own; <see langword="null"/> for all of a waiter.</param>
    internal InterruptAwaiter(InterruptSession session, InterruptListener listener, PullCursor cursor, int? vector)
    {
        _session = session;
        _listener = listener;
        _vector = vector;
        _cursor = cursor;
        _core.RunContinuationsAsynchronously = session.Device.Scheduler.UsesThreadPool;
        _time = session.Device.Scheduler.Time;
        _timer = _time.CreateTimer(static state => ((InterruptAwaiter)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whoever runs the deferred stage here, on a thread that is not the road's; disable waits for that too.</summary>
    internal RoadWorker Puller { get; } = new();

    public void Dispose() => _timer.Dispose();

    /// <summary>The next interrupt, now or later.</summary>
    internal ValueTask<Interrupt> NextAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Preparing, Idle) != Idle)
            throw new InvalidOperationException($"{_session.Device.Address}: another NextAsync of {(_vector is { } vector ? $"vector {vector}" : "this waiter")} is still awaited. Await one at a time.");
        bool own = true; // what is thrown is this wait's matter, and not a callback's
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            _session.ThrowIfEnded();
            own = false;
            _cursor.BeginWait();
            if (TryPull(out Interrupt interrupt))
            {
                Volatile.Write(ref _state, Idle);
                return new ValueTask<Interrupt>(interrupt);
            }

            own = true;
            _core.Reset();
            _timeout = timeout;
            _cancellation = cancellationToken;
            if (cancellationToken.CanBeCanceled)
                _registration = cancellationToken.UnsafeRegister(static state => ((InterruptAwaiter)state!).Recheck(), this);
            ArmTimer(timeout);
        }
        catch (Exception error)
        {
            Volatile.Write(ref _state, Idle);
            if (!own) _session.Fail(error);
            throw;
        }

        short version = _core.Version;
        Interlocked.Exchange(ref _state, Waiting);
        Recheck(); // for what came between the pull and now
        return new ValueTask<Interrupt>(this, version);
    }

    /// <summary>Completes the wait if there is a reason to: an interrupt, the session's end, cancellation, time up.</summary>
    internal void Recheck()
    {
        while (Interlocked.CompareExchange(ref _state, Completing, Waiting) == Waiting)
        {
            Interrupt interrupt = default;
            Exception? error = null;
            try
            {
                if (!TryPull(out interrupt)) error = WhyNot();
                else Finish();
            }
            catch (Exception thrown)
            {
                error = thrown;
                _session.Fail(thrown);
            }

            if (error is not null)
            {
                Finish();
                _core.SetException(error);
                return;
            }

            if (interrupt.Calls > 0)
            {
                _core.SetResult(interrupt);
                return;
            }

            Interlocked.Exchange(ref _state, Waiting);
            if (!_listener.HasQueued && !IsOver()) return;
        }
    }

    Interrupt IValueTaskSource<Interrupt>.GetResult(short token)
    {
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
            throw new InvalidOperationException($"{_session.Device.Address}: the interrupt has not come yet. Await NextAsync; to block for it, use AsTask() or enable with Delivery = {nameof(InterruptDelivery.CallerThread)}.");
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Volatile.Write(ref _state, Idle);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<Interrupt>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<Interrupt>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private bool TryPull(out Interrupt interrupt)
    {
        Puller.TryEnter(); // cannot fail: the state lets one in at a time
        try
        {
            return _cursor.TryPull(out interrupt);
        }
        finally
        {
            Puller.Exit();
        }
    }

    private bool IsOver() => _session.IsStopping || _cancellation.IsCancellationRequested || _time.GetTimestamp() >= Volatile.Read(ref _deadline);

    /// <summary>Why there will be no interrupt; <see langword="null"/> when there still may be.</summary>
    private Exception? WhyNot()
    {
        if (_session.IsStopping) return _session.EndedException();
        if (_cancellation.IsCancellationRequested) return new OperationCanceledException(_cancellation);
        return _time.GetTimestamp() >= Volatile.Read(ref _deadline) ? _session.TimedOut(_timeout, _vector) : null;
    }

    private void Finish()
    {
        _registration.Unregister();
        _registration = default;
        Volatile.Write(ref _deadline, long.MaxValue);
    }

    /// <summary>Sets the deadline. The timer is only touched when it would come too late: it costs more than a store.</summary>
    private void ArmTimer(TimeSpan timeout)
    {
        if (timeout == Timeout.InfiniteTimeSpan)
        {
            Volatile.Write(ref _deadline, long.MaxValue);
            return;
        }

        long deadline = _time.GetTimestamp() + (long)(timeout.TotalSeconds * _time.TimestampFrequency);
        _timerGate.Enter();
        Volatile.Write(ref _deadline, deadline);
        bool late = deadline < _timerDue;
        if (late)
        {
            // Inside the gate: a tick that still sets the timer for the wait before this one must not come after us.
            _timerDue = deadline;
            SetTimer(timeout);
        }

        _timerGate.Exit();
    }

    private void OnTimer()
    {
        _timerGate.Enter();
        long deadline = Volatile.Read(ref _deadline);
        long left = deadline == long.MaxValue ? long.MaxValue : deadline - _time.GetTimestamp();
        bool early = left is > 0 and < long.MaxValue;
        _timerDue = early ? deadline : long.MaxValue;
        if (early) SetTimer(TimeSpan.FromSeconds((double)left / _time.TimestampFrequency));
        _timerGate.Exit();
        if (left <= 0) Recheck();
    }

    private void SetTimer(TimeSpan time)
    {
        try
        {
            _timer.Change(WholeMilliseconds(time), Timeout.InfiniteTimeSpan);
        }
        catch (ObjectDisposedException)
        {
            // The session has ended; that completes the wait by itself.
        }
    }

    /// <summary>Rounded up, so that the timer never comes just before the deadline.</summary>
    private static TimeSpan WholeMilliseconds(TimeSpan time) => TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds));
}
