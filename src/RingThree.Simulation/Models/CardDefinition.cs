using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>A BAR of a simulated card.</summary>
/// <param name="Size">Bytes, a power of two: at least 16 for memory, 4 for ports.</param>
/// <param name="Kind"><see cref="RegionKind.Memory"/> or <see cref="RegionKind.Port"/>.</param>
/// <param name="Is64Bit">Whether it takes the next BAR's place as its upper half.</param>
public sealed record CardBar(ulong Size, RegionKind Kind = RegionKind.Memory, bool Is64Bit = false)
{
    /// <summary>Whether reads have no side effects, so that a bridge may read ahead.</summary>
    public bool IsPrefetchable { get; init; }
}

/// <summary>Where a capability is in a card's configuration space; its place in a list is its place in the chain.</summary>
/// <param name="Id">Which.</param>
/// <param name="Offset">Where, a multiple of 4 from 40h up.</param>
public readonly record struct CapabilityPlace(PciCapabilityId Id, byte Offset);

/// <summary>A capability that only holds registers, such as a vendor's own.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Offset">Where it starts: from 40h up, extended ones from 100h up.</param>
/// <param name="Content">What follows its header (2 bytes, extended 4): the values after a reset.</param>
public sealed record CardCapability(ushort Id, ushort Offset, ReadOnlyMemory<byte> Content)
{
    /// <summary>Which bits of the content a write reaches; as long as the content, or empty for none.</summary>
    public ReadOnlyMemory<byte> Writable { get; init; }

    /// <summary>Version of an extended capability.</summary>
    public byte Version { get; init; } = 1;

    /// <summary>Whether it is in the extended list.</summary>
    public bool IsExtended => Offset >= 0x100;
}

/// <summary>The PCI Express capability of a card (PCI Express Base 5.0, 7.5.3).</summary>
/// <param name="Version">1 or 2.</param>
/// <param name="IsIntegrated">Whether it is an endpoint of the root complex itself, without a link to a port.</param>
/// <param name="FunctionLevelReset">Whether it can be reset on its own, alone.</param>
public sealed record ExpressDefinition(int Version = 2, bool IsIntegrated = false, bool FunctionLevelReset = true)
{
    /// <summary>Which bits of device control a write reaches: by default error reporting, relaxed ordering, payload and read request size.</summary>
    public ushort ControlBits { get; init; } = 0x70FF;
}

/// <summary>The power management capability of a card (PCI Power Management 1.2, 3.2).</summary>
/// <param name="KeepsState">Whether its registers survive D3hot; otherwise the way back to D0 resets it.</param>
public sealed record PowerDefinition(bool KeepsState = false)
{
    /// <summary>The capabilities register, as the data sheet gives it.</summary>
    public ushort Capabilities { get; init; } = 0x0003;

    /// <summary>Which bits of the control register a write reaches.</summary>
    public ushort Writable { get; init; } = 0x0003;
}

/// <summary>What a simulated card looks like on the bus.</summary>
/// <param name="VendorId">Vendor id.</param>
/// <param name="DeviceId">Device id.</param>
/// <param name="Name">A short name, such as <c>edu</c>.</param>
public sealed record CardDefinition(ushort VendorId, ushort DeviceId, string Name)
{
    /// <summary>Class code, 24 bits; FF0000h is "does not fit any class".</summary>
    public uint ClassCode { get; init; } = 0xFF0000;

    /// <summary>Revision id.</summary>
    public byte Revision { get; init; }

    /// <summary>Subsystem vendor id.</summary>
    public ushort SubsystemVendorId { get; init; }

    /// <summary>Subsystem id.</summary>
    public ushort SubsystemId { get; init; }

    /// <summary>The BARs by their number.</summary>
    public IReadOnlyDictionary<int, CardBar> Bars { get; init; } = new Dictionary<int, CardBar>();

    /// <summary>What its expansion ROM holds, a power of two from 2 KiB; empty for none.</summary>
    public ReadOnlyMemory<byte> Rom { get; init; }

    /// <summary>Interrupt pin: 0 for none, 1 to 4 for INTA# to INTD#.</summary>
    public int Pin { get; init; }

    /// <summary>
    /// Whether it has the interrupt-disable and interrupt-status bits (PCI Local Bus 2.3 and later). Without them nothing
    /// tells whose interrupt a shared line signals.
    /// </summary>
    public bool HasInterruptDisable { get; init; } = true;

    /// <summary>MSI messages: 0 for no MSI, else 1, 2, 4, 8, 16 or 32.</summary>
    public int MsiVectors { get; init; }

    /// <summary>Whether each MSI message can be masked on its own.</summary>
    public bool MsiVectorMasks { get; init; }

    /// <summary>MSI-X table entries, 0 to 2048.</summary>
    public int MsixVectors { get; init; }

    /// <summary>The BAR that the MSI-X table is in.</summary>
    public int MsixBar { get; init; }

    /// <summary>Where in it the table starts, a multiple of 8.</summary>
    public uint MsixTableOffset { get; init; }

    /// <summary>The BAR of the MSI-X pending bits; <see langword="null"/> for the table's.</summary>
    public int? MsixPendingBar { get; init; }

    /// <summary>Where in it they start, a multiple of 8; <see langword="null"/> for the page after the table.</summary>
    public uint? MsixPendingOffset { get; init; }

    /// <summary>Whether it can be reset by its power state; short for a <see cref="Power"/> that does not keep its state.</summary>
    public bool CanReset { get; init; }

    /// <summary>Its power management, or <see langword="null"/>.</summary>
    public PowerDefinition? Power { get; init; }

    /// <summary>Its PCI Express capability; <see langword="null"/> for a conventional card, which has 256 bytes of configuration space.</summary>
    public ExpressDefinition? Express { get; init; }

