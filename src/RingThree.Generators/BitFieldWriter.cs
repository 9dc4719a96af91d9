namespace RingThree.Generators;

/// <summary>Writes the generated part of a struct of bit fields.</summary>
internal sealed class BitFieldWriter
{
    private const string BitField = CodeText.Library + "BitField";
    private readonly BitFieldsModel _fields;
    private readonly string _name;
    private readonly CodeText _text;

    private BitFieldWriter(BitFieldsModel fields)
    {
        _fields = fields;
        _name = fields.Place.Type.FullName;
        _text = new CodeText(fields.Place, $"{CodeText.Library}IBitFields<{_name}>, global::System.IEquatable<{_name}>");
    }

    public static string Write(BitFieldsModel fields)
    {
        var writer = new BitFieldWriter(fields);
        writer.WriteFoundation();
        foreach (BitFieldModel field in fields.Fields) writer.WriteField(field);
        writer.WriteEquality();
        if (!fields.HasText) writer.WriteText();
        return writer._text.End();
    }

    private void WriteFoundation()
    {
        _text.Line($"private readonly {_fields.Storage} _raw;");
        _text.Line("");
        _text.Line("/// <summary>Creates a value from all its bits.</summary>");
        _text.Line($"public {_fields.Place.Type.Name}({_fields.Storage} raw) => _raw = raw;");
        _text.Line("");
        _text.Line("/// <summary>All its bits.</summary>");
        _text.Line($"public {_fields.Storage} Raw => _raw;");
        _text.Line("");
        _text.Line(CodeText.Inline);
        _text.Line($"static {_name} {CodeText.Library}IBitFields<{_name}>.ForUpdate({_name} read) => new(unchecked(({_fields.Storage})((read._raw & ~0x{_fields.Cleared:x}UL) | 0x{_fields.Ones:x}UL)));");
    }

    private void WriteField(BitFieldModel field)
    {
        _text.Line("");
        _text.Open($"{field.Modifiers} {field.Type} {field.Name}");
        string bits = $"{field.Lowest}, {field.Count}";
        string name = $"\"{_fields.Place.Type.Name.TrimStart('@')}.{field.Name.TrimStart('@')}\"";
        (string get, string set) = field.Kind switch
        {
            _ when field.Count == 0 => ("default", ""), // reported: the compiler has nothing to add
            BitFieldKind.Flag => ($"{BitField}.Extract(_raw, {bits}) != 0", $"{BitField}.Insert(_raw, value ? 1UL : 0UL, {bits}, {name})"),
            BitFieldKind.Signed => ($"({field.Type}){BitField}.ExtractSigned(_raw, {bits})", $"{BitField}.InsertSigned(_raw, value, {bits}, {name})"),
            _ => ($"({field.Type}){BitField}.Extract(_raw, {bits})", $"{BitField}.Insert(_raw, unchecked((ulong)value), {bits}, {name})"),
        };
        _text.Line(CodeText.Inline);
        _text.Line($"get => unchecked({get});");
        if (field.Setter.Length > 0)
        {
            _text.Line(CodeText.Inline);
            _text.Line(set.Length == 0 ? $"{field.Setter} {{ }}" : $"{field.Setter} => _raw = unchecked(({_fields.Storage}){set});");
        }

        _text.Close();
    }

    private void WriteEquality()
    {
        _text.Line("");
        _text.Line("/// <inheritdoc/>");
        _text.Line($"public bool Equals({_name} other) => _raw == other._raw;");
        _text.Line("");
        _text.Line("/// <inheritdoc/>");
        _text.Line($"public override bool Equals(object? obj) => obj is {_name} other && Equals(other);");
        _text.Line("");
        _text.Line("/// <inheritdoc/>");
        _text.Line("public override int GetHashCode() => _raw.GetHashCode();");
        foreach ((string sign, string not, string what) in ((string, string, string)[])[("==", "", "all bits are the same"), ("!=", "!", "any bit differs")])
        {
            _text.Line("");
            _text.Line($"/// <summary>Whether {what}.</summary>");
            _text.Line($"public static bool operator {sign}({_name} left, {_name} right) => {not}left.Equals(right);");
        }
    }

    private void WriteText()
    {
        _text.Line("");
        _text.Line("/// <summary>All bits, and each field by its name.</summary>");
        string fields = string.Concat(_fields.Fields.Select(field => $" {field.Name.TrimStart('@')}={{{field.Name}}}"));
        _text.Line($"public override string ToString() => string.Create(global::System.Globalization.CultureInfo.InvariantCulture, $\"0x{{_raw:x{_fields.Bits / 4}}}{fields}\");");
    }
}
