using System.Diagnostics;
using System.Runtime.InteropServices;
using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>
/// A device's recording as it is lived again: finds what the driver does in what was recorded, answers from there, and lets
/// signals come when what was recorded before them has happened.
/// </summary>
/// <remarks>
/// The front is the first record that is still to come. What the driver does is looked for from there, a bounded number of
/// records ahead, since its threads need not meet in the recorded order. What is passed over for too long is missing.
/// </remarks>
internal sealed class ReplayTimeline
{
    private readonly ReplayHost _host;
    private readonly RecordedOpening _opening;
    private readonly RecordedShape _shape;
    private readonly ReplayAddressSpace? _space;
    private readonly List<RecordedEntry> _entries;
    private readonly ulong[] _left; // how many times each entry is still to come
    private readonly Dictionary<int, RecordedEntry> _overtaken = [];
    private readonly Dictionary<(RecordKind, int, ulong, ulong), ReplayRegister> _registers = [];
    private readonly Dictionary<int, ReplayThread> _threads = [];
    private readonly VectorRoute[]?[] _routes;
    private Departure? _departure;
    private int _front;
    private int _furthest = -1; // the last entry that the driver has come to
    private int _lastWork = -1; // the same without what a driver does that closes early, too
    private long _moves;
    private long _lastMove = Stopwatch.GetTimestamp();
    private bool _toldCutOff;
    private bool _finished;

    internal ReplayTimeline(ReplayHost host, RecordedOpening opening, RecordedShape shape, ReplayAddressSpace? space)
    {
        _host = host;
        _opening = opening;
        _shape = shape;
        _space = space;
        _entries = opening.Entries;
        _left = [.. _entries.Select(e => e.Times)];
        _routes = new VectorRoute[shape.Groups.Count][];
    }

    /// <summary>Guards everything here, and is what waiters wait on.</summary>
    internal object Gate { get; } = new();

    internal TimeSpan Patience => _host.Options.Patience;

    /// <summary>Whether signals are near that something keeps from coming.</summary>
    internal bool HoldsSignalsBack => NextSignals() >= 0;

    private int End => Math.Min(_entries.Count, _front + _host.Options.LookAhead);

    /// <summary>The driver does something other than reading.</summary>
    /// <param name="asked">What it does.</param>
    /// <param name="apply">Called with the record that it is, before anything that was recorded behind it happens.</param>
    internal RecordedEntry? Do(RecordedEntry asked, Action<RecordedEntry?>? apply = null)
    {
        lock (Gate)
        {
            _departure = null;
            Move(out ReplayThread thread);
            thread.Register = default;
            thread.Wrote = _moves;
            int at = Find(e => e.IsSame(asked));
            if (at < 0 && (at = Find(e => e.IsSamePlace(asked))) >= 0)
                Report(DepartureKind.DifferentValue, _entries[at], asked.Describe(_shape), "Compare the two drivers, or record again if this is meant.");
            RecordedEntry? entry = at < 0 ? NotRecorded(asked) : _entries[at];
            apply?.Invoke(entry);
            if (at >= 0) Take(at);
            Advance();
            Throw();
            return entry;
        }
    }

    /// <summary>The driver reads: a register, or whether the device is there.</summary>
    /// <param name="asked">What it reads.</param>
    /// <param name="repeated">Whether the answer is one that was given already, or is out of its place.</param>
    /// <returns>The record that answers, or <see langword="null"/> when there is none far and wide.</returns>
    internal RecordedEntry? Read(RecordedEntry asked, out bool repeated)
    {
        lock (Gate)
        {
            _departure = null;
            Move(out ReplayThread thread);
            (RecordKind, int, ulong, ulong) register = (asked.Kind, asked.Number, asked.Offset, asked.Length);
            ReplayRegister? state = _registers.GetValueOrDefault(register);
            bool polls = thread.Register == register && !thread.IsStuck(Patience, _host.Options.LookAhead);
            if (thread.Register != register) thread.Repeats = 0;
            thread.Register = register;
            int at = FindRead(asked, polls);
            repeated = at < 0;
            if (!repeated)
            {
                thread.Repeats = 0;
                RecordedEntry entry = _entries[at];
                _registers[register] = new ReplayRegister(entry, _moves);
                if (entry.Contents is { } contents && _left[at] == entry.Times) _space?.Put(contents, entry);
                Take(at);
                Advance();
                Throw();
                return entry;
            }

            thread.Repeated();
            if (IsQuestion(asked) || (state is not null && state.Move >= thread.Wrote)) return state?.Entry ?? Anywhere(asked);
            NotRecorded(asked);
            Throw();
            return state?.Entry ?? Anywhere(asked);
        }
    }

