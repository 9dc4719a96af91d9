using RingThree.Simulation;

namespace RingThree.Benchmarks;

/// <summary>A card with a register that only holds a value, and messages.</summary>
internal sealed class BenchCard : SimulatedCard
{
    internal BenchCard(int vectors)
        : base(new CardDefinition(0x10EE, 0x7024, "bench")
        {
            Bars = new Dictionary<int, CardBar> { [0] = new(0x1000), [2] = new(0x1_0000) },
            MsixVectors = vectors,
            MsixBar = 2,
        })
    {
        Register<uint>(0, 0x10, "Value").Constant(1);
    }

    internal void Raise(int vector)
    {
        lock (ModelGate) SendMessage(vector);
    }
}
