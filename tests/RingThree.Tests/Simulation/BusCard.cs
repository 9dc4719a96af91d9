using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Simulation;

namespace RingThree.Tests;

/// <summary>A card that does on the bus what a test tells it to.</summary>
internal sealed class BusCard(CardDefinition definition) : SimulatedCard(definition)
{
    internal BusCard()
        : this(new CardDefinition(0xFFFF, 1, "bus") { Bars = new Dictionary<int, CardBar> { [0] = new(0x1000) }, Pin = 1, MsiVectors = 4, CanReset = true })
    {
    }

    internal void Assert(bool asserted)
    {
        lock (ModelGate) SetPin(asserted);
    }

    internal void Send(int message)
    {
        lock (ModelGate) SendMessage(message);
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
    }
}
