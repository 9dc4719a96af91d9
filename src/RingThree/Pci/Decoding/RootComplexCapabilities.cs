using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>How the parts of a root complex are joined.</summary>
internal static class RootComplexCapabilities
{
    /// <summary>Root complex link declaration (PCI Express Base 5.0, 7.9.8).</summary>
    internal static IEnumerable<Row> LinkDeclaration(CapabilityReader at) =>
    [
        Word(4, Choice(3, 0, "elementType", "configuration space", "egress port", "internal link"), Number(15, 8, "linkCount"), Number(23, 16, "component"), Number(31, 24, "port")),
        List("links", (int)at.Peek(4, 4, 15, 8), i =>
        {
            int link = 0x10 + (0x10 * i);
            bool configuration = at.Peek(link, 4, 1, 1) != 0;
            return
            [
                Word(link, Flag(0, "valid"), Choice(1, 1, "type", "memory", "configuration space"), Flag(2, "associatedRegisterBlock"), Number(23, 16, "targetComponent"), Number(31, 24, "targetPort")),
                configuration
                    ? Long(link + 8, Number(2, 0, "busBits", n => n == 0 ? 8 : n), Number(14, 12, "function"), Number(19, 15, "device"), Number(27, 20, "bus"), Address(63, 28, "base"))
                    : Long(link + 8, Address(63, 12, "address")),
            ];
        }),
    ];

    /// <summary>Root complex internal link control (PCI Express Base 5.0, 7.9.9).</summary>
    internal static IEnumerable<Row> InternalLinkControl(CapabilityReader at) =>
    [
        Word(4, "linkCapabilities", Number(3, 0, "maxSpeedGigatransfersPerSecond", ExpressCapability.Speed), Number(9, 4, "maxWidth"), Choice(11, 10, "aspm", ExpressLink.Aspm),
            Choice(14, 12, "l0sExitLatency", ExpressLink.L0sExit), Choice(17, 15, "l1ExitLatency", ExpressLink.L1Exit), Words(24, 18, "speeds", ExpressLink.Speeds(18))),
        Half(8, "linkControl", Choice(1, 0, "aspm", ExpressLink.Aspm), Flag(7, "extendedSynch")),
        Half(10, "linkStatus", Number(3, 0, "speedGigatransfersPerSecond", ExpressCapability.Speed), Number(9, 4, "width")),
    ];

    /// <summary>Root complex event collector endpoint association (PCI Express Base 5.0, 7.9.10): a bit a device; buses from version 2 on.</summary>
    internal static IEnumerable<Row> EventCollectorAssociation(CapabilityReader at) =>
    [
        Word(4, Hex(31, 0, "devices", 8)),
        .. at.Peek(0, 4, 19, 16) >= 2 ? new Row[] { Word(8, Number(15, 8, "firstBus"), Number(23, 16, "lastBus")) } : [],
    ];

    /// <summary>Root complex register block header (PCI Express Base 5.0, 7.9.7).</summary>
    internal static IEnumerable<Row> RegisterBlock(CapabilityReader at) =>
    [
        Word(4, Hex(15, 0, "vendorId", 4), Hex(31, 16, "deviceId", 4)),
        Word(8, "capabilities", Flag(0, "crsVisibility", "CRS software visibility")),
        Word(12, "control", Flag(0, "crsVisibility", "CRS software visibility")),
    ];

    /// <summary>Configuration access correlation (Trusted Configuration Space ECN, 2005).</summary>
    internal static IEnumerable<Row> AccessCorrelation(CapabilityReader at) => [Word(4, Hex(31, 0, "correlation", 8))];
}
