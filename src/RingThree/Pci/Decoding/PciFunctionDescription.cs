using RingThree.Hosting;

namespace RingThree.Pci.Decoding;

/// <summary>What a function's configuration space says, decoded. What was not read is <see langword="null"/> or absent, and <see cref="Problems"/> says so.</summary>
public sealed record PciFunctionDescription
{
    /// <summary>Bytes of configuration space that were read.</summary>
    public required int BytesRead { get; init; }

    /// <summary>Those bytes.</summary>
    public ReadOnlyMemory<byte> Image { get; init; }

    /// <summary>Whether there was a header to decode; otherwise everything but <see cref="Problems"/> is at its default and means nothing.</summary>
    public bool IsDecoded { get; init; }

    /// <summary>Vendor and device id (PCI Local Bus 3.0, 6.2.1).</summary>
    public PciId Id { get; init; }

    /// <summary>Subsystem vendor and subsystem id of a type 0 or 2 header, or of a bridge's capability; <see langword="null"/> where there is none.</summary>
    public PciId? Subsystem { get; init; }

    /// <summary>Revision id.</summary>
    public byte Revision { get; init; }

    /// <summary>Base class, sub-class, programming interface, 24 bits (PCI Code and ID Assignment, chapter 1).</summary>
    public uint ClassCode { get; init; }

    /// <summary>The class in words.</summary>
    public string ClassName { get; init; } = "";

    /// <summary>0 for a card, 1 for a PCI-to-PCI bridge, 2 for a CardBus bridge; others are reserved (PCI Local Bus 3.0, 6.2.1).</summary>
    public int HeaderType { get; init; }

    /// <summary>Whether the device has several functions.</summary>
    public bool IsMultiFunction { get; init; }

    /// <summary>The command register's bits (PCI Local Bus 3.0, 6.2.2).</summary>
    public IReadOnlyList<PciField> Command { get; init; } = [];

    /// <summary>The status register's bits (PCI Local Bus 3.0, 6.2.3).</summary>
    public IReadOnlyList<PciField> Status { get; init; } = [];

    /// <summary>Cache line size, in bytes; 0 where it is not set.</summary>
    public int CacheLineBytes { get; init; }

    /// <summary>Latency timer, in PCI clocks.</summary>
    public int LatencyTimer { get; init; }

    /// <summary>Built-in self test (PCI Local Bus 3.0, 6.2.4): capable, running, code.</summary>
    public IReadOnlyList<PciField> SelfTest { get; init; } = [];

    /// <summary>The BARs in use, without the upper halves of 64-bit ones.</summary>
    public IReadOnlyList<PciBarDescription> Bars { get; init; } = [];

    /// <summary>The expansion ROM, or <see langword="null"/>.</summary>
    public PciRomDescription? Rom { get; init; }

    /// <summary>Whether the ROM's own enable bit is set, which alone does not make it answer.</summary>
    public bool IsRomSwitchedOn { get; init; }

    /// <summary>1 to 4 for INTA# to INTD#; 0 for no pin.</summary>
    public int InterruptPin { get; init; }

    /// <summary>What firmware or the system noted as the pin's interrupt; 255 is unknown on a PC. Means nothing without a pin.</summary>
    public int InterruptLine { get; init; }

    /// <summary>Where a card's description by CardBus is, as a register (PC Card Standard 8.0, volume 2, 5.4.2.1.8); <see langword="null"/> of a bridge.</summary>
    public uint? CardBusPointer { get; init; }

    /// <summary>How long a burst the card needs, in units of 250 ns (PCI Local Bus 3.0, 6.2.4); <see langword="null"/> of a bridge.</summary>
    public byte? MinimumGrant { get; init; }

    /// <summary>How often the card needs the bus, in units of 250 ns (PCI Local Bus 3.0, 6.2.4); <see langword="null"/> of a bridge.</summary>
    public byte? MaximumLatency { get; init; }

    /// <summary>The bits of the header that are set and that no member names, such as <c>38h bit 3</c>: by the offset of their 32 bits, and their number there.</summary>
    public IReadOnlyList<string> UnnamedBits { get; init; } = [];

