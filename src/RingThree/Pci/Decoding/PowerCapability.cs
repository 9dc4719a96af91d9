namespace RingThree.Pci.Decoding;

/// <summary>Power management (PCI Power Management 1.2, 3.2; immediate readiness: PCI Express Base 5.0, 7.5.2.1).</summary>
internal static class PowerCapability
{
    private static readonly int[] Milliamperes = [0, 55, 100, 160, 220, 270, 320, 375];

    internal static void Decode(CapabilityReader reader, FieldList fields, int? port)
    {
        Register capabilities = reader.Half(2);
        fields.From(capabilities, r => r
            .Number("version", 0, 3).Flag("pmeClock", 3, "PME needs the clock").Flag("immediateReadiness", 4).Flag("deviceSpecificInitialization", 5)
            .Number("auxiliaryCurrentMilliamperes", 6, 3, n => Milliamperes[n]).Flag("d1", 9, "D1").Flag("d2", 10, "D2"));
        fields.Words("pmeFrom", capabilities, (11, "D0"), (12, "D1"), (13, "D2"), (14, "D3hot"), (15, "D3cold"));
        fields.From(reader.Half(4), r => r
            .Choice("state", 0, 2, "D0", "D1", "D2", "D3hot").Flag("noSoftReset", 3, "keeps its state in D3hot").Flag("pmeEnabled", 8, clear: "PME disabled").Optional("dataSelect", 9, 4)
            .Optional("dataScale", 13, 2).Flag("pmeStatus", 15, "PME signalled"));
        fields.From(reader.Byte(6), r => r.Flag("b2InD3hot", 6, "B2 in D3hot").Flag("busPowerClockControl", 7));
    }
}