    /// <summary>The driver's routes for a group; <see langword="null"/> when it is unbound. Called with the gate held.</summary>
    internal void Route(int group, VectorRoute[]? routes)
    {
        if (group < _routes.Length) _routes[group] = routes;
    }

    /// <summary>Lets happen what can happen now. Called with the gate held.</summary>
    internal void Advance()
    {
        for (int i = _front, end = End; i < end; i++)
        {
            if (_left[i] == 0) continue;
            RecordedEntry entry = _entries[i];
            if (entry.Kind == RecordKind.Signals)
            {
                if (!TryDeliver(entry, force: false)) break;
                // As often as it was recorded, one at a time; what nobody hears is over at once.
                _left[i] = entry.Signals.Any(signal => RouteOf(signal).Waiter is ReplayWaiter { IsIdle: false }) ? _left[i] - 1 : 0;
                i--;
            }
            else if (!MayBeLeftOut(entry))
            {
                break;
            }
        }

        while (_front < _entries.Count && _left[_front] == 0) _front++;
    }

    /// <summary>
    /// When nothing has happened for a while and signals are held back: what the driver passed over is missing, and so are
    /// reads that it did not come to. A write that it may still come to is waited for. Called with the gate held.
    /// </summary>
    internal void GiveUpWhenStill()
    {
        if (Stopwatch.GetElapsedTime(_lastMove) < Patience || NextSignals() is not (>= 0 and int signals)) return;
        _lastMove = Stopwatch.GetTimestamp();
        for (int i = _front; i < signals; i++)
        {
            if (_left[i] > 0 && !_entries[i].IsRead && i > _furthest) return;
        }

        for (int i = _front; i < signals; i++) Miss(i);
        Advance();
    }

    /// <summary>The driver closes the device.</summary>
    internal void Finish()
    {
        lock (Gate)
        {
            if (_finished) return;
            _finished = true;
            for (int i = _front; i < _lastWork; i++) Miss(i);
            int[] rest = [.. Enumerable.Range(0, _entries.Count).Where(i => _left[i] > 0 && IsWork(_entries[i]) && !MayBeLeftOut(_entries[i]))];
            if (rest.Length > 0)
            {
                Report(DepartureKind.EndedEarly, _entries[rest[0]], $"closed the device with {rest.Length} recorded step(s) to go",
                    "See why it stopped before this one; an error or a time-out of its own is the usual reason.");
            }
        }
    }

    private void Move(out ReplayThread thread)
    {
        _moves++;
        _lastMove = Stopwatch.GetTimestamp();
        ref ReplayThread? known = ref CollectionsMarshal.GetValueRefOrAddDefault(_threads, Environment.CurrentManagedThreadId, out _);
        thread = known ??= new ReplayThread();
    }

    private int Find(Func<RecordedEntry, bool> wanted)
    {
        for (int i = _front, end = End; i < end; i++)
        {
            if (_left[i] > 0 && wanted(_entries[i])) return i;
        }

        return -1;
    }

    /// <summary>A read that only repeats the thread's last one does not reach behind what is still to be written: it polls.</summary>
    private int FindRead(RecordedEntry asked, bool polls)
    {
        for (int i = _front, end = End; i < end; i++)
        {
            if (_left[i] == 0 || _entries[i].Kind == RecordKind.Signals) continue;
            if (_entries[i].IsSamePlace(asked)) return i;
            if (polls && !_entries[i].IsRead) return -1;
        }

        return -1;
    }

    /// <summary>The driver has come to an entry.</summary>
    private void Take(int at)
    {
        RecordedEntry entry = _entries[at];
        if (_overtaken.Remove(at, out RecordedEntry? later))
            Report(DepartureKind.OutOfOrder, entry, $"did it after '{later.Describe(_shape)}' (record {later.Place})", "Restore the order; a device may act on the later one at once.");
        for (int i = _front; i < at; i++)
        {
            if (_left[i] == 0 || _entries[i].Thread != entry.Thread || _entries[i].Kind == RecordKind.Signals) continue;
            if (MayBeLeftOut(_entries[i])) Miss(i);
            else if (!entry.IsRead && !_entries[i].IsRead) _overtaken.TryAdd(i, entry);
        }

        _left[at]--;
        _furthest = Math.Max(_furthest, at);
        if (IsWork(entry)) _lastWork = Math.Max(_lastWork, at);
        // Whoever is that far behind does not come any more.
        for (; at - _front >= _host.Options.LookAhead; _front++) Miss(_front);
    }

