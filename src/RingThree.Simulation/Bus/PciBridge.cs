using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>A PCI-to-PCI bridge: type 1 registers, windows, secondary bus reset (PCI-to-PCI Bridge 1.2).</summary>
internal sealed class PciBridge : PciNode
{
    internal const int BusNumbers = 0x18;
    private const int IoWindow = 0x1C;
    private const int MemoryWindow = 0x20;
    private const int PrefetchableWindow = 0x24;
    private const int PrefetchableBaseUpper = 0x28;
    private const int PrefetchableLimitUpper = 0x2C;
    private const int Control = 0x3E;
    private const ushort SecondaryBusReset = 0x40;

    internal PciBridge(RootComplex root, PciBus bus, PciAddress address, bool isConventional)
        : base(root, bus, address, Registers(isConventional))
    {
        IsConventional = isConventional;
    }

    /// <summary>The bus below; set once enumeration has numbered it.</summary>
    internal PciBus Secondary { get; private set; } = null!;

    /// <summary>Whether the bus below is conventional PCI, where the bridge cannot tell its functions' requests apart.</summary>
    internal bool IsConventional { get; }

    /// <summary>Whether the bus below is held in reset.</summary>
    internal bool IsResetting => (Config.Read16(Control) & SecondaryBusReset) != 0;

    /// <summary>Enumeration numbers the bus below and what lies further down.</summary>
    internal void Number(byte secondary, byte subordinate)
    {
        Secondary = new PciBus(Bus.Domain, secondary, this);
        Config.Write(BusNumbers, [Bus.Number, secondary, subordinate, 0]);
    }

    /// <summary>Whether accesses to these addresses pass from above to below.</summary>
    internal bool Forwards(ulong first, ulong last, bool ports, bool prefetchable)
    {
        if ((Command & (ports ? PciCommand.IoSpace : PciCommand.MemorySpace)) == 0) return false;
        if (ports) return Inside(first, last, (((ulong)Config.Read8(IoWindow) & 0xF0) << 8), (((ulong)Config.Read8(IoWindow + 1) & 0xF0) << 8) | 0xFFF);
        bool plain = Inside(first, last, (ulong)(Config.Read16(MemoryWindow) & 0xFFF0) << 16, ((ulong)(Config.Read16(MemoryWindow + 2) & 0xFFF0) << 16) | 0xFFFFF);
        return plain || (prefetchable && Inside(
            first, last,
            ((ulong)(Config.Read16(PrefetchableWindow) & 0xFFF0) << 16) | ((ulong)Config.Read32(PrefetchableBaseUpper) << 32),
            ((ulong)(Config.Read16(PrefetchableWindow + 2) & 0xFFF0) << 16) | ((ulong)Config.Read32(PrefetchableLimitUpper) << 32) | 0xFFFFF));
    }

    /// <summary>Enumeration opens the windows: first and last address of each, none where first is beyond last.</summary>
    internal void Open((ulong First, ulong Last) ports, (ulong First, ulong Last) memory, (ulong First, ulong Last) prefetchable)
    {
        Config.Write(IoWindow, [(byte)((ports.First >> 8) & 0xF0), (byte)((ports.Last >> 8) & 0xF0)]);
        Config.Write(MemoryWindow, BitConverter.GetBytes((uint)(((memory.First >> 16) & 0xFFF0) | (memory.Last & 0xFFF0_0000))));
        Config.Write(PrefetchableWindow, BitConverter.GetBytes((uint)(((prefetchable.First >> 16) & 0xFFF0) | (prefetchable.Last & 0xFFF0_0000))));
        Config.Write(PrefetchableBaseUpper, BitConverter.GetBytes((uint)(prefetchable.First >> 32)));
        Config.Write(PrefetchableLimitUpper, BitConverter.GetBytes((uint)(prefetchable.Last >> 32)));
        Config.Write(0x04, BitConverter.GetBytes((ushort)(PciCommand.IoSpace | PciCommand.MemorySpace | PciCommand.BusMaster)));
        UpdateDecode();
    }

    /// <summary>Resets everything below, as a kernel does: by the bit, set and cleared. Not with the gate held.</summary>
    internal void ResetSecondary()
    {
        ushort control = Config.Read16(Control);
        WriteConfiguration(Control, BitConverter.GetBytes((ushort)(control | SecondaryBusReset)));
        WriteConfiguration(Control, BitConverter.GetBytes((ushort)(control & ~SecondaryBusReset)));
    }

    internal override void UpdateDecode()
    {
        foreach (PciNode node in Secondary?.Nodes ?? []) node.UpdateDecode();
    }

    internal override void Reset()
    {
        PciNode[] below;
        lock (Root.Gate) below = [.. Secondary.Nodes];
        foreach (PciNode node in below) node.Reset();
    }

    private protected override Action? OnWritten(int offset, ReadOnlySpan<byte> data)
    {
        UpdateDecode();
        // PCI-to-PCI Bridge 1.2, 3.2.5.17: the bus below is in reset for as long as the bit is set.
        return Touches(offset, data.Length, Control, 2) && IsResetting ? Reset : null;
    }

    private static bool Inside(ulong first, ulong last, ulong start, ulong end) => start <= end && first >= start && last <= end;

    private static ConfigurationSpace Registers(bool isConventional)
    {
        var config = new ConfigurationSpace(256);
        config.Define16(0x00, 0x1B36);
        config.Define16(0x02, (ushort)(isConventional ? 0x000E : 0x000C)); // QEMU's bridge to PCI and root port
        config.Define16(0x04, 0, (ushort)(PciCommand.IoSpace | PciCommand.MemorySpace | PciCommand.BusMaster));
        config.Define32(0x08, 0x0604_0000);
        config.Define8(0x0E, 1);
        config.Define32(BusNumbers, 0, 0x00FF_FFFF);
        config.Define16(IoWindow, 0, 0xF0F0); // 16-bit addresses
        config.Define32(MemoryWindow, 0, 0xFFF0_FFF0);
        config.Define32(PrefetchableWindow, 0x0001_0001, 0xFFF0_FFF0);
        config.Define32(PrefetchableBaseUpper, 0, uint.MaxValue);
        config.Define32(PrefetchableLimitUpper, 0, uint.MaxValue);
        config.Define16(Control, 0, SecondaryBusReset);
        return config;
    }
}
