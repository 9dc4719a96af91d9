using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>Message-signalled interrupts (PCI Local Bus 3.0, 6.8).</summary>
internal static class MessageCapabilities
{
    /// <summary>MSI (PCI Local Bus 3.0, 6.8.1; extended message data: PCI Express Base 5.0, 7.7.1.2).</summary>
    internal static IEnumerable<Row> Msi(CapabilityReader at)
    {
        bool wide = at.Peek(2, 2, 7, 7) != 0;
        int data = wide ? 0x0C : 0x08;
        return
        [
            Half(2, Flag(0, "enabled", clear: "disabled"), Number(3, 1, "messages", Count), Number(6, 4, "messagesEnabled", Count), Flag(7, "address64", "64-bit address", "32-bit address"),
                Flag(8, "vectorMasks"), Flag(9, "extendedDataCapable"), Flag(10, "extendedData")),
            wide ? Long(4, Address(63, 2, "address")) : Word(4, Address(31, 2, "address")),
            at.Peek(2, 2, 10, 10) != 0 ? Word(data, Hex(31, 0, "data", 4)) : Half(data, Hex(15, 0, "data", 4)),
            .. at.Peek(2, 2, 8, 8) != 0 ? new Row[] { Word(data + 4, Hex(31, 0, "masked", 8)), Word(data + 8, Hex(31, 0, "pending", 8)) } : [],
        ];
    }

    /// <summary>MSI-X (PCI Local Bus 3.0, 6.8.2).</summary>
    internal static IEnumerable<Row> MsiX(CapabilityReader at) =>
    [
        Half(2, Flag(15, "enabled", clear: "disabled"), Flag(14, "allMasked"), Number(10, 0, "vectors", n => n + 1)),
        Word(4, Place("table")),
        Word(8, Place("pendingBits")),
    ];

    private static FieldRule Place(string name) => (into, register) =>
    {
        ulong bar = Bits(register, 2, 0);
        ulong offset = register & Mask(31, 3);
        into.Sentence(name, $"{FieldNames.Label(name)} in BAR {bar} at 0x{offset:x}{(bar > 5 ? " (there is no such BAR)" : "")}", inner => inner.Number("bar", bar).Hex("offset", offset));
        return Mask(31, 0);
    };

    /// <summary>1 to 32 by powers of two; 6 and 7 are reserved.</summary>
    private static decimal? Count(uint code) => code <= 5 ? 1 << (int)code : null;
}
