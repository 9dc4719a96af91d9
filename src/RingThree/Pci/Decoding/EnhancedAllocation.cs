using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>Enhanced allocation: fixed regions instead of BARs (PCI Express Base 5.0, 7.8.5).</summary>
internal static class EnhancedAllocation
{
    private static readonly string[] Properties =
    [
        "memory", "prefetchable memory", "I/O ports", "prefetchable memory of a virtual function", "memory of a virtual function", "memory behind a bridge",
        "prefetchable memory behind a bridge", "I/O ports behind a bridge",
    ];

    /// <summary>A bridge has its bus numbers first (7.8.5.2); the entries are of different lengths.</summary>
    internal static IEnumerable<Row> Layout(CapabilityReader at)
    {
        bool bridge = at.Function.HeaderType == 1;
        var starts = new List<int> { bridge ? 8 : 4 };
        int count = (int)at.Peek(2, 2, 5, 0);
        while (starts.Count < count) starts.Add(starts[^1] + 4 + (4 * (int)at.Peek(starts[^1], 4, 2, 0)));
        return
        [
            .. bridge ? new Row[] { Half(4, Number(7, 0, "fixedSecondaryBus"), Number(15, 8, "fixedSubordinateBus")) } : [],
            Half(2, Number(5, 0, "entries")),
            List("regions", count, i => Entry(at, starts[i])),
        ];
    }

    private static Row[] Entry(CapabilityReader at, int start)
    {
        bool wideBase = at.Peek(start + 4, 4, 1, 1) != 0;
        bool wideLast = at.Peek(start + 8, 4, 1, 1) != 0;
        int used = 2 + (wideBase ? 1 : 0) + (wideLast ? 1 : 0);
        int words = (int)at.Peek(start, 4, 2, 0);
        ulong baseUpper = wideBase ? (ulong)at.Peek(start + 12, 4, 31, 0) << 32 : 0;
        ulong lastUpper = wideLast ? (ulong)at.Peek(start + (wideBase ? 16 : 12), 4, 31, 0) << 32 : 0;
        return
        [
            Word(start, Flag(31, "enabled", clear: "disabled"), Number(7, 4, "equivalentBar"), Flag(30, "writable"), Property(15, 8, "kind"), Property(23, 16, "secondaryKind"), Number(2, 0, "words")),
            Word(start + 4, Part("address", 0, baseUpper), Flag(1, "address64", "64-bit address")),
            Word(start + 8, Part("lastOffset", 3, lastUpper), Flag(1, "lastOffset64", "64-bit last offset")),
            .. Enumerable.Range(0, used - 2).Select(i => Word(start + 12 + (4 * i), Elsewhere(31, 0))),
            .. Enumerable.Range(used, Math.Max(words - used, 0)).Select(i => Word(start + 4 + (4 * i))), // the entry is larger than its fields
        ];
    }

    private static FieldRule Part(string name, ulong lowest, ulong upper) => (into, low) =>
    {
        into.Hex(name, (low & Mask(31, 2)) | lowest | upper);
        return Mask(31, 2);
    };

    private static FieldRule Property(int high, int low, string name) => (into, register) =>
    {
        ulong property = Bits(register, high, low);
        into.Text(name, property < (ulong)Properties.Length ? Properties[property] : property switch { 0xFD => "reserved memory", 0xFE => "reserved I/O ports", 0xFF => "not available", _ => $"reserved ({property})" });
        return Mask(high, low);
    };
}
