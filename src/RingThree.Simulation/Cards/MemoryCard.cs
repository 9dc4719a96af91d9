using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>
/// A card of any shape whose BARs are plain memory and whose interrupts are raised by the test: for drivers and tests that
/// need a shape (65 MSI-X vectors, 16 messages, ports) rather than a behaviour.
/// </summary>
public class MemoryCard : SimulatedCard
{
    private const ushort QemuVendor = 0x1AF4;
    private const ushort QemuSubsystem = 0x1100;
    private const PciCommand QemuCommand = EduCard.QemuCommand;
    private readonly Dictionary<int, SparseMemory> _memory;

    /// <summary>Makes one.</summary>
    /// <param name="definition">Its shape.</param>
    public MemoryCard(CardDefinition definition)
        : base(definition) => _memory = definition.Bars.Keys.ToDictionary(b => b, _ => new SparseMemory());

    /// <summary>As QEMU's nvme controller looks on the root bus: 65 MSI-X vectors, a pin, a function level reset.</summary>
    public static MemoryCard Nvme() => new(new CardDefinition(0x1B36, 0x0010, "nvme")
    {
        ClassCode = 0x010802,
        Revision = 2,
        SubsystemVendorId = QemuVendor,
        SubsystemId = QemuSubsystem,
        Bars = new Dictionary<int, CardBar> { [0] = new(0x4000, Is64Bit: true) },
        Pin = 1,
        MsixVectors = 65,
        MsixTableOffset = 0x2000,
        Power = new PowerDefinition(KeepsState: true),
        Express = new ExpressDefinition(IsIntegrated: true) { ControlBits = 0 },
        Places = [new(PciCapabilityId.MsiX, 0x40), new(PciCapabilityId.Express, 0x80), new(PciCapabilityId.PowerManagement, 0x60)],
        HasScratchConfiguration = true,
        CommandBits = QemuCommand,
    });

    /// <summary>As QEMU's e1000e looks behind a root port: 5 MSI-X vectors, one MSI, a pin, ports, a ROM.</summary>
    public static MemoryCard E1000e() => new(new CardDefinition(0x8086, 0x10D3, "e1000e")
    {
        ClassCode = 0x020000,
        SubsystemVendorId = 0x8086,
        Bars = new Dictionary<int, CardBar> { [0] = new(0x20000), [1] = new(0x20000), [2] = new(0x20, RegionKind.Port), [3] = new(0x4000) },
        Rom = new byte[0x40000],
        Pin = 1,
        MsiVectors = 1,
        MsixVectors = 5,
        MsixBar = 3,
        MsixPendingOffset = 0x2000,
        Power = new PowerDefinition { Capabilities = 0x0022, Writable = 0x1E03 },
        Express = new ExpressDefinition(Version: 1, FunctionLevelReset: false) { ControlBits = 0 },
        Places = [new(PciCapabilityId.PowerManagement, 0xC8), new(PciCapabilityId.Msi, 0xD0), new(PciCapabilityId.Express, 0xE0), new(PciCapabilityId.MsiX, 0xA0)],
        Capabilities =
        [
            new((ushort)PciExtendedCapabilityId.AdvancedErrorReporting, 0x100, Convert.FromHexString("00000000000000003020460000000000" + "00E00000A0000000" + new string('0', 72)))
            {
                Version = 2,
                Writable = Convert.FromHexString("000000000000000030F0FF0300000000" + "C1F1000040010000" + new string('0', 72)),
            },
            new((ushort)PciExtendedCapabilityId.DeviceSerialNumber, 0x140, Convert.FromHexString("563412FFFF005452")),
        ],
        HasScratchConfiguration = true,
        CommandBits = QemuCommand,
    });

    /// <summary>As QEMU's nec-usb-xhci with msi=on, msix=off looks on the root bus: 16 messages, a pin.</summary>
    public static MemoryCard Xhci() => new(new CardDefinition(0x1033, 0x0194, "xhci")
    {
        ClassCode = 0x0C0330,
        Revision = 3,
        SubsystemVendorId = QemuVendor,
        SubsystemId = QemuSubsystem,
        Bars = new Dictionary<int, CardBar> { [0] = new(0x4000, Is64Bit: true) },
        Pin = 1,
        MsiVectors = 16,
        Express = new ExpressDefinition(IsIntegrated: true, FunctionLevelReset: false) { ControlBits = 0 },
        Places = [new(PciCapabilityId.Express, 0xA0), new(PciCapabilityId.Msi, 0x70)],
        OtherConfiguration = new Dictionary<int, byte> { [0x60] = 0x30 }, // USB 3.0 (xHCI 1.2, 5.2.3)
        HasScratchConfiguration = true,
        CommandBits = QemuCommand,
    });

    /// <summary>Has the card signal: a message when those are enabled, else its pin.</summary>
    /// <param name="vector">The message's index; 0 for the pin.</param>
    public void Raise(int vector = 0)
    {
        lock (ModelGate) RaiseInterrupt(vector);
    }

    /// <summary>Releases the pin.</summary>
    public void Lower()
    {
        lock (ModelGate) SetPin(false);
    }

    /// <inheritdoc/>
    protected internal override ulong Read(int bar, ulong offset, int width) => _memory[bar].Read(offset, width);

    /// <inheritdoc/>
    protected internal override void Write(int bar, ulong offset, int width, ulong value) => _memory[bar].Write(offset, width, value);

    /// <inheritdoc/>
    protected internal override void OnReset()
    {
        foreach (SparseMemory memory in _memory.Values) memory.Clear();
    }
}
