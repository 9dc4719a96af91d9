using System.Xml;
using System.Xml.Linq;

namespace RingThree.Registers.Files;

/// <summary>An element of an SVD file over those that it is derived from: what it does not say, they do.</summary>
/// <param name="Layers">The element itself, then what it is derived from, and so on.</param>
/// <param name="Shifts">How far behind the layer's own place the member of its list lies that is meant; null for nowhere.</param>
internal sealed record SvdNode(IReadOnlyList<XElement> Layers, IReadOnlyList<ulong>? Shifts = null)
{
    internal XElement Own => Layers[0];

    internal static int LineOf(XElement element) => element is IXmlLineInfo line && line.HasLineInfo() ? line.LineNumber : 0;

    /// <summary>The text of a child on one line, or null where there is none.</summary>
    internal string? Text(string name)
    {
        foreach (XElement layer in Layers)
        {
            if (Elements(layer, name).FirstOrDefault() is { } child) return MapNames.Plain(string.Join(' ', child.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        }

        return null;
    }

    /// <summary>The children of that name, from the nearest layer that has some.</summary>
    internal IEnumerable<XElement> Elements(string name) => Layers.Select(l => Elements(l, name)).FirstOrDefault(e => e.Any()) ?? [];

    /// <summary>Registers and clusters: those of the oldest layer first, each replaced by a nearer one of its name.</summary>
    /// <param name="container">The element around them, or null where they lie in this one directly.</param>
    internal IReadOnlyList<XElement> Group(string? container)
    {
        var all = new List<XElement>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = Layers.Count - 1; i >= 0; i--)
        {
            IEnumerable<XElement> parents = container is null ? [Layers[i]] : Elements(Layers[i], container);
            foreach (XElement child in parents.SelectMany(p => p.Elements()).Where(e => e.Name.LocalName is "register" or "cluster" or "field"))
            {
                string name = KeyOf(child);
                if (i < Layers.Count - 1 && places.TryGetValue(name, out int place)) all[place] = child;
                else
                {
                    places.TryAdd(name, all.Count);
                    all.Add(child);
                }
            }
        }

        return all;
    }

    /// <summary>The first layer, counted from 0, that has one of these children; -1 for none.</summary>
    internal int LayerOf(params ReadOnlySpan<string> names)
    {
        for (int i = 0; i < Layers.Count; i++)
        {
            foreach (string name in names)
            {
                if (Elements(Layers[i], name).Any()) return i;
            }
        }

        return -1;
    }

    internal ulong ShiftOf(int layer) => layer < 0 || Shifts is null ? 0 : Shifts[layer];

    /// <summary>An address from a child, 0 without one, of the very member of a list that it is derived from.</summary>
    /// <returns>False with a problem noted where there is text that is not a number.</returns>
    internal bool TryPlace(string name, Action<XElement, string> problem, out UInt128 place)
    {
        bool known = TryNumber(name, 0, problem, out ulong value);
        place = (UInt128)value + ShiftOf(LayerOf(name));
        return known;
    }

    /// <summary>A number from a child.</summary>
    /// <returns>False with a problem noted where there is text that is not a number.</returns>
    internal bool TryNumber(string name, ulong usual, Action<XElement, string> problem, out ulong value)
    {
        value = usual;
        if (Text(name) is not { } text) return true;
        if (MapNumbers.TryRead(text, out value)) return true;
        problem(Own, $"its {name} is '{text}', which is not a number");
        return false;
    }

    /// <summary>What tells a register from those beside it: those of one name differ by their alternate group.</summary>
    private static string KeyOf(XElement element)
    {
        var node = new SvdNode([element]);
        return $"{node.Text("name")}\n{node.Text("alternateGroup")}";
    }

    private static IEnumerable<XElement> Elements(XElement parent, string name) => parent.Elements().Where(e => e.Name.LocalName == name);
}

/// <summary>The words of SVD for what reads and writes do.</summary>
internal static class SvdWords
{
    internal static RegisterAbility Ability(SvdNode node, RegisterAbility outer, Action<XElement, string> problem) => node.Text("access")?.ToUpperInvariant() switch
    {
        null => outer,
        "READ-ONLY" => RegisterAbility.ReadOnly,
        "WRITE-ONLY" or "WRITEONCE" => RegisterAbility.WriteOnly,
        "READ-WRITE" or "READ-WRITEONCE" => RegisterAbility.ReadWrite,
        _ => Unknown(outer, node, "access", node.Text("access")!, problem),
    };

    internal static WriteEffect WriteEffect(SvdNode node, string name, WriteEffect outer, Action<XElement, string> problem) => node.Text(name) switch
    {
        null => outer,
        "modify" => Files.WriteEffect.Stores,
        "oneToClear" => Files.WriteEffect.OneToClear,
        "oneToSet" => Files.WriteEffect.OneToSet,
        "oneToToggle" => Files.WriteEffect.OneToToggle,
        "zeroToClear" => Files.WriteEffect.ZeroToClear,
        "zeroToSet" => Files.WriteEffect.ZeroToSet,
        "zeroToToggle" => Files.WriteEffect.ZeroToToggle,
        "clear" => Files.WriteEffect.AnyClears,
        "set" => Files.WriteEffect.AnySets,
        var text => Unknown(outer, node, name, text, problem),
    };

    internal static ReadEffect ReadEffect(SvdNode node, ReadEffect outer, Action<XElement, string> problem) => node.Text("readAction") switch
    {
        null => outer,
        "clear" => Files.ReadEffect.Clears,
        "set" => Files.ReadEffect.Sets,
        "modify" or "modifyExternal" => Files.ReadEffect.Changes,
        var text => Unknown(outer, node, "readAction", text, problem),
    };

    private static T Unknown<T>(T outer, SvdNode node, string name, string text, Action<XElement, string> problem)
    {
        problem(node.Own, $"its {name} is '{text}', which is not known here");
        return outer;
    }
}
