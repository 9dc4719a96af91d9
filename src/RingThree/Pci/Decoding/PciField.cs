using System.Globalization;

namespace RingThree.Pci.Decoding;

/// <summary>What a decoded field holds.</summary>
public enum PciFieldKind
{
    /// <summary>A number, in the unit that its name ends with.</summary>
    Number,

    /// <summary>A bit.</summary>
    Flag,

    /// <summary>A word for a number, such as the type of a port.</summary>
    Text,

    /// <summary>Several words, one for each bit that is set.</summary>
    Words,

    /// <summary>The fields of one register.</summary>
    Group,

    /// <summary>Groups of one form, one for each of several things.</summary>
    List,
}

/// <summary>A decoded field of configuration space: a stable name for programs, a text for people.</summary>
public sealed class PciField
{
    private PciField(string name, PciFieldKind kind, string text)
    {
        Name = name;
        Kind = kind;
        Text = text;
    }

    /// <summary>Its name, which does not change between versions: camelCase, with the unit at the end where it has one.</summary>
    public string Name { get; }

    /// <summary>What it holds.</summary>
    public PciFieldKind Kind { get; }

    /// <summary>A number's value; 1 for a flag that is set; 0 otherwise.</summary>
    public decimal Number { get; private init; }

    /// <summary>Whether a flag is set.</summary>
    public bool IsSet => Kind == PciFieldKind.Flag && Number != 0;

    /// <summary>The words that are set.</summary>
    public IReadOnlyList<string> Words { get; private init; } = [];

    /// <summary>A group's fields; a list's groups.</summary>
    public IReadOnlyList<PciField> Fields { get; private init; } = [];

    /// <summary>The field for people, its name included; empty where there is nothing to say, as for most flags that are clear.</summary>
    public string Text { get; }

    /// <summary>The value for people, without the name: <c>0xfee00000</c>, <c>128 bytes</c>, <c>yes</c>, <c>L0s + L1</c>; empty for a group or a list.</summary>
    public string Value { get; private init; } = "";

    /// <summary>Whether a group's <see cref="Text"/> says all its fields.</summary>
    internal bool IsSentence { get; private init; }

    /// <summary>A group's field with this name, or <see langword="null"/>.</summary>
    /// <param name="name">The name, or several joined by dots: <c>linkStatus.width</c>.</param>
    public PciField? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Find(Fields, name);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    internal static PciField? Find(IReadOnlyList<PciField> fields, string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        string first = dot < 0 ? name : name[..dot];
        foreach (PciField field in fields)
        {
            if (field.Name == first) return dot < 0 ? field : Find(field.Fields, name[(dot + 1)..]);
        }

        return null;
    }

    internal static PciField OfNumber(string name, decimal value, bool quietZero = false)
    {
        const decimal one = 1.0000000000000000000000000000m; // dividing by it drops zeros at the end: 25.0 is 25
        value /= one;
        (string label, string text) = FieldNames.WithUnit(name, value);
        return new PciField(name, PciFieldKind.Number, quietZero && value == 0 ? "" : $"{label} {text}") { Number = value, Value = text };
    }

    /// <summary>A number whose code has no meaning that a specification gives.</summary>
    internal static PciField OfReserved(string name, uint code)
    {
        if (code == 0) return OfNumber(name, 0);
        string value = string.Create(CultureInfo.InvariantCulture, $"reserved ({code})");
        return new PciField(name, PciFieldKind.Number, $"{FieldNames.WithUnit(name, 0).Label} {value}") { Value = value };
    }

    internal static PciField OfHex(string name, ulong value, int digits = 1)
    {
        string text = "0x" + value.ToString("x" + digits, CultureInfo.InvariantCulture);
        return new PciField(name, PciFieldKind.Number, $"{FieldNames.Label(name)} {text}") { Number = value, Value = text };
    }

    internal static PciField OfFlag(string name, bool value, string? set = null, string? clear = null) =>
        new(name, PciFieldKind.Flag, (value ? set ?? FieldNames.Label(name) : clear) ?? "") { Number = value ? 1 : 0, Value = value ? "yes" : "no" };

    internal static PciField OfText(string name, string value, string? text = null) =>
        new(name, PciFieldKind.Text, text ?? $"{FieldNames.Label(name)} {value}") { Words = [value], Value = value };

    internal static PciField OfWords(string name, IReadOnlyList<string> words)
    {
        string value = string.Join(" + ", words.Select(FieldNames.Word));
        return new PciField(name, PciFieldKind.Words, words.Count == 0 ? "" : $"{FieldNames.Label(name)}: {value}") { Words = words, Value = words.Count == 0 ? "none" : value };
    }

    /// <param name="name">The name.</param>
    /// <param name="fields">The fields.</param>
    /// <param name="sentence">What a person reads instead of the name and the fields one by one.</param>
    internal static PciField OfGroup(string name, IReadOnlyList<PciField> fields, string? sentence = null) =>
        new(name, PciFieldKind.Group, sentence ?? FieldNames.Label(name)) { Fields = fields, IsSentence = sentence is not null };

    internal static PciField OfList(string name, IReadOnlyList<PciField> groups) => new(name, PciFieldKind.List, FieldNames.Label(name)) { Fields = groups };
}
