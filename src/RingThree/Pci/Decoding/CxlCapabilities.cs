using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>Designated vendor-specific capabilities of CXL (Compute Express Link 3.1, 8.1).</summary>
internal static class CxlCapabilities
{
    private static readonly string[] Durations = ["1 us", "10 us", "100 us", "1 ms", "10 ms", "100 ms", "1 s", "10 s"];

    /// <summary>The rows from offset 10 on, or <see langword="null"/> for an id that is not known.</summary>
    internal static IEnumerable<Row>? Rows(CapabilityReader at, int length) => at.Peek(8, 2, 15, 0) switch
    {
        0 => [Named("device"), .. Device(length), Bytes("content", Math.Max(Rest(length), 10), length)],
        2 => [Named("function map"), List("functions", 8, i => [Word(12 + (4 * i), Hex(31, 0, "mask", 8))])],
        3 => [Named("port extensions"), .. PortExtensions],
        4 => [Named("persistent flush of a port"), Duration(12, "phase1"), Duration(14, "phase2")],
        5 => [Named("persistent flush of a device"), Duration(10, "phase2"), Word(12, Number(31, 0, "phase2Milliwatts"))],
        7 => [Named("flex bus port"), .. FlexBus(at.Peek(4, 4, 19, 16))],
        8 => [Named("register locator"), List("blocks", (length - 12) / 8, i => [Long(12 + (8 * i), Number(2, 0, "bar"), Block, Address(63, 16, "offset"))])],
        9 => [Named("multi-logical device"), Half(10, Number(15, 0, "logicalDevices"))],
        10 => [Named("test capability"), Bytes("content", 10, length)],
        _ => null,
    };

    /// <summary>What the id, shown before, stands for.</summary>
    private static RegisterRow Named(string name) => Half(8, (into, _) =>
    {
        into.Text("cxl", name);
        return Mask(15, 0);
    });

    private static int Rest(int length) => length >= 0x3C ? 0x3C : length >= 0x38 ? 0x38 : 10;

    private static Row[] Device(int length) => length < 0x38 ? [] :
    [
        Half(0x0A, "capability", Flag(0, "cache", "CXL.cache"), Flag(1, "io", "CXL.io"), Flag(2, "memory", "CXL.mem"), Flag(3, "memoryHardwareInit"), Number(5, 4, "memoryRanges"),
            Flag(6, "cacheWriteBack"), Flag(7, "reset"), Choice(10, 8, "resetTimeout", "10 ms", "100 ms", "1 s", "10 s", "100 s"), Flag(11, "resetMemoryClear"), Flag(12, "tsp", "TSP"),
            Flag(13, "multipleLogicalDevices"), Flag(14, "viral"), Flag(15, "powerManagementReporting")),
        Half(0x0C, "control", Flag(0, "cache", "CXL.cache"), Flag(1, "io", "CXL.io"), Flag(2, "memory", "CXL.mem"), Number(7, 3, "snoopFilterCoverage"), Number(10, 8, "snoopFilterGranularity"),
            Flag(11, "cleanEvictionHint"), Flag(12, "directMemory"), Flag(14, "viral")),
        Half(0x0E, "status", Flag(14, "viral")),
        Half(0x10, "control2", Flag(0, "cachingDisabled"), Flag(1, "initiateWriteBack"), Flag(2, "initiateReset"), Flag(3, "resetMemoryClear"), Flag(4, "volatileStateAfterHotReset"),
            Flag(5, "modifiedCompletion")),
        Half(0x12, "status2", Flag(0, "cacheInvalid"), Flag(1, "resetComplete"), Flag(2, "resetError"), Flag(3, "preservationError"), Flag(15, "powerManagementComplete")),
        Half(0x14, "lock", Flag(0, "locked")),
        Half(0x16, "capability2", Choice(3, 0, "cacheUnit", "not reported", "64 KiB", "1 MiB"), Number(5, 4, "fallback"), Flag(6, "modifiedCompletion"), Flag(7, "noCleanWriteBack"), Number(15, 8, "cacheUnits")),
        List("ranges", 2, i =>
        [
            UpperFirst(0x18 + (0x10 * i), Flag(0, "valid"), Flag(1, "active"), Choice(4, 2, "media", "volatile", "non-volatile", "by CDAT"), Choice(7, 5, "class", "memory", "storage", "by CDAT"),
                Number(12, 8, "interleave"), Number(15, 13, "activeTimeout"), Flag(16, "activeDegraded"), Address(63, 28, "size")),
            UpperFirst(0x20 + (0x10 * i), Address(63, 28, "base")),
        ]),
        .. length >= 0x3C ? new Row[] { Half(0x38, "capability3", Flag(0, "coldResetState"), Flag(1, "warmResetState"), Flag(2, "hotResetState"), Flag(3, "hotResetConfigurable"), Flag(4, "directMemory")) } : [],
    ];

