using RingThree.Platform;
using RingThree.Simulation;

namespace RingThree.Tests;

// docs/simulation.md shows this class; RelayCardTests compares the two.
public sealed class RelayCard : SimulatedPlatformCard
{
    private readonly CardRegister<byte> _inputs;

    public RelayCard(int port = 0x280, int irq = 7)
        : base(new PlatformResources("relay-card").Ports(port, 2).Irq(irq))
    {
        Register<byte>(0, 0, "Relays").Holds();                                           // range 0: the ports
        _inputs = Register<byte>(0, 1, "Inputs").ClearedByOnes();
    }

    public void CloseContact(int input)                                                    // from outside: a test's hand
    {
        lock (ModelGate)
        {
            _inputs.Value |= (byte)(1 << input);
            SetLine(true);                                                                 // a pulse, as ISA cards do
            SetLine(false);
        }
    }
}
