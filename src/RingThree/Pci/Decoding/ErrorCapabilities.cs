namespace RingThree.Pci.Decoding;

/// <summary>Errors: advanced error reporting and downstream port containment.</summary>
internal static class ErrorCapabilities
{
    private static readonly (int Bit, string Word)[] Uncorrectable =
    [
        (4, "dataLinkProtocol"), (5, "surpriseDown"), (12, "poisonedTlp"), (13, "flowControl"), (14, "completionTimeout"), (15, "completerAbort"), (16, "unexpectedCompletion"),
        (17, "receiverOverflow"), (18, "malformedTlp"), (19, "ecrc"), (20, "unsupportedRequest"), (21, "accessControl"), (22, "internal"), (23, "multicastBlocked"), (24, "atomicEgressBlocked"),
        (25, "prefixBlocked"), (26, "poisonedEgressBlocked"),
    ];

    private static readonly (int Bit, string Word)[] Correctable =
    [
        (0, "receiver"), (6, "badTlp"), (7, "badDllp"), (8, "replayRollover"), (12, "replayTimeout"), (13, "advisoryNonFatal"), (14, "internal"), (15, "headerLogOverflow"),
    ];

    /// <summary>Advanced error reporting (PCI Express Base 5.0, 7.8.4).</summary>
    internal static void AdvancedErrorReporting(CapabilityReader reader, FieldList fields, int? port)
    {
        fields.Words("uncorrectableStatus", reader.Word(0x04), Uncorrectable).Words("uncorrectableMask", reader.Word(0x08), Uncorrectable).Words("uncorrectableFatal", reader.Word(0x0C), Uncorrectable)
            .Words("correctableStatus", reader.Word(0x10), Correctable).Words("correctableMask", reader.Word(0x14), Correctable);
        fields.From(reader.Word(0x18), r => r
            .Number("firstError", 0, 5).Flag("ecrcGenerationCapable", 5).Flag("ecrcGeneration", 6).Flag("ecrcCheckCapable", 7).Flag("ecrcCheck", 8).Flag("multipleHeadersCapable", 9)
            .Flag("multipleHeaders", 10).Flag("prefixLogPresent", 11));
        Register[] log = [reader.Word(0x1C), reader.Word(0x20), reader.Word(0x24), reader.Word(0x28)];
        if (Array.TrueForAll(log, r => r.IsKnown)) fields.Text("headerLog", string.Join(' ', log.Select(r => r.Value.ToString("x8", null))));
        if (port is not (ExpressCapability.RootPort or ExpressCapability.EventCollector)) return;
        fields.Group("rootCommand", reader.Word(0x2C), r => r.Flag("reportCorrectable", 0).Flag("reportNonFatal", 1).Flag("reportFatal", 2));
        fields.Group("rootStatus", reader.Word(0x30), r => r
            .Flag("correctable", 0).Flag("multipleCorrectable", 1).Flag("uncorrectable", 2).Flag("multipleUncorrectable", 3).Flag("firstFatal", 4).Flag("nonFatal", 5).Flag("fatal", 6)
            .Number("interruptMessage", 27, 5));
        fields.From(reader.Word(0x34), r => r.Hex("correctableSource", 0, 16, 4).Hex("uncorrectableSource", 16, 16, 4));
    }

    /// <summary>Downstream port containment (PCI Express Base 5.0, 7.9.15).</summary>
    internal static void PortContainment(CapabilityReader reader, FieldList fields, int? port)
    {
        fields.Group("capabilities", reader.Half(0x04), r => r
            .Number("interruptMessage", 0, 5).Flag("rootPortExtensions", 5).Flag("poisonedEgressBlocking", 6).Flag("softwareTrigger", 7).Number("pioLogWords", 8, 4).Flag("dllActiveError", 12));
        fields.Group("control", reader.Half(0x06), r => r
            .Choice("trigger", 0, 2, "off", "fatal", "fatal or non-fatal").Choice("completion", 2, 1, "completer abort", "unsupported request").Flag("interrupt", 3).Flag("correctableMessage", 4)
            .Flag("poisonedEgressBlocking", 5).Flag("softwareTrigger", 6).Flag("dllActiveError", 7));
        fields.Group("status", reader.Half(0x08), r => r
            .Flag("triggered", 0).Choice("reason", 1, 2, "uncorrectable error", "non-fatal message", "fatal message", "extended").Flag("interrupt", 3).Flag("busy", 4)
            .Choice("extendedReason", 5, 2, "PIO error", "software").Number("pioFirstError", 8, 5));
        fields.From(reader.Half(0x0A), r => r.Hex("source", 0, 16, 4));
    }
}
