using System.Globalization;
using System.Xml.Linq;

namespace RingThree.Registers.Files;

/// <summary>What <c>dim</c>, <c>dimIncrement</c> and <c>dimIndex</c> make of one element: several, or a row.</summary>
internal static class SvdDimension
{
    private const ulong Most = 65536;

    /// <summary>One of them.</summary>
    /// <param name="Suffix">What stands for <c>%s</c>; empty for an element without dimension.</param>
    /// <param name="Offset">From the first one's place: bytes, or bits for a field.</param>
    /// <param name="IsArray">Whether the name has <c>[%s]</c>: a row under one name.</param>
    internal readonly record struct Part(string Suffix, ulong Offset, bool IsArray);

    /// <summary>All of them; none, with a problem noted, where the dimension is wrong.</summary>
    internal static IReadOnlyList<Part> Expand(SvdNode node, Action<XElement, string> problem)
    {
        int layer = node.LayerOf("dim");
        // What is derived from a list without being one itself is one register.
        if (layer < 0 || (layer > 0 && node.Text("name")?.Contains("%s", StringComparison.Ordinal) != true)) return [new Part("", 0, false)];
        if (!node.TryNumber("dim", 1, problem, out ulong count) || !node.TryNumber("dimIncrement", 0, problem, out ulong increment)) return [];
        bool array = node.Text("name")?.Contains("[%s]", StringComparison.Ordinal) == true;
        string? why = count is 0 or > Most ? $"its dim is {count}; it can be 1 to {Most}"
            : count > 1 && increment == 0 ? "it has a dim and no dimIncrement, so that all of it would lie in one place"
            : increment > ulong.MaxValue / Most ? $"its dimIncrement is 0x{increment:x}, more than any card has"
            : count > 1 && node.Text("name")?.Contains("%s", StringComparison.Ordinal) != true ? "it has a dim, but its name has no %s" : null;
        string[] indices = why is null ? Indices(node.Text("dimIndex"), (int)count) : [];
        why ??= indices.Length == (int)count ? null : $"its dimIndex '{node.Text("dimIndex")}' does not name {count}";
        if (why is null) return [.. indices.Select((index, i) => new Part(index, (ulong)i * increment, array))];
        problem(node.Own, why);
        return [];
    }

    /// <summary>A list without the members that have an element of their own; a row is one as it is.</summary>
    internal static IReadOnlyList<Part> Without(SvdNode node, IReadOnlyList<Part> parts, HashSet<string> named)
    {
        string name = node.Text("name") ?? "";
        return parts.Count < 2 || parts[0].IsArray ? parts : [.. parts.Where(p => !named.Contains(Name(name, p.Suffix)))];
    }

    /// <summary>The name with its index put in; without an index as a row is called.</summary>
    internal static string Name(string name, string? suffix) => suffix switch
    {
        null => name.Replace("[%s]", "", StringComparison.Ordinal),
        _ => name.Replace("%s", suffix, StringComparison.Ordinal),
    };

    private static string[] Indices(string? text, int count)
    {
        if (string.IsNullOrEmpty(text)) return [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        string[] ends = text.Split('-', StringSplitOptions.TrimEntries);
        if (ends.Length != 2 || text.Contains(',', StringComparison.Ordinal)) return text.Split(',', StringSplitOptions.TrimEntries);
        if (ends is [[>= 'A' and <= 'Z' and var first], [>= 'A' and <= 'Z' and var last]] && first <= last)
            return [.. Enumerable.Range(first, last - first + 1).Select(c => ((char)c).ToString())];
        if (!int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int from) || !int.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out int to)) return [];
        return to - from == count - 1 ? [.. Enumerable.Range(from, count).Select(i => i.ToString(CultureInfo.InvariantCulture))] : [];
    }
}
