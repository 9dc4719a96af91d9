namespace RingThree.Pci.Decoding;

/// <summary>PCI Express (PCI Express Base 5.0, 7.5.3; version 1: PCI Express Base 1.1, 7.8).</summary>
internal static class ExpressCapability
{
    internal const int RootPort = 4;
    internal const int DownstreamPort = 6;
    internal const int BridgeToConventional = 7;
    internal const int IntegratedEndpoint = 9;
    internal const int EventCollector = 10;

    private static readonly decimal[] Speeds = [0, 2.5m, 5, 8, 16, 32, 64];

    internal static void Decode(CapabilityReader reader, FieldList fields, int? port)
    {
        Register head = reader.Half(2);
        if (!head.IsKnown) return;
        fields.From(head, r => r
            .Number("version", 0, 4)
            .Choice("portType", 4, 4, "endpoint", "legacy endpoint", "", "", "root port", "upstream switch port", "downstream switch port", "PCI Express to PCI bridge",
                "PCI to PCI Express bridge", "root complex integrated endpoint", "root complex event collector")
            .Flag("slotImplemented", 8, "with a slot").Number("interruptMessage", 9, 5));
        uint version = head.Bits(0, 4);
        uint type = head.Bits(4, 4);
        bool link = type is not (IntegratedEndpoint or EventCollector);
        bool slot = head.Bit(8) && type is RootPort or DownstreamPort;
        bool root = type is RootPort or EventCollector;
        ExpressDevice.Decode(reader, fields, type);
        if (link) ExpressLink.Decode(reader, fields);
        if (slot) ExpressSlot.Decode(reader, fields);
        if (root) Root(reader, fields);
        if (version < 2) return;
        ExpressDevice.DecodeSecond(reader, fields);
        if (link) ExpressLink.DecodeSecond(reader, fields);
    }

    /// <summary>Speed of a link by its code (7.5.3.6), in GT/s; 0 where the code is reserved.</summary>
    internal static decimal Speed(uint code) => code < Speeds.Length ? Speeds[code] : 0;

    private static void Root(CapabilityReader reader, FieldList fields) => fields
        .Group("rootCapabilities", reader.Half(0x1E), r => r.Flag("crsVisibility", 0, "CRS software visibility"))
        .Group("rootControl", reader.Half(0x1C), r => r
            .Flag("systemErrorOnCorrectable", 0).Flag("systemErrorOnNonFatal", 1).Flag("systemErrorOnFatal", 2).Flag("pmeInterrupt", 3).Flag("crsVisibility", 4))
        .Group("rootStatus", reader.Word(0x20), r => r.Hex("pmeRequester", 0, 16, 4).Flag("pmeStatus", 16).Flag("pmePending", 17));
}
