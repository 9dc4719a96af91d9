using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Registers;

namespace RingThree.Pci;

/// <summary>
/// An open PCI function: configuration space, BARs, interrupts, DMA. Made by <see cref="PciHostExtensions"/>'s Open. Every
/// method may be called from any thread.
/// </summary>
/// <remarks>
/// When it is disposed, interrupts are disabled, DMA mappings undone, bus mastering switched off, and mapped BARs overlaid:
/// a register read by another thread yields all ones, never a fault.
/// </remarks>
public sealed class PciDevice : Device
{
    private readonly DeviceRegion?[] _regions; // the BARs, then the ROM

    internal PciDevice(IHostedDevice host, DeviceOpenOptions options)
        : base(host, options)
    {
        if (host.Regions.Count <= PciNumbering.Configuration || host.Regions[PciNumbering.Configuration].Size < 64)
        {
            throw new DeviceException(DeviceStatus.NotSupported, host.Description.Address, "opening as a PCI function",
                "the host shows no configuration space", "Open it as what it is, or correct the host.");
        }

        Config = new PciConfiguration(host, Decode);
        // Firmware may have left decoding off; a kernel's pci_enable_device switches it on, and so do we.
        PciCommand needed = host.Regions.Take(PciNumbering.BarCount).Aggregate(PciCommand.None, (all, r) => all | r.Kind switch
        {
            RegionKind.Memory => PciCommand.MemorySpace,
            RegionKind.Port => PciCommand.IoSpace,
            _ => PciCommand.None,
        });
        Config.ModifyCommand(PciCommand.None, needed);
        _regions = OpenRegions(PciNumbering.Rom + 1, Config.Decodes);
        Bars = _regions[..PciNumbering.BarCount];
        Start();
    }

    /// <summary>Vendor and device id.</summary>
    public PciId Id => new(Description.VendorId, Description.DeviceId);

    /// <summary>Configuration space.</summary>
    public PciConfiguration Config { get; }

    /// <summary>The six BARs; <see langword="null"/> where there is none (also at the upper half of a 64-bit one).</summary>
    public IReadOnlyList<DeviceRegion?> Bars { get; }

    /// <summary>The expansion ROM, or <see langword="null"/>.</summary>
    public DeviceRegion? Rom => _regions[PciNumbering.Rom];

    internal override string LineName
    {
        get
        {
            byte pin = Config.Read8(0x3D); // PCI Local Bus 3.0, 6.2.4: 1 is INTA#
            return pin is >= 1 and <= 4 ? $"INT{(char)('A' + pin - 1)}#" : "INTx#";
        }
    }

    /// <summary>A BAR that must be there.</summary>
    /// <param name="index">0 to 5.</param>
    /// <exception cref="DeviceException">It has no such BAR (<see cref="DeviceStatus.NotFound"/>); ask <see cref="Bars"/> when in doubt.</exception>
    public DeviceRegion Bar(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, PciNumbering.BarCount);
        return _regions[index] ?? throw new DeviceException(DeviceStatus.NotFound, Address, $"opening BAR {index}",
            "the card has no such BAR", $"It has {DescribeRegions()}.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Address} ({Id})";

    internal override DeviceRegion? FindRegion(int number) => number switch
    {
        >= 0 and <= PciNumbering.Rom => _regions[number],
        PciNumbering.Configuration => Config.Region,
        _ => null,
    };

    /// <summary>Switches bus mastering on.</summary>
    internal override void StartDma() => Config.ModifyCommand(PciCommand.None, PciCommand.BusMaster);

    internal override void StopDma() => Config.ModifyCommand(PciCommand.BusMaster, PciCommand.None);

    /// <summary>Whether the function may follow PCI 2.3: the interrupt-disable bit can be set. VFIO lets it be set on any card.</summary>
    internal override bool HasLineStatus()
    {
        if ((Config.ReadCommand() & PciCommand.InterruptDisable) != 0) return true;
        Config.ModifyCommand(PciCommand.None, PciCommand.InterruptDisable);
        bool implemented = (Config.ReadCommand() & PciCommand.InterruptDisable) != 0;
        Config.ModifyCommand(PciCommand.InterruptDisable, PciCommand.None);
        return implemented;
    }

    internal override bool IsLineAsserted() => (Config.ReadStatus() & PciStatus.InterruptPending) != 0;

    internal override void ConnectLine() => Config.ModifyCommand(PciCommand.InterruptDisable, PciCommand.None);

    internal override string? WhySilent(InterruptKind kind)
    {
        if (kind == InterruptKind.Level)
            return IsLineAsserted() ? "The device has an interrupt pending that did not arrive: is command bit 10 (interrupt disable) set?" : null;
        return (Config.ReadCommand() & PciCommand.BusMaster) == 0 ? "Bus mastering is off, so no message can leave the card: somebody cleared command bit 2." : null;
    }
}
