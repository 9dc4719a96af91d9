using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>Flattening portal bridge: a bridge that decodes by vectors instead of ranges (PCI Express Base 5.0, 7.8.10).</summary>
internal static class FlatteningPortal
{
    internal static IEnumerable<Row> Layout(CapabilityReader at) =>
    [
        Word(0x04, "capabilities", Flag(0, "routingIdDecode"), Flag(1, "lowMemoryDecode"), Flag(2, "highMemoryDecode"), Number(7, 3, "secondaryDevices"),
            Number(10, 8, "routingIdVectorBits", Vector), Number(18, 16, "lowMemoryVectorBits", Vector), Number(26, 24, "highMemoryVectorBits", Vector)),
        Word(0x08, "routingIdControl1", Flag(0, "enabled"), Number(7, 4, "granularity"), Hex(31, 19, "start")),
        Word(0x0C, "routingIdControl2", Hex(15, 3, "secondaryStart")),
        Word(0x10, "lowMemoryControl", Flag(0, "enabled"), Number(7, 4, "granularity"), Address(31, 20, "start")),
        Word(0x14, "highMemoryControl1", Flag(0, "enabled"), Number(7, 4, "granularity"), Address(31, 28, "startLower")),
        Word(0x18, Hex(31, 0, "highMemoryStartUpper", 8)),
        Word(0x1C, "vectorAccess", Number(7, 0, "offset"), Choice(15, 14, "vector", "routing id", "low memory", "high memory")),
        Word(0x20, Hex(31, 0, "vectorData", 8)),
    ];

    /// <summary>256 bits and powers of two of that (7.8.10.2).</summary>
    private static decimal? Vector(uint code) => code <= 5 ? 256 << (int)code : null;
}
