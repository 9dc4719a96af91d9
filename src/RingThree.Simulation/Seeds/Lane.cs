namespace RingThree.Simulation;

/// <summary>
/// A thread of a seeded run. Of all lanes one runs at a time: the one that holds the baton. A step runs on one lane from
/// its start to its end, so that locks it takes are its own.
/// </summary>
internal sealed class Lane
{
    [ThreadStatic]
    private static Lane? _current;

    private readonly SemaphoreSlim _baton = new(0);
    private readonly Thread _thread;
    private int _epoch;
    private bool _scheduling;
    private volatile bool _running;

    /// <summary>Makes the calling thread a lane.</summary>
    internal Lane(SeededScheduler scheduler)
    {
        Scheduler = scheduler;
        _thread = Thread.CurrentThread;
        _current = this;
        _running = true;
    }

    /// <summary>Makes a lane with a thread of its own.</summary>
    /// <param name="scheduler">The run it belongs to.</param>
    /// <param name="thread">The thread, which is to call <see cref="Run"/>.</param>
    internal Lane(SeededScheduler scheduler, Thread thread)
    {
        Scheduler = scheduler;
        _thread = thread;
    }

    /// <summary>The lane that the calling thread is, or <see langword="null"/>.</summary>
    internal static Lane? Current => _current;

    internal SeededScheduler Scheduler { get; }

    /// <summary>What it is to run first when it gets the baton.</summary>
    internal SeededItem? Assigned { get; set; }

    /// <summary>Whether others may not come in between until its step has ended.</summary>
    internal bool IsUninterrupted { get; set; }

    /// <summary>Whether it sleeps somewhere that the run does not know of: a lock that another step holds, a sleep.</summary>
    internal bool SleepsElsewhere => _running && !IsScheduling && (_thread.ThreadState & ThreadState.WaitSleepJoin) != 0;

    /// <summary>Whether it is deciding what comes next, rather than in somebody's code.</summary>
    internal bool IsScheduling
    {
        get => Volatile.Read(ref _scheduling);
        set => Volatile.Write(ref _scheduling, value);
    }

    /// <summary>Counts what it does, to tell one moment of it from another.</summary>
    internal int Epoch => Volatile.Read(ref _epoch);

    /// <summary>The calling thread is no lane any more.</summary>
    internal static void Leave() => _current = null;

    /// <summary>The lane's life, on its own thread: waits for the baton, and runs what there is until the run is over.</summary>
    internal void Run()
    {
        _current = this;
        SynchronizationContext.SetSynchronizationContext(Scheduler.Context);
        WaitForBaton();
        Scheduler.Loop(this);
        SynchronizationContext.SetSynchronizationContext(null);
        _current = null;
    }

    internal void Count() => Volatile.Write(ref _epoch, _epoch + 1);

    internal void GiveBaton() => _baton.Release();

    internal void WaitForBaton()
    {
        _running = false;
        while (!_baton.Wait(SeededScheduler.Watch)) Scheduler.LookForSleepers();
        _running = true;
        Count();
    }
}
