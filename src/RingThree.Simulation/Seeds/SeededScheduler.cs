using System.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>
/// Runs everything that happens on a simulated machine one step at a time, in an order drawn from a seed: the road's
/// stages, cards' later work, continuations of the test. At each access of a card another step may come in between, as
/// threads and interrupts would.
/// </summary>
/// <remarks>
/// All of it runs on one thread until a step is interrupted or waits. Then another lane takes the baton, so that a lock
/// held by the interrupted step excludes the others as it would on a real machine. A step that meets such a lock is
/// noticed to sleep; the interrupted ones then run to their ends, one after another, until it can go on.
/// </remarks>
internal sealed class SeededScheduler : IHostScheduler
{
    internal static readonly TimeSpan Watch = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestNap = TimeSpan.FromMilliseconds(6);
    private const int TraceLength = 32;
    private const int LongestPause = 14; // as a power of two of 100 ns: 0.8 ms
    private readonly SeededRandom _random;
    private readonly uint _interruptOneIn;
    private readonly List<SeededItem> _ready = [];
    private readonly List<SeededSuspension> _suspended = [];
    private readonly Stack<Lane> _idle = new();
    private readonly List<Lane> _asleep = []; // lost the baton while they slept elsewhere
    private readonly Dictionary<Lane, SeededSuspension> _arrived = []; // of those: back, and waiting for the baton
    private readonly string[] _trace = new string[TraceLength];
    private readonly Lock _gate = new();
    private readonly Lane _first;
    private Lane _holder;
    private (Lane Lane, int Epoch, long Since) _seen;
    private volatile bool _watched;
    private bool _over;

    internal SeededScheduler(int seed, uint interruptOneIn)
    {
        _random = new SeededRandom(seed);
        _interruptOneIn = interruptOneIn;
        Context = new SeededContext(this);
        Clock = new SeededClock(this);
        _first = _holder = new Lane(this);
    }

    public TimeProvider Time => Clock.Time;

    public bool UsesThreadPool => false;

    internal SeededClock Clock { get; }

    internal SeededContext Context { get; }

    internal SeededRandom Random => _random;

    /// <summary>How many steps have run.</summary>
    internal long Steps { get; private set; }

    /// <summary>The last steps' names, oldest first.</summary>
    internal IEnumerable<string> Trace => Enumerable.Range(0, TraceLength).Select(i => _trace[(Steps + i) % TraceLength]).Where(n => n is not null);

    public void Start(string name, IInterruptWaiter waiter, Func<bool> step) => _ = new SeededStrand(this, name, waiter, step);

    public void Run(string name, Action work) => Enqueue(new SeededWork(name, work));

    public bool WaitUntil(Func<bool> condition, TimeSpan timeout)
    {
        if (condition()) return true;
        Lane lane = Enter("wait");
        var suspension = new SeededSuspension(lane, "a wait", condition, isInterrupted: false);
        using IDisposable? timer = timeout == Timeout.InfiniteTimeSpan ? null : Clock.Schedule(timeout, () => suspension.IsTimeUp = true);
        Suspend(suspension);
        lane.IsScheduling = false;
        return condition();
    }

    internal void Enqueue(SeededItem item)
    {
        lock (_gate) _ready.Add(item);
    }

    /// <summary>A place where another step may come in between.</summary>
    internal void Point(string what)
    {
        Lane lane = Enter(what);
        if (!lane.IsUninterrupted && _interruptOneIn > 0 && _random.Next(_interruptOneIn) == 0) Interrupt(lane, what);
        lane.IsScheduling = false;
    }

    /// <summary>Runs until a condition holds, on the thread that made the scheduler.</summary>
    internal void RunUntil(Func<bool> condition)
    {
        while (!condition())
        {
            if (Choose() is not { } chosen)
                throw new InvalidOperationException("Nothing can go on any more, and the test has not ended: it waits for something that will not come. " + Describe());
            Carry(chosen, _first);
        }
    }

