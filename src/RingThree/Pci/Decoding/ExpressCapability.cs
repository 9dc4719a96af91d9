using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>PCI Express (PCI Express Base 6.0, 7.5.3; version 1: PCI Express Base 1.1, 7.8).</summary>
internal static class ExpressCapability
{
    internal const int RootPort = 4;
    internal const int DownstreamPort = 6;
    internal const int BridgeToConventional = 7;
    internal const int IntegratedEndpoint = 9;
    internal const int EventCollector = 10;

    private static readonly decimal[] Speeds = [0, 2.5m, 5, 8, 16, 32, 64];

    internal static IEnumerable<Row> Layout(CapabilityReader at)
    {
        uint type = at.Peek(2, 2, 7, 4);
        bool link = type is not (IntegratedEndpoint or EventCollector);
        bool slot = at.Peek(2, 2, 8, 8) != 0 && type is RootPort or DownstreamPort;
        bool root = type is RootPort or EventCollector;
        bool second = at.Peek(2, 2, 3, 0) >= 2;
        return
        [
            Half(0x02, Number(3, 0, "version"),
                Choice(7, 4, "portType", "endpoint", "legacy endpoint", "", "", "root port", "upstream switch port", "downstream switch port", "PCI Express to PCI bridge",
                    "PCI to PCI Express bridge", "root complex integrated endpoint", "root complex event collector"),
                Flag(8, "slotImplemented", "with a slot"), Number(13, 9, "interruptMessage"), Flag(15, "flitMode")),
            .. ExpressDevice.First(type),
            .. link ? ExpressLink.First : [],
            .. slot ? ExpressSlot.First : [],
            .. root ? Root : [],
            .. second ? ExpressDevice.Second : [],
            .. second && link ? ExpressLink.Second : [],
            .. second && slot ? ExpressSlot.Second : [],
        ];
    }

    /// <summary>Speed of a link by its code (7.5.3.6), in GT/s; <see langword="null"/> where the code is reserved.</summary>
    internal static decimal? Speed(uint code) => code > 0 && code < Speeds.Length ? Speeds[code] : null;

    private static Row[] Root =>
    [
        Half(0x1E, "rootCapabilities", Flag(0, "crsVisibility", "CRS software visibility")),
        Half(0x1C, "rootControl", Flag(0, "systemErrorOnCorrectable"), Flag(1, "systemErrorOnNonFatal"), Flag(2, "systemErrorOnFatal"), Flag(3, "pmeInterrupt"), Flag(4, "crsVisibility"),
            Flag(5, "noNonFlitSubtree", "no subtree without flit mode")),
        Word(0x20, "rootStatus", Hex(15, 0, "pmeRequester", 4), Flag(16, "pmeStatus"), Flag(17, "pmePending")),
    ];
}
