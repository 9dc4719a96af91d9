using System.Globalization;
using System.Text;

namespace RingThree.Registers.Files;

/// <summary>
/// Writes the fields of a block's registers: an enum of each register's bits, an enum for a field's named values, and
/// methods that take a field of several bits out of a value and put it in.
/// </summary>
internal sealed class CSharpFields(CSharpNames types)
{
    /// <summary>What the name of a method that puts a field in begins with.</summary>
    private const string With = "With";
    private readonly StringBuilder _enums = new();
    private readonly StringBuilder _methods = new();
    private readonly Dictionary<CSharpRegister, string> _types = [];
    private string? _class; // of the methods; named before them, as none may have its name

    /// <summary>Starts with another block.</summary>
    internal void Clear()
    {
        _enums.Clear();
        _methods.Clear();
        _types.Clear();
        _class = null;
    }

    /// <summary>The type of a register's values.</summary>
    internal string TypeOf(CSharpRegister register) => _types.GetValueOrDefault(register, register.Integer);

    /// <summary>Writes what a register with fields needs.</summary>
    internal void Add(CSharpRegister register, string block)
    {
        IReadOnlyList<RegisterField> fields = register.Source.Fields;
        if (fields.Count == 0 || register.Source.Words > 1) return;
        string type = types.Add(block + "_" + register.Name, "Register", "Bits");
        _types[register] = type;
        var members = new CSharpNames("None", "value__");
        _class ??= types.Add(block, "Card", "Fields");
        var methods = new CSharpNames([.. CSharpNames.Inherited, _class, _class[(_class.StartsWith(With, StringComparison.Ordinal) ? With.Length : 0)..]]);
        _enums.Append(CultureInfo.InvariantCulture, $"\n/// <summary>The fields of {CSharpWriter.Comment(register.Source.Name)}.</summary>\n[global::System.Flags]\npublic enum {type} : {register.Integer}\n{{\n");
        _enums.Append("    /// <summary>No bit.</summary>\n    None = 0,\n");
        foreach (RegisterField field in fields)
            _enums.Append(CultureInfo.InvariantCulture, $"\n    /// <summary>{About(field)}</summary>\n    {members.Add(field.Name, "Field")} = {CSharpWriter.Hex(field.Mask)},\n");
        _enums.Append("}\n");
        foreach (RegisterField field in fields)
        {
            string? values = Values(register, field, block);
            if (values is not null || field.BitCount > 1) Methods(field, type, values ?? register.Integer, methods.Add(field.Name, "Field"));
        }
    }

    /// <summary>All of it, behind the block's struct.</summary>
    internal string Written(string block) => _methods.Length == 0
        ? _enums.ToString()
        : $"{_enums}\n/// <summary>Fields of several bits, or with named values, of {block}.</summary>\npublic static class {_class}\n{{{_methods}}}\n";

    /// <returns>The enum for a field's named values; null where no value alone has a name.</returns>
    private string? Values(CSharpRegister register, RegisterField field, string block)
    {
        FieldValue[] named = [.. field.Values.Where(v => (v.Cared & field.Ones) == field.Ones)];
        if (named.Length == 0) return null;
        string type = types.Add($"{block}_{register.Name}_{field.Name}", "Field");
        var members = new CSharpNames("value__");
        _enums.Append(CultureInfo.InvariantCulture, $"\n/// <summary>Values of {CSharpWriter.Comment(register.Source.Name)}.{CSharpWriter.Comment(field.Name)}.</summary>\npublic enum {type} : {register.Integer}\n{{\n");
        foreach (FieldValue value in named)
            _enums.Append(CultureInfo.InvariantCulture, $"    /// <summary>{CSharpWriter.Comment(value.Name)}.</summary>\n    {members.Add(value.Name, "Value")} = {CSharpWriter.Hex(value.Value)},\n");
        _enums.Append("}\n");
        return type;
    }

    private void Methods(RegisterField field, string bits, string value, string name)
    {
        string about = $"{CSharpWriter.Comment(field.Name)}, {Place(field)},";
        if (field.Ability != RegisterAbility.WriteOnly)
        {
            _methods.Append(CultureInfo.InvariantCulture, $"\n    /// <summary>Takes {about} out of a register's value.</summary>\n");
            _methods.Append(CultureInfo.InvariantCulture, $"    public static {value} {name}(this {bits} bits) => ({value})(((ulong)bits >> {field.LowBit}) & {CSharpWriter.Hex(field.Ones)}UL);\n");
        }

        if (field.Ability == RegisterAbility.ReadOnly) return;
        _methods.Append(CultureInfo.InvariantCulture, $"\n    /// <summary>Puts {about} into a register's value.</summary>\n");
        _methods.Append(CultureInfo.InvariantCulture, $"    public static {bits} {With}{name}(this {bits} bits, {value} value) => ({bits})(((ulong)bits & ~{CSharpWriter.Hex(field.Mask)}UL) | (((ulong)value & {CSharpWriter.Hex(field.Ones)}UL) << {field.LowBit}));\n");
    }

    private static string Place(RegisterField field) => $"bit{(field.BitCount == 1 ? "" : "s")} {field.Bits}";

    private static string About(RegisterField field)
    {
        string what = field.Description is { Length: > 0 } text ? text : field.Name;
        string can = field.Ability switch { RegisterAbility.ReadOnly => ", read-only", RegisterAbility.WriteOnly => ", write-only", _ => "" };
        string write = field.OnWrite == WriteEffect.Stores ? "" : $", on write {JsonPart.NameOf(field.OnWrite)}";
        string read = field.OnRead == ReadEffect.None ? "" : $", on read {JsonPart.NameOf(field.OnRead)}";
        return $"{CSharpWriter.Comment(what)} ({Place(field)}{can}{write}{read})";
    }
}
