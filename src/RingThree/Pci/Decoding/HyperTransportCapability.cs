namespace RingThree.Pci.Decoding;

/// <summary>HyperTransport (HyperTransport I/O Link 3.10, 7.1): the kind of block, and of an MSI mapping its address.</summary>
internal static class HyperTransportCapability
{
    private const uint MsiMapping = 0b10101;

    private static readonly Dictionary<uint, string> Kinds = new()
    {
        [0b01000] = "switch",
        [0b10000] = "interrupt discovery",
        [0b10001] = "revision id",
        [0b10010] = "unit id clumping",
        [0b10011] = "extended configuration space access",
        [0b10100] = "address mapping",
        [MsiMapping] = "MSI mapping",
        [0b10110] = "direct route",
        [0b10111] = "virtual channel set",
        [0b11000] = "retry mode",
        [0b11001] = "x86 encoding",
        [0b11010] = "generation 3",
        [0b11011] = "function level extension",
        [0b11100] = "power management",
        [0b11101] = "high node count",
    };

    internal static void Decode(CapabilityReader reader, FieldList fields, int? port)
    {
        Register command = reader.Half(2);
        if (!command.IsKnown) return;
        // Slave and host blocks are told by three bits, the others by five.
        uint three = command.Bits(13, 3);
        uint five = command.Bits(11, 5);
        fields.Text("kind", three == 0 ? "slave or primary interface" : three == 1 ? "host or secondary interface" : Kinds.GetValueOrDefault(five, $"unknown ({five})"));
        if (three == 0) fields.From(command, r => r.Number("baseUnitId", 0, 5).Number("units", 5, 5));
        if (five != MsiMapping) return;
        bool isFixed = command.Bit(1);
        fields.Flag("enabled", command.Bit(0), clear: "disabled").Flag("fixed", isFixed);
        const ulong fixedAddress = 0xFEE0_0000;
        if (isFixed)
        {
            fields.Hex("address", fixedAddress);
            return;
        }

        Register low = reader.Word(4);
        Register high = reader.Word(8);
        if (low.IsKnown && high.IsKnown) fields.Hex("address", (low.Value & 0xFFF0_0000) | (high.Value << 32));
    }
}
