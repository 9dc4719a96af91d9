using System.Globalization;
using System.Xml.Linq;

namespace RingThree.Registers.Files;

/// <summary>Reads the fields of SVD registers.</summary>
internal sealed class SvdFields(SvdNames names, MapProblems problems)
{
    private readonly Dictionary<(XElement Register, SvdDefaults Defaults), IReadOnlyList<RegisterField>> _known = []; // a cluster of 2048 has its fields once

    internal IReadOnlyList<RegisterField> Of(SvdNode register, SvdDefaults defaults)
    {
        if (_known.TryGetValue((register.Own, defaults), out IReadOnlyList<RegisterField>? known)) return known;
        var fields = new List<RegisterField>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        WriteEffect onWrite = SvdWords.WriteEffect(register, "modifiedWriteValues", WriteEffect.Stores, Nowhere);
        ReadEffect onRead = SvdWords.ReadEffect(register, ReadEffect.None, Nowhere);
        IReadOnlyList<XElement> elements = register.Group("fields");
        HashSet<string> named = [.. elements.Select(e => new SvdNode([e]).Text("name")).OfType<string>()];
        foreach (XElement element in elements)
        {
            if (names.Resolve(element, Problem) is not { } node) continue;
            if (Bits(node) is not var (low, count))
            {
                Problem(element, "its bits are missing or wrong: a field has bitRange, lsb and msb, or bitOffset and bitWidth");
                continue;
            }

            IReadOnlyList<SvdDimension.Part> parts = SvdDimension.Expand(node, Problem);
            problems.Spend(element, parts.Count);
            foreach ((string suffix, ulong offset, bool _) in SvdDimension.Without(node, parts, named))
            {
                string name = SvdDimension.Name(node.Text("name") ?? "", suffix);
                ulong first = (ulong)low + offset;
                if (first + (ulong)count > 8 * (ulong)defaults.Width)
                {
                    Problem(element, $"its bits {first} to {first + (ulong)count - 1} reach beyond the register's {8 * defaults.Width}");
                    break; // and so do those behind it
                }

                if (!MapNames.AllowsField(name) || !taken.Add(name))
                {
                    Problem(element, MapNames.AllowsField(name) ? $"there is another field of that name" : MapNames.Rule);
                    continue;
                }

                fields.Add(new RegisterField(name, (int)first, count)
                {
                    Description = node.Text("description"),
                    Ability = SvdWords.Ability(node, defaults.Ability, Problem),
                    OnWrite = SvdWords.WriteEffect(node, "modifiedWriteValues", onWrite, Problem),
                    OnRead = SvdWords.ReadEffect(node, onRead, Problem),
                    Values = Values(node, count),
                });
            }
        }

        return _known[(register.Own, defaults)] = fields;

        void Problem(XElement element, string reason) => problems.Add(element, $"{register.Text("name")}.{new SvdNode([element]).Text("name")}", reason);

        static void Nowhere(XElement element, string reason)
        {
            // Said where the register itself is read.
        }
    }

    /// <summary>
    /// A field's bits. What the nearest layer says of them holds, in whichever of the three notations; of what it does not
    /// say (its width, when it only moves the field), what it is derived from.
    /// </summary>
    private static (int Low, int Count)? Bits(SvdNode node)
    {
        (int Low, int Count)? bits = null;
        for (int i = node.Layers.Count - 1; i >= 0; i--)
        {
            var layer = new SvdNode([node.Layers[i]]);
            if (layer.LayerOf("bitRange", "lsb", "msb", "bitOffset", "bitWidth") < 0) continue;
            bits = Bits(layer, bits);
            if (bits is null) return null;
        }

        ulong shift = node.ShiftOf(node.LayerOf("bitRange", "lsb", "bitOffset"));
        return bits is var (low, count) && shift <= (ulong)(64 - count - low) ? (low + (int)shift, count) : null;
    }

    private static (int Low, int Count)? Bits(SvdNode layer, (int Low, int Count)? outer)
    {
        if (layer.Text("bitRange") is { } range) return MapNumbers.TryReadBits(range, out int low, out int count) ? (low, count) : null;
        string? lsb = layer.Text("lsb") ?? Number(outer?.Low);
        if (layer.LayerOf("lsb", "msb") == 0) return MapNumbers.TryReadBits($"{layer.Text("msb") ?? Number(outer?.Low + outer?.Count - 1)}:{lsb}", out int low, out int count) ? (low, count) : null;
        if (!MapNumbers.TryRead(layer.Text("bitOffset") ?? Number(outer?.Low), out ulong offset) || offset > 63) return null;
        return MapNumbers.TryRead(layer.Text("bitWidth") ?? Number(outer?.Count ?? 1), out ulong width) && width is >= 1 and <= 64 && offset + width <= 64 ? ((int)offset, (int)width) : null;
    }

    private static string? Number(int? value) => value?.ToString(CultureInfo.InvariantCulture);

    private List<FieldValue> Values(SvdNode field, int bitCount)
    {
        var values = new List<FieldValue>();
        var known = new HashSet<(ulong, ulong)>();
        ulong ones = ulong.MaxValue >> (64 - bitCount);
        FieldValue? otherwise = null;
        foreach (XElement list in field.Elements("enumeratedValues"))
        {
            if (names.Resolve(list, Problem) is not { } node) continue;
            foreach (XElement element in node.Elements("enumeratedValue"))
            {
                var value = new SvdNode([element]);
                string name = value.Text("name") ?? value.Text("description") ?? "";
                if (name.Length == 0) continue;
                if (value.Text("isDefault") is "true" or "1") otherwise ??= new FieldValue(name, 0, 0);
                else if (!MapNumbers.TryReadPattern(value.Text("value"), out ulong bits, out ulong cared)) Problem(element, $"its value is '{value.Text("value")}', which is not a number");
                else if (bits > ones) Problem(element, $"its value {value.Text("value")} does not fit into {bitCount} bit(s)");
                else if (known.Add((bits, cared))) values.Add(new FieldValue(name, bits, cared));
            }
        }

        if (otherwise is not null) values.Add(otherwise);
        return values;
    }

    private void Problem(XElement element, string reason) => problems.Add(element, reason);
}