    /// <summary>Where its capabilities are, in chain order; empty for the usual places.</summary>
    public IReadOnlyList<CapabilityPlace> Places { get; init; } = [];

    /// <summary>Further capabilities; they follow the others in the chains.</summary>
    public IReadOnlyList<CardCapability> Capabilities { get; init; } = [];

    /// <summary>Whether configuration registers from 40h up that are in no capability hold what is written there; otherwise they read 0.</summary>
    public bool HasScratchConfiguration { get; init; }

    /// <summary>Which command register bits it has; <see langword="null"/> for those its other members need.</summary>
    public PciCommand? CommandBits { get; init; }

    /// <summary>Cards that appear when its virtual functions are enabled (SR-IOV), or <see langword="null"/>.</summary>
    public VirtualFunctions? VirtualFunctions { get; init; }

    /// <summary>Configuration registers that are not 0 and not otherwise described: offset and value.</summary>
    public IReadOnlyDictionary<int, byte> OtherConfiguration { get; init; } = new Dictionary<int, byte>();

    internal uint TableLength => (uint)MsixVectors * 16;

    internal uint PendingOffset => MsixPendingOffset ?? ((MsixTableOffset + TableLength + 0xFFF) & ~0xFFFu);

    internal int PendingBar => MsixPendingBar ?? MsixBar;

    internal uint PendingLength => (uint)((MsixVectors + 63) / 64 * 8);

    internal PowerDefinition? EffectivePower => Power ?? (CanReset ? new PowerDefinition() : null);

    internal bool IsResettable => Express is { FunctionLevelReset: true } || EffectivePower is { KeepsState: false };

    internal int ConfigurationSize => Express is null ? 256 : 4096;

    /// <summary>Throws where the definition contradicts itself.</summary>
    internal void Check()
    {
        Require(Pin is >= 0 and <= 4, "Pin is 0 to 4");
        Require(MsiVectors is 0 or 1 or 2 or 4 or 8 or 16 or 32, "MsiVectors is 0 or a power of two up to 32");
        Require(MsixVectors is >= 0 and <= 2048, "MsixVectors is 0 to 2048");
        foreach ((int number, CardBar bar) in Bars)
        {
            Require(number is >= 0 and < PciNumbering.BarCount, $"BAR {number} does not exist; there are 0 to 5");
            Require(bar.Kind is RegionKind.Memory or RegionKind.Port, $"BAR {number} is memory or ports");
            Require(ulong.IsPow2(bar.Size) && bar.Size >= (bar.Kind == RegionKind.Port ? 4u : 16u), $"BAR {number}'s size is a power of two, at least 16 (ports: 4)");
            Require(bar.Kind != RegionKind.Port || bar.Size <= 256, $"BAR {number} has ports, of which a card takes 256 at most");
            Require(bar.Is64Bit || bar.Size <= 1u << 31, $"BAR {number} is larger than 2 GiB and so must be 64-bit");
            Require(!bar.Is64Bit || (bar.Kind == RegionKind.Memory && number < 5 && !Bars.ContainsKey(number + 1)), $"BAR {number} is 64-bit: it is memory and needs the next one's place");
        }

        Require(Rom.IsEmpty || (Rom.Length >= 2048 && int.IsPow2(Rom.Length)), "Rom has a power of two of bytes, at least 2048");
        Require(MsixTableOffset % 8 == 0 && MsixTableOffset <= int.MaxValue, "MsixTableOffset is a multiple of 8, below 2^31");
        Require(PendingOffset % 8 == 0 && PendingOffset <= int.MaxValue, "MsixPendingOffset is a multiple of 8, below 2^31");
        Require(MsixVectors == 0 || Holds(MsixBar, (ulong)MsixTableOffset + TableLength), "the MSI-X table does not fit into MsixBar, which is memory");
        Require(MsixVectors == 0 || Holds(PendingBar, PendingOffset + PendingLength), "the MSI-X pending bits do not fit into MsixPendingBar (MsixBar unless said otherwise), which is memory");
        foreach (CardCapability capability in Capabilities)
        {
            Require(capability.Offset % 4 == 0 && capability.Offset >= 0x40, $"capability {capability.Id:x} starts at a multiple of 4, from 40h up");
            Require(!capability.IsExtended || Express is not null, $"extended capability {capability.Id:x} needs PCI Express");
            Require(capability.Writable.IsEmpty || capability.Writable.Length == capability.Content.Length, $"capability {capability.Id:x}'s Writable is as long as its content");
            int end = capability.Offset + (capability.IsExtended ? 4 : 2) + capability.Content.Length;
            Require(end <= (capability.IsExtended ? 4096 : 256), $"capability {capability.Id:x} does not fit into configuration space");
        }
    }

    internal ArgumentException Wrong(string rule) => new($"Card {ForeignText.Quoted(Name)}: {rule}.");

    private bool Holds(int bar, ulong end) => Bars.TryGetValue(bar, out CardBar? home) && home.Kind == RegionKind.Memory && home.Size >= end;

    private void Require(bool holds, string rule)
    {
        if (!holds) throw Wrong(rule);
    }
}

/// <summary>The virtual functions of a card (Single Root I/O Virtualization 1.1).</summary>
/// <param name="Total">How many there can be.</param>
/// <param name="DeviceId">The device id of each; the vendor is the card's.</param>
/// <param name="Create">Makes the model of number n, from 0.</param>
public sealed record VirtualFunctions(int Total, ushort DeviceId, Func<int, SimulatedCard> Create)
{
    /// <summary>Bus numbers from the card's own to the first virtual function's.</summary>
    public int FirstOffset { get; init; } = 1;

    /// <summary>From one virtual function's to the next.</summary>
    public int Stride { get; init; } = 1;
}