    /// <summary>Buses, windows and control of a bridge (header type 1 or 2); empty otherwise.</summary>
    public IReadOnlyList<PciField> Bridge { get; init; } = [];

    /// <summary>Both capability lists, in list order.</summary>
    public IReadOnlyList<PciCapabilityDescription> Capabilities { get; init; } = [];

    /// <summary>What is malformed, contradictory or was not read; a sentence each.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>The first capability with this id, or <see langword="null"/>.</summary>
    public PciCapabilityDescription? Find(PciCapabilityId id) => Capabilities.FirstOrDefault(c => !c.Capability.IsExtended && c.Capability.Id == (ushort)id);

    /// <summary>The first extended capability with this id, or <see langword="null"/>.</summary>
    public PciCapabilityDescription? Find(PciExtendedCapabilityId id) => Capabilities.FirstOrDefault(c => c.Capability.IsExtended && c.Capability.Id == (ushort)id);
}

/// <summary>A base address register (PCI Local Bus 3.0, 6.2.5.1).</summary>
/// <param name="Index">0 to 5; a 64-bit one has the next number too.</param>
/// <param name="Kind"><see cref="RegionKind.Memory"/> or <see cref="RegionKind.Port"/>.</param>
/// <param name="Address">Where it is on the bus; 0 where nobody has placed it.</param>
public sealed record PciBarDescription(int Index, RegionKind Kind, ulong Address)
{
    /// <summary>Bytes; <see langword="null"/> where not known, since the register itself tells only one who writes to it.</summary>
    public ulong? Size { get; init; }

    /// <summary>Whether it can be placed above 4 GiB.</summary>
    public bool Is64Bit { get; init; }

    /// <summary>Whether it must be placed below 1 MiB, as PCI Local Bus 2.1 allowed.</summary>
    public bool IsBelow1Megabyte { get; init; }

    /// <summary>Whether reads have no side effects.</summary>
    public bool IsPrefetchable { get; init; }

    /// <summary>Whether the command register lets it answer.</summary>
    public bool IsEnabled { get; init; }

    /// <summary>Whether the register is empty and the host has it all the same: a virtual function's, or a fixed one.</summary>
    public bool IsVirtual { get; init; }

    /// <summary>Whether the system found no room for it: nobody reaches it, whatever its register holds. False where only the register is known.</summary>
    public bool IsUnplaced { get; init; }
}

/// <summary>An expansion ROM's register (PCI Local Bus 3.0, 6.2.5.2).</summary>
/// <param name="Address">Where it is on the bus; 0 where nobody has placed it.</param>
/// <param name="IsEnabled">Whether its own enable bit and the command register let it answer.</param>
public sealed record PciRomDescription(ulong Address, bool IsEnabled)
{
    /// <summary>Bytes; <see langword="null"/> where not known.</summary>
    public ulong? Size { get; init; }
}

/// <summary>A capability, decoded.</summary>
/// <param name="Capability">Id, offset, list, version.</param>
/// <param name="Name">Its name, such as <c>MSI-X</c>; <c>unknown</c> and the id where it has none here.</param>
/// <param name="Fields">Its fields; empty where only the name is known.</param>
public sealed record PciCapabilityDescription(PciCapability Capability, string Name, IReadOnlyList<PciField> Fields)
{
    /// <summary>Bytes from its start that <see cref="Fields"/> says; those of the id and of the pointer where nothing more is known.</summary>
    public int Extent { get; init; }

    /// <summary>The field with this name, or <see langword="null"/>.</summary>
    /// <param name="name">The name, or several joined by dots: <c>linkStatus.width</c>.</param>
    public PciField? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return PciField.Find(Fields, name);
    }

    /// <summary>Whether a flag is there and set.</summary>
    /// <inheritdoc cref="Find"/>
    public bool IsSet(string name) => Find(name)?.IsSet ?? false;

    /// <summary>A number, or <see langword="null"/> where there is none by that name.</summary>
    /// <inheritdoc cref="Find"/>
    public decimal? Number(string name) => Find(name) is { Kind: PciFieldKind.Number } field ? field.Number : null;
}
