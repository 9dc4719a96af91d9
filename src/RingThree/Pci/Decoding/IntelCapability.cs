using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>
/// What is fused off in an Intel host bridge or graphics controller: CAPID0 (6th generation Intel processor families datasheet,
/// volume 2, 3.39 to 3.41).
/// </summary>
internal static class IntelCapability
{
    /// <summary>The rows, or <see langword="null"/> where the content is not of this form.</summary>
    internal static IEnumerable<Row>? Layout(CapabilityReader at, int length)
    {
        uint type = at.Peek(3, 1, 7, 4);
        uint version = at.Peek(3, 1, 3, 0);
        if (type > 1) return null;
        int decoded = type == 0 && version == 1 ? Math.Min(length / 4, 4) : 1;
        return
        [
            Byte(2, Number(7, 0, "lengthBytes")),
            Byte(3, Choice(7, 4, "intel", "capabilities", "feature detection"), Number(3, 0, "version")),
            .. new Row[] { A, B, C }[..Math.Max(decoded - 1, 0)],
            Bytes("content", Math.Max(decoded, 1) * 4, length),
        ];
    }

    private static RegisterRow A => Word(4, "capabilitiesA",
        Flag(31, "peg60Disabled"), Flag(30, "peg12Disabled"), Flag(29, "peg11Disabled"), Flag(28, "peg10Disabled"), Flag(27, "pegWidthUpgradeDisabled"), Choice(26, 26, "dmiWidth", "x4", "x2"),
        Flag(25, "eccDisabled"), Flag(24, "eccForced"), Flag(23, "vtdDisabled"), Flag(22, "dmiGen2Disabled"), Flag(21, "pegGen2Disabled"),
        Choice(20, 19, "memoryPerChannel", "unlimited", "8 GiB", "2 GiB", "512 MiB"), Flag(17, "oneClockCommandDisabled"), Flag(15, "cameraDisabled"), Flag(14, "dualChannelDisabled"), Flag(13, "x2apic"),
        Flag(12, "dualDimmDisabled"), Flag(11, "graphicsDisabled"), Number(9, 8, "compatibilityId"), Number(7, 4, "compatibilityRevision"), Flag(3, "memoryOverclocking"), Flag(2, "overclocking"),
        Flag(1, "writeReferenceVoltage"), Flag(0, "ddr3l"));

    private static RegisterRow B => Word(8, "capabilitiesB",
        Flag(31, "imagingDisabled"), Flag(30, "overclockingBySkuCapable"), Flag(29, "overclockingBySku"), Flag(28, "hyperThreading"), Number(27, 25, "cacheSize"), Flag(24, "softBin"),
        Choice(23, 21, "ddr3MaxWith100", "disabled", "1400 MHz", "1600 MHz", "1800 MHz", "2000 MHz", "2200 MHz", "2400 MHz", "unlimited"), Flag(20, "pegGen3Disabled"), Flag(19, "packageType"),
        Flag(18, "addedGraphics"), Flag(17, "addedGraphicsCapable"), Flag(16, "pegX16Disabled"), Flag(15, "dmiGen3Disabled"), Flag(8, "gaussianMixtureDisabled"),
        Choice(6, 4, "ddr3Max", "unlimited", "2666 MHz", "2400 MHz", "2133 MHz", "1866 MHz", "1600 MHz", "1333 MHz", "1066 MHz"), Flag(2, "lpddr3"));

    private static RegisterRow C => Word(12, "capabilitiesC",
        Flag(28, "pegGen4Disabled"), Number(26, 23, "ddr4MaxUnits"), Flag(22, "lpddr"), Number(20, 17, "lpddr4MaxUnits"), Flag(16, "lpddr4"), Flag(14, "clockGearDisabled"), Flag(9, "sgxDisabled"),
        Choice(8, 7, "baseClockOverclocking", "disabled", "115 MHz", "130 MHz", "unlimited"), Flag(6, "displayDisabled"), Flag(5, "pipe3Disabled"), Number(3, 0, "gear1MaxUnits"));
}
