namespace RingThree.Pci.Decoding;

/// <summary>Extended capabilities of a link: its latencies, power states, equalization and features.</summary>
internal static class LinkCapabilities
{
    private static readonly decimal[] PowerOnScale = [2, 10, 100, 0];

    /// <summary>Latency tolerance reporting (PCI Express Base 5.0, 7.8.2).</summary>
    internal static void LatencyTolerance(CapabilityReader reader, FieldList fields, int? port)
    {
        Register snoop = reader.Half(4);
        Register noSnoop = reader.Half(6);
        if (snoop.IsKnown) fields.Number("maxSnoopNanoseconds", Latency(snoop.Bits(0, 10), snoop.Bits(10, 3)));
        if (noSnoop.IsKnown) fields.Number("maxNoSnoopNanoseconds", Latency(noSnoop.Bits(0, 10), noSnoop.Bits(10, 3)));
    }

    /// <summary>L1 PM substates (PCI Express Base 5.0, 7.8.3).</summary>
    internal static void L1Substates(CapabilityReader reader, FieldList fields, int? port)
    {
        fields.Group("capabilities", reader.Word(4), r =>
        {
            States(r).Flag("l1Substates", 4, "L1 PM substates");
            if (r.Register.Bit(0) || r.Register.Bit(2))
                r.Number("commonModeRestoreMicroseconds", 8, 8).List.Number("powerOnMicroseconds", r.Register.Bits(19, 5) * PowerOnScale[r.Register.Bits(16, 2)]);
        });
        fields.Group("control", reader.Word(8), r =>
            States(r).Number("commonModeRestoreMicroseconds", 8, 8).List.Number("ltrThresholdNanoseconds", Latency(r.Register.Bits(16, 10), r.Register.Bits(29, 3))));
        fields.Group("control2", reader.Word(12), r => r.List.Number("powerOnMicroseconds", r.Register.Bits(3, 5) * PowerOnScale[r.Register.Bits(0, 2)]));

        static RegisterFields States(RegisterFields r)
        {
            r.List.Words("states", r.Register, (0, "PCI-PM-L1.2"), (1, "PCI-PM-L1.1"), (2, "ASPM-L1.2"), (3, "ASPM-L1.1"));
            return r;
        }
    }

    /// <summary>Secondary PCI Express (PCI Express Base 5.0, 7.7.3).</summary>
    internal static void SecondaryExpress(CapabilityReader reader, FieldList fields, int? port)
    {
        fields.Group("linkControl3", reader.Word(4), r => r.Flag("performEqualization", 0).Flag("equalizationInterrupt", 1));
        fields.From(reader.Word(8), r => r.Hex("laneErrors", 0, 32, 8));
    }

    /// <summary>Precision time measurement (PCI Express Base 5.0, 7.9.16).</summary>
    internal static void PrecisionTime(CapabilityReader reader, FieldList fields, int? port) => fields
        .Group("capabilities", reader.Word(4), r => r.Flag("requester", 0).Flag("responder", 1).Flag("root", 2).Number("clockNanoseconds", 8, 8))
        .Group("control", reader.Word(8), r => r.Flag("enabled", 0, clear: "disabled").Flag("rootSelected", 1).Number("effectiveNanoseconds", 8, 8));

    /// <summary>Data link feature (PCI Express Base 5.0, 7.7.4).</summary>
    internal static void DataLinkFeature(CapabilityReader reader, FieldList fields, int? port) => fields
        .Group("capabilities", reader.Word(4), r => r.Flag("scaledFlowControl", 0).Flag("exchange", 31))
        .Group("status", reader.Word(8), r => r.Flag("remoteScaledFlowControl", 0).Flag("remoteValid", 31));

    /// <summary>Physical layer at 16 GT/s (PCI Express Base 5.0, 7.7.5).</summary>
    internal static void PhysicalLayer16(CapabilityReader reader, FieldList fields, int? port) => fields
        .Group("status", reader.Word(12), r => r.Flag("equalizationComplete", 0).Flag("equalizationPhase1", 1).Flag("equalizationPhase2", 2).Flag("equalizationPhase3", 3).Flag("equalizationRequest", 4));

    /// <summary>Lane margining at the receiver (PCI Express Base 5.0, 7.7.7).</summary>
    internal static void LaneMargining(CapabilityReader reader, FieldList fields, int? port) => fields
        .From(reader.Half(4), r => r.Flag("usesDriver", 0))
        .From(reader.Half(6), r => r.Flag("ready", 0).Flag("softwareReady", 1));

    /// <summary>A value in units of 32^scale ns (PCI Express Base 5.0, 6.18); scales above 5 are not permitted and count as 0.</summary>
    private static decimal Latency(uint value, uint scale) => scale <= 5 ? value * (decimal)(1UL << (5 * (int)scale)) : 0;
}
