using System.Xml.Linq;

namespace RingThree.Registers.Files;

/// <summary>Reads the fields of IP-XACT registers.</summary>
internal sealed class IpXactFields(IpXactValues values, MapProblems problems)
{
    private readonly Dictionary<(XElement Register, RegisterAbility Ability), (IReadOnlyList<RegisterField> Fields, ulong? Reset)> _known = []; // a row of files has its fields once

    /// <summary>What a register can do whose fields alone say so.</summary>
    internal static RegisterAbility Common(IReadOnlyList<RegisterField> fields)
    {
        RegisterAbility[] all = [.. fields.Select(f => f.Ability).Distinct()];
        return all.Length == 1 ? all[0] : RegisterAbility.ReadWrite;
    }

    /// <summary>A register's fields, and its reset value where every one of them has one.</summary>
    internal (IReadOnlyList<RegisterField> Fields, ulong? Reset) Of(SvdNode register, ulong bits, RegisterAbility ability)
    {
        if (_known.TryGetValue((register.Own, ability), out (IReadOnlyList<RegisterField> Fields, ulong? Reset) known)) return known;
        var fields = new List<RegisterField>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        ulong? reset = 0;
        foreach (XElement element in register.Layers.SelectMany(l => l.Elements()).Where(e => e.Name.LocalName == "field"))
        {
            if (values.Resolve(element) is not { } node || !values.IsPresent(node)) continue;
            foreach (RegisterField field in Read(node, register.Text("name"), bits, ability))
            {
                if (!taken.Add(field.Name))
                {
                    Problem(element, "there is another field of that name");
                    continue;
                }

                fields.Add(field);
                reset = values.Reset(node) is { } value ? reset | ((value & field.Ones) << field.LowBit) : null;
            }
        }

        return _known[(register.Own, ability)] = (fields, fields.Count == 0 ? null : reset);

        void Problem(XElement element, string reason) => problems.Add(element, $"{register.Text("name")}.{new SvdNode([element]).Text("name")}", reason);
    }

    private IEnumerable<RegisterField> Read(SvdNode node, string? register, ulong registerBits, RegisterAbility ability)
    {
        string name = node.Text("name") ?? "";
        if (!values.TryNumber(node, "bitOffset", 0, out ulong low) || !values.TryNumber(node, "bitWidth", 1, out ulong count)) yield break;
        if (values.Dimensions(node, count) is not { } dimensions) yield break;
        string? why = !MapNames.AllowsField(name) ? MapNames.Rule : count == 0 || low > 63 || count > 64 ? "its bits are missing or wrong: a field has a bitOffset and a bitWidth" : null;
        SvdNode policy = values.Policy(node);
        IReadOnlyList<FieldValue>? names = null;
        foreach ((string suffix, UInt128 index) in dimensions.All())
        {
            problems.Spend(node.Own, 1);
            UInt128 first = low + (index * dimensions.Stride);
            if (why is null && first + count > registerBits) why = $"its bits {first} to {first + count - 1} reach beyond the register's {registerBits}";
            if (why is not null)
            {
                problems.Add(node.Own, $"{register}.{name}", why);
                yield break; // and so do those behind it
            }

            yield return new RegisterField(name + suffix, (int)first, (int)count)
            {
                Description = node.Text("description"),
                Ability = SvdWords.Ability(policy, ability, Problem),
                OnWrite = SvdWords.WriteEffect(policy, "modifiedWriteValue", WriteEffect.Stores, Problem),
                OnRead = SvdWords.ReadEffect(policy, ReadEffect.None, Problem),
                Values = names ??= Values(node, (int)count),
            };
        }
    }

    private List<FieldValue> Values(SvdNode field, int bitCount)
    {
        var all = new List<FieldValue>();
        var known = new HashSet<ulong>();
        foreach (XElement list in field.Elements("enumeratedValues"))
        {
            if (values.Resolve(list) is not { } node) continue;
            foreach (XElement element in node.Elements("enumeratedValue"))
            {
                var value = new SvdNode([element]);
                string text = value.Text("value") ?? "";
                if (value.Text("name") is not { Length: > 0 } name) continue;
                if (values.Read(text, out ulong number) is { } why) Problem(element, $"its value '{text}' {why}");
                else if (number > ulong.MaxValue >> (64 - bitCount)) Problem(element, $"its value {text} does not fit into {bitCount} bit(s)");
                else if (known.Add(number)) all.Add(new FieldValue(name, number));
            }
        }

        return all;
    }

    private void Problem(XElement element, string reason) => problems.Add(element, reason);
}