    private void Miss(int at)
    {
        RecordedEntry entry = _entries[at];
        if (_left[at] == 0) return;
        if (entry.Kind == RecordKind.Signals)
        {
            TryDeliver(entry, force: true);
        }
        else
        {
            if (entry.Contents is { } contents) _space?.Put(contents, entry);
            if (!MayBeLeftOut(entry))
                Report(DepartureKind.Missing, entry, "left it out and went on", entry.IsRead ? "Its next decision rests on another value than the recorded driver's." : "See whether the device needs it.");
        }

        _left[at] = 0;
    }

    /// <summary>Whether a read says nothing new: polls may be fewer. Questions of the library's own are asked when time calls for it.</summary>
    private bool MayBeLeftOut(RecordedEntry entry) => entry.IsRead && (IsQuestion(entry)
        || (_registers.TryGetValue((entry.Kind, entry.Number, entry.Offset, entry.Length), out ReplayRegister? state)
            && state.Entry.Value == entry.Value && state.Entry.Data.Span.SequenceEqual(entry.Data.Span)));

    private bool IsQuestion(RecordedEntry entry) => entry.Kind == RecordKind.Present || (entry.IsRead && IsConfiguration(entry.Number));

    /// <summary>Whether it is more than what closing does by itself: disabling, and switching bus mastering off.</summary>
    private bool IsWork(RecordedEntry entry) => entry.Kind switch
    {
        RecordKind.Unbind or RecordKind.Present or RecordKind.Signals => false,
        RecordKind.Read or RecordKind.Write or RecordKind.ReadBlock or RecordKind.WriteBlock => !IsConfiguration(entry.Number),
        _ => true,
    };

    private bool IsConfiguration(int region) => region < _shape.Regions.Count && _shape.Regions[region].Kind == RegionKind.Configuration;

    /// <summary>The answer to a read that has no record of its own.</summary>
    private RecordedEntry? Anywhere(RecordedEntry asked) => _entries.Find(e => e.IsSamePlace(asked));

    private RecordedEntry? NotRecorded(RecordedEntry asked)
    {
        int next = Find(e => e.Kind != RecordKind.Signals);
        if (next >= 0)
        {
            Report(DepartureKind.NotRecorded, _entries[next], $"{asked.Describe(_shape)}, which is not recorded around here",
                asked.IsRead ? "It was answered with the register's nearest value; record again if this is meant." : "Nothing answers it; record again if this is meant.");
        }
        else if (_host.IsComplete || !_toldCutOff)
        {
            _toldCutOff = !_host.IsComplete;
            Report(_host.IsComplete ? DepartureKind.NotRecorded : DepartureKind.RecordingCutOff, _entries.Count == 0 ? null : _entries[^1], asked.Describe(_shape),
                _host.IsComplete ? "The recorded driver had no more to do; record again if this is meant." : "The recording was cut off here; what follows is not compared.");
        }

        return null;
    }

    /// <summary>Hands signals to their waiters, together, as soon as these have taken what came before.</summary>
    private bool TryDeliver(RecordedEntry entry, bool force)
    {
        foreach (RecordedSignal signal in entry.Signals)
        {
            if (!force && RouteOf(signal).Waiter is ReplayWaiter { IsIdle: false }) return false;
        }

        if (entry.Contents is { } contents) _space?.Put(contents, entry);
        foreach (RecordedSignal signal in entry.Signals)
        {
            VectorRoute route = RouteOf(signal);
            (route.Waiter as ReplayWaiter)?.Add(route.Tag, Math.Max(1, signal.Count));
        }

        return true;
    }

    /// <summary>Where the driver wants a vector's signals; nowhere once it has disabled it.</summary>
    private VectorRoute RouteOf(RecordedSignal signal) =>
        signal.Group < _routes.Length && _routes[signal.Group] is { } routes && signal.Vector < routes.Length ? routes[signal.Vector] : default;

    private int NextSignals()
    {
        for (int i = _front, end = End; i < end; i++)
        {
            if (_left[i] > 0 && _entries[i].Kind == RecordKind.Signals) return i;
        }

        return -1;
    }

    private void Report(DepartureKind kind, RecordedEntry? entry, string actual, string advice)
    {
        var departure = new Departure(kind, _opening.Address, entry?.Place ?? 0, entry is null || kind == DepartureKind.RecordingCutOff ? "nothing more" : entry.Describe(_shape), actual, advice);
        _departure ??= departure;
        _host.Report(departure);
    }

    private void Throw()
    {
        if (_departure is { } departure && _host.Options.ThrowOnDeparture) throw new DepartureException(departure);
    }
}
