using System.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>What a thread waits on for simulated signals: a monitor, so that it works on any system.</summary>
internal sealed class SimulatedWaiter : IInterruptWaiter
{
    private readonly object _gate = new();
    private long[] _counts = [];
    private int[] _ready = [];
    private int _readyCount;
    private bool _woken;
    private bool _disposed;

    public int Wait(Span<InterruptSignal> signals, TimeSpan timeout)
    {
        lock (_gate)
        {
            long started = timeout == Timeout.InfiniteTimeSpan ? 0 : Stopwatch.GetTimestamp();
            while (_readyCount == 0 && !_woken && !_disposed)
            {
                if (timeout == Timeout.InfiniteTimeSpan)
                {
                    Monitor.Wait(_gate);
                    continue;
                }

                TimeSpan left = timeout - Stopwatch.GetElapsedTime(started);
                if (left <= TimeSpan.Zero) return 0;
                // Rounded up: Monitor counts whole milliseconds, and a wait of 0 would spin.
                Monitor.Wait(_gate, (int)Math.Min(Math.Ceiling(left.TotalMilliseconds), int.MaxValue));
            }

            _woken = false;
            int count = Math.Min(signals.Length, _readyCount);
            for (int i = 0; i < count; i++)
            {
                int tag = _ready[i];
                signals[i] = new InterruptSignal(tag, _counts[tag]);
                _counts[tag] = 0;
            }

            Array.Copy(_ready, count, _ready, 0, _readyCount - count);
            _readyCount -= count;
            return count;
        }
    }

    public void Wake()
    {
        lock (_gate)
        {
            _woken = true;
            Monitor.PulseAll(_gate);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Makes room for a tag, so that signals allocate nothing.</summary>
    internal void Prepare(int tag)
    {
        lock (_gate)
        {
            if (tag < _counts.Length) return;
            Array.Resize(ref _counts, tag + 1);
            Array.Resize(ref _ready, tag + 1);
        }
    }

    internal void Signal(int tag)
    {
        lock (_gate)
        {
            if (_disposed) return;
            if (_counts[tag]++ == 0) _ready[_readyCount++] = tag;
            Monitor.Pulse(_gate);
        }
    }
}
