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

    /// <summary>A group; nothing where its register was not read, so that absent is not taken for zero.</summary>
    internal FieldList Group(string name, Register register, Action<RegisterFields> fill)
    {
        if (!register.IsKnown) return this;
        var inner = new FieldList();
        fill(new RegisterFields(inner, register));
        return Add(PciField.OfGroup(name, inner._fields));
    }

    /// <summary>The fields of a register that stand for themselves.</summary>
    internal FieldList From(Register register, Action<RegisterFields> fill)
    {
        if (register.IsKnown) fill(new RegisterFields(this, register));
        return this;
    }

    internal FieldList Words(string name, Register register, params ReadOnlySpan<(int Bit, string Word)> bits)
    {
        if (!register.IsKnown) return this;
        var set = new List<string>();
        foreach ((int bit, string word) in bits)
        {
            if (register.Bit(bit)) set.Add(word);
        }

        return Add(PciField.OfWords(name, set));
    }

    /// <summary>A group that a person reads as one sentence.</summary>
    internal FieldList Sentence(string name, string text, Action<FieldList> fill)
    {
        var inner = new FieldList();
        fill(inner);
        return Add(PciField.OfGroup(name, inner._fields, text));
    }

    internal FieldList Take(PciField field) => Add(field);

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
    internal bool Bit(int bit) => ((Value >> bit) & 1) != 0;

    internal uint Bits(int first, int count) => (uint)((Value >> first) & ((1UL << count) - 1));
}

/// <summary>Adds a register's fields, each by its name, its lowest bit and its width.</summary>
internal readonly struct RegisterFields(FieldList into, Register register)
{
    internal Register Register => register;

    internal FieldList List => into;

    internal RegisterFields Flag(string name, int bit, string? set = null, string? clear = null)
    {
        into.Flag(name, register.Bit(bit), set, clear);
        return this;
    }

    internal RegisterFields Number(string name, int first, int count)
    {
        into.Number(name, register.Bits(first, count));
        return this;
    }

    internal RegisterFields Number(string name, int first, int count, Func<uint, decimal> scale)
    {
        into.Number(name, scale(register.Bits(first, count)));
        return this;
    }

    /// <summary>A number that a person is told only when it is not 0.</summary>
    internal RegisterFields Optional(string name, int first, int count)
    {
        into.Take(PciField.OfNumber(name, register.Bits(first, count), quietZero: true));
        return this;
    }

    internal RegisterFields Hex(string name, int first, int count, int digits = 1)
    {
        into.Hex(name, register.Bits(first, count), digits);
        return this;
    }

    /// <summary>One word of several, numbered from 0; an empty one is reserved.</summary>
    internal RegisterFields Choice(string name, int first, int count, params ReadOnlySpan<string> words)
    {
        uint value = register.Bits(first, count);
        into.Text(name, value < (uint)words.Length && words[(int)value].Length > 0 ? words[(int)value] : $"reserved ({value})");
        return this;
    }
}
