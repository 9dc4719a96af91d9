using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace RingThree.Interrupts;

/// <summary>
/// <c>await</c> for one executor's interrupts: one reusable source, one reusable timer, nothing allocated per interrupt.
/// </summary>
internal sealed class InterruptAwaiter : IValueTaskSource<Interrupt>, IDisposable
{
    private const int Idle = 0;
    private const int Preparing = 1;
    private const int Waiting = 2;
    private const int Completing = 3;
    private readonly InterruptSession _session;
    private readonly InterruptExecutor _executor;
    private readonly PullCursor _cursor;
    private readonly Timer _timer;
    private ManualResetValueTaskSourceCore<Interrupt> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private TimeSpan _timeout;
    private long _deadline = long.MaxValue;
    private long _timerDue = long.MaxValue;
    private SpinGate _timerGate;
    private int _state;

    internal InterruptAwaiter(InterruptSession session, InterruptExecutor executor, PullCursor cursor)
    {
        _session = session;
        _executor = executor;
        _cursor = cursor;
        _timer = new Timer(static state => ((InterruptAwaiter)state!).OnTimer(), this, Timeout.Infinite, Timeout.Infinite);
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>The next interrupt, now or later.</summary>
    internal ValueTask<Interrupt> NextAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Preparing, Idle) != Idle)
            throw new InvalidOperationException($"{_session.Device.Address}: another NextAsync of this waiter is still awaited. Await one at a time.");
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            _session.ThrowIfEnded();
            _cursor.BeginWait();
            if (_cursor.TryPull(out Interrupt interrupt))
            {
                Volatile.Write(ref _state, Idle);
                return new ValueTask<Interrupt>(interrupt);
            }

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
            if (error is not (OperationCanceledException or ObjectDisposedException)) _session.Fail(error);
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
                if (!_cursor.TryPull(out interrupt)) error = WhyNot();
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
            if (!_executor.HasQueued && !IsOver()) return;
        }
    }

    Interrupt IValueTaskSource<Interrupt>.GetResult(short token)
    {
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

    private bool IsOver() => _session.IsStopping || _cancellation.IsCancellationRequested || Stopwatch.GetTimestamp() >= Volatile.Read(ref _deadline);

    /// <summary>Why there will be no interrupt; <see langword="null"/> when there still may be.</summary>
    private Exception? WhyNot()
    {
        if (_session.IsStopping) return _session.EndedException();
        if (_cancellation.IsCancellationRequested) return new OperationCanceledException(_cancellation);
        return Stopwatch.GetTimestamp() >= Volatile.Read(ref _deadline) ? _session.TimedOut(_timeout) : null;
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

        long deadline = Stopwatch.GetTimestamp() + (long)(timeout.TotalSeconds * Stopwatch.Frequency);
        _timerGate.Enter();
        Volatile.Write(ref _deadline, deadline);
        bool late = deadline < _timerDue;
        if (late) _timerDue = deadline;
        _timerGate.Exit();
        if (late) _timer.Change(Milliseconds(timeout), Timeout.Infinite);
    }

    private void OnTimer()
    {
        _timerGate.Enter();
        long left = Volatile.Read(ref _deadline);
        left = left == long.MaxValue ? long.MaxValue : left - Stopwatch.GetTimestamp();
        _timerDue = left is > 0 and < long.MaxValue ? _deadline : long.MaxValue;
        _timerGate.Exit();
        if (left is > 0 and < long.MaxValue)
        {
            try
            {
                _timer.Change(Milliseconds(TimeSpan.FromSeconds((double)left / Stopwatch.Frequency)), Timeout.Infinite);
            }
            catch (ObjectDisposedException)
            {
                // The session ended between the timer's tick and here; that completes the wait by itself.
            }
        }
        else if (left <= 0)
        {
            Recheck();
        }
    }

    /// <summary>Rounded up, so that the timer never comes just before the deadline.</summary>
    private static long Milliseconds(TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);
}
