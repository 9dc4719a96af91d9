using System.Globalization;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Linux;
using RingThree.Pci;

namespace RingThree.Cli;

/// <summary>What a device can signal.</summary>
/// <param name="Level">How many level lines it has: 1 for a function with a pin.</param>
/// <param name="Msi">How many MSI messages; <see langword="null"/> where its capabilities could not be read.</param>
/// <param name="MsiX">How many MSI-X messages; <see langword="null"/> where its capabilities could not be read.</param>
internal readonly record struct InterruptCounts(int Level, int? Msi, int? MsiX)
{
    private const int ConventionalSize = 256; // what is beyond signals nothing

    /// <summary>How many lines signal by edges; no function has any.</summary>
    internal int Edge { get; private init; }

    /// <summary>Of an open device.</summary>
    internal static InterruptCounts Of(DeviceInterrupts interrupts) =>
        new(interrupts.Count(InterruptKind.Level), interrupts.Count(InterruptKind.Msi), interrupts.Count(InterruptKind.MsiX)) { Edge = interrupts.Count(InterruptKind.Edge) };

    /// <summary>Of a function of this machine, which need not be open; <see langword="null"/> when it cannot be read.</summary>
    internal static InterruptCounts? Of(PciAddress address)
    {
        try
        {
            using SysfsConfigurationFile? file = SysfsConfigurationFile.TryOpen(address);
            return file is null ? null : Read(file.Read32);
        }
        catch (DeviceException)
        {
            return null; // gone meanwhile, or kept to others
        }
    }

    private static InterruptCounts? Read(Func<int, uint?> read)
    {
        if (read(0x3C) is not { } pins) return null;
        int level = ((pins >> 8) & 0xFF) is >= 1 and <= 4 ? 1 : 0; // PCI Local Bus 3.0, 6.2.4
        int msi = 0;
        int msix = 0;
        bool hidden = false;
        uint Shown(int at)
        {
            if (read(at) is { } value) return value;
            hidden = true;
            return uint.MaxValue; // ends the list
        }

        int Control(PciCapability capability) => (int)(Shown(capability.Offset) >> 16);
        foreach (PciCapability capability in PciCapabilityList.Walk(Shown, ConventionalSize))
        {
            if (capability.Id == (ushort)PciCapabilityId.Msi) msi = 1 << ((Control(capability) >> 1) & 7); // PCI Local Bus 3.0, 6.8.1.3
            if (capability.Id == (ushort)PciCapabilityId.MsiX) msix = (Control(capability) & 0x7FF) + 1; // 6.8.2.3
        }

        return hidden ? new InterruptCounts(level, null, null) : new InterruptCounts(level, msi, msix);
    }

    public override string ToString()
    {
        var kinds = new List<string>();
        if (Level > 0) kinds.Add("INTx");
        if (Edge > 0) kinds.Add(string.Create(CultureInfo.InvariantCulture, $"edge:{Edge}"));
        if (Msi > 0) kinds.Add(string.Create(CultureInfo.InvariantCulture, $"MSI:{Msi}"));
        if (MsiX > 0) kinds.Add(string.Create(CultureInfo.InvariantCulture, $"MSI-X:{MsiX}"));
        if (Msi is null) kinds.Add("?");
        return kinds.Count == 0 ? "-" : string.Join(' ', kinds);
    }
}
