using System.Globalization;
using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>Short capabilities of the extended list.</summary>
internal static class ExtendedCapabilities
{
    private static readonly (int Bit, string Word)[] Indications =
    [
        (2, "ok"), (3, "locate"), (4, "fail"), (5, "rebuild"), (6, "predictedFailure"), (7, "hotSpare"), (8, "inCriticalArray"), (9, "inFailedArray"), (10, "invalidDevice"), (11, "disabled"),
    ];

    /// <summary>Device serial number, an EUI-64 (PCI Express Base 5.0, 7.9.3).</summary>
    internal static IEnumerable<Row> SerialNumber(CapabilityReader at) =>
    [
        Long(4, (into, number) =>
        {
            string digits = number.ToString("x16", CultureInfo.InvariantCulture);
            into.Text("serialNumber", string.Join('-', Enumerable.Range(0, 8).Select(i => digits.Substring(2 * i, 2))));
            return ulong.MaxValue;
        }),
    ];

    /// <summary>Multicast (PCI Express Base 5.0, 7.9.11): an endpoint says how large a window it wants, a port has an overlay.</summary>
    internal static IEnumerable<Row> Multicast(CapabilityReader at)
    {
        bool endpoint = at.Function.Port is 0 or 1 or ExpressCapability.IntegratedEndpoint or ExpressCapability.EventCollector;
        return
        [
            Half(4, "capabilities", [Number(5, 0, "groups", n => n + 1), .. endpoint ? new[] { Number(13, 8, "windowSizeBits") } : [], Flag(15, "ecrcRegeneration")]),
            Half(6, "control", Number(5, 0, "groups", n => n + 1), Flag(15, "enabled", clear: "disabled")),
            Long(8, Number(5, 0, "indexPosition"), Address(63, 12, "address")),
            Long(0x10, Hex64("receive")), Long(0x18, Hex64("blockAll")), Long(0x20, Hex64("blockUntranslated")),
            .. endpoint ? (Row[])[] : [Long(0x28, Number(5, 0, "overlaySizeBits"), Address(63, 6, "overlayAddress"))],
        ];
    }

    /// <summary>Resizable BARs, the function's own or its virtual functions' (PCI Express Base 5.0, 7.8.6, 9.3.7.5).</summary>
    internal static IEnumerable<Row> ResizableBar(CapabilityReader at)
    {
        // The first control register says how many there are, one to six: it is there even where it says another number.
        uint count = at.Peek(8, 4, 7, 5);
        return
        [
            List("bars", Math.Clamp((int)count, 1, 6), i =>
                [Long(4 + (8 * i), [Number(34, 32, "bar"), Number(45, 40, "sizeMegabytes", Megabytes), Sizes, .. i == 0 ? new[] { Number(39, 37, "count") } : []])]),
        ];

        static decimal? Megabytes(uint power) => power > 43 ? null : 1L << (int)power;

        static ulong Sizes(FieldList into, ulong register)
        {
            ulong supported = Bits(register, 31, 4) | (Bits(register, 63, 48) << 28); // bit n: 2^n MiB
            into.Text("supportedSizes", string.Join(' ', Enumerable.Range(0, 44).Where(n => ((supported >> n) & 1) != 0).Select(n => ByteCount.Of(1UL << (n + 20), ""))));
            return Mask(31, 4) | Mask(63, 48);
        }
    }

    /// <summary>TLP processing hints (PCI Express Base 6.0, 7.9.13).</summary>
    internal static IEnumerable<Row> ProcessingHints(CapabilityReader at)
    {
        bool table = at.Peek(4, 4, 10, 9) != 0;
        bool here = at.Peek(4, 4, 10, 9) == 1;
        return
        [
            Word(4,
            [
                Flag(0, "noTagMode"), Flag(1, "interruptVectorMode"), Flag(2, "deviceSpecificMode"), Flag(8, "extendedRequester"), Choice(10, 9, "table", "none", "in this capability", "in the MSI-X table"),
                .. table ? new[] { Number(26, 16, "tableEntries", n => n + 1) } : [],
            ]),
            Word(8, Choice(2, 0, "mode", "no tag", "interrupt vector", "device specific"), Choice(9, 8, "requester", "off", "on", "", "extended")),
            .. here ? new Row[] { Bytes("steeringTags", 12, 12 + (2 * ((int)at.Peek(4, 4, 26, 16) + 1))) } : [],
        ];
    }

