using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>Flits in error: logged, counted, and injected.</summary>
internal static class FlitCapabilities
{
    private const int MostLanes = 16;

    private static readonly string[] Widths = ["x1", "x2", "x4", "x8", "x16"];

    private static readonly (int Bit, string Word)[] OrderedSets =
    [
        (16, "TS0"), (17, "TS1"), (18, "TS2"), (19, "SKP"), (20, "EIEOS"), (21, "EIOS"), (22, "SDS"),
    ];

    private static readonly (int Bit, string Word)[] States =
    [
        (23, "polling"), (24, "configuration"), (25, "L0"), (26, "recovery"), (27, "equalizationPhase01"), (28, "equalizationPhase2"), (29, "equalizationPhase3"),
    ];

    /// <summary>Flit logging (PCI Express Base 6.2, 7.7.10).</summary>
    internal static IEnumerable<Row> Logging(CapabilityReader at) =>
    [
        Word(4, "errorLog1", Flag(0, "valid"), Choice(3, 1, "width", Widths), Number(7, 4, "offset"), Number(12, 8, "consecutiveErrors"), Flag(13, "more"), Flag(14, "unrecognized"),
            Flag(15, "uncorrectable"), Hex(23, 16, "parity0", 2), Hex(31, 24, "check0", 2)),
        Word(8, "errorLog2", Hex(7, 0, "parity1", 2), Hex(15, 8, "check1", 2), Hex(23, 16, "parity2", 2), Hex(31, 24, "check2", 2)),
        Half(12, "counterControl", Flag(0, "enabled", clear: "disabled"), Flag(1, "interrupt"), Number(3, 2, "events"), Number(11, 4, "trigger")),
        Half(14, "counterStatus", Choice(2, 0, "width", Widths), Flag(3, "interrupt"), Number(15, 8, "count")),
        Word(16, "measurementControl", Flag(0, "enabled", clear: "disabled"), Flag(1, "clear"), Number(3, 2, "granularity")),
        Word(20, Number(31, 0, "flits")),
        Word(24, Number(15, 0, "invalidFlits")),
        List("lanes", MostLanes, i => [Half(28 + (2 * i), Number(15, 0, "correctable"))]),
    ];

    /// <summary>Flit error injection (PCI Express Base 6.2, 7.7.12).</summary>
    internal static IEnumerable<Row> ErrorInjection(CapabilityReader at) =>
    [
        Word(4, "capabilities"),
        Word(8, "control1", Flag(0, "enabled", clear: "disabled"), Flag(1, "transmitted"), Flag(2, "received"), Words(15, 6, "speeds", ExpressLink.Speeds(6)), Number(20, 16, "errors"),
            Number(28, 21, "spacing"), Number(30, 29, "flitType")),
        Word(12, "control2", Number(2, 0, "consecutive"), Number(4, 3, "type"), Number(11, 5, "offset"), Hex(19, 12, "magnitude", 2)),
        Word(16, "status", Number(1, 0, "transmit"), Number(3, 2, "receive")),
        Word(20, "orderedSetControl1", Flag(0, "enabled", clear: "disabled"), Flag(1, "transmitted"), Flag(2, "received"), Number(7, 3, "errors"), Number(15, 8, "spacing"),
            Words(22, 16, "orderedSets", OrderedSets), Words(31, 23, "states", States)),
        Word(24, "orderedSetControl2", Hex(15, 0, "bytes", 4), Hex(31, 16, "lanes", 4)),
        Word(28, "transmitStatus", Injected),
        Word(32, "receiveStatus", Injected),
    ];

    /// <summary>Two bits for each ordered set and each state.</summary>
    private static FieldRule[] Injected => [.. OrderedSets.Concat(States).Select((s, i) => Number((2 * i) + 1, 2 * i, char.ToLowerInvariant(s.Word[0]) + s.Word[1..]))];
}
