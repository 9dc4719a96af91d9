using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>What a link's physical layer has at each speed, lane by lane where that is so.</summary>
internal static class PhysicalLayerCapabilities
{
    private static readonly string[] UsageModes = ["PCI Express", "training set messages", "alternate protocol"];

    private static FieldRule[] Equalization =>
        [Flag(0, "equalizationComplete"), Flag(1, "equalizationPhase1"), Flag(2, "equalizationPhase2"), Flag(3, "equalizationPhase3"), Flag(4, "equalizationRequest")];

    /// <summary>Secondary PCI Express, for 8 GT/s (PCI Express Base 5.0, 7.7.3).</summary>
    internal static IEnumerable<Row> SecondaryExpress(CapabilityReader at) =>
    [
        Word(4, "linkControl3", Flag(0, "performEqualization"), Flag(1, "equalizationInterrupt"), Words(15, 9, "lowerSkpGeneration", ExpressLink.Speeds(9))),
        Word(8, Hex(31, 0, "laneErrors", 8)),
        new ValuesRow("lanePresets", 12, at.Function.Lanes, 2), // upstream hint and preset, downstream hint and preset, a digit each
    ];

    /// <summary>16 GT/s (PCI Express Base 5.0, 7.7.5).</summary>
    internal static IEnumerable<Row> At16(CapabilityReader at) =>
    [
        Word(4, "capabilities"), Word(8, "control"), Word(12, "status", Equalization),
        Word(16, Hex(31, 0, "localParityMismatch", 8)), Word(20, Hex(31, 0, "firstRetimerParityMismatch", 8)), Word(24, Hex(31, 0, "secondRetimerParityMismatch", 8)),
        Presets(at, 32),
    ];

    /// <summary>32 GT/s (PCI Express Base 5.0, 7.7.6).</summary>
    internal static IEnumerable<Row> At32(CapabilityReader at) =>
    [
        Word(4, "capabilities", Flag(0, "equalizationBypass"), Flag(1, "noEqualizationNeeded"), Words(15, 8, "trainingSetModes", (8, "pciExpress"), (9, "trainingSetMessages"), (10, "alternateProtocol"))),
        Word(8, "control", Flag(0, "equalizationBypassDisabled"), Flag(1, "noEqualizationNeededDisabled"), Choice(10, 8, "trainingSetMode", UsageModes)),
        Word(12, "status",
        [
            .. Equalization, Flag(5, "modifiedTrainingSets"),
            Choice(7, 6, "enhancedLinkBehavior", "full equalization", "bypass to the highest rate", "no equalization needed", "modified training sets"), Flag(8, "precodingOn"), Flag(9, "precodingRequest"),
            Flag(10, "noEqualizationNeededReceived"),
        ]),
        .. TrainingSets(16, "received"), .. TrainingSets(24, "transmitted"), Presets(at, 32),
    ];

    /// <summary>64 GT/s (PCI Express Base 6.0, 7.7.7).</summary>
    internal static IEnumerable<Row> At64(CapabilityReader at) =>
    [
        Word(4, "capabilities"), Word(8, "control"),
        Word(12, "status", [.. Equalization, Flag(5, "precodingOn"), Flag(6, "precodingRequest"), Flag(7, "noEqualizationNeededReceived")]),
        Presets(at, 16),
    ];

    /// <summary>Lane margining at the receiver (PCI Express Base 5.0, 7.7.7).</summary>
    internal static IEnumerable<Row> LaneMargining(CapabilityReader at) =>
    [
        Half(4, Flag(0, "usesDriver")),
        Half(6, Flag(0, "ready"), Flag(1, "softwareReady")),
        new ValuesRow("laneControlAndStatus", 8, 2 * at.Function.Lanes, 2),
    ];

    /// <summary>Alternate protocol (PCI Express Base 5.0, 7.9.21).</summary>
    internal static IEnumerable<Row> AlternateProtocol(CapabilityReader at) =>
    [
        Word(4, "capabilities", Number(7, 0, "protocolCount"), Flag(8, "selectiveEnable")),
        Word(8, "control", Number(7, 0, "index"), Flag(8, "negotiationEnabled")),
        Word(12, "data1", Choice(2, 0, "usage", UsageModes), Hex(15, 5, "details"), Hex(31, 16, "vendorId", 4)),
        Word(16, Hex(23, 0, "modifiedTrainingSetInformation", 6)),
        .. at.Peek(4, 4, 8, 8) != 0 ? new Row[] { Word(20, Hex(31, 0, "selectiveEnableMask", 8)) } : [],
    ];

    /// <summary>The upstream and the downstream preset of each lane, a digit each.</summary>
    private static ValuesRow Presets(CapabilityReader at, int from) => new("lanePresets", from, at.Function.Lanes, 1);

    private static Row[] TrainingSets(int from, string direction) =>
    [
        Word(from, direction + "TrainingSet1", Choice(2, 0, "usage", UsageModes), Hex(15, 3, "information"), Hex(31, 16, "vendorId", 4)),
        Word(from + 4, direction + "TrainingSet2", Hex(23, 0, "information"),
            Choice(25, 24, "alternateProtocolNegotiation", "not supported", "disabled", "failed", "succeeded")),
    ];
}
