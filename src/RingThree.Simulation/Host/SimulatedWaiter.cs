using System.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>
/// What a thread waits on for simulated signals, on any system. Signals are counted under a lock that is held for a few
/// instructions and never slept in; the monitor is only for a waiter that has nothing to do.
/// </summary>
/// <param name="scheduler">Whom to let run while waiting in a seeded run; <see langword="null"/> for a thread that sleeps.</param>
internal sealed class SimulatedWaiter(SeededScheduler? scheduler = null) : IInterruptWaiter
{
    private readonly object _bed = new();
    private SpinLock _gate = new(enableThreadOwnerTracking: false);
    private long[] _counts = [];
    private int[] _ready = []; // a ring; each tag is in it at most once
    private int _head;
    private volatile int _readyCount;
    private volatile bool _woken;
    private volatile bool _disposed;
    private volatile bool _sleeping;

    /// <summary>Called when a wait would end at once.</summary>
    internal Action? Readied { get; set; }

    internal bool IsReady => _readyCount > 0 || _woken || _disposed;

    public int Wait(Span<InterruptSignal> signals, TimeSpan timeout)
    {
        if (!IsReady && timeout != TimeSpan.Zero)
        {
            if (scheduler is not null) scheduler.WaitUntil(() => IsReady, timeout);
            else Sleep(timeout);
        }

        _woken = false;
        if (_readyCount == 0) return 0;
        bool taken = false;
        _gate.Enter(ref taken);
        int count = Math.Min(signals.Length, _readyCount);
        for (int i = 0; i < count; i++)
        {
            int tag = _ready[_head];
            _head = _head + 1 == _ready.Length ? 0 : _head + 1;
            signals[i] = new InterruptSignal(tag, _counts[tag]);
            _counts[tag] = 0;
        }

        _readyCount -= count;
        _gate.Exit();
        return count;
    }

    public void Wake()
    {
        _woken = true;
        Rouse();
    }

    public void Dispose()
    {
        _disposed = true;
        Rouse();
    }

    /// <summary>Makes room for a tag, so that signals allocate nothing.</summary>
    internal void Prepare(int tag)
    {
        bool taken = false;
        _gate.Enter(ref taken);
        if (tag >= _counts.Length)
        {
            int[] ring = new int[tag + 1];
            for (int i = 0; i < _readyCount; i++) ring[i] = _ready[(_head + i) % _ready.Length];
            (_ready, _head) = (ring, 0);
            Array.Resize(ref _counts, tag + 1);
        }

        _gate.Exit();
    }

    internal void Signal(int tag)
    {
        if (_disposed) return;
        bool taken = false;
        _gate.Enter(ref taken);
        bool first = _counts[tag]++ == 0;
        if (first)
        {
            int tail = _head + _readyCount;
            _ready[tail < _ready.Length ? tail : tail - _ready.Length] = tag;
            _readyCount++;
        }

        _gate.Exit();
        if (first) Rouse();
    }

    private void Rouse()
    {
        Interlocked.MemoryBarrier(); // what was just written, before whether anyone sleeps: the sleeper looks the other way round
        if (_sleeping)
        {
            lock (_bed) Monitor.PulseAll(_bed);
        }

        Readied?.Invoke();
    }

    private void Sleep(TimeSpan timeout)
    {
        bool forever = timeout == Timeout.InfiniteTimeSpan;
        long started = forever ? 0 : Stopwatch.GetTimestamp();
        lock (_bed)
        {
            _sleeping = true;
            Interlocked.MemoryBarrier();
            while (!IsReady)
            {
                if (forever)
                {
                    Monitor.Wait(_bed);
                    continue;
                }

                TimeSpan left = timeout - Stopwatch.GetElapsedTime(started);
                if (left <= TimeSpan.Zero) break;
                // Rounded up: Monitor counts whole milliseconds, and a wait of 0 would spin.
                Monitor.Wait(_bed, (int)Math.Min(Math.Ceiling(left.TotalMilliseconds), int.MaxValue));
            }

            _sleeping = false;
        }
    }
}
