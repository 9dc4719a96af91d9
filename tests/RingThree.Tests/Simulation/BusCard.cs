using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Simulation;

namespace RingThree.Tests;

/// <summary>A card that does on the bus what a test tells it to. Writing to its register at 4 releases its pin.</summary>
internal sealed class BusCard(CardDefinition definition) : SimulatedCard(definition)
{
    internal BusCard()
        : this(new CardDefinition(0xFFFF, 1, "bus") { Bars = new Dictionary<int, CardBar> { [0] = new(0x1000) }, Pin = 1, MsiVectors = 4, CanReset = true })
    {
    }

    /// <summary>How many mappings of the space it last did DMA in are left; 0 when that space has ended.</summary>
    internal int Mapped => Space?.MappingCount ?? 0;

    internal void Assert(bool asserted)
    {
        lock (ModelGate) SetPin(asserted);
    }

    internal void Send(int message)
    {
        lock (ModelGate) SendMessage(message);
    }

    /// <summary>Signals by whatever is enabled.</summary>
    internal void Raise(int message = 0)
    {
        lock (ModelGate) RaiseInterrupt(message);
    }

    internal bool Fetch(Iova from, Span<byte> data)
    {
        lock (ModelGate) return DmaRead(from, data);
    }

    internal bool Store(Iova to, ReadOnlySpan<byte> data)
    {
        lock (ModelGate) return DmaWrite(to, data);
    }

    protected internal override ulong Read(int bar, ulong offset, int width) => 0x1111_1111_1111_1111;

    protected internal override void Write(int bar, ulong offset, int width, ulong value)
    {
        if (offset == 4) SetPin(false);
    }
}
