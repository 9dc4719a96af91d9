namespace RingThree.Pci.Decoding;

/// <summary>Collects the fields of a register, a capability or a header.</summary>
internal sealed class FieldList
{
    private readonly List<PciField> _fields = [];

    internal IReadOnlyList<PciField> Fields => _fields;

    internal FieldList Number(string name, decimal value) => Add(PciField.OfNumber(name, value));

    internal FieldList Hex(string name, ulong value, int digits = 1) => Add(PciField.OfHex(name, value, digits));

    internal FieldList Flag(string name, bool value, string? set = null, string? clear = null) => Add(PciField.OfFlag(name, value, set, clear));

    internal FieldList Text(string name, string value, string? text = null) => Add(PciField.OfText(name, value, text));

    internal FieldList List(string name, IEnumerable<FieldList> groups) =>
        Add(PciField.OfList(name, [.. groups.Select((g, i) => PciField.OfGroup($"{i}", g._fields))]));

    internal FieldList Group(string name, FieldList fields) => Add(PciField.OfGroup(name, fields._fields));

    /// <summary>A group that a person reads as one sentence.</summary>
    internal FieldList Sentence(string name, string text, Action<FieldList> fill)
    {
        var inner = new FieldList();
        fill(inner);
        return Add(PciField.OfGroup(name, inner._fields, text));
    }

    internal FieldList Take(PciField field) => Add(field);

    /// <summary>The bits that are set and that no field names, if there are any.</summary>
    internal FieldList Unnamed(List<string> bits) => bits.Count == 0 ? this : Add(PciField.OfWords("unnamedBits", bits));

    private FieldList Add(PciField field)
    {
        _fields.Add(field);
        return this;
    }
}

/// <summary>A register's value, where it was read.</summary>
/// <param name="Value">The value, 0 where not known.</param>
/// <param name="IsKnown">Whether it was read.</param>
internal readonly record struct Register(ulong Value, bool IsKnown)
{
    internal uint Bits(int first, int count) => (uint)((Value >> first) & ((1UL << count) - 1));
}
