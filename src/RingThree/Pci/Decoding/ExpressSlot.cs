namespace RingThree.Pci.Decoding;

/// <summary>Slot registers of the PCI Express capability (PCI Express Base 5.0, 7.5.3.9 to 7.5.3.11).</summary>
internal static class ExpressSlot
{
    private static readonly string[] Indicator = ["reserved", "on", "blinking", "off"];

    internal static void Decode(CapabilityReader reader, FieldList fields) => fields
        .Group("slotCapabilities", reader.Word(0x14), r =>
        {
            r.Number("slot", 19, 13).Flag("attentionButton", 0).Flag("powerController", 1).Flag("mrlSensor", 2).Flag("attentionIndicator", 3).Flag("powerIndicator", 4).Flag("surpriseRemoval", 5, "hot-plug by surprise")
                .Flag("hotPlug", 6).Flag("interlock", 17).Flag("noCommandCompleted", 18);
            r.List.Number("powerLimitWatts", r.Register.Bits(7, 8) switch
            {
                // Values from F0h on stand for powers above 239 W, at scale 1 (7.5.3.9).
                0xF0 when r.Register.Bits(15, 2) == 0 => 250,
                0xF1 when r.Register.Bits(15, 2) == 0 => 275,
                0xF2 when r.Register.Bits(15, 2) == 0 => 300,
                uint value => value * ExpressDevice.PowerScale[r.Register.Bits(15, 2)],
            });
        })
        .Group("slotControl", reader.Half(0x18), r => r
            .Flag("attentionButtonInterrupt", 0).Flag("powerFaultInterrupt", 1).Flag("mrlSensorInterrupt", 2).Flag("presenceInterrupt", 3).Flag("commandCompletedInterrupt", 4).Flag("hotPlugInterrupt", 5)
            .Choice("attentionIndicator", 6, 2, Indicator).Choice("powerIndicator", 8, 2, Indicator).Flag("powerOff", 10).Flag("interlock", 11).Flag("linkStateInterrupt", 12))
        .Group("slotStatus", reader.Half(0x1A), r => r
            .Flag("present", 6, "occupied", "empty").Flag("attentionButtonPressed", 0).Flag("powerFault", 1).Flag("mrlChanged", 2).Flag("presenceChanged", 3).Flag("commandCompleted", 4).Flag("mrlOpen", 5)
            .Flag("interlock", 7).Flag("linkStateChanged", 8));
}
