using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>The registers of an endpoint's header (PCI Local Bus 3.0, 6.1 and 6.2) and its capabilities, from a card's definition.</summary>
internal static class FunctionRegisters
{
    // Detected parity, signalled system error, received and signalled aborts, master data parity: cleared by ones.
    private const ushort StatusErrors = 0xF900;

    internal static CapabilityLayout Define(ConfigurationSpace config, CardDefinition card, bool isVirtual)
    {
        // A virtual function's ids read all ones; a kernel takes them from its physical function (SR-IOV 1.1, 3.4.1.1).
        config.Define16(0x00, isVirtual ? ushort.MaxValue : card.VendorId);
        config.Define16(0x02, isVirtual ? ushort.MaxValue : card.DeviceId);
        config.Define16(0x06, 0, 0, StatusErrors);
        config.Define32(0x08, (card.ClassCode << 8) | card.Revision);
        config.Define8(0x0C, 0, byte.MaxValue);
        config.Define16(0x2C, card.SubsystemVendorId);
        config.Define16(0x2E, card.SubsystemId);
        var command = PciCommand.BusMaster;
        if (!isVirtual)
        {
            config.Define8(0x3C, 0, byte.MaxValue);
            config.Define8(0x3D, (byte)card.Pin);
            if (card.HasInterruptDisable) command |= PciCommand.InterruptDisable;
            foreach ((int number, CardBar bar) in card.Bars) command |= DefineBar(config, number, bar);
            if (!card.Rom.IsEmpty)
            {
                config.Define32(0x30, 0, ~((uint)card.Rom.Length - 1) | 1);
                command |= PciCommand.MemorySpace;
            }
        }

        config.Define16(0x04, 0, (ushort)(card.CommandBits ?? command));
        return new CapabilityLayout(config, card);
    }

    /// <summary>A BAR: the low bits tell the type, the bits below the size read 0 whatever is written (PCI Local Bus 3.0, 6.2.5.1).</summary>
    private static PciCommand DefineBar(ConfigurationSpace config, int number, CardBar bar)
    {
        int at = 0x10 + (4 * number);
        bool port = bar.Kind == RegionKind.Port;
        ulong mask = ~(bar.Size - 1);
        uint type = port ? 1u : (bar.Is64Bit ? 4u : 0) | (bar.IsPrefetchable ? 8u : 0);
        config.Define32(at, type, (uint)mask & (port ? ~3u : ~15u));
        if (bar.Is64Bit) config.Define32(at + 4, 0, (uint)(mask >> 32));
        return port ? PciCommand.IoSpace : PciCommand.MemorySpace;
    }
}
