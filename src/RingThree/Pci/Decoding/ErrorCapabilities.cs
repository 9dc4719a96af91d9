using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>Errors: advanced error reporting and downstream port containment.</summary>
internal static class ErrorCapabilities
{
    private static readonly (int Bit, string Word)[] Uncorrectable =
    [
        (4, "dataLinkProtocol"), (5, "surpriseDown"), (12, "poisonedTlp"), (13, "flowControl"), (14, "completionTimeout"), (15, "completerAbort"), (16, "unexpectedCompletion"),
        (17, "receiverOverflow"), (18, "malformedTlp"), (19, "ecrc"), (20, "unsupportedRequest"), (21, "accessControl"), (22, "internal"), (23, "multicastBlocked"), (24, "atomicEgressBlocked"),
        (25, "prefixBlocked"), (26, "poisonedEgressBlocked"), (27, "deferrableWriteEgressBlocked"), (28, "ideCheck"), (29, "misroutedIde"), (30, "pcrcCheck"), (31, "translationEgressBlocked"),
    ];

    private static readonly (int Bit, string Word)[] Correctable =
    [
        (0, "receiver"), (6, "badTlp"), (7, "badDllp"), (8, "replayRollover"), (12, "replayTimeout"), (13, "advisoryNonFatal"), (14, "internal"), (15, "headerLogOverflow"),
    ];

    private static readonly (int Bit, string Word)[] RootPortErrors =
    [
        (0, "configurationUnsupported"), (1, "configurationAbort"), (2, "configurationTimeout"), (8, "ioUnsupported"), (9, "ioAbort"), (10, "ioTimeout"), (16, "memoryUnsupported"),
        (17, "memoryAbort"), (18, "memoryTimeout"),
    ];

    /// <summary>Advanced error reporting (PCI Express Base 6.0, 7.8.4).</summary>
    internal static IEnumerable<Row> AdvancedErrorReporting(CapabilityReader at) =>
    [
        Word(0x04, Words(31, 0, "uncorrectableStatus", Uncorrectable)),
        Word(0x08, Words(31, 0, "uncorrectableMask", Uncorrectable)),
        Word(0x0C, Words(31, 0, "uncorrectableFatal", Uncorrectable)),
        Word(0x10, Words(31, 0, "correctableStatus", Correctable)),
        Word(0x14, Words(31, 0, "correctableMask", Correctable)),
        Word(0x18, Number(4, 0, "firstError"), Flag(5, "ecrcGenerationCapable"), Flag(6, "ecrcGeneration"), Flag(7, "ecrcCheckCapable"), Flag(8, "ecrcCheck"), Flag(9, "multipleHeadersCapable"),
            Flag(10, "multipleHeaders"), Flag(11, "prefixLogPresent"), Flag(12, "completionTimeoutLogCapable"), Flag(18, "flitModeLog"), Optional(23, 19, "headerLogWords")),
        new ValuesRow("headerLog", 0x1C, 4, 4),
        .. at.Function.Port is ExpressCapability.RootPort or ExpressCapability.EventCollector ? Root : [],
        .. at.Peek(0x18, 4, 11, 11) != 0 ? new Row[] { new ValuesRow("prefixLog", 0x38, 4, 4) } : [],
    ];

    /// <summary>Downstream port containment (PCI Express Base 6.0, 7.9.14).</summary>
    internal static IEnumerable<Row> PortContainment(CapabilityReader at)
    {
        int log = (int)at.Peek(4, 2, 11, 8);
        return
        [
            Half(0x04, "capabilities", Number(4, 0, "interruptMessage"), Flag(5, "rootPortExtensions"), Flag(6, "poisonedEgressBlocking"), Flag(7, "softwareTrigger"), Number(11, 8, "pioLogWords"),
                Flag(12, "dllActiveError")),
            Half(0x06, "control", Choice(1, 0, "trigger", "off", "fatal", "fatal or non-fatal"), Choice(2, 2, "completion", "completer abort", "unsupported request"), Flag(3, "interrupt"),
                Flag(4, "correctableMessage"), Flag(5, "poisonedEgressBlocking"), Flag(6, "softwareTrigger"), Flag(7, "dllActiveError"), Flag(8, "firmwareSignal")),
            Half(0x08, "status", Flag(0, "triggered"), Choice(2, 1, "reason", "uncorrectable error", "non-fatal message", "fatal message", "extended"), Flag(3, "interrupt"), Flag(4, "busy"),
                Choice(6, 5, "extendedReason", "PIO error", "software"), Number(12, 8, "pioFirstError"), Flag(13, "firmwareSignal")),
            Half(0x0A, Hex(15, 0, "source", 4)),
            .. at.Peek(4, 2, 5, 5) != 0 ? RootPortRows(log) : [],
        ];
    }

    private static Row[] Root =>
    [
        Word(0x2C, "rootCommand", Flag(0, "reportCorrectable"), Flag(1, "reportNonFatal"), Flag(2, "reportFatal")),
        Word(0x30, "rootStatus", Flag(0, "correctable"), Flag(1, "multipleCorrectable"), Flag(2, "uncorrectable"), Flag(3, "multipleUncorrectable"), Flag(4, "firstFatal"), Flag(5, "nonFatal"),
            Flag(6, "fatal"), Choice(8, 7, "correctableSubclass", "legacy", "firmware signal", "system signal", "extended"), Number(31, 27, "interruptMessage")),
        Word(0x34, Hex(15, 0, "correctableSource", 4), Hex(31, 16, "uncorrectableSource", 4)),
    ];

    /// <summary>A root port's own requests that failed (7.9.14.5 to 7.9.14.12).</summary>
    private static IEnumerable<Row> RootPortRows(int log) =>
    [
        Word(0x0C, Words(31, 0, "pioStatus", RootPortErrors)),
        Word(0x10, Words(31, 0, "pioMask", RootPortErrors)),
        Word(0x14, Words(31, 0, "pioFatal", RootPortErrors)),
        Word(0x18, Words(31, 0, "pioSystemError", RootPortErrors)),
        Word(0x1C, Words(31, 0, "pioException", RootPortErrors)),
        .. log >= 4 ? new Row[] { new ValuesRow("pioHeaderLog", 0x20, 4, 4) } : [],
        .. log >= 5 ? new Row[] { Word(0x30, Hex(31, 0, "pioImplementationLog", 8)) } : [],
        .. log > 5 ? new Row[] { new ValuesRow("pioPrefixLog", 0x34, Math.Min(log - 5, 4), 4) } : [],
    ];
}
