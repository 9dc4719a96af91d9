namespace RingThree.Pci.Decoding;

/// <summary>Link registers of the PCI Express capability (PCI Express Base 5.0, 7.5.3.6 to 7.5.3.8, 7.5.3.18 to 7.5.3.20).</summary>
internal static class ExpressLink
{
    private static readonly string[] Aspm = ["none", "L0s", "L1", "L0s and L1"];

    internal static void Decode(CapabilityReader reader, FieldList fields)
    {
        fields.Group("linkCapabilities", reader.Word(0x0C), r => r
            .Number("port", 24, 8).Number("maxSpeedGigatransfersPerSecond", 0, 4, ExpressCapability.Speed).Number("maxWidth", 4, 6).Choice("aspm", 10, 2, Aspm)
            .Choice("l0sExitLatency", 12, 3, "below 64ns", "below 128ns", "below 256ns", "below 512ns", "below 1us", "below 2us", "at most 4us", "above 4us")
            .Choice("l1ExitLatency", 15, 3, "below 1us", "below 2us", "below 4us", "below 8us", "below 16us", "below 32us", "at most 64us", "above 64us")
            .Flag("clockPowerManagement", 18).Flag("surpriseDownReporting", 19).Flag("dllActiveReporting", 20).Flag("bandwidthNotification", 21).Flag("aspmOptional", 22, "ASPM optionality"));
        fields.Group("linkControl", reader.Half(0x10), r => r
            .Choice("aspm", 0, 2, Aspm).Number("readCompletionBoundaryBytes", 3, 1, n => n == 0 ? 64 : 128).Flag("linkDisable", 4).Flag("retrain", 5).Flag("commonClock", 6)
            .Flag("extendedSynch", 7).Flag("clockPowerManagement", 8).Flag("autonomousWidthDisable", 9).Flag("bandwidthManagementInterrupt", 10).Flag("autonomousBandwidthInterrupt", 11));
        fields.Group("linkStatus", reader.Half(0x12), r => r
            .Number("speedGigatransfersPerSecond", 0, 4, ExpressCapability.Speed).Number("width", 4, 6).Flag("training", 11).Flag("slotClock", 12).Flag("dllActive", 13, "data link active")
            .Flag("bandwidthManagement", 14).Flag("autonomousBandwidth", 15));
    }

    internal static void DecodeSecond(CapabilityReader reader, FieldList fields)
    {
        fields.Group("linkCapabilities2", reader.Word(0x2C), r =>
        {
            r.List.Words("speeds", r.Register, (1, "2.5GT/s"), (2, "5GT/s"), (3, "8GT/s"), (4, "16GT/s"), (5, "32GT/s"), (6, "64GT/s"));
            r.Flag("crosslink", 8).Flag("retimerPresence", 23).Flag("twoRetimersPresence", 24).Flag("drs", 31, "DRS");
        });
        fields.Group("linkControl2", reader.Half(0x30), r => r
            .Number("targetSpeedGigatransfersPerSecond", 0, 4, ExpressCapability.Speed).Flag("enterCompliance", 4).Flag("autonomousSpeedDisable", 5)
            .Flag("selectableDeemphasis", 6, "de-emphasis -3.5 dB selectable").Optional("transmitMargin", 7, 3).Flag("modifiedCompliance", 10).Flag("complianceSos", 11, "compliance SOS")
            .Optional("compliancePreset", 12, 4));
        fields.Group("linkStatus2", reader.Half(0x32), r => r
            .Choice("deemphasis", 0, 1, "-6dB", "-3.5dB").Flag("equalizationComplete", 1).Flag("equalizationPhase1", 2).Flag("equalizationPhase2", 3).Flag("equalizationPhase3", 4)
            .Flag("equalizationRequest", 5).Flag("retimer", 6).Flag("twoRetimers", 7).Flag("drsReceived", 15, "DRS received"));
    }
}
