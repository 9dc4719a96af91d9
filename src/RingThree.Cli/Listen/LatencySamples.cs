using System.Diagnostics;

namespace RingThree.Cli;

/// <summary>How long interrupts took from the stimulus that made them to their handler: the last million, exactly.</summary>
internal sealed class LatencySamples
{
    private const int Most = 1 << 20;
    private readonly Lock _gate = new();
    private readonly Queue<long> _waiting = new();
    private readonly List<long> _ticks = [];
    private int _next;

    /// <summary>A stimulus is about to be made.</summary>
    internal void Stimulated()
    {
        lock (_gate) _waiting.Enqueue(Stopwatch.GetTimestamp());
    }

    /// <summary>
    /// A handler has been called. It answers every stimulus so far (a level line and an event descriptor merge them), and
    /// the oldest of those has waited longest.
    /// </summary>
    /// <returns>How long, microseconds; <see langword="null"/> when nothing was waiting.</returns>
    internal double? Handled()
    {
        long now = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out long oldest)) return null;
            _waiting.Clear();
            if (_ticks.Count < Most) _ticks.Add(now - oldest);
            else _ticks[_next++ % Most] = now - oldest;
            return Microseconds(now - oldest);
        }
    }

    /// <summary>Median, 99th percentile and greatest, microseconds; <see langword="null"/> when there is none.</summary>
    internal (double P50, double P99, double Max)? Summarize()
    {
        lock (_gate)
        {
            if (_ticks.Count == 0) return null;
            _ticks.Sort();
            return (At(0.5), At(0.99), At(1));
        }
    }

    private double At(double part) => Microseconds(_ticks[Math.Min(_ticks.Count - 1, (int)(part * _ticks.Count))]);

    private static double Microseconds(long ticks) => 1e6 * ticks / Stopwatch.Frequency;
}
