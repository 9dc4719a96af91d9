namespace RingThree.Pci.Decoding;

/// <summary>Virtual channels (PCI Express Base 5.0, 7.9.1; multi-function: 7.9.2).</summary>
internal static class VirtualChannelCapability
{
    private static readonly (int Bit, string Word)[] PortArbitration = [(0, "fixed"), (1, "wrr32"), (2, "wrr64"), (3, "wrr128"), (4, "timeBasedWrr128"), (5, "wrr256")];

    internal static void Decode(CapabilityReader reader, FieldList fields, int? port)
    {
        Register first = reader.Word(0x04);
        fields.From(first, r => r.Number("extendedChannels", 0, 3).Number("lowPriorityChannels", 4, 3).Number("arbitrationEntryBits", 10, 2, n => 1 << (int)n));
        fields.Words("arbitration", reader.Word(0x08), (0, "fixed"), (1, "wrr32"), (2, "wrr64"), (3, "wrr128"));
        fields.From(reader.Half(0x0C), r => r.Number("arbitrationSelect", 1, 3)).From(reader.Half(0x0E), r => r.Flag("arbitrationTableLoading", 0));
        if (!first.IsKnown) return;
        var channels = new List<FieldList>();
        for (int at = 0x10, left = (int)first.Bits(0, 3); left >= 0; at += 12, left--)
        {
            Register capability = reader.Word(at);
            Register control = reader.Word(at + 4);
            Register status = reader.Half(at + 10);
            if (!status.IsKnown) break;
            var channel = new FieldList();
            channel.From(control, r => r.Number("id", 24, 3).Flag("enabled", 31, clear: "disabled").Hex("trafficClasses", 0, 8, 2).Number("arbitrationSelect", 17, 3));
            channel.Words("portArbitration", capability, PortArbitration);
            channel.From(capability, r => r.Flag("rejectSnoop", 15).Number("maxTimeSlots", 16, 7, n => n + 1));
            channel.From(status, r => r.Flag("tableLoading", 0).Flag("negotiationPending", 1));
            channels.Add(channel);
        }

        fields.List("channels", channels);
    }
}