    private static Row[] PortExtensions =>
    [
        Half(0x0A, "status", Flag(0, "powerManagementComplete"), Flag(14, "viral")),
        Half(0x0C, "control", Flag(0, "unmaskSecondaryBusReset"), Flag(1, "unmaskLinkDisable"), Flag(2, "alternateMemory"), Flag(3, "alternateBusMaster"), Flag(4, "unorderedToMemory"), Flag(14, "viral")),
        Byte(0x0E, Number(7, 0, "alternateBusBase")), Byte(0x0F, Number(7, 0, "alternateBusLimit")),
        Half(0x10, Hex(15, 0, "alternateMemoryBase", 4)), Half(0x12, Hex(15, 0, "alternateMemoryLimit", 4)),
        Half(0x14, Hex(15, 0, "alternatePrefetchableBase", 4)), Half(0x16, Hex(15, 0, "alternatePrefetchableLimit", 4)),
        Word(0x18, Hex(31, 0, "alternatePrefetchableBaseUpper", 8)), Word(0x1C, Hex(31, 0, "alternatePrefetchableLimitUpper", 8)),
        Long(0x20, Flag(0, "registerBlock"), Address(63, 16, "registerBlockBase")),
    ];

    private static IEnumerable<Row> FlexBus(uint revision)
    {
        FieldRule[] protocols = [Flag(0, "cache", "CXL.cache"), Flag(1, "io", "CXL.io"), Flag(2, "memory", "CXL.mem"), Flag(5, "flit68", "68-byte flits"), Flag(6, "multipleLogicalDevices"),
            Flag(13, "flit256", "latency-optimized 256-byte flits"), Flag(14, "portBasedRouting")];
        FieldRule[] link = [Flag(3, "syncHeaderBypass"), Flag(4, "driftBuffer")];
        return
        [
            Half(0x0A, "capability", protocols),
            Half(0x0C, "control", [.. protocols, .. link, Flag(7, "restrictedTrainingDisabled"), Flag(8, "retimer"), Flag(9, "secondRetimer")]),
            Half(0x0E, "status", [.. protocols, .. link, Flag(8, "correctableFramingError"), Flag(9, "uncorrectableFramingError"), Flag(10, "unexpectedProtocolIdDropped")]),
            .. revision >= 1 ? new Row[] { Word(0x10, Hex(23, 0, "receivedTrainingData", 6)) } : [],
            .. revision >= 2 ? new Row[] { Word(0x14, "capability2", Flag(0, "nopHint")), Word(0x18, "control2", Flag(0, "nopHint")), Word(0x1C, "status2", Number(1, 0, "nopHint")) } : [],
        ];
    }

    private static RegisterRow Duration(int offset, string name) => Half(offset, name, Number(3, 0, "count"), Choice(11, 8, "unit", Durations));

    /// <summary>What a block of registers is (8.1.9.1).</summary>
    private static ulong Block(FieldList into, ulong register)
    {
        ulong block = Bits(register, 15, 8);
        into.Text("kind", block switch { 0 => "empty", 1 => "component", 2 => "BAR virtualization access", 3 => "device", 4 => "performance monitoring", 0xFF => "vendor's", _ => $"reserved ({block})" });
        return Mask(15, 8);
    }
}
