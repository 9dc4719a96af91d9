namespace RingThree.Simulation;

/// <summary>When a card's later work runs: by the system's clock here, by simulated time in a seeded run.</summary>
internal abstract class SimulatedClock
{
    /// <summary>The clock of an ordinary host.</summary>
    internal static SimulatedClock System { get; } = new SystemClock();

    internal abstract TimeProvider Time { get; }

    /// <summary>Runs work once, later.</summary>
    /// <param name="delay">How much later; never at once, even when 0.</param>
    /// <param name="work">Throws nothing.</param>
    /// <returns>Calls it off.</returns>
    internal abstract IDisposable Schedule(TimeSpan delay, Action work);

    /// <summary>Lets the caller wait.</summary>
    internal abstract void Pause(TimeSpan time);

    private sealed class SystemClock : SimulatedClock
    {
        internal override TimeProvider Time => TimeProvider.System;

        internal override void Pause(TimeSpan time) => Thread.Sleep(time);

        internal override IDisposable Schedule(TimeSpan delay, Action work)
        {
            var timer = new Later(work);
            if (delay <= TimeSpan.Zero) ThreadPool.UnsafeQueueUserWorkItem(timer, preferLocal: false);
            else timer.Start(delay);
            return timer;
        }
    }

    private sealed class Later(Action work) : IThreadPoolWorkItem, IDisposable
    {
        private Timer? _timer;
        private int _over;

        public void Execute()
        {
            if (Interlocked.Exchange(ref _over, 1) == 0) work();
        }

        public void Dispose()
        {
            Volatile.Write(ref _over, 1);
            _timer?.Dispose();
        }

        internal void Start(TimeSpan delay)
        {
            // The runtime's timers tick in whole milliseconds; rounded up, as work must never come too early.
            _timer = new Timer(static state => ((Later)state!).Execute(), this, Timeout.Infinite, Timeout.Infinite);
            _timer.Change((long)Math.Ceiling(delay.TotalMilliseconds), Timeout.Infinite);
        }
    }
}
