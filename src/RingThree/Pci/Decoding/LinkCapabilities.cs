using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>Extended capabilities of a link: its latencies, power states, clock and features.</summary>
internal static class LinkCapabilities
{
    private static readonly decimal?[] PowerOnScale = [2, 10, 100, null];

    /// <summary>Latency tolerance reporting (PCI Express Base 5.0, 7.8.2).</summary>
    internal static IEnumerable<Row> LatencyTolerance(CapabilityReader at) =>
        [Half(4, Scaled("maxSnoopNanoseconds", (9, 0), (12, 10), Latency)), Half(6, Scaled("maxNoSnoopNanoseconds", (9, 0), (12, 10), Latency))];

    /// <summary>L1 PM substates (PCI Express Base 6.0, 7.8.3).</summary>
    internal static IEnumerable<Row> L1Substates(CapabilityReader at)
    {
        bool l12 = at.Peek(4, 4, 0, 0) != 0 || at.Peek(4, 4, 2, 2) != 0;
        FieldRule states = Words(3, 0, "states", (0, "PCI-PM-L1.2"), (1, "PCI-PM-L1.1"), (2, "ASPM-L1.2"), (3, "ASPM-L1.1"));
        FieldRule[] times = [Number(15, 8, "commonModeRestoreMicroseconds"), Scaled("powerOnMicroseconds", (23, 19), (17, 16), n => PowerOnScale[n])];
        return
        [
            Word(4, "capabilities", [states, Flag(4, "l1Substates", "L1 PM substates"), Flag(5, "linkActivation"), .. l12 ? times : []]),
            Word(8, "control", states, Flag(4, "linkActivationInterrupt"), Flag(5, "linkActivation"), Number(15, 8, "commonModeRestoreMicroseconds"),
                Scaled("ltrThresholdNanoseconds", (25, 16), (31, 29), Latency)),
            Word(12, "control2", Scaled("powerOnMicroseconds", (7, 3), (1, 0), n => PowerOnScale[n])),
        ];
    }

    /// <summary>Precision time measurement (PCI Express Base 6.0, 7.9.15).</summary>
    internal static IEnumerable<Row> PrecisionTime(CapabilityReader at) =>
    [
        Word(4, "capabilities", Flag(0, "requester"), Flag(1, "responder"), Flag(2, "root"), Flag(3, "enhanced"), Number(15, 8, "clockNanoseconds")),
        Word(8, "control", Flag(0, "enabled", clear: "disabled"), Flag(1, "rootSelected"), Number(15, 8, "effectiveNanoseconds")),
    ];

    /// <summary>Data link feature (PCI Express Base 6.0, 7.7.4).</summary>
    internal static IEnumerable<Row> DataLinkFeature(CapabilityReader at) =>
    [
        Word(4, "capabilities", Flag(0, "scaledFlowControl"), Flag(1, "immediateReadiness"), Optional(4, 2, "extendedChannels"), Optional(7, 5, "l0pExitLatencyCode"), Flag(31, "exchange")),
        Word(8, "status", Flag(0, "remoteScaledFlowControl"), Flag(1, "remoteImmediateReadiness"), Optional(4, 2, "remoteExtendedChannels"), Optional(7, 5, "remoteL0pExitLatencyCode"),
            Flag(31, "remoteValid")),
    ];

    /// <summary>Protocol multiplexing (PCI Express Base 3.1, 7.32): up to four channels, and the protocols there are.</summary>
    internal static IEnumerable<Row> ProtocolMultiplexing(CapabilityReader at) =>
    [
        Word(4, "capabilities", Number(5, 0, "protocolCount"), Words(10, 8, "speeds", (8, "2.5GT/s"), (9, "5GT/s"), (10, "8GT/s"))),
        Word(8, "control", Number(5, 0, "channel0"), Number(13, 8, "channel1"), Number(21, 16, "channel2"), Number(29, 24, "channel3")),
        Word(12, "status", Hex(31, 0, "channels", 8)),
        List("protocols", (int)at.Peek(4, 4, 5, 0), i => [Word(16 + (4 * i), Hex(15, 0, "protocol", 4), Hex(31, 16, "authority", 4))]),
    ];

    /// <summary>Units of 32^scale ns (PCI Express Base 5.0, 6.18); scales above 5 are not permitted.</summary>
    internal static decimal? Latency(uint scale) => scale <= 5 ? 1UL << (5 * (int)scale) : null;
}
