using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>Something that can run next.</summary>
internal abstract class SeededItem(string name)
{
    internal string Name { get; } = name;

    internal abstract void Run();
}

/// <summary>Work that runs once: a continuation, a card's later work, the beginning of the test.</summary>
internal sealed class SeededWork(string name, Action work) : SeededItem(name), IDisposable
{
    private bool _over;

    /// <summary>Called off before it ran.</summary>
    public void Dispose() => _over = true;

    internal override void Run()
    {
        if (_over) return;
        _over = true;
        work();
    }
}

/// <summary>One of the library's strands: runs a step whenever its waiter has something for it.</summary>
internal sealed class SeededStrand : SeededItem
{
    private readonly SeededScheduler _scheduler;
    private readonly SimulatedWaiter _waiter;
    private readonly Func<bool> _step;
    private bool _queued;
    private bool _running;
    private bool _over;

    internal SeededStrand(SeededScheduler scheduler, string name, IInterruptWaiter waiter, Func<bool> step)
        : base(name)
    {
        _scheduler = scheduler;
        _waiter = (SimulatedWaiter)waiter;
        _step = step;
        _waiter.Readied = Queue;
        if (_waiter.IsReady) Queue();
    }

    internal override void Run()
    {
        _queued = false;
        _running = true;
        _over = !_step();
        _running = false;
        if (!_over && _waiter.IsReady) Queue();
    }

    private void Queue()
    {
        if (_queued || _running || _over) return;
        _queued = true;
        _scheduler.Enqueue(this);
    }
}

/// <summary>A step that has been interrupted, or waits: it goes on when it is chosen.</summary>
/// <param name="lane">Whose.</param>
/// <param name="name">For a person.</param>
/// <param name="condition">What it waits for; <see langword="null"/> for nothing.</param>
/// <param name="isInterrupted">Whether it was interrupted, rather than waiting for something.</param>
internal sealed class SeededSuspension(Lane lane, string name, Func<bool>? condition, bool isInterrupted)
{
    internal Lane Lane => lane;

    internal string Name => name;

    internal bool IsInterrupted => isInterrupted;

    internal bool IsTimeUp { get; set; }

    internal bool CanGoOn => condition is null || IsTimeUp || condition();
}
