using RingThree.Hosting;

namespace RingThree.Pci.Decoding;

/// <summary>Single-root I/O virtualization (Single Root I/O Virtualization 1.1, 3.3).</summary>
internal static class SriovCapability
{
    private const int FirstBar = 0x24;
    private const int Length = 0x40;

    internal static void Decode(CapabilityReader reader, FieldList fields, int? port)
    {
        fields.Group("capabilities", reader.Word(0x04), r => r.Flag("migration", 0).Flag("ariPreserved", 1, "ARI hierarchy preserved").Flag("tag10Bit", 2, "10-bit tags").Number("migrationMessage", 21, 11));
        fields.Group("control", reader.Half(0x08), r => r
            .Flag("enabled", 0, clear: "disabled").Flag("migration", 1).Flag("migrationInterrupt", 2).Flag("memorySpace", 3).Flag("ari", 4, "ARI hierarchy").Flag("tag10Bit", 5, "10-bit tags"));
        fields.Group("status", reader.Half(0x0A), r => r.Flag("migration", 0));
        fields.From(reader.Half(0x0C), r => r.Number("initialFunctions", 0, 16)).From(reader.Half(0x0E), r => r.Number("totalFunctions", 0, 16))
            .From(reader.Half(0x10), r => r.Number("functions", 0, 16)).From(reader.Byte(0x12), r => r.Number("dependency", 0, 8))
            .From(reader.Half(0x14), r => r.Number("firstOffset", 0, 16)).From(reader.Half(0x16), r => r.Number("stride", 0, 16))
            .From(reader.Half(0x1A), r => r.Hex("functionDeviceId", 0, 16, 4));
        // Bit n stands for pages of 2^(n+12) bytes (3.3.12).
        fields.From(reader.Word(0x1C), r => r.Hex("supportedPageSizes", 0, 32, 8)).From(reader.Word(0x20), r => r.Hex("systemPageSize", 0, 32, 8));
        var bars = new List<FieldList>();
        byte[] registers = new byte[Length];
        for (int at = FirstBar; at < FirstBar + (4 * PciNumbering.BarCount); at += 4)
        {
            Register one = reader.Word(at);
            if (!one.IsKnown) return;
            BitConverter.TryWriteBytes(registers.AsSpan(0x10 + at - FirstBar), (uint)one.Value);
        }

        foreach (PciBarDescription bar in BarDecoder.Bars(registers, PciNumbering.BarCount, PciCommand.None, null, []))
        {
            bars.Add(new FieldList().Number("bar", bar.Index).Hex("address", bar.Address).Flag("is64Bit", bar.Is64Bit, "64-bit", "32-bit").Flag("prefetchable", bar.IsPrefetchable));
        }

        fields.List("functionBars", bars);
    }
}
