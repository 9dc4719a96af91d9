namespace RingThree.Pci.Decoding;

/// <summary>Device registers of the PCI Express capability (PCI Express Base 5.0, 7.5.3.3 to 7.5.3.5, 7.5.3.15 to 7.5.3.17).</summary>
internal static class ExpressDevice
{
    internal static readonly decimal[] PowerScale = [1m, 0.1m, 0.01m, 0.001m];

    private static readonly string[] TimeoutValues =
    [
        "50us to 50ms", "50us to 100us", "1ms to 10ms", "", "", "16ms to 55ms", "65ms to 210ms", "", "", "260ms to 900ms", "1s to 3.5s", "", "", "4s to 13s", "17s to 64s",
    ];

    internal static void Decode(CapabilityReader reader, FieldList fields, uint type)
    {
        bool endpoint = type is 0 or 1 or ExpressCapability.IntegratedEndpoint;
        fields.Group("deviceCapabilities", reader.Word(0x04), r =>
        {
            r.Number("maxPayloadBytes", 0, 3, Payload).Optional("phantomFunctionBits", 3, 2).Flag("extendedTag", 5);
            if (endpoint)
            {
                r.Choice("l0sLatency", 6, 3, "at most 64ns", "at most 128ns", "at most 256ns", "at most 512ns", "at most 1us", "at most 2us", "at most 4us", "unlimited")
                    .Choice("l1Latency", 9, 3, "at most 1us", "at most 2us", "at most 4us", "at most 8us", "at most 16us", "at most 32us", "at most 64us", "unlimited");
            }

            r.Flag("roleBasedErrors", 15, "role-based error reporting").Flag("functionLevelReset", 28);
            decimal power = r.Register.Bits(18, 8) * PowerScale[r.Register.Bits(26, 2)];
            if (power != 0) r.List.Number("slotPowerLimitWatts", power);
        });
        fields.Group("deviceControl", reader.Half(0x08), r => r
            .Number("maxPayloadBytes", 5, 3, Payload).Number("maxReadRequestBytes", 12, 3, Payload)
            .Flag("reportCorrectable", 0).Flag("reportNonFatal", 1).Flag("reportFatal", 2).Flag("reportUnsupportedRequest", 3).Flag("relaxedOrdering", 4).Flag("extendedTag", 8)
            .Flag("phantomFunctions", 9).Flag("auxiliaryPower", 10).Flag("noSnoop", 11)
            .Flag(type == ExpressCapability.BridgeToConventional ? "bridgeConfigurationRetry" : "initiateFunctionLevelReset", 15));
        fields.Group("deviceStatus", reader.Half(0x0A), r => r
            .Flag("correctableError", 0).Flag("nonFatalError", 1).Flag("fatalError", 2).Flag("unsupportedRequest", 3).Flag("auxiliaryPower", 4).Flag("transactionsPending", 5));
    }

    internal static void DecodeSecond(CapabilityReader reader, FieldList fields)
    {
        fields.Group("deviceCapabilities2", reader.Word(0x24), r =>
        {
            r.List.Words("completionTimeoutRanges", r.Register, (0, "A"), (1, "B"), (2, "C"), (3, "D"));
            r.Flag("completionTimeoutDisable", 4).Flag("ariForwarding", 5).Flag("atomicRouting", 6).Flag("atomic32", 7, "32-bit atomics").Flag("atomic64", 8, "64-bit atomics")
                .Flag("compareAndSwap128", 9, "128-bit compare and swap").Flag("noRelaxedPrPr", 10, "no RO-enabled PR-PR passing").Flag("ltr", 11, "LTR")
                .Optional("tphCompleter", 12, 2).Flag("tag10BitCompleter", 16, "10-bit tag completer").Flag("tag10BitRequester", 17, "10-bit tag requester");
            r.List.Words("obff", r.Register, (18, "message"), (19, "WAKE#"));
            r.Flag("extendedFormat", 20).Flag("endToEndPrefix", 21);
            if (r.Register.Bit(21)) r.Number("maxEndToEndPrefixes", 22, 2, n => n == 0 ? 4 : n);
            r.Flag("frs", 31);
        });
        fields.Group("deviceControl2", reader.Half(0x28), r => r
            .Choice("completionTimeout", 0, 4, TimeoutValues).Flag("completionTimeoutDisabled", 4).Flag("ariForwarding", 5).Flag("atomicRequester", 6).Flag("atomicEgressBlocking", 7)
            .Flag("idoRequest", 8).Flag("idoCompletion", 9).Flag("ltr", 10, "LTR").Flag("emergencyPowerReduction", 11).Flag("tag10BitRequester", 12, "10-bit tag requester")
            .Choice("obff", 13, 2, "off", "message A", "message B", "WAKE#").Flag("endToEndPrefixBlocking", 15));
    }

    /// <summary>128 to 4096 bytes (7.5.3.3); 0 where the code is reserved.</summary>
    private static decimal Payload(uint code) => code <= 5 ? 128 << (int)code : 0;
}
