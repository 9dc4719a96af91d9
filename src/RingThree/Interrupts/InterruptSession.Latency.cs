using System.Globalization;
using RingThree.Hosting;

namespace RingThree.Interrupts;

/// <content>The session's latency mode.</content>
public sealed partial class InterruptSession
{
    private int _latencyRefused;

    /// <summary>For how long the waiters look for signals before they sleep.</summary>
    internal TimeSpan BusyWait
    {
        get
        {
            // Where a scheduler keeps the time it stands still meanwhile.
            if (_options.Latency is not { } mode || !OwnsThreads) return TimeSpan.Zero;
            // On one processor the thread that is to run the later stages would wait for the one that polls.
            bool alone = Environment.ProcessorCount == 1;
            bool delays = _delivery switch
            {
                InterruptDelivery.OwnThread => alone || mode.Processors.Distinct().Count() == 1,
                InterruptDelivery.Await => alone,
                _ => false,
            };
            return delays ? TimeSpan.Zero : mode.BusyWait;
        }
    }

    private bool OwnsThreads => ReferenceEquals(Device.Scheduler, ThreadScheduler.Instance);

    /// <summary>Makes the calling thread, one of the road's that begins, what the latency mode asks for.</summary>
    /// <param name="lower">How far below the mode's priority.</param>
    private void Prioritize(int lower)
    {
        LatencyMode mode = _options.Latency!;
        if (mode.RealTimePriority == 0 && mode.Processors.Count == 0) return;
        int priority = mode.RealTimePriority == 0 ? 0 : Math.Max(1, mode.RealTimePriority - lower);
        string answer = "its host runs the road's work itself";
        if (OwnsThreads && Device.Host.TryPrioritize(priority, [.. mode.Processors], out answer)) return;
        if (Interlocked.Exchange(ref _latencyRefused, 1) != 0) return;
        string wanted = string.Join(" and ", Wanted(mode));
        Report(new InterruptReport(InterruptReportKind.LatencyRefused, -1,
            $"{Device.Address}: the latency mode's {wanted} was not granted in full: {answer}. Interrupts work, without it."));
    }

    private static IEnumerable<string> Wanted(LatencyMode mode)
    {
        if (mode.RealTimePriority > 0) yield return string.Create(CultureInfo.InvariantCulture, $"real-time priority {mode.RealTimePriority}");
        if (mode.Processors.Count > 0) yield return $"pinning to processors {string.Join(", ", mode.Processors)}";
    }
}
