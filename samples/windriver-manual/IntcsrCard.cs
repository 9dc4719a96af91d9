using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Simulation;

namespace RingThree.Samples.WinDriverManual;

/// <summary>
/// The card that the manual speaks of: its interrupt command-status register, INTCSR, is in memory (BAR 0) and in ports (BAR 1).
/// It reads FFh while the card interrupts, and whatever is written to it acknowledges.
/// </summary>
/// <remarks>Older than PCI 2.3: nothing in configuration space tells whether it is the one that pulls a shared line.</remarks>
internal sealed class IntcsrCard : SimulatedCard
{
    /// <summary>Its ids.</summary>
    internal static readonly PciId Id = new(0x10EE, 0x1630);

    /// <summary>INTCSR.</summary>
    internal const uint Intcsr = 0x00;

    /// <summary>A write has the card interrupt.</summary>
    internal const uint Trigger = 0x04;

    /// <summary>How often it was acknowledged.</summary>
    internal const uint Acknowledged = 0x08;

    /// <summary>What INTCSR holds while it interrupts.</summary>
    internal const uint Interrupting = 0xFF;

    internal IntcsrCard()
        : base(new CardDefinition(0x10EE, 0x1630, "intcsr")
        {
            Bars = new Dictionary<int, CardBar> { [0] = new(0x1000), [1] = new(0x10, RegionKind.Port) },
            Pin = 1,
            HasInterruptDisable = false,
        })
    {
        CardRegister<uint> acknowledged = Register<uint>(0, Acknowledged).AlsoAt(1, Acknowledged).Constant(0);
        CardRegister<uint> intcsr = Register<uint>(0, Intcsr).AlsoAt(1, Intcsr).Holds(0, writable: 0);
        intcsr.OnWrite(_ =>
        {
            if (intcsr.Value != 0) acknowledged.Value++;
            intcsr.Value = 0;
            SetPin(false);
        });
        Register<uint>(0, Trigger).AlsoAt(1, Trigger).OnWrite(_ =>
        {
            intcsr.Value = Interrupting;
            SetPin(true);
        });
    }
}
