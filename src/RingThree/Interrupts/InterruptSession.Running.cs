using RingThree.Devices;
using RingThree.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Interrupts;

/// <content>The session's threads, and its end.</content>
public sealed partial class InterruptSession
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _ended;
    private RoadWorker[] _workers;
    private HandlerThread?[] _handlerThreads = [];
    private HandlerPump[] _pumps = [];
    private GoneSignal? _stoppingSignal; // for asynchronous handlers
    private Exception? _error;
    private int _stopping;
    private int _users; // threads that still use the waiters, plus one for the session itself

    /// <summary>Whether interrupts are enabled.</summary>
    public bool IsEnabled => !IsStopping;

    /// <summary>What ended the session, if it did not end by being disabled: a callback's exception, or the device's departure.</summary>
    public Exception? Error => Volatile.Read(ref _error);

    /// <summary>Completes when the session has ended; faulted with <see cref="Error"/> when there is one.</summary>
    public Task Completion => _completion.Task;

    internal bool IsStopping => Volatile.Read(ref _stopping) != 0;

    /// <summary>Whether the current thread is inside one of the session's callbacks.</summary>
    internal bool IsInsideCallback => Workers().Any(static w => w.IsCurrent) || InsidePump is not null;

    private HandlerPump? InsidePump => Array.Find(_pumps, static p => p.IsInside);

    /// <summary>
    /// Disables: the device's signals stop, callbacks that run are waited for, and none runs after this returns. What no
    /// handler took is counted as lost. May be called from inside a callback, from any thread, and again.
    /// </summary>
    /// <exception cref="DeviceException">
    /// A callback has not returned within <see cref="InterruptOptions.DisableTime"/>, or the host failed; the session has ended all the same.
    /// </exception>
    public void Disable()
    {
        if (End() is { } late) throw late;
    }

    /// <summary>As <see cref="Disable"/>, without an exception.</summary>
    public void Dispose() => End();

    /// <summary>As <see cref="Dispose"/>.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Starts the threads; the group is bound.</summary>
    internal void Start()
    {
        bool threads = _delivery != InterruptDelivery.CallerThread;
        bool hop = _delivery == InterruptDelivery.OwnThread;
        int count = _executors.Length;
        int launched = hop ? 2 * count : count;
        _workers = [.. Enumerable.Range(0, launched).Select(_ => new RoadWorker()), .. _awaiters.Select(a => a.Puller)];
        _handlerThreads = new HandlerThread?[count];
        _users = 1;
        if (!threads) return;
        if (_options.AsyncHandler is { } asynchronous)
        {
            _stoppingSignal = new GoneSignal(Device.Scheduler, $"{Device.Address} stopping");
            _pumps = [.. _awaiters.Select(a => new HandlerPump(this, a, asynchronous, _stoppingSignal.Token))];
            foreach (HandlerPump pump in _pumps) Device.Scheduler.Run($"{Device.Address} handler", () => _ = pump.RunAsync());
        }

        for (int i = 0; i < count; i++)
        {
            InterruptExecutor executor = _executors[i];
            var stage = new HandlerStage(this, executor);
            HandlerThread? handlers = hop ? new HandlerThread(Device.Host.CreateWaiter(), stage) : null;
            executor.Usual.Deliver = handlers is not null ? handlers.Wake : _delivery == InterruptDelivery.Await ? _awaiters[i].Recheck : stage.Drain;
            _handlerThreads[i] = handlers;
            if (handlers is not null) Launch(_workers[count + i], $"handler {i}", handlers.Hop, handlers.RunAndWait, lower: 1);
            Launch(_workers[i], $"waiter {i}", executor.Waiter, () =>
            {
                executor.WaitAndProcess(Timeout.InfiniteTimeSpan);
                executor.Deliver();
            });
        }
    }

    /// <summary>Gives back what an attempt that was not granted had made.</summary>
    internal void Abandon()
    {
        Volatile.Write(ref _stopping, 1);
        foreach (InterruptAwaiter awaiter in _awaiters) awaiter.Dispose();
        foreach (InterruptExecutor executor in _executors) executor.Dispose();
    }

    /// <summary>A callback has thrown, or the device has left: the session ends with that error and nothing else does.</summary>
    internal void Fail(Exception error, bool tell = true)
    {
        bool first = Interlocked.CompareExchange(ref _error, error, null) is null && !IsStopping;
        End();
        if (first && tell) TellFailed(error);
    }

    /// <summary>Says aloud why it has ended: a driver with nothing but a handler would else just hear nothing more.</summary>
    private void TellFailed(Exception error)
    {
        InterruptReportKind kind = error is DeviceException { Status: DeviceStatus.DeviceGone } ? InterruptReportKind.DeviceGone : InterruptReportKind.CallbackFailed;
        string message = kind == InterruptReportKind.DeviceGone ? error.Message
            : $"{Device.Address}: a callback threw, which ended the session: {error.GetType().Name}: {error.Message}";
        try
        {
            _options.Report?.Invoke(new InterruptReport(kind, -1, message)); // the event source has the failure itself
        }
        catch (Exception)
        {
            // A report that fails, too, has nobody to be told to; the session's error is the first one.
        }
    }

    internal void DeviceGone()
    {
        if (!IsStopping) Fail(GoneException());
    }

    internal DeviceException GoneException() => Device.GoneError("waiting for an interrupt");

    internal void ThrowIfEnded()
    {
        if (IsStopping) throw EndedException();
    }

    internal Exception EndedException() =>
        Error ?? new ObjectDisposedException(nameof(InterruptSession), $"{Device.Address}: its interrupts are disabled{(Device.IsClosed ? $", as {Device.WhyClosed}" : "")}.");

    private bool WaitHere(int index, TimeSpan timeout, out Interrupt interrupt)
    {
        RoadWorker worker = _workers[index];
        if (!worker.TryEnter())
            throw new InvalidOperationException($"{Device.Address}: another thread is in Wait of waiter {index}. One waits at a time.");
        Interlocked.Increment(ref _users);
        try
        {
            ThrowIfEnded();
            bool pulled = false;
            bool last = false;
            TimeProvider time = Device.Scheduler.Time;
            long started = time.GetTimestamp();
            interrupt = default;
            try
            {
                _cursors[index].BeginWait();
                while (!last && !IsStopping && !(pulled = _cursors[index].TryPull(out interrupt)))
                {
                    TimeSpan left = timeout == Timeout.InfiniteTimeSpan ? timeout : timeout - time.GetElapsedTime(started);
                    bool now = left != Timeout.InfiniteTimeSpan && left <= TimeSpan.Zero;
                    _executors[index].WaitAndProcess(now ? TimeSpan.Zero : left);
                    last = now && !_executors[index].Usual.HasQueued;
                }
            }
            catch (Exception error)
            {
                Fail(error); // a callback's, whatever its type
                throw;
            }

            if (pulled) return true;
            ThrowIfEnded();
            if (Device.IsPresent()) return false;
            Fail(GoneException());
            throw GoneException();
        }
        finally
        {
            worker.Exit();
            Release();
        }
    }

    private void Launch(RoadWorker worker, string name, IInterruptWaiter waiter, Action step, int lower = 0)
    {
        Interlocked.Increment(ref _users);
        bool begins = _options.Latency is not null;
        Device.Scheduler.Start($"{Device.Address} {name}", waiter, () =>
        {
            bool more = false;
            worker.TryEnter(); // cannot fail: one call at a time
            try
            {
                // Looked at after entering: disable looks the other way round, so one of the two sees the other.
                if (!IsStopping)
                {
                    if (begins)
                    {
                        begins = false;
                        Prioritize(lower);
                    }

                    step();
                    more = !IsStopping;
                }
            }
            catch (Exception error)
            {
                Fail(error);
                more = false;
            }

            worker.Exit();
            if (!more) Release();
            return more;
        });
    }

    /// <summary>The last one out gives the waiters back.</summary>
    private void Release()
    {
        if (Interlocked.Decrement(ref _users) != 0) return;
        foreach (InterruptExecutor executor in _executors) executor.Dispose();
        foreach (HandlerThread? handlers in _handlerThreads) handlers?.Dispose();
    }

    private DeviceException? End()
    {
        bool inside = IsInsideCallback;
        MarkDisabling(inside, true);
        try
        {
            bool first = Interlocked.Exchange(ref _stopping, 1) == 0;
            DeviceException? failed = first ? Disconnect() : null;
            failed = WaitUntilQuiet(inside) ?? failed;
            if (first) Finish();
            // A callback must not wait for the one who finishes, since that one may wait for the callback.
            else if (!inside) Device.Scheduler.WaitUntil(() => Volatile.Read(ref _ended), _options.DisableTime + TimeSpan.FromSeconds(1));
            return failed;
        }
        finally
        {
            MarkDisabling(inside, false);
        }
    }

    /// <summary>Nothing signals any more, and nobody sleeps any more.</summary>
    private DeviceException? Disconnect()
    {
        DeviceException? failed = null;
        try
        {
            lock (_binding) Device.Host.Unbind(_group);
        }
        catch (Exception error)
        {
            // The session ends all the same: nobody takes what the host may still signal.
            failed = error as DeviceException ?? new DeviceException(DeviceStatus.IoError, Device.Address, "disabling interrupts",
                $"the host failed: {error.Message}", "Close the device.", error);
        }

        foreach (InterruptExecutor executor in _executors) executor.Wake();
        foreach (HandlerThread? handlers in _handlerThreads) handlers?.Stop();
        _stoppingSignal?.Set();
        return failed;
    }

    /// <summary>
    /// Waits for callbacks that run. A callback that disables waits for all others but those that disable too: two that
    /// waited for each other would never end.
    /// </summary>
    private DeviceException? WaitUntilQuiet(bool inside)
    {
        int thread = Environment.CurrentManagedThreadId;
        HandlerPump? own = InsidePump;
        if (Device.Scheduler.WaitUntil(() => Workers().All(w => w.IsQuiet(thread, inside)) && Array.TrueForAll(_pumps, p => p.IsQuiet(own, inside)), _options.DisableTime)) return null;
        var late = new DeviceException(DeviceStatus.TimedOut, Device.Address, "disabling interrupts",
            $"a callback has not returned within {_options.DisableTime.TotalSeconds:0.#} s", "Let callbacks return; one that waits for the thread that disables never does.");
        Report(new InterruptReport(InterruptReportKind.CallbackStillRuns, -1, late.Message));
        return late;
    }

    private void Finish()
    {
        foreach (InterruptExecutor executor in _executors) executor.End();
        foreach (InterruptAwaiter awaiter in _awaiters.Concat(_vectorAwaiters.OfType<InterruptAwaiter>()))
        {
            awaiter.Recheck();
            awaiter.Dispose();
        }

        if (Error is { } error)
        {
            _completion.TrySetException(error);
            _ = _completion.Task.Exception; // seen: it is in Error too, and must not end the process unobserved
        }
        else
        {
            _completion.TrySetResult();
        }

        InterruptCounts.Remove(this);
        RingThreeEvents.Log.Ended(this);
        Volatile.Write(ref _ended, true);
        Release();
    }

    /// <summary>The session's own strands, and whoever runs a deferred stage in an await of one vector.</summary>
    private IEnumerable<RoadWorker> Workers() => _workers.Concat(Volatile.Read(ref _vectorAwaiters).OfType<InterruptAwaiter>().Select(static a => a.Puller));

    private void MarkDisabling(bool inside, bool value)
    {
        if (!inside) return;
        foreach (RoadWorker worker in Workers())
        {
            if (worker.IsCurrent) worker.SetDisabling(value);
        }

        InsidePump?.SetDisabling(value);
    }
}
