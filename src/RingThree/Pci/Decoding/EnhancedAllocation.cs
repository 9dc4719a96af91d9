namespace RingThree.Pci.Decoding;

/// <summary>Enhanced allocation: fixed regions instead of BARs (PCI Express Base 5.0, 7.8.5).</summary>
internal static class EnhancedAllocation
{
    private static readonly string[] Properties =
    [
        "memory", "prefetchable memory", "I/O ports", "prefetchable memory of a virtual function", "memory of a virtual function", "memory behind a bridge",
        "prefetchable memory behind a bridge", "I/O ports behind a bridge",
    ];

    internal static void Decode(CapabilityReader reader, FieldList fields, int? port)
    {
        Register count = reader.Half(2);
        if (!count.IsKnown) return;
        // A bridge has its bus numbers first (7.8.5.2); the function's header type is in the header, not here.
        const int headerType = 0x0E;
        int at = (reader.HeaderByte(headerType) & 0x7F) == 1 ? 8 : 4;
        if (at == 8) fields.From(reader.Half(4), r => r.Number("fixedSecondaryBus", 0, 8).Number("fixedSubordinateBus", 8, 8));
        var entries = new List<FieldList>();
        for (uint i = 0; i < count.Bits(0, 6); i++)
        {
            Register head = reader.Word(at);
            Register low = reader.Word(at + 4);
            Register last = reader.Word(at + 8);
            if (!last.IsKnown) break;
            var entry = new FieldList();
            entry.From(head, r => r.Flag("enabled", 31, clear: "disabled").Number("equivalentBar", 4, 4).Flag("writable", 30));
            uint primary = head.Bits(8, 8);
            entry.Text("kind", primary < Properties.Length ? Properties[primary] : primary == 0xFF ? "not available" : $"reserved ({primary})");
            int next = at + 12;
            ulong start = low.Value & ~3UL;
            ulong span = last.Value | 3;
            if (low.Bit(1))
            {
                start |= reader.Word(next).Value << 32;
                next += 4;
            }

            if (last.Bit(1)) span |= reader.Word(next).Value << 32;
            entries.Add(entry.Hex("address", start).Hex("lastOffset", span));
            at += 4 + (4 * (int)head.Bits(0, 3));
        }

        fields.Number("entries", count.Bits(0, 6)).List("regions", entries);
    }
}