    /// <summary>LN requester (PCI Express Base 5.0, 7.9.19).</summary>
    internal static IEnumerable<Row> LightweightNotification(CapabilityReader at) =>
    [
        Half(4, "capabilities", Flag(0, "lines64", "64-byte lines"), Flag(1, "lines128", "128-byte lines"), Number(12, 8, "registrationsBits")),
        Half(6, "control", Flag(0, "enabled", clear: "disabled"), Choice(1, 1, "lineSize", "64 bytes", "128 bytes"), Number(12, 8, "registrationLimitBits")),
    ];

    /// <summary>Hierarchy id (PCI Express Base 5.0, 7.9.18).</summary>
    internal static IEnumerable<Row> HierarchyId(CapabilityReader at) =>
    [
        Word(4, "status", Hex(15, 0, "messageRequester", 4), Flag(28, "functionConfigurable"), Flag(29, "pending"), Flag(30, "writable"), Flag(31, "valid")),
        Word(8, Hex(31, 0, "data", 8)),
        Bytes("guid", 12, 32),
    ];

    /// <summary>Native PCIe enclosure management (PCI Express Base 5.0, 7.9.20): the lights of a drive's slot.</summary>
    internal static IEnumerable<Row> EnclosureManagement(CapabilityReader at) =>
    [
        Word(4, "capabilities", Flag(0, "capable"), Flag(1, "reset"), Words(23, 2, "indications", Indications), Hex(31, 24, "enclosureSpecific", 2)),
        Word(8, "control", Flag(0, "enabled", clear: "disabled"), Flag(1, "initiateReset"), Words(23, 2, "indications", Indications), Hex(31, 24, "enclosureSpecific", 2)),
        Word(12, "status", Flag(0, "commandCompleted"), Hex(31, 24, "enclosureSpecific", 2)),
    ];

    /// <summary>Data object exchange (PCI Express Base 6.2, 7.9.24).</summary>
    internal static IEnumerable<Row> DataObjectExchange(CapabilityReader at) =>
    [
        Word(4, "capabilities", Flag(0, "interrupt"), Number(11, 1, "interruptMessage"), Flag(12, "attentionMechanism"), Flag(13, "asynchronousMessages")),
        Word(8, "control", Flag(0, "abort"), Flag(1, "interrupt"), Flag(2, "attentionNotNeeded"), Flag(3, "asynchronousMessages"), Flag(31, "go")),
        Word(12, "status", Flag(0, "busy"), Flag(1, "interrupt"), Flag(2, "error"), Flag(3, "asynchronousMessage"), Flag(4, "atAttention"), Flag(31, "objectReady", "data object ready")),
        Word(16, Hex(31, 0, "writeMailbox", 8)),
        Word(20, Hex(31, 0, "readMailbox", 8)),
    ];

    /// <summary>MMIO register block locator (PCI Express Base 6.2, 7.9.33).</summary>
    internal static IEnumerable<Row> RegisterBlockLocator(CapabilityReader at) =>
    [
        Word(4, Number(11, 0, "lengthBytes")),
        List("blocks", Math.Max(((int)at.Peek(4, 4, 11, 0) - 8) / 8, 0), i => [Long(8 + (8 * i), Number(2, 0, "bar"), Number(15, 8, "block"), Address(63, 16, "offset"))]),
        Rest(to: (int)at.Peek(4, 4, 11, 0)),
    ];

    private static FieldRule Hex64(string name) => Hex(63, 0, name, 16);
}
