using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>Device registers of the PCI Express capability (PCI Express Base 6.0, 7.5.3.3 to 7.5.3.5, 7.5.3.15 to 7.5.3.17) and of Device 3.</summary>
internal static class ExpressDevice
{
    private static readonly string[] TimeoutValues =
    [
        "50us to 50ms", "50us to 100us", "1ms to 10ms", "", "", "16ms to 55ms", "65ms to 210ms", "", "", "260ms to 900ms", "1s to 3.5s", "", "", "4s to 13s", "17s to 64s",
    ];

    private static readonly string[] ExitLatency = ["below 1us", "below 2us", "below 4us", "below 8us", "below 16us", "below 32us", "at most 64us", "above 64us"];

    private static readonly string[] Widths = ["x1", "x2", "x4", "x8", "x16", "", "", "dynamic"];

    internal static Row[] Second =>
    [
        Word(0x24, "deviceCapabilities2", Words(3, 0, "completionTimeoutRanges", (0, "A"), (1, "B"), (2, "C"), (3, "D")), Flag(4, "completionTimeoutDisable"), Flag(5, "ariForwarding"),
            Flag(6, "atomicRouting"), Flag(7, "atomic32", "32-bit atomics"), Flag(8, "atomic64", "64-bit atomics"), Flag(9, "compareAndSwap128", "128-bit compare and swap"),
            Flag(10, "noRelaxedPrPr", "no RO-enabled PR-PR passing"), Flag(11, "ltr", "LTR"), Optional(13, 12, "tphCompleter"), Optional(15, 14, "lnSystemCls"),
            Flag(16, "tag10BitCompleter", "10-bit tag completer"), Flag(17, "tag10BitRequester", "10-bit tag requester"), Words(19, 18, "obff", (18, "message"), (19, "WAKE#")),
            Flag(20, "extendedFormat"), Flag(21, "endToEndPrefix"), Prefixes, Optional(25, 24, "emergencyPowerReduction"), Flag(26, "emergencyPowerReductionInitialization"),
            Flag(28, "deferrableWriteCompleter"), Optional(30, 29, "deferrableWriteLengths"), Flag(31, "frs")),
        Half(0x28, "deviceControl2", Choice(3, 0, "completionTimeout", TimeoutValues), Flag(4, "completionTimeoutDisabled"), Flag(5, "ariForwarding"), Flag(6, "atomicRequester"),
            Flag(7, "atomicEgressBlocking"), Flag(8, "idoRequest"), Flag(9, "idoCompletion"), Flag(10, "ltr", "LTR"), Flag(11, "emergencyPowerReduction"),
            Flag(12, "tag10BitRequester", "10-bit tag requester"), Choice(14, 13, "obff", "off", "message A", "message B", "WAKE#"), Flag(15, "endToEndPrefixBlocking")),
    ];

    internal static Row[] First(uint type)
    {
        bool endpoint = type is 0 or 1 or ExpressCapability.IntegratedEndpoint;
        return
        [
            Word(0x04, "deviceCapabilities",
            [
                Number(2, 0, "maxPayloadBytes", Payload), Optional(4, 3, "phantomFunctionBits"), Flag(5, "extendedTag"),
                .. endpoint ? Latencies : [],
                Flag(12, "attentionButton"), Flag(13, "attentionIndicator"), Flag(14, "powerIndicator"), // defined before version 1.1
                Flag(15, "roleBasedErrors", "role-based error reporting"), Flag(16, "correctableSubclass"), Flag(28, "functionLevelReset"), Flag(29, "mixedPayload"), Flag(30, "teeIo", "TEE-IO"),
                SlotPower,
            ]),
            Half(0x08, "deviceControl", Number(7, 5, "maxPayloadBytes", Payload), Number(14, 12, "maxReadRequestBytes", Payload), Flag(0, "reportCorrectable"), Flag(1, "reportNonFatal"),
                Flag(2, "reportFatal"), Flag(3, "reportUnsupportedRequest"), Flag(4, "relaxedOrdering"), Flag(8, "extendedTag"), Flag(9, "phantomFunctions"), Flag(10, "auxiliaryPower"),
                Flag(11, "noSnoop"), Flag(15, type == ExpressCapability.BridgeToConventional ? "bridgeConfigurationRetry" : "initiateFunctionLevelReset")),
            Half(0x0A, "deviceStatus", Flag(0, "correctableError"), Flag(1, "nonFatalError"), Flag(2, "fatalError"), Flag(3, "unsupportedRequest"), Flag(4, "auxiliaryPower"),
                Flag(5, "transactionsPending"), Flag(6, "emergencyPowerReduction")),
        ];
    }

    /// <summary>Device 3 (PCI Express Base 6.2, 7.7.9).</summary>
    internal static IEnumerable<Row> Third(CapabilityReader at) =>
    [
        Word(4, "deviceCapabilities3", Flag(0, "deferrableWriteRouting"), Flag(1, "tag14BitCompleter", "14-bit tag completer"), Flag(2, "tag14BitRequester", "14-bit tag requester"), Flag(3, "l0p", "L0p"),
            Choice(6, 4, "l0pExitLatency", ExitLatency), Choice(9, 7, "retimerL0pExitLatency", ExitLatency), Flag(10, "unorderedCompleter", "UIO completer"), Flag(11, "unorderedRequester", "UIO requester")),
        Word(8, "deviceControl3", Flag(0, "deferrableWriteRequester"), Flag(1, "deferrableWriteEgressBlocking"), Flag(2, "tag14BitRequester", "14-bit tag requester"), Flag(3, "l0p", "L0p"),
            Choice(6, 4, "targetLinkWidth", Widths), Flag(7, "unorderedRequester", "UIO requester"), Flag(8, "unordered256ByteBoundaryDisabled", "UIO across 256 bytes disabled")),
        Word(12, "deviceStatus3", Choice(2, 0, "initialLinkWidth", Widths[..5]), Flag(3, "segmentCaptured"), Flag(4, "remoteL0p", "remote L0p")),
    ];

    private static FieldRule[] Latencies =>
    [
        Choice(8, 6, "l0sLatency", "at most 64ns", "at most 128ns", "at most 256ns", "at most 512ns", "at most 1us", "at most 2us", "at most 4us", "unlimited"),
        Choice(11, 9, "l1Latency", "at most 1us", "at most 2us", "at most 4us", "at most 8us", "at most 16us", "at most 32us", "at most 64us", "unlimited"),
    ];

    /// <summary>The slot's limit, where a slot has told one.</summary>
    private static ulong SlotPower(FieldList into, ulong register) =>
        Bits(register, 25, 18) == 0 ? 0 : PowerCapabilities.Watts("slotPowerLimitWatts", (25, 18), (27, 26))(into, register);

    /// <summary>How many prefixes, where there are any (7.5.3.15).</summary>
    private static ulong Prefixes(FieldList into, ulong register) =>
        Bits(register, 21, 21) == 0 ? 0 : Number(23, 22, "maxEndToEndPrefixes", n => n == 0 ? 4 : n)(into, register);

    /// <summary>128 to 4096 bytes (7.5.3.3); other codes are reserved.</summary>
    private static decimal? Payload(uint code) => code <= 5 ? 128 << (int)code : null;
}
