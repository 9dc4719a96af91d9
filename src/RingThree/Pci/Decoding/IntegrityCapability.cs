using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>Integrity and data encryption (PCI Express Base 6.2, 7.9.26): streams of the link, and selective streams of varied length.</summary>
internal static class IntegrityCapability
{
    private static readonly string[] Algorithms = ["AES-GCM-256"];

    private static readonly string[] HeaderEncryption = ["none", "bits 17:2", "bits 25:2", "bits 33:2", "bits 41:2"];

    private static readonly string[] Aggregation = ["none", "2", "4", "8"];

    private static FieldRule[] StreamControl =>
    [
        Flag(0, "enabled", clear: "disabled"), Flag(1, "extended", "XT"), Choice(3, 2, "nonPostedAggregation", Aggregation), Choice(5, 4, "postedAggregation", Aggregation),
        Choice(7, 6, "completionAggregation", Aggregation), Flag(8, "pcrc", "PCRC"), Choice(13, 10, "headerEncryption", HeaderEncryption), Choice(18, 14, "algorithm", Algorithms),
        Number(21, 19, "trafficClass"), Number(31, 24, "stream"),
    ];

    internal static IEnumerable<Row> Layout(CapabilityReader at)
    {
        int links = at.Peek(4, 4, 0, 0) != 0 ? (int)at.Peek(4, 4, 15, 13) + 1 : 0;
        int selective = at.Peek(4, 4, 1, 1) != 0 ? (int)at.Peek(4, 4, 23, 16) + 1 : 0;
        var starts = new List<int> { 12 + (8 * links) };
        while (starts.Count < selective) starts.Add(starts[^1] + 20 + (12 * (int)at.Peek(starts[^1], 4, 3, 0)));
        return
        [
            Word(4, "capabilities", Flag(0, "linkStreams"), Flag(1, "selectiveStreams"), Flag(2, "flowThrough"), Flag(3, "partialHeaderEncryption"), Flag(4, "aggregation"), Flag(5, "pcrc", "PCRC"),
                Flag(6, "keyManagement", "IDE_KM"), Flag(7, "selectiveConfiguration"), Choice(12, 8, "algorithm", Algorithms), Number(15, 13, "linkTrafficClasses", n => n + 1),
                Number(23, 16, "selectiveStreamCount", n => n + 1), Flag(24, "teeLimited", "TEE-limited streams"), Flag(25, "extended", "XT")),
            Word(8, "control", Flag(2, "flowThrough")),
            List("linkStreams", links, i => [Word(12 + (8 * i), "control", StreamControl), Status(16 + (8 * i))]),
            List("selectiveStreams", selective, i => Selective(at, starts[i])),
        ];
    }

    private static Row[] Selective(CapabilityReader at, int start) =>
    [
        Word(start, Number(3, 0, "addressBlocks")),
        Word(start + 4, "control", [.. StreamControl, Flag(9, "configuration"), Flag(22, "defaultStream"), Flag(23, "teeLimited", "TEE-limited")]),
        Status(start + 8),
        Word(start + 12, Hex(23, 8, "routingIdLimit", 4)),
        Word(start + 16, Flag(0, "routingIdValid"), Hex(23, 8, "routingIdBase", 4), Hex(31, 24, "segment", 2)),
        .. Enumerable.Range(0, (int)at.Peek(start, 4, 3, 0)).SelectMany(i => AddressBlock(start + 20 + (12 * i), i)),
    ];

    private static Row[] AddressBlock(int start, int number) =>
    [
        Word(start, $"addresses{number}", Flag(0, "valid"), Hex(19, 8, "baseLower", 3), Hex(31, 20, "limitLower", 3)),
        Word(start + 4, Hex(31, 0, $"addresses{number}LimitUpper", 8)),
        Word(start + 8, Hex(31, 0, $"addresses{number}BaseUpper", 8)),
    ];

    private static RegisterRow Status(int offset) => Word(offset, "status", Choice(3, 0, "state", "insecure", "", "secure"), Flag(31, "integrityCheckFailed"));
}
