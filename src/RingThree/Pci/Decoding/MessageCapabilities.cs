namespace RingThree.Pci.Decoding;

/// <summary>Message-signalled interrupts (PCI Local Bus 3.0, 6.8).</summary>
internal static class MessageCapabilities
{
    /// <summary>MSI (PCI Local Bus 3.0, 6.8.1; extended message data: PCI Express Base 5.0, 7.7.1.2).</summary>
    internal static void Msi(CapabilityReader reader, FieldList fields, int? port)
    {
        Register control = reader.Half(2);
        if (!control.IsKnown) return;
        fields.From(control, r => r
            .Flag("enabled", 0, clear: "disabled")
            .Number("messages", 1, 3, Count).Number("messagesEnabled", 4, 3, Count)
            .Flag("address64", 7, "64-bit address", "32-bit address").Flag("vectorMasks", 8).Flag("extendedDataCapable", 9).Flag("extendedData", 10));
        bool is64Bit = control.Bit(7);
        int data = is64Bit ? 0x0C : 0x08;
        Register low = reader.Word(4);
        Register high = is64Bit ? reader.Word(8) : new Register(0, true);
        Register message = control.Bit(10) ? reader.Word(data) : reader.Half(data);
        if (low.IsKnown && high.IsKnown) fields.Hex("address", (low.Value & ~3UL) | (high.Value << 32));
        if (message.IsKnown) fields.Hex("data", message.Value, 4);
        if (!control.Bit(8)) return;
        Register mask = reader.Word(data + 4);
        Register pending = reader.Word(data + 8);
        if (mask.IsKnown) fields.Hex("masked", mask.Value, 8);
        if (pending.IsKnown) fields.Hex("pending", pending.Value, 8);
    }

    /// <summary>MSI-X (PCI Local Bus 3.0, 6.8.2).</summary>
    internal static void MsiX(CapabilityReader reader, FieldList fields, int? port)
    {
        fields.From(reader.Half(2), r => r.Flag("enabled", 15, clear: "disabled").Flag("allMasked", 14).Number("vectors", 0, 11, n => n + 1));
        Place(fields, "table", reader.Word(4));
        Place(fields, "pendingBits", reader.Word(8));
    }

    private static void Place(FieldList fields, string name, Register place)
    {
        if (!place.IsKnown) return;
        uint bar = place.Bits(0, 3);
        ulong offset = place.Value & ~7UL;
        fields.Sentence(name, $"{FieldNames.Label(name)} in BAR {bar} at 0x{offset:x}{(bar > 5 ? " (there is no such BAR)" : "")}", inner => inner.Number("bar", bar).Hex("offset", offset));
    }

    /// <summary>1 to 32 by powers of two; 6 and 7 are reserved.</summary>
    private static decimal Count(uint code) => code <= 5 ? 1 << (int)code : 0;
}
