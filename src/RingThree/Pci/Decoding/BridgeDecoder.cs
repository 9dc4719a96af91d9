using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>What a bridge's header says of the other side: buses, windows, control.</summary>
internal static class BridgeDecoder
{
    private static readonly Row[] Buses =
        [Byte(0x18, Number(7, 0, "primaryBus")), Byte(0x19, Number(7, 0, "secondaryBus")), Byte(0x1A, Number(7, 0, "subordinateBus")), Byte(0x1B, Number(7, 0, "secondaryLatencyTimer"))];

    /// <summary>Header type 1 (PCI-to-PCI Bridge 1.2, 3.2.5).</summary>
    internal static IReadOnlyList<PciField> Decode(CapabilityReader header)
    {
        var fields = new FieldList();
        Row.Decode(header, Buses, fields);
        ulong Half(int at) => header.Read(at, 2).Value;
        ulong Upper(int at, int width, bool isWide) => isWide ? header.Read(at, width).Value : 0;

        ulong ports = Half(0x1C);
        bool io32 = (ports & 0xF) == 1;
        Window(fields, "ioWindow", ((ports & 0xF0) << 8) | (Upper(0x30, 2, io32) << 16), (ports & 0xF000) | (Upper(0x32, 2, io32) << 16) | 0xFFF, io32 ? 32 : 16, Bits(ports, 11, 8) == 1 ? 32 : 16);
        Window(fields, "memoryWindow", (Half(0x20) & 0xFFF0) << 16, ((Half(0x22) & 0xFFF0) << 16) | 0xF_FFFF, 32);
        ulong prefetchable = Half(0x24);
        ulong last = Half(0x26);
        bool wide = (prefetchable & 0xF) == 1;
        Window(fields, "prefetchableWindow", ((prefetchable & 0xFFF0) << 16) | (Upper(0x28, 4, wide) << 32),
            ((last & 0xFFF0) << 16) | (Upper(0x2C, 4, wide) << 32) | 0xF_FFFF, wide ? 64 : 32, (last & 0xF) == 1 ? 64 : 32);
        Row.Decode(header, [HeaderDecoder.Status(0x1E, "secondaryStatus", secondary: true), Control], fields);
        return fields.Fields;
    }

    /// <summary>Header type 2 (PC Card Standard 8.0, volume 7, 4.5).</summary>
    internal static IReadOnlyList<PciField> DecodeCardBus(CapabilityReader header)
    {
        var fields = new FieldList();
        Row.Decode(header, Buses, fields);
        ulong Word(int at) => header.Read(at, 4).Value;
        for (int i = 0; i < 2; i++) Window(fields, $"memoryWindow{i}", Word(0x1C + (8 * i)) & 0xFFFF_F000, Word(0x20 + (8 * i)) | 0xFFF, 32);
        for (int i = 0; i < 2; i++)
        {
            ulong low = Word(0x2C + (8 * i));
            bool wide = (low & 3) == 1;
            ulong mask = wide ? 0xFFFF_FFFCu : 0xFFFCu;
            Window(fields, $"ioWindow{i}", low & mask, (Word(0x30 + (8 * i)) & mask) | 3, wide ? 32 : 16);
        }

        Row.Decode(header, [HeaderDecoder.Status(0x16, "secondaryStatus", secondary: true), CardBusControl, Table.Word(0x44, Address(31, 1, "legacyBase"), Flag(0, "legacyPorts"))], fields);
        return fields.Fields;
    }

    /// <summary>Where the windows are that were shown, so that what is left of their registers is seen too.</summary>
    internal static Row[] WindowRows(CapabilityReader header)
    {
        bool io32 = header.Peek(0x1C, 1, 3, 0) == 1;
        bool wide = header.Peek(0x24, 2, 3, 0) == 1;
        return
        [
            Byte(0x1C, Elsewhere(7, 4), Kind), Byte(0x1D, Elsewhere(7, 4), Kind), Half(0x20, Elsewhere(15, 4)), Half(0x22, Elsewhere(15, 4)),
            Half(0x24, Elsewhere(15, 4), Kind), Half(0x26, Elsewhere(15, 4), Kind),
            Table.Word(0x28, Known(31, 0, wide)), Table.Word(0x2C, Known(31, 0, wide)), Half(0x30, Known(15, 0, io32)), Half(0x32, Known(15, 0, io32)),
        ];
    }

    /// <inheritdoc cref="WindowRows"/>
    internal static IEnumerable<Row> CardBusWindowRows(CapabilityReader header) =>
    [
        .. Enumerable.Range(0, 4).Select(i => Table.Word(0x1C + (4 * i), Elsewhere(31, 12))),
        .. Enumerable.Range(0, 2).Select(i => header.Peek(0x2C + (8 * i), 4, 1, 0) == 1).SelectMany((wide, i) =>
            new Row[] { Table.Word(0x2C + (8 * i), Elsewhere(15, 2), Known(31, 16, wide), Known(1, 0, wide)), Table.Word(0x30 + (8 * i), Elsewhere(15, 2), Known(31, 16, wide)) }),
    ];

    private static RegisterRow Control => Half(0x3E, "control", Flag(0, "parityErrorResponse"), Flag(1, "systemError"), Flag(2, "isaEnable"), Flag(3, "vgaEnable"),
        Flag(4, "vga16BitDecode", "VGA 16-bit decode"), Flag(5, "masterAbortMode"), Flag(6, "secondaryBusReset"), Flag(7, "fastBackToBack"), Flag(8, "primaryDiscardTimer"),
        Flag(9, "secondaryDiscardTimer"), Flag(10, "discardTimerStatus"), Flag(11, "discardTimerSystemError"));

    private static RegisterRow CardBusControl => Half(0x3E, "control", Flag(0, "parityErrorResponse"), Flag(1, "systemError"), Flag(2, "isaEnable"), Flag(3, "vgaEnable"), Flag(5, "masterAbortMode"),
        Flag(6, "cardReset"), Flag(7, "interruptsBy16BitCards", "interrupts by 16-bit cards"), Flag(8, "prefetchWindow0"), Flag(9, "prefetchWindow1"), Flag(10, "postedWrites"));

    /// <summary>A window whose base is above its limit is closed (PCI-to-PCI Bridge 1.2, 3.2.5.6). Base and limit both say how wide it is, and the base's word holds.</summary>
    private static void Window(FieldList fields, string name, ulong first, ulong last, int bits, int? limitBits = null)
    {
        bool open = first <= last;
        string text = open ? $" 0x{first:x}-0x{last:x} ({bits}-bit)" : $" closed ({bits}-bit), base 0x{first:x}, limit 0x{last:x}";
        string other = limitBits is null || limitBits == bits ? "" : $", but the limit says {limitBits}-bit";
        fields.Sentence(name, FieldNames.Label(name) + text + other, inner =>
        {
            inner.Flag("open", open).Hex("base", first).Hex("limit", last).Number("addressBits", bits);
            if (limitBits is { } said) inner.Number("limitAddressBits", said);
        });
    }

    /// <summary>The kind of a window is 0 or 1, which its number of address bits says; others are reserved.</summary>
    private static ulong Kind(FieldList into, ulong register) => Bits(register, 3, 0) == 1 ? 1u : 0;

    /// <summary>Bits that count where the window is wide, and have no meaning where it is not.</summary>
    private static FieldRule Known(int high, int low, bool isWide) => (_, _) => isWide ? Mask(high, low) : 0;
}
