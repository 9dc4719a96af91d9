namespace RingThree.Interrupts;

/// <summary>
/// How a session trades processor time for latency: the scheduling of the road's own threads, and a busy wait of bounded
/// length. Also has the session measure itself (<see cref="InterruptSession.GetLatency"/>), at a small cost per interrupt.
/// </summary>
/// <remarks>
/// The mode is advice: what the system refuses is reported once (<see cref="InterruptReportKind.LatencyRefused"/>), and
/// the session runs without it. It applies to threads that the library starts; the thread of a caller who waits
/// (<see cref="InterruptDelivery.CallerThread"/>) and the thread pool's are left as they are. In a run driven by a seed,
/// where threads and time are the simulation's, it only measures.
/// </remarks>
public sealed record LatencyMode
{
    /// <summary>The longest <see cref="BusyWait"/>.</summary>
    public static readonly TimeSpan LongestBusyWait = TimeSpan.FromMilliseconds(10);

    /// <summary>The highest processor number that <see cref="Processors"/> takes.</summary>
    public const int HighestProcessor = 8191; // CONFIG_NR_CPUS ends at 8192

    /// <summary>
    /// The real-time priority of the waiters' threads, 1 to 99 (Linux: SCHED_FIFO, sched(7)); 0 leaves them as they are. A
    /// handler's own thread runs one below (at least at 1), so that no handler delays an acknowledge. Threads that a
    /// handler starts do not inherit it.
    /// </summary>
    public int RealTimePriority { get; init; }

    /// <summary>The processors the road's threads may run on, each 0 to <see cref="HighestProcessor"/>; empty for any.</summary>
    public IReadOnlyList<int> Processors { get; init; } = [];

    /// <summary>
    /// How long a waiter looks for the next signal without sleeping after it has processed one, 0 to 10 ms. It uses a
    /// whole processor meanwhile (in real time to the exclusion of all else on it), then sleeps until the next signal. The
    /// only part that also works for a caller's thread.
    /// </summary>
    /// <remarks>
    /// Not used where the later stages would have to wait for it: with deliveries <see cref="InterruptDelivery.OwnThread"/>
    /// and <see cref="InterruptDelivery.Await"/> when the process has one processor only, and with the former when the
    /// threads are pinned to one. A handler's own thread never uses it. Give each of several waiters a processor.
    /// </remarks>
    public TimeSpan BusyWait { get; init; }
}
