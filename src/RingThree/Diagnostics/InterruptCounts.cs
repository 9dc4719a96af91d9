using System.Globalization;
using RingThree.Interrupts;

namespace RingThree.Diagnostics;

/// <summary>
/// Tells the counters of every enabled session, again and again, while somebody looks. The sessions count in any case, so an
/// interrupt pays nothing for it.
/// </summary>
internal static class InterruptCounts
{
    private const double Usual = 1;
    private const double Least = 0.05;
    private const double Most = 3600;
    private static readonly Lock Gate = new();
    private static readonly List<WeakReference<InterruptSession>> Sessions = []; // a session that is forgotten must not live on here
    private static Timer? _timer;
    private static double _interval = Usual;
    private static int _numbers;

    /// <summary>A number for a new session, by which its events are told from those of the device's other sessions.</summary>
    internal static int NextNumber() => Interlocked.Increment(ref _numbers);

    /// <summary>A session has been enabled.</summary>
    internal static void Add(InterruptSession session)
    {
        lock (Gate)
        {
            Sessions.RemoveAll(s => !s.TryGetTarget(out _));
            Sessions.Add(new WeakReference<InterruptSession>(session));
        }
    }

    /// <summary>A session has ended.</summary>
    internal static void Remove(InterruptSession session)
    {
        lock (Gate) Sessions.RemoveAll(s => !s.TryGetTarget(out InterruptSession? other) || other == session);
    }

    /// <summary>Somebody begins or ceases to look.</summary>
    /// <param name="wanted">Whether anybody wants counters.</param>
    /// <param name="interval">Seconds, as the listener has given them; <see langword="null"/> when it has not.</param>
    internal static void Configure(bool wanted, string? interval)
    {
        lock (Gate)
        {
            if (!wanted)
            {
                _timer?.Dispose();
                (_timer, _interval) = (null, Usual);
                return;
            }

            if (Seconds(interval) is { } seconds) _interval = seconds;
            var period = TimeSpan.FromSeconds(_interval);
            // The first ones at once: whoever attaches late learns which sessions there are. Not from here, as the source may not be made yet.
            if (_timer is { } timer) timer.Change(TimeSpan.Zero, period);
            else _timer = new Timer(static _ => Tell(), null, TimeSpan.Zero, period);
        }
    }

    /// <summary>What a listener has given, kept in bounds; <see langword="null"/> when it is no number.</summary>
    internal static double? Seconds(string? interval) =>
        double.TryParse(interval, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && !double.IsNaN(seconds) ? Math.Clamp(seconds, Least, Most) : null;

    private static void Tell()
    {
        InterruptSession[] live;
        lock (Gate) live = [.. Sessions.Select(s => s.TryGetTarget(out InterruptSession? session) ? session : null).OfType<InterruptSession>()];
        foreach (InterruptSession session in live) RingThreeEvents.Log.Count(session);
    }
}
