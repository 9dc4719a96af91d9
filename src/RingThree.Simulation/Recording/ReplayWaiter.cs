using System.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>A waiter whose signals come from a recording. One monitor, the timeline's, guards all of a device.</summary>
internal sealed class ReplayWaiter(ReplayTimeline timeline) : IInterruptWaiter
{
    private readonly List<InterruptSignal> _pending = [];
    private bool _woken;
    private bool _disposed;

    /// <summary>Whether its signals have been taken: a recorded wait's signals stay together, and apart from the next one's.</summary>
    internal bool IsIdle => _pending.Count == 0;

    public int Wait(Span<InterruptSignal> signals, TimeSpan timeout)
    {
        bool forever = timeout == Timeout.InfiniteTimeSpan;
        long started = Stopwatch.GetTimestamp();
        lock (timeline.Gate)
        {
            while (_pending.Count == 0 && !_woken && !_disposed)
            {
                timeline.Advance();
                if (_pending.Count > 0) break;
                TimeSpan left = forever ? TimeSpan.MaxValue : timeout - Stopwatch.GetElapsedTime(started);
                if (left <= TimeSpan.Zero) return 0;
                // Only while something holds signals back is there a reason to look again.
                if (timeline.HoldsSignalsBack && timeline.Patience < left) left = timeline.Patience;
                Monitor.Wait(timeline.Gate, left.TotalMilliseconds < int.MaxValue ? (int)Math.Ceiling(left.TotalMilliseconds) : Timeout.Infinite);
                timeline.GiveUpWhenStill();
            }

            _woken = false;
            int count = Math.Min(signals.Length, _pending.Count);
            for (int i = 0; i < count; i++) signals[i] = _pending[i];
            _pending.RemoveRange(0, count);
            if (count > 0) timeline.Advance();
            return count;
        }
    }

    public void Wake()
    {
        lock (timeline.Gate)
        {
            _woken = true;
            Monitor.PulseAll(timeline.Gate);
        }
    }

    public void Dispose()
    {
        lock (timeline.Gate)
        {
            _disposed = true;
            _pending.Clear();
            Monitor.PulseAll(timeline.Gate);
        }
    }

    /// <summary>A signal arrives. Called with the timeline's gate held.</summary>
    internal void Add(int tag, long count)
    {
        if (_disposed) return;
        int at = _pending.FindIndex(s => s.Tag == tag);
        if (at < 0) _pending.Add(new InterruptSignal(tag, count));
        else _pending[at] = new InterruptSignal(tag, _pending[at].Count + count);
        Monitor.PulseAll(timeline.Gate);
    }
}
