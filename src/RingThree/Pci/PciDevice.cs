using System.Runtime.InteropServices;
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

        CheckResponds(host);
        Config = new PciConfiguration(host, Decode);
        Config.Region.Owner = this;
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
    /// <exception cref="DeviceException">
    /// It has no such BAR (<see cref="DeviceStatus.NotFound"/>), or the system found no room for it
    /// (<see cref="DeviceStatus.NoResources"/>); ask <see cref="Bars"/> when in doubt.
    /// </exception>
    public DeviceRegion Bar(int index)
    {
        if (index is < 0 or >= PciNumbering.BarCount)
            throw new ArgumentOutOfRangeException(nameof(index), $"{Address}: there is no BAR {index}; a function has BARs 0 to {PciNumbering.BarCount - 1}. This one has {DescribeRegions()}.");
        return _regions[index] ?? throw NoRegion(DeviceStatus.NotFound, index, $"opening BAR {index}", "the card has no such BAR");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Address} ({Id})";

    /// <summary>
    /// Before anything is made of what it shows: all ones would be a function without capabilities, whose MSI-X table
    /// nobody protects. Class and revision tell, as hosts answer ids from a copy.
    /// </summary>
    private static void CheckResponds(IHostedDevice host)
    {
        uint classAndRevision = 0;
        host.Read(PciNumbering.Configuration, 0x08, MemoryMarshal.AsBytes(new Span<uint>(ref classAndRevision)));
        if (classAndRevision != uint.MaxValue) return;
        throw new DeviceException(DeviceStatus.DeviceGone, host.Description.Address, "opening", "the device does not respond: its configuration space reads all ones",
            "Check its power and its seat; load the image if it is an FPGA. Then remove it and rescan; on Linux 'ring3 doctor' says how.");
    }

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
