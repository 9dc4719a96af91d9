using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>Short capabilities of the standard list.</summary>
internal static class ConventionalCapabilities
{
    /// <summary>AGP (AGP 3.0, 5.3): the rates' bits mean 1x, 2x, 4x, or 4x, 8x where the status has bit 3, which says AGP 3.0.</summary>
    internal static IEnumerable<Row> Agp(CapabilityReader at)
    {
        (int Bit, string Word)[] rates = at.Peek(4, 4, 3, 3) != 0 ? [(0, "4x"), (1, "8x")] : [(0, "1x"), (1, "2x"), (2, "4x")];
        FieldRule[] shared = [Words(2, 0, "rates", rates), Flag(4, "fastWrite"), Flag(5, "above4Gigabytes", "above 4 GiB"), Flag(9, "sideBand"), Number(31, 24, "requestQueue", n => n + 1),
            Flag(7, "gart64", "64-bit GART"), Optional(12, 10, "calibrationCycle")];
        return
        [
            Byte(2, Number(7, 4, "major"), Number(3, 0, "minor")),
            Word(4, "agpStatus", [.. shared, Flag(3, "agp3", "AGP 3.0"), Flag(6, "hostTranslation"), Optional(15, 13, "asynchronousRequestSize"), Flag(16, "isochronous"), Flag(17, "coherent")]),
            Word(8, "agpCommand", [.. shared, Flag(8, "enabled"), Optional(15, 13, "asynchronousRequestSize")]),
            .. at.Peek(4, 4, 3, 3) != 0 ? new Row[] { Rest() } : [], // aperture, GART and isochronous registers of a core logic
        ];
    }

    /// <summary>Vital product data (PCI Local Bus 3.0, appendix I).</summary>
    internal static IEnumerable<Row> VitalProductData(CapabilityReader at) => [Half(2, Hex(14, 0, "vpdAddress"), Flag(15, "completed")), Word(4, Hex(31, 0, "data", 8))];

    /// <summary>Slot identification (PCI-to-PCI Bridge 1.2, 13.3).</summary>
    internal static IEnumerable<Row> SlotIdentification(CapabilityReader at) => [Byte(2, Number(4, 0, "slots"), Flag(5, "firstInChassis")), Byte(3, Number(7, 0, "chassis"))];

    /// <summary>CompactPCI hot swap (PICMG 2.1, 3.2): the control and status register.</summary>
    internal static IEnumerable<Row> HotSwap(CapabilityReader at) =>
    [
        Byte(2, Flag(7, "inserted"), Flag(6, "extracted"), Number(5, 4, "programmingInterface"), Flag(3, "ledOn", "LED on"), Flag(2, "pendingInsertion"), Flag(1, "enumMasked", "ENUM# masked"), Flag(0, "deviceHidden")),
    ];

    /// <summary>Debug port (EHCI 1.0, appendix C).</summary>
    internal static IEnumerable<Row> DebugPort(CapabilityReader at) =>
    [
        Half(2, (into, register) =>
        {
            if (Bits(register, 15, 13) is not (> 0 and <= 6 and ulong bar)) return 0;
            into.Number("bar", bar - 1); // 1 is BAR 0
            return Mask(15, 13);
        }, Hex(12, 0, "offset")),
    ];

    /// <summary>The controller of hot-plug slots (PCI Standard Hot-Plug Controller 1.0, 4.1): a window to its registers.</summary>
    internal static IEnumerable<Row> HotPlug(CapabilityReader at) =>
        [Byte(2, Number(7, 0, "select")), Byte(3, Flag(6, "systemErrorPending"), Flag(7, "interruptPending")), Word(4, Hex(31, 0, "data", 8))];

    /// <summary>Subsystem of a bridge (PCI-to-PCI Bridge 1.2, 13.2).</summary>
    internal static IEnumerable<Row> BridgeSubsystem(CapabilityReader at) => [Half(4, Hex(15, 0, "vendorId", 4)), Half(6, Hex(15, 0, "subsystemId", 4))];

    /// <summary>A secure device; of the kind that is in use, the IOMMU (AMD I/O Virtualization Technology 3.07, 3.2).</summary>
    internal static IEnumerable<Row> SecureDevice(CapabilityReader at)
    {
        const int iommu = 3;
        if (at.Peek(2, 2, 2, 0) != iommu) return [Rest(2)];
        return
        [
            Half(2, Choice(2, 0, "kind", "", "", "", "IOMMU"), Number(7, 3, "revision"), Flag(8, "remoteTranslationCache"), Flag(9, "hyperTransportTunnel"), Flag(10, "cachesNotPresent"),
                Flag(11, "extendedFeatures"), Flag(12, "extension")),
            Long(4, Address(63, 14, "address"), Flag(0, "enabled", clear: "disabled")),
            Word(12, "range", Number(4, 0, "unit"), Flag(7, "valid"), Number(15, 8, "bus"), Hex(23, 16, "first", 2), Hex(31, 24, "last", 2)),
            Word(16, "addresses", Number(4, 0, "interruptMessage"), Number(7, 5, "guestVirtualSize"), Number(14, 8, "physicalAddressBits"), Number(21, 15, "virtualAddressBits"),
                Flag(22, "hyperTransportRangeReserved"), Number(31, 27, "pageRequestMessage")),
        ];
    }

    /// <summary>SATA index and data registers (Serial ATA AHCI 1.3.1, 2.4).</summary>
    internal static IEnumerable<Row> Sata(CapabilityReader at)
    {
        const uint inCapability = 0xF;
        return
        [
            Half(2, Number(7, 4, "major"), Number(3, 0, "minor")),
            Word(4, Registers, Hex(23, 4, "offset")),
            .. at.Peek(4, 4, 3, 0) == inCapability ? new Row[] { Word(8, Hex(31, 0, "index", 8)), Word(12, Hex(31, 0, "data", 8)) } : [],
        ];

        static ulong Registers(FieldList into, ulong register)
        {
            ulong place = Bits(register, 3, 0);
            if (place == inCapability) into.Text("registers", "in this capability");
            else if (place is >= 4 and <= 9) into.Text("registers", "in a BAR").Number("bar", place - 4);
            else into.Text("registers", $"reserved ({place})");
            return Mask(3, 0);
        }
    }

    /// <summary>Advanced features (Advanced Capabilities for Conventional PCI ECN, 2006).</summary>
    internal static IEnumerable<Row> AdvancedFeatures(CapabilityReader at) =>
    [
        Byte(2, Number(7, 0, "lengthBytes")),
        Byte(3, Flag(0, "transactionsPendingCapable", "tells pending transactions"), Flag(1, "functionLevelReset")),
        Byte(4, Flag(0, "initiateFunctionLevelReset")),
        Byte(5, Flag(0, "transactionsPending")),
        Rest(to: (int)at.Peek(2, 1, 7, 0)),
    ];
}
