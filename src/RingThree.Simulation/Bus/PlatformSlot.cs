using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Platform;

namespace RingThree.Simulation;

/// <summary>The place of a card without PCI in a machine: where it answers, and what it pulls.</summary>
internal sealed class PlatformSlot : IFaultTarget
{
    private readonly SimulatedPlatformCard _card;
    private readonly PlatformWire[] _wires;
    private readonly bool[] _wanted; // what the card would have its lines do
    private readonly Queue<bool>[] _late; // transitions of each line that are on their way: a line keeps their order
    private bool _removed;

    internal PlatformSlot(RootComplex root, SimulatedPlatformCard card, Func<PlatformLine, PlatformWire> wires)
    {
        Root = root;
        _card = card;
        _wires = [.. card.Resources.Lines.Select(wires)];
        _wanted = new bool[_wires.Length];
        _late = [.. _wires.Select(_ => new Queue<bool>())];
        card.Plug(this);
    }

    /// <summary>The card's resources: there is no shorter address.</summary>
    public string Name => Resources.ToString();

    public CardModel Model => _card;

    public RootComplex Root { get; }

    public SimulatedAddressSpace? Space => null;

    internal PlatformResources Resources => _card.Resources;

    /// <summary>The range that an access lies in as a whole, and where in it.</summary>
    internal (int Range, ulong Offset)? FindDecoder(ulong address, int width, RegionKind kind)
    {
        IReadOnlyList<PlatformRange> ranges = Resources.Ranges;
        for (int i = 0; i < ranges.Count && !_removed; i++)
        {
            PlatformRange range = ranges[i];
            ulong offset = address - range.Start;
            if (range.Kind == kind && offset < range.Length && (ulong)width <= range.Length - offset) return (i, offset);
        }

        return null;
    }

    internal ulong Read(int range, ulong offset, int width) =>
        Root.Faults.Find(FaultSubject.Read, this, range, offset, width) is { } rule ? Faulty.Read(this, rule, range, offset, width) : ReadNow(range, offset, width);

    internal void Write(int range, ulong offset, int width, ulong value)
    {
        if (Root.Faults.Find(FaultSubject.Write, this, range, offset, width) is { } rule) Faulty.Write(this, rule, range, offset, width, value);
        else WriteNow(range, offset, width, value);
    }

    /// <summary>The card drives a line. A transition that would signal is what fault rules call a message.</summary>
    internal void SetLine(int line, bool active)
    {
        lock (Root.Gate)
        {
            // What the card drives and a fault has kept from the line is driven again.
            if (_wanted[line] == active && (_late[line].Count > 0 || _wires[line].IsPulledBy(this, line) == active)) return;
            _wanted[line] = active;
        }

        bool signals = active || Resources.Lines[line].Trigger == LineTrigger.BothEdges;
        if (!signals || Root.Faults.Find(FaultSubject.Message, this, 0, (ulong)line, 0) is not { } rule)
        {
            Pull(line, active);
            return;
        }

        if (rule.Action == FaultAction.Delay)
        {
            lock (Root.Gate) _late[line].Enqueue(active);
        }

        Faulty.Send(this, rule, Transition(line, active));
    }

    public ulong ReadNow(int bar, ulong offset, int width)
    {
        _card.ThrowIfFailed();
        ulong ones = LittleEndian.AllOnes(width);
        return _removed ? ones : _card.Access(bar, offset, width) & ones;
    }

    public void WriteNow(int bar, ulong offset, int width, ulong value)
    {
        _card.ThrowIfFailed();
        if (!_removed) _card.Access(bar, offset, width, value);
    }

    /// <summary>Has a line make a transition; once more, with its opposite between, if it has made it already.</summary>
    /// <param name="vector">A <see cref="Transition"/>.</param>
    /// <param name="alter">Nothing on a line can be altered.</param>
    public bool SendNow(int vector, Func<ulong, ulong>? alter)
    {
        (int line, bool active) = (vector >> 1, (vector & 1) != 0);
        lock (Root.Gate)
        {
            if (_removed) return false;
            bool isLate = _late[line].TryDequeue(out bool first);
            if (isLate) active = first;
            else if (_wires[line].IsPulledBy(this, line) == active) _wires[line].Set(this, line, !active);
            _wires[line].Set(this, line, active);
            // The last of the late ones: what the card has done since without a fault is seen after it.
            if (isLate && _late[line].Count == 0) _wires[line].Set(this, line, _wanted[line]);
            return true;
        }
    }

    public bool DmaNow(Iova address, Span<byte> read, ReadOnlySpan<byte> write, bool isWrite) => throw new NotSupportedException();

    /// <summary>No wire carries such a thing.</summary>
    public void ReportError()
    {
    }

    public void Remove()
    {
        lock (Root.Gate)
        {
            _removed = true;
            Root.Platform.Removed(this);
            for (int i = 0; i < _wires.Length; i++) _wires[i].Set(this, i, false);
        }
    }

    private static int Transition(int line, bool active) => (line << 1) | (active ? 1 : 0);

    private void Pull(int line, bool active)
    {
        lock (Root.Gate)
        {
            if (!_removed && _late[line].Count == 0) _wires[line].Set(this, line, active);
        }
    }
}