    /// <summary>Runs what is ready, but lets no time pass.</summary>
    internal void Drain()
    {
        for (int i = 0; i < 100_000 && (_ready.Count > 0 || _suspended.Exists(s => s.CanGoOn)); i++)
        {
            if (Choose() is { } chosen) Carry(chosen, _first);
        }
    }

    /// <summary>Ends every lane but the first.</summary>
    internal void End()
    {
        _over = true;
        while (_idle.TryPop(out Lane? lane)) lane.GiveBaton();
        Lane.Leave();
    }

    /// <summary>What a lane other than the first does when it has the baton and no step.</summary>
    internal void Loop(Lane lane)
    {
        while (!_over)
        {
            if (lane.Assigned is { } item)
            {
                lane.Assigned = null;
                RunItem(item, lane);
            }

            object? chosen = Choose();
            if (chosen is SeededItem next)
            {
                RunItem(next, lane);
                continue;
            }

            // Nothing can go on: the first lane, which waits for something, hears of it.
            SeededSuspension suspension = chosen as SeededSuspension ?? _suspended.Find(s => s.Lane == _first)!;
            if (chosen is null) suspension.IsTimeUp = true;
            _suspended.Remove(suspension);
            _idle.Push(lane);
            Hand(suspension.Lane);
            lane.WaitForBaton();
        }
    }

    /// <summary>Called by a lane that waits: does the one that runs sleep somewhere else?</summary>
    internal void LookForSleepers()
    {
        lock (_gate)
        {
            Lane holder = _holder;
            _watched = true; // from now on the holder looks before it decides
            if (_over || !holder.SleepsElsewhere)
            {
                _seen = default;
                return;
            }

            // Several lanes look: what counts is how long it has slept, and that it was never seen to do anything else.
            if (_seen.Lane != holder || _seen.Epoch != holder.Epoch)
            {
                _seen = (holder, holder.Epoch, Stopwatch.GetTimestamp());
                return;
            }

            if (Stopwatch.GetElapsedTime(_seen.Since) < LongestNap) return;
            _seen = default;
            // The lock it wants is held by an interrupted step. Which one is not known: one after another runs to its end.
            // One that slept before, and came back with the lock, may be it too.
            SeededSuspension? other = _suspended.Find(s => s.IsInterrupted && s.Lane != holder);
            if (other is null && _asleep.Find(l => _arrived.ContainsKey(l)) is { } back)
            {
                _arrived.Remove(back, out other);
                _asleep.Remove(back);
            }

            other ??= _suspended.Find(s => s.Lane != holder && s.CanGoOn);
            if (other is null) return;
            _asleep.Add(holder);
            _suspended.Remove(other);
            other.Lane.IsUninterrupted = true;
            Hand(other.Lane);
        }
    }

    /// <summary>The calling lane is about to decide: it has the baton, or waits for it, and nobody takes it away meanwhile.</summary>
    private Lane Enter(string what)
    {
        Lane lane = Lane.Current ?? throw new SimulationException(
            $"A seeded run was left: '{what}' comes from a thread that the run does not know. Task.Run, new threads, timers and ConfigureAwait(false) leave it; use await, and the world's Time and Run.");
        Enter(lane);
        return lane;
    }

    private void Enter(Lane lane)
    {
        lane.Count();
        lane.IsScheduling = true;
        if (Volatile.Read(ref _holder) == lane && !_watched) return;
        lock (_gate)
        {
            if (_holder == lane) return;
            _arrived[lane] = new SeededSuspension(lane, "a step that had to wait for a lock", null, isInterrupted: true);
        }

        lane.WaitForBaton();
    }

    /// <summary>Others come first; perhaps for so long that cards go on meanwhile, as when a system takes its processor away from a thread.</summary>
    private void Interrupt(Lane lane, string what)
    {
        if (_random.Next(2) == 0)
        {
            if (_ready.Count > 0 || _suspended.Count > 0) Suspend(new SeededSuspension(lane, what, null, isInterrupted: true));
            return;
        }

        bool up = false;
        var pause = TimeSpan.FromTicks(1L << (int)_random.Next(LongestPause));
        using IDisposable timer = Clock.Schedule(pause, () => up = true);
        Suspend(new SeededSuspension(lane, what, () => up, isInterrupted: true));
    }

