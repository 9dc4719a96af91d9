using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>Slot registers of the PCI Express capability (PCI Express Base 6.0, 7.5.3.9 to 7.5.3.11, 7.5.3.21).</summary>
internal static class ExpressSlot
{
    private static readonly string[] Indicator = ["reserved", "on", "blinking", "off"];

    internal static Row[] First =>
    [
        Word(0x14, "slotCapabilities", Number(31, 19, "slot"), Flag(0, "attentionButton"), Flag(1, "powerController"), Flag(2, "mrlSensor"), Flag(3, "attentionIndicator"), Flag(4, "powerIndicator"),
            Flag(5, "surpriseRemoval", "hot-plug by surprise"), Flag(6, "hotPlug"), Flag(17, "interlock"), Flag(18, "noCommandCompleted"), PowerCapabilities.Watts("powerLimitWatts", (14, 7), (16, 15))),
        Half(0x18, "slotControl", Flag(0, "attentionButtonInterrupt"), Flag(1, "powerFaultInterrupt"), Flag(2, "mrlSensorInterrupt"), Flag(3, "presenceInterrupt"), Flag(4, "commandCompletedInterrupt"),
            Flag(5, "hotPlugInterrupt"), Choice(7, 6, "attentionIndicator", Indicator), Choice(9, 8, "powerIndicator", Indicator), Flag(10, "powerOff"), Flag(11, "interlock"),
            Flag(12, "linkStateInterrupt"), Flag(13, "autoPowerLimitDisable"), Flag(14, "inBandPresenceDisable")),
        Half(0x1A, "slotStatus", Flag(6, "present", "occupied", "empty"), Flag(0, "attentionButtonPressed"), Flag(1, "powerFault"), Flag(2, "mrlChanged"), Flag(3, "presenceChanged"),
            Flag(4, "commandCompleted"), Flag(5, "mrlOpen"), Flag(7, "interlock"), Flag(8, "linkStateChanged")),
    ];

    internal static Row[] Second => [Word(0x34, "slotCapabilities2", Flag(0, "inBandPresenceDisable"))];
}
