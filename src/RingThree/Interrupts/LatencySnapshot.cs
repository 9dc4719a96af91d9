namespace RingThree.Interrupts;

/// <summary>What a session with a <see cref="LatencyMode"/> has measured since it was enabled; all zero without one.</summary>
/// <remarks>
/// <para>
/// <see cref="AfterWake"/> is the library's own part: from the moment a waiter's wait returned with a signal to the moment
/// before the handler is called. It covers the immediate stages of all vectors that signalled in that wake-up, the hop to
/// a handler's own thread, earlier handler calls of the same thread, and the deferred stage. For an <c>await</c> it ends
/// as the result is handed over, and does not cover the thread pool's hop to the continuation; for a caller's thread it
/// ends just before <c>Wait</c> returns. Where nobody was fetching, the time until somebody did counts. It does not cover
/// the hardware, the kernel and the thread's wake-up by the scheduler, whose start no user-mode clock sees.
/// </para>
/// <para>
/// <see cref="AfterTrigger"/> covers the wake-up too, but only for signals by software: from the call of <c>Trigger</c> to
/// the same moment. It is what real-time priority and busy wait make shorter. When a device signals the same vector at
/// the same time the two cannot be told apart, and a sample may be too short.
/// </para>
/// <para>
/// One sample per batch, of its oldest signal, at its first handler call. A batch without a call is in neither. What was
/// held by a mask counts from the wake-up after the unmask, and is not in <see cref="AfterTrigger"/>.
/// </para>
/// </remarks>
/// <param name="Wakeups">Waits that returned with signals.</param>
/// <param name="Polled">Those of them that the busy wait ended, without sleeping.</param>
/// <param name="AfterWake">From a waiter's return to the handler.</param>
/// <param name="AfterTrigger">From a trigger by software to the handler.</param>
public readonly record struct LatencySnapshot(long Wakeups, long Polled, LatencyPercentiles AfterWake, LatencyPercentiles AfterTrigger)
{
    /// <summary>The median of <see cref="AfterWake"/>.</summary>
    public TimeSpan P50 => AfterWake.P50;

    /// <summary>Of <see cref="AfterWake"/>.</summary>
    public TimeSpan P99 => AfterWake.P99;

    /// <summary>Of <see cref="AfterWake"/>.</summary>
    public TimeSpan P999 => AfterWake.P999;

    /// <summary>Of <see cref="AfterWake"/>.</summary>
    public TimeSpan Max => AfterWake.Max;
}

/// <summary>
/// Percentiles by nearest rank: that share of the samples was no longer. Never too short, at most 1/32 (3 %) and 100 ns too
/// long; <paramref name="Max"/> is exact to 100 ns. All zero without samples.
/// </summary>
/// <param name="Count">How many samples.</param>
/// <param name="P50">The median.</param>
/// <param name="P99">99 in 100 were no longer.</param>
/// <param name="P999">999 in 1000 were no longer.</param>
/// <param name="Max">The longest.</param>
public readonly record struct LatencyPercentiles(long Count, TimeSpan P50, TimeSpan P99, TimeSpan P999, TimeSpan Max);
