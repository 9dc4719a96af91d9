using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>When a function is ready after a reset, and who says so.</summary>
internal static class ReadinessCapabilities
{
    /// <summary>FRS queueing (PCI Express Base 5.0, 7.8.9).</summary>
    internal static IEnumerable<Row> FunctionReadiness(CapabilityReader at) =>
    [
        Word(4, "capabilities", Number(11, 0, "queueDepth"), Number(20, 16, "interruptMessage")),
        Half(8, "status", Flag(0, "messageReceived"), Flag(1, "overflow")),
        Half(10, "control", Flag(0, "interrupt")),
        Word(12, "message", Hex(15, 0, "function", 4),
            Choice(19, 16, "reason", "", "DRS received", "D3hot to D0", "function level reset", "", "", "", "", "virtual function enabled", "virtual function disabled"), Number(31, 20, "depth")),
    ];

    /// <summary>Readiness time reporting (PCI Express Base 5.0, 7.9.17): nine bits in units of 32^scale ns.</summary>
    internal static IEnumerable<Row> TimeReporting(CapabilityReader at) =>
    [
        Word(4, Flag(31, "valid"), Time(0, "resetNanoseconds"), Time(12, "linkUpNanoseconds")),
        Word(8, Time(0, "functionLevelResetNanoseconds"), Time(12, "d3hotToD0Nanoseconds")),
    ];

    private static FieldRule Time(int low, string name) => Scaled(name, (low + 8, low), (low + 11, low + 9), LinkCapabilities.Latency);
}
