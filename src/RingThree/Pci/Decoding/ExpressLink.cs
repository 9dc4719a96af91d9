using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>Link registers of the PCI Express capability (PCI Express Base 6.0, 7.5.3.6 to 7.5.3.8, 7.5.3.18 to 7.5.3.20).</summary>
internal static class ExpressLink
{
    internal static readonly string[] Aspm = ["none", "L0s", "L1", "L0s and L1"];

    internal static readonly string[] L0sExit = ["below 64ns", "below 128ns", "below 256ns", "below 512ns", "below 1us", "below 2us", "at most 4us", "above 4us"];

    internal static readonly string[] L1Exit = ["below 1us", "below 2us", "below 4us", "below 8us", "below 16us", "below 32us", "at most 64us", "above 64us"];

    internal static Row[] First =>
    [
        Word(0x0C, "linkCapabilities", Number(31, 24, "port"), Number(3, 0, "maxSpeedGigatransfersPerSecond", ExpressCapability.Speed), Number(9, 4, "maxWidth"), Choice(11, 10, "aspm", Aspm),
            Choice(14, 12, "l0sExitLatency", L0sExit), Choice(17, 15, "l1ExitLatency", L1Exit), Flag(18, "clockPowerManagement"), Flag(19, "surpriseDownReporting"), Flag(20, "dllActiveReporting"),
            Flag(21, "bandwidthNotification"), Flag(22, "aspmOptional", "ASPM optionality")),
        Half(0x10, "linkControl", Choice(1, 0, "aspm", Aspm), Flag(2, "ptmPropagationDelayAdaptation"), Number(3, 3, "readCompletionBoundaryBytes", n => n == 0 ? 64 : 128), Flag(4, "linkDisable"),
            Flag(5, "retrain"), Flag(6, "commonClock"), Flag(7, "extendedSynch"), Flag(8, "clockPowerManagement"), Flag(9, "autonomousWidthDisable"), Flag(10, "bandwidthManagementInterrupt"),
            Flag(11, "autonomousBandwidthInterrupt"), Flag(12, "srisClocking", "SRIS clocking"), Flag(13, "flitModeDisable"), Optional(15, 14, "drsSignaling")),
        Half(0x12, "linkStatus", Number(3, 0, "speedGigatransfersPerSecond", ExpressCapability.Speed), Number(9, 4, "width"), Flag(10, "trainingError"), Flag(11, "training"), Flag(12, "slotClock"),
            Flag(13, "dllActive", "data link active"), Flag(14, "bandwidthManagement"), Flag(15, "autonomousBandwidth")),
    ];

    internal static Row[] Second =>
    [
        Word(0x2C, "linkCapabilities2", Words(7, 1, "speeds", Speeds(1)), Flag(8, "crosslink"), Words(15, 9, "lowerSkpGeneration", Speeds(9)), Words(22, 16, "lowerSkpReception", Speeds(16)),
            Flag(23, "retimerPresence"), Flag(24, "twoRetimersPresence"), Flag(31, "drs", "DRS")),
        Half(0x30, "linkControl2", Number(3, 0, "targetSpeedGigatransfersPerSecond", TargetSpeed), Flag(4, "enterCompliance"), Flag(5, "autonomousSpeedDisable"),
            Flag(6, "selectableDeemphasis", "de-emphasis -3.5 dB selectable"), Optional(9, 7, "transmitMargin"), Flag(10, "modifiedCompliance"), Flag(11, "complianceSos", "compliance SOS"),
            Optional(15, 12, "compliancePreset")),
        Half(0x32, "linkStatus2", Choice(0, 0, "deemphasis", "-6dB", "-3.5dB"), Flag(1, "equalizationComplete"), Flag(2, "equalizationPhase1"), Flag(3, "equalizationPhase2"),
            Flag(4, "equalizationPhase3"), Flag(5, "equalizationRequest"), Flag(6, "retimer"), Flag(7, "twoRetimers"),
            Choice(9, 8, "crosslinkResolution", "unknown", "upstream", "downstream", "not complete"), Flag(10, "flitMode"),
            Choice(14, 12, "downstreamComponent", "link down, presence not known", "link down, not present", "link down, present", "", "link up", "link up with DRS", "", ""), Flag(15, "drsReceived", "DRS received")),
    ];

    /// <summary>A vector of speeds, the lowest first.</summary>
    internal static (int Bit, string Word)[] Speeds(int from) =>
        [(from, "2.5GT/s"), (from + 1, "5GT/s"), (from + 2, "8GT/s"), (from + 3, "16GT/s"), (from + 4, "32GT/s"), (from + 5, "64GT/s")];

    /// <summary>0 is what a link has that knows 2.5 GT/s only: the register is then hardwired to it (7.5.3.19).</summary>
    private static decimal? TargetSpeed(uint code) => code == 0 ? 2.5m : ExpressCapability.Speed(code);
}
