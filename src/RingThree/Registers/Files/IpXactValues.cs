using System.Globalization;
using System.Xml.Linq;
using RingThree.Diagnostics;

namespace RingThree.Registers.Files;

/// <summary>What the elements of an IP-XACT component say, by themselves or by the definition that they refer to.</summary>
internal sealed class IpXactValues
{
    private const ulong MostMembers = 65536;
    private readonly IpXactExpression _expression;
    private readonly MapProblems _problems;
    private readonly Dictionary<(string Kind, string Name), XElement> _definitions = [];

    internal IpXactValues(XElement component, MapProblems problems)
    {
        _expression = new IpXactExpression(component);
        _problems = problems;
        foreach (XElement definition in component.Descendants().Where(e => e.Name.LocalName.EndsWith("Definition", StringComparison.Ordinal)))
        {
            if (new SvdNode([definition]).Text("name") is { } name) _definitions.TryAdd((definition.Name.LocalName, name), definition);
        }
    }

    /// <summary>An element over the definition that it refers to (2022).</summary>
    /// <returns>Null, with a problem noted, where that is in another file.</returns>
    internal SvdNode? Resolve(XElement element)
    {
        if (element.Elements().FirstOrDefault(e => e.Name.LocalName.EndsWith("DefinitionRef", StringComparison.Ordinal)) is not { } reference) return new SvdNode([element]);
        string kind = reference.Name.LocalName[..^"Ref".Length];
        if (_definitions.TryGetValue((kind, reference.Value.Trim()), out XElement? definition)) return new SvdNode([element, definition]);
        _problems.Add(element, $"its {kind} {ForeignText.Quoted(reference.Value.Trim())} is in another file, which is not read");
        return null;
    }

    /// <summary>A number or an expression from a child.</summary>
    /// <returns>False with a problem noted where it cannot be worked out.</returns>
    internal bool TryNumber(SvdNode node, string name, ulong usual, out ulong value)
    {
        value = usual;
        if (node.Text(name) is not { } text || _expression.Read(text, out value) is not { } why) return true;
        _problems.Add(node.Own, $"its {name} '{text}' {why}");
        return false;
    }

    /// <inheritdoc cref="IpXactExpression.Read"/>
    internal string? Read(string text, out ulong value) => _expression.Read(text, out value);

    /// <summary>Whether the configuration has it at all (2014).</summary>
    internal bool IsPresent(SvdNode node) => TryNumber(node, "isPresent", 1, out ulong value) && value != 0;

    /// <summary>What reads and writes do, from an element itself or its policy for no mode in particular (2022).</summary>
    internal SvdNode Policy(SvdNode node)
    {
        XElement[] policies = [.. node.Layers.SelectMany(l => l.Elements()).Where(e => e.Name.LocalName is "accessPolicies" or "fieldAccessPolicies").SelectMany(e => e.Elements())];
        XElement? policy = policies.FirstOrDefault(p => p.Elements().All(e => e.Name.LocalName != "modeRef")) ?? policies.FirstOrDefault();
        return policy is not null && Resolve(policy) is { } known ? known : node;
    }

    /// <summary>Whether it can be read and written; null where it does not say.</summary>
    internal RegisterAbility? Ability(SvdNode node)
    {
        SvdNode policy = Policy(node);
        return policy.Text("access") is null ? null : SvdWords.Ability(policy, RegisterAbility.ReadWrite, (_, reason) => _problems.Add(node.Own, reason));
    }

    /// <summary>A reset value: of the first reset, or the one that names no type.</summary>
    internal ulong? Reset(SvdNode node)
    {
        XElement[] resets = [.. node.Elements("reset"), .. node.Elements("resets").SelectMany(r => r.Elements())];
        XElement? reset = resets.FirstOrDefault(r => r.Attribute("resetTypeRef") is null) ?? resets.FirstOrDefault();
        if (reset is null || new SvdNode([reset]).Text("value") is not { } text) return null;
        if (_expression.Read(text, out ulong value) is not { } why) return value;
        _problems.Add(node.Own, $"its reset value '{text}' {why}");
        return null;
    }

    /// <summary>How many of an element there are: 2009 and 2014 say <c>dim</c>, 2022 <c>array</c>; several are rows of rows.</summary>
    /// <param name="node">The element.</param>
    /// <param name="size">Its own length, which is the distance from one to the next where no other is said.</param>
    /// <returns>Null with a problem noted where it cannot be.</returns>
    internal IpXactDimensions? Dimensions(SvdNode node, ulong size)
    {
        XElement? array = node.Elements("array").FirstOrDefault();
        var where = array is null ? node : new SvdNode([array]);
        var counts = new List<int>();
        ulong all = 1;
        foreach (XElement dim in where.Elements("dim"))
        {
            string? why = _expression.Read(dim.Value.Trim(), out ulong count);
            if (why is null && (count > MostMembers || (all *= Math.Max(1, count)) > MostMembers)) why = $"makes more than {MostMembers}";
            if (why is not null)
            {
                _problems.Add(node.Own, $"its dim {ForeignText.Quoted(dim.Value.Trim())} {why}");
                return null;
            }

            if (count > 1) counts.Add((int)count); // 0 and 1 are the one that is there anyway
        }

        string stride = node.Own.Name.LocalName == "field" ? "bitStride" : "stride";
        if (!TryNumber(where, stride, size, out ulong step)) return null;
        if (step > 0 || counts.Count == 0) return new IpXactDimensions(counts, step);
        _problems.Add(node.Own, "it has a dim, but neither a range nor a stride, so that all of it would lie in one place");
        return null;
    }
}

/// <summary>How many of an element there are.</summary>
/// <param name="Counts">The dimensions, outermost first; none for a single one.</param>
/// <param name="Stride">From one to the next, in the element's own units.</param>
internal sealed record IpXactDimensions(IReadOnlyList<int> Counts, ulong Stride)
{
    /// <summary>All of them: what their names end in, and how many lie before them.</summary>
    internal IEnumerable<(string Suffix, UInt128 Index)> All() => Expand(Counts.Count);

    /// <summary>The first of each innermost row.</summary>
    internal IEnumerable<(string Suffix, UInt128 Row)> Outer() => Expand(Math.Max(0, Counts.Count - 1));

    private IEnumerable<(string Suffix, UInt128 Index)> Expand(int dimensions)
    {
        int all = Counts.Take(dimensions).Aggregate(1, (product, count) => product * count);
        for (int i = 0; i < all; i++)
        {
            string suffix = "";
            for (int d = dimensions - 1, rest = i; d >= 0; rest /= Counts[d--]) suffix = string.Create(CultureInfo.InvariantCulture, $"[{rest % Counts[d]}]{suffix}");
            yield return (suffix, (UInt128)i);
        }
    }
}
