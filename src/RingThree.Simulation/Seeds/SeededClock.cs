namespace RingThree.Simulation;

/// <summary>Simulated time: it stands still while anything can run, and then goes on to the next thing that is due.</summary>
internal sealed class SeededClock : SimulatedClock
{
    private static readonly DateTimeOffset Start = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly SeededScheduler _scheduler;
    private readonly PriorityQueue<SeededWork, (long Due, long Order)> _timers = new();
    private readonly Lock _gate = new();
    private long _now;
    private long _order;

    internal SeededClock(SeededScheduler scheduler)
    {
        _scheduler = scheduler;
        Time = new Provider(this);
    }

    internal override TimeProvider Time { get; }

    internal SeededScheduler Scheduler => _scheduler;

    internal long Now => Volatile.Read(ref _now);

    internal override IDisposable Schedule(TimeSpan delay, Action work)
    {
        var item = new SeededWork("later work", work);
        if (delay <= TimeSpan.Zero)
        {
            _scheduler.Enqueue(item);
            return item;
        }

        lock (_gate) _timers.Enqueue(item, (Now + delay.Ticks, _order++));
        return item;
    }

    internal override void Pause(TimeSpan time) => _scheduler.WaitUntil(static () => false, time);

    /// <summary>Goes on to the next thing that is due.</summary>
    /// <returns>False when nothing will ever be.</returns>
    internal bool Advance()
    {
        lock (_gate)
        {
            if (!_timers.TryPeek(out _, out (long Due, long Order) next)) return false;
            Volatile.Write(ref _now, Math.Max(_now, next.Due));
            while (_timers.TryPeek(out SeededWork? item, out next) && next.Due <= _now)
            {
                _timers.Dequeue();
                _scheduler.Enqueue(item);
            }

            return true;
        }
    }

    private sealed class Provider(SeededClock clock) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => Start + TimeSpan.FromTicks(clock.Now);

        public override long GetTimestamp() => clock.Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new SeededTimer(clock, callback, state);
            timer.Change(dueTime, period);
            return timer;
        }
    }

    /// <remarks>The times of the system's timers, and no others: what a driver does here it is to be able to do there.</remarks>
    private sealed class SeededTimer(SeededClock clock, TimerCallback callback, object? state) : ITimer
    {
        private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);
        private IDisposable? _next;
        private bool _over;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(dueTime, Longest);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(period, Longest);
            if (_over) return false;
            _next?.Dispose();
            _next = dueTime == Timeout.InfiniteTimeSpan ? null : clock.Schedule(dueTime, () =>
            {
                if (period > TimeSpan.Zero) Change(period, period);
                callback(state);
            });
            return true;
        }

        public void Dispose()
        {
            _over = true;
            _next?.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