    private void Suspend(SeededSuspension suspension)
    {
        Lane lane = suspension.Lane;
        _suspended.Add(suspension);
        switch (Choose())
        {
            case SeededSuspension other when other == suspension:
                _suspended.Remove(suspension);
                return;
            case SeededSuspension other:
                _suspended.Remove(other);
                Hand(other.Lane);
                break;
            case SeededItem item:
                Lane next = _idle.TryPop(out Lane? idle) ? idle : LaneThread.Start(this);
                next.Assigned = item;
                Hand(next);
                break;
            default:
                _suspended.Remove(suspension);
                throw new InvalidOperationException("Nothing can go on any more: this wait is for something that will not come. " + Describe());
        }

        lane.WaitForBaton();
    }

    /// <summary>What comes next: an item, or a suspension; <see langword="null"/> when there is nothing even later.</summary>
    private object? Choose()
    {
        while (true)
        {
            if (_asleep.Count > 0) Settle();
            int count = _ready.Count;
            int resumable = 0;
            foreach (SeededSuspension s in _suspended)
            {
                if (s.CanGoOn) resumable++;
            }

            if (count + resumable == 0)
            {
                if (Clock.Advance()) continue;
                if (_asleep.Count == 0) return null;
                Thread.Sleep(1); // whoever sleeps elsewhere may wake yet
                continue;
            }

            int pick = count + resumable == 1 ? 0 : (int)_random.Next((uint)(count + resumable));
            if (pick < count)
            {
                lock (_gate)
                {
                    SeededItem item = _ready[pick];
                    _ready[pick] = _ready[^1];
                    _ready.RemoveAt(_ready.Count - 1);
                    return item;
                }
            }

            pick -= count;
            foreach (SeededSuspension s in _suspended)
            {
                if (s.CanGoOn && pick-- == 0) return s;
            }

            // A condition that held no longer does: look again.
        }
    }

    private void Carry(object chosen, Lane lane)
    {
        if (chosen is SeededItem item)
        {
            RunItem(item, lane);
            return;
        }

        var suspension = (SeededSuspension)chosen;
        _suspended.Remove(suspension);
        var own = new SeededSuspension(lane, "the run", static () => true, isInterrupted: false);
        _suspended.Add(own);
        Hand(suspension.Lane);
        lane.WaitForBaton(); // whoever gave it has taken our suspension
    }

    private void RunItem(SeededItem item, Lane lane)
    {
        _trace[Steps++ % TraceLength] = item.Name;
        lane.IsScheduling = false;
        item.Run();
        lane.IsUninterrupted = false;
        Enter(lane);
    }

    private void Hand(Lane lane)
    {
        Volatile.Write(ref _holder, lane);
        lane.GiveBaton();
    }

    /// <summary>Waits until those who slept elsewhere are back, or certainly still asleep; so that what comes next does not depend on how fast they woke.</summary>
    private void Settle()
    {
        int asleep = 0;
        while (true)
        {
            lock (_gate)
            {
                for (int i = _asleep.Count - 1; i >= 0; i--)
                {
                    if (!_arrived.Remove(_asleep[i], out SeededSuspension? back)) continue;
                    _suspended.Add(back);
                    _asleep.RemoveAt(i);
                    asleep = 0;
                }

                if (_asleep.Count == 0) return;
                asleep = _asleep.TrueForAll(l => l.SleepsElsewhere) ? asleep + 1 : 0;
            }

            if (asleep >= 3) return;
            Thread.Sleep(1);
        }
    }

    private string Describe() =>
        _suspended.Count == 0 && _asleep.Count == 0
            ? "Nobody waits inside the run. If the test or the driver awaits Task.Delay, Task.Run, a timer of the system or ConfigureAwait(false), that has left the run: use world.Time and world.Run."
            : $"Waiting: {string.Join(", ", _suspended.Select(s => s.Name).DefaultIfEmpty("nobody"))}; asleep elsewhere: {_asleep.Count}. Last steps: {string.Join(" > ", Trace)}.";
}
