using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>What a function draws, and the states in which it draws less.</summary>
internal static class PowerCapabilities
{
    private static readonly decimal[] Scale = [1m, 0.1m, 0.01m, 0.001m];
    private static readonly int[] Milliamperes = [0, 55, 100, 160, 220, 270, 320, 375];

    /// <summary>Power management (PCI Power Management 1.2, 3.2; immediate readiness: PCI Express Base 5.0, 7.5.2.1).</summary>
    internal static IEnumerable<Row> Management(CapabilityReader at) =>
    [
        Half(2, Number(2, 0, "version"), Flag(3, "pmeClock", "PME needs the clock"), Flag(4, "immediateReadiness"), Flag(5, "deviceSpecificInitialization"),
            Number(8, 6, "auxiliaryCurrentMilliamperes", n => Milliamperes[n]), Flag(9, "d1", "D1"), Flag(10, "d2", "D2"),
            Words(15, 11, "pmeFrom", (11, "D0"), (12, "D1"), (13, "D2"), (14, "D3hot"), (15, "D3cold"))),
        Half(4, Choice(1, 0, "state", "D0", "D1", "D2", "D3hot"), Flag(3, "noSoftReset", "keeps its state in D3hot"), Flag(8, "pmeEnabled", clear: "PME disabled"),
            Optional(12, 9, "dataSelect"), Optional(14, 13, "dataScale"), Flag(15, "pmeStatus", "PME signalled")),
        Byte(6, Flag(6, "b2InD3hot", "B2 in D3hot"), Flag(7, "busPowerClockControl")),
        Byte(7, Optional(7, 0, "data")),
    ];

    /// <summary>Power budgeting (PCI Express Base 6.0, 7.8.1): one of the budgets that the selector goes through.</summary>
    internal static IEnumerable<Row> Budgeting(CapabilityReader at) =>
    [
        Byte(4, Number(7, 0, "dataSelect")),
        Word(8, "data", Watts("powerWatts", (7, 0), (9, 8)), Choice(12, 10, "substate", "default", "1", "2", "3", "4", "5", "6", "7"),
            Choice(14, 13, "state", "D0", "D1", "D2", "D3"),
            Choice(17, 15, "operation", "PME auxiliary", "auxiliary", "idle", "sustained", "sustained in emergency", "maximum in emergency", "", "maximum"),
            Choice(20, 18, "rail", "12 V", "3.3 V", "1.5 V or 1.8 V", "48 V", "5 V", "", "", "thermal")),
        Byte(12, Flag(0, "systemAllocated", "in the system's budget")),
    ];

    /// <summary>Dynamic power allocation (PCI Express Base 5.0, 7.9.12).</summary>
    internal static IEnumerable<Row> DynamicAllocation(CapabilityReader at) =>
    [
        Word(4, "capabilities", Number(4, 0, "lastSubstate"), Choice(9, 8, "latencyUnit", "1 ms", "10 ms", "100 ms"), Choice(13, 12, "powerUnit", "10 W", "1 W", "0.1 W", "0.01 W"),
            Number(23, 16, "transitionLatency0"), Number(31, 24, "transitionLatency1")),
        Word(8, Hex(31, 0, "latencyIndicators", 8)),
        Half(12, "status", Number(4, 0, "substate"), Flag(8, "controlEnabled")),
        Half(14, "control", Number(4, 0, "substate")),
        List("substates", (int)at.Peek(4, 4, 4, 0) + 1, i => [Byte(16 + i, Number(7, 0, "power"))]),
    ];

    /// <summary>A power and its scale; values from F0h on, at scale 1, stand for powers above 239 W (PCI Express Base 6.0, 7.5.3.9).</summary>
    internal static FieldRule Watts(string name, (int High, int Low) value, (int High, int Low) scale) => (into, register) =>
    {
        uint number = (uint)Bits(register, value.High, value.Low);
        uint unit = (uint)Bits(register, scale.High, scale.Low);
        const uint above239 = 0xF0;
        decimal watts = number < above239 || unit != 0 ? number * Scale[unit] : number < 0xFF ? 250 + (25 * (number - above239)) : 0;
        into.Number(name, watts);
        return watts == 0 ? 0 : Mask(value.High, value.Low) | Mask(scale.High, scale.Low);
    };
}
