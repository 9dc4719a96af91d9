namespace RingThree.Hosting;

/// <summary>
/// What one thread waits on for signals of many vectors. Waiting burns no CPU. <see cref="Wake"/> may be called by any
/// thread; everything else only by the one that waits.
/// </summary>
public interface IInterruptWaiter : IDisposable
{
    /// <summary>
    /// Waits until a routed vector has signalled, <see cref="Wake"/> was called, or time is up, and takes the signals.
    /// </summary>
    /// <param name="signals">Filled from its start; what does not fit is there for the next call. At least 1 long.</param>
    /// <param name="timeout">At most this long; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes, zero for not at all.</param>
    /// <returns>How many were filled in; 0 for a wake-up or when time is up.</returns>
    int Wait(Span<InterruptSignal> signals, TimeSpan timeout);

    /// <summary>Ends the current wait, or the next one if none is under way. Wake-ups do not add up. After dispose it does nothing.</summary>
    void Wake();
}

/// <summary>Signals of one vector since the last wait.</summary>
/// <param name="Tag">The route's tag.</param>
/// <param name="Count">How many, at least 1. A level line or a descriptor may have merged device events into one.</param>
public readonly record struct InterruptSignal(int Tag, long Count);

/// <summary>Where a vector's signals go.</summary>
/// <param name="Waiter">A waiter made by the same device; <see langword="null"/> leaves the vector enabled in the host but unheard.</param>
/// <param name="Tag">What <see cref="InterruptSignal.Tag"/> will say, 0 or more; unique per waiter, but vectors may share one on purpose.</param>
public readonly record struct VectorRoute(IInterruptWaiter? Waiter, int Tag);

/// <summary>Results of immediate stages that ran nearer to the hardware. Read by the waiter's thread alone, after a signal.</summary>
public interface INearStage : IDisposable
{
    /// <summary>Takes the next run's result.</summary>
    /// <param name="run">The result.</param>
    /// <param name="values">Filled with the values its reads got, in the order of the program's reads.</param>
    /// <returns>Whether there was one.</returns>
    bool TryTake(out NearRun run, Span<ulong> values);
}

/// <summary>One run of an immediate stage nearer to the hardware.</summary>
/// <param name="Vector">The vector it ran for.</param>
/// <param name="Signals">How many signals it stands for.</param>
/// <param name="Claimed">Whether it claimed them.</param>
/// <param name="Deferred">Whether it asked for the deferred stage.</param>
/// <param name="StillAsserted">Whether the line was still asserted afterwards and has been left masked.</param>
public readonly record struct NearRun(int Vector, long Signals, bool Claimed, bool Deferred, bool StillAsserted);
