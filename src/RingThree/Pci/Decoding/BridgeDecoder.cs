namespace RingThree.Pci.Decoding;

/// <summary>What a bridge's header says of the other side: buses, windows, control.</summary>
internal static class BridgeDecoder
{
    /// <summary>Header type 1 (PCI-to-PCI Bridge 1.2, 3.2.5).</summary>
    internal static IReadOnlyList<PciField> Decode(CapabilityReader header)
    {
        var fields = new FieldList();
        fields.Number("primaryBus", header.Byte(0x18).Value).Number("secondaryBus", header.Byte(0x19).Value).Number("subordinateBus", header.Byte(0x1A).Value)
            .Number("secondaryLatencyTimer", header.Byte(0x1B).Value);

        ulong ioBase = header.Byte(0x1C).Value;
        ulong ioLimit = header.Byte(0x1D).Value;
        bool io32 = (ioBase & 0xF) == 1;
        Window(fields, "ioWindow", ((ioBase & 0xF0) << 8) | (io32 ? header.Half(0x30).Value << 16 : 0),
            ((ioLimit & 0xF0) << 8) | (io32 ? header.Half(0x32).Value << 16 : 0) | 0xFFF, io32 ? 32 : 16);
        Window(fields, "memoryWindow", (header.Half(0x20).Value & 0xFFF0) << 16, ((header.Half(0x22).Value & 0xFFF0) << 16) | 0xF_FFFF, 32);
        ulong prefetchable = header.Half(0x24).Value;
        bool wide = (prefetchable & 0xF) == 1;
        Window(fields, "prefetchableWindow", ((prefetchable & 0xFFF0) << 16) | (wide ? header.Word(0x28).Value << 32 : 0),
            ((header.Half(0x26).Value & 0xFFF0) << 16) | (wide ? header.Word(0x2C).Value << 32 : 0) | 0xF_FFFF, wide ? 64 : 32);

        return fields.Group("secondaryStatus", header.Half(0x1E), r => Copy(HeaderDecoder.Status(r.Register, secondary: true), r.List))
            .Group("control", header.Half(0x3E), r => r
                .Flag("parityErrorResponse", 0).Flag("systemError", 1).Flag("isaEnable", 2).Flag("vgaEnable", 3).Flag("vga16BitDecode", 4, "VGA 16-bit decode").Flag("masterAbortMode", 5)
                .Flag("secondaryBusReset", 6).Flag("fastBackToBack", 7).Flag("primaryDiscardTimer", 8).Flag("secondaryDiscardTimer", 9).Flag("discardTimerStatus", 10).Flag("discardTimerSystemError", 11))
            .Fields;
    }

    /// <summary>Header type 2 (PC Card Standard 8.0, volume 7, 4.5).</summary>
    internal static IReadOnlyList<PciField> DecodeCardBus(CapabilityReader header)
    {
        var fields = new FieldList();
        fields.Number("primaryBus", header.Byte(0x18).Value).Number("secondaryBus", header.Byte(0x19).Value).Number("subordinateBus", header.Byte(0x1A).Value)
            .Number("secondaryLatencyTimer", header.Byte(0x1B).Value);
        for (int i = 0; i < 2; i++)
            Window(fields, $"memoryWindow{i}", header.Word(0x1C + (8 * i)).Value & 0xFFFF_F000, header.Word(0x20 + (8 * i)).Value | 0xFFF, 32);
        for (int i = 0; i < 2; i++)
        {
            ulong low = header.Word(0x2C + (8 * i)).Value;
            bool wide = (low & 3) == 1;
            ulong mask = wide ? 0xFFFF_FFFCu : 0xFFFCu;
            Window(fields, $"ioWindow{i}", low & mask, (header.Word(0x30 + (8 * i)).Value & mask) | 3, wide ? 32 : 16);
        }

        return fields.Group("secondaryStatus", header.Half(0x16), r => Copy(HeaderDecoder.Status(r.Register, secondary: true), r.List))
            .Group("control", header.Half(0x3E), r => r
                .Flag("parityErrorResponse", 0).Flag("systemError", 1).Flag("isaEnable", 2).Flag("vgaEnable", 3).Flag("masterAbortMode", 5)
                .Flag("cardReset", 6).Flag("interruptsBy16BitCards", 7, "interrupts by 16-bit cards").Flag("prefetchWindow0", 8).Flag("prefetchWindow1", 9).Flag("postedWrites", 10))
            .Fields;
    }

    /// <summary>A window whose base is above its limit is closed (PCI-to-PCI Bridge 1.2, 3.2.5.6).</summary>
    private static void Window(FieldList fields, string name, ulong first, ulong last, int bits)
    {
        bool open = first <= last;
        fields.Sentence(name, open ? $"{FieldNames.Label(name)} 0x{first:x}-0x{last:x} ({bits}-bit)" : $"{FieldNames.Label(name)} closed ({bits}-bit)",
            inner => inner.Flag("open", open).Hex("base", first).Hex("limit", last).Number("addressBits", bits));
    }

    private static void Copy(IReadOnlyList<PciField> fields, FieldList into)
    {
        foreach (PciField field in fields) into.Take(field);
    }
}
