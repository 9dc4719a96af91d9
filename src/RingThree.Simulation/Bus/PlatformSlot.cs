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
    private bool _removed;

    internal PlatformSlot(RootComplex root, SimulatedPlatformCard card, Func<PlatformLine, PlatformWire> wires)
    {
        Root = root;
        _card = card;
        _wires = [.. card.Resources.Lines.Select(wires)];
        _wanted = new bool[_wires.Length];
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

    internal void SetLine(int line, bool active)
    {
        if (_wanted[line] == active) return;
        _wanted[line] = active;
        bool signals = active || Resources.Lines[line].Trigger == LineTrigger.BothEdges;
        if (signals && Root.Faults.Find(FaultSubject.Message, this, 0, (ulong)line, 0) is { } rule) Faulty.Send(this, rule, line);
        else Pull(line, active);
    }

    public ulong ReadNow(int bar, ulong offset, int width)
    {
        _card.ThrowIfFailed();
        ulong ones = ulong.MaxValue >> (64 - (8 * width));
        return _removed ? ones : _card.Access(bar, offset, width) & ones;
    }

    public void WriteNow(int bar, ulong offset, int width, ulong value)
    {
        _card.ThrowIfFailed();
        if (!_removed) _card.Access(bar, offset, width, value);
    }

    /// <summary>Has the line make the transition that the card last wanted; once more than that if it is there already.</summary>
    public bool SendNow(int vector, Func<ulong, ulong>? alter)
    {
        lock (Root.Gate)
        {
            bool active = _wanted[vector];
            _wires[vector].Set(this, vector, !active);
            Pull(vector, active);
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
            for (int i = 0; i < _wires.Length; i++) _wires[i].Set(this, i, false);
        }
    }

    private void Pull(int line, bool active)
    {
        lock (Root.Gate)
        {
            if (!_removed) _wires[line].Set(this, line, active);
        }
    }
}
