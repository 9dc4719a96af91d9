using RingThree.Hosting;
using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>Single-root I/O virtualization (PCI Express Base 6.0, 9.3.3).</summary>
internal static class SriovCapability
{
    private const int FirstBar = 0x24;
    private const uint Type64Bit = 2;

    internal static IEnumerable<Row> Layout(CapabilityReader at) =>
    [
        Word(0x04, "capabilities", Flag(0, "migration"), Flag(1, "ariPreserved", "ARI hierarchy preserved"), Flag(2, "tag10Bit", "10-bit tags"), Flag(3, "tag14Bit", "14-bit tags"),
            Number(31, 21, "migrationMessage")),
        Half(0x08, "control", Flag(0, "enabled", clear: "disabled"), Flag(1, "migration"), Flag(2, "migrationInterrupt"), Flag(3, "memorySpace"), Flag(4, "ari", "ARI hierarchy"),
            Flag(5, "tag10Bit", "10-bit tags"), Flag(6, "tag14Bit", "14-bit tags")),
        Half(0x0A, "status", Flag(0, "migration")),
        Half(0x0C, Number(15, 0, "initialFunctions")), Half(0x0E, Number(15, 0, "totalFunctions")), Half(0x10, Number(15, 0, "functions")), Byte(0x12, Number(7, 0, "dependency")),
        Half(0x14, Number(15, 0, "firstOffset")), Half(0x16, Number(15, 0, "stride")), Half(0x1A, Hex(15, 0, "functionDeviceId", 4)),
        // Bit n stands for pages of 2^(n+12) bytes (9.3.3.12).
        Word(0x1C, Hex(31, 0, "supportedPageSizes", 8)), Word(0x20, Hex(31, 0, "systemPageSize", 8)),
        new ListRow("functionBars", Bars(at)),
        Word(0x3C, "migrationState", Number(2, 0, "bar"), Address(31, 3, "offset")),
    ];

    /// <summary>A BAR that is 0 is not there; the upper half of a 64-bit one has no number of its own.</summary>
    private static IEnumerable<IEnumerable<Row>> Bars(CapabilityReader at)
    {
        for (int bar = 0; bar < PciNumbering.BarCount; bar++)
        {
            int offset = FirstBar + (4 * bar);
            if (at.Peek(offset, 4, 31, 0) == 0) continue;
            bool wide = at.Peek(offset, 4, 2, 1) == Type64Bit && bar + 1 < PciNumbering.BarCount;
            FieldRule[] rules = [Fixed("bar", bar), Address(wide ? 63 : 31, 4, "address"), Is64Bit, Flag(3, "prefetchable")];
            yield return [wide ? Long(offset, rules) : Word(offset, rules)];
            if (wide) bar++;
        }
    }

    private static ulong Is64Bit(FieldList into, ulong register)
    {
        bool wide = Bits(register, 2, 1) == Type64Bit;
        into.Flag("is64Bit", wide, "64-bit", "32-bit");
        return wide ? Mask(2, 1) : 0;
    }
}
