using System.Xml.Linq;

namespace RingThree.Registers.Files;

/// <summary>What an SVD file's elements are called, for <c>derivedFrom</c>.</summary>
internal sealed class SvdNames
{
    private const int LongestDerivation = 16;
    private const int LongestPath = 32;
    private const int MostMembers = 1 << 18; // names of lists' members, over the whole file
    private static readonly string[] Kinds = ["peripheral", "cluster", "register", "field", "enumeratedValues"];
    private readonly Dictionary<XElement, Scope> _scopes = [];
    private readonly Dictionary<string, List<Scope>> _values = new(StringComparer.Ordinal);
    private int _members;
    private int _depth;

    internal SvdNames(XElement device)
    {
        // The device's own name is no part of any path.
        Collect(device, new Scope(device, null));
    }

    /// <summary>An element over what it is derived from.</summary>
    /// <returns>Null, with a problem noted, where that is not there or goes in a circle.</returns>
    internal SvdNode? Resolve(XElement element, Action<XElement, string> problem)
    {
        var layers = new List<XElement> { element };
        var shifts = new List<ulong> { 0 };
        while (layers[^1].Attribute("derivedFrom") is { } from)
        {
            Found? source = Find(layers[^1], from.Value.Trim());
            string? why = source is null ? $"it is derived from '{MapNames.Plain(from.Value)}', which is not in the file"
                : layers.Contains(source.Scope.Element) ? "what it is derived from leads back to it"
                : layers.Count > LongestDerivation ? $"it is derived from something derived, more than {LongestDerivation} times over" : null;
            if (why is not null)
            {
                problem(element, why);
                return null;
            }

            layers.Add(source!.Scope.Element);
            shifts.Add(shifts[^1] + source.Shift);
        }

        return new SvdNode(layers, shifts);
    }

    /// <summary>A name beside the element first, then one further out, then the whole path.</summary>
    private Found? Find(XElement element, string path)
    {
        string[] names = path.Split('.', LongestPath + 1);
        string kind = element.Name.LocalName;
        Found? itself = null; // what is derived from itself is in the file, all the same
        if (names.Length <= LongestPath)
        {
            for (Scope? scope = _scopes.GetValueOrDefault(element)?.Outer; scope is not null; scope = scope.Outer)
            {
                Found? found = Walk(scope, names, kind);
                if (found is not null && found.Scope.Element != element) return found;
                itself = found ?? itself;
            }
        }

        // Lists of values are also named alone, whichever register they are in, as long as that is clear.
        if (itself is not null || kind != "enumeratedValues" || !_values.TryGetValue(names[^1], out List<Scope>? known)) return itself;
        return names.Length == 1 || known.Count == 1 ? new Found(known[0], 0) : null;
    }

    private Found? Walk(Scope scope, string[] names, string kind)
    {
        for (int i = 0; i < names.Length - 1; i++)
        {
            Scope? next = null;
            foreach (string between in Kinds) next ??= Child(scope, between, names[i])?.Scope;
            if (next is null) return null;
            scope = next;
        }

        return Child(scope, kind, names[^1]);
    }

    /// <summary>What lies in an element by that name, or in what that one is derived from.</summary>
    private Found? Child(Scope outer, string kind, string name)
    {
        Scope? scope = outer;
        for (int i = 0; i <= LongestDerivation && scope is not null; i++, scope = Base(scope))
        {
            if (scope.Children.TryGetValue((kind, name), out Scope? child)) return new Found(child, 0);
            if (Members(scope).TryGetValue((kind, name), out Found? member)) return member;
        }

        return null;
    }

    private Scope? Base(Scope scope)
    {
        if (scope.IsBaseKnown || scope.Element.Attribute("derivedFrom") is not { } from) return scope.Base;
        if (_depth >= LongestDerivation) return null; // names that lead to names without end
        scope.IsBaseKnown = true; // also while it is looked for: a circle has none
        _depth++;
        scope.Base = Find(scope.Element, from.Value.Trim())?.Scope;
        _depth--;
        return scope.Base;
    }

    /// <summary>The names that lists have when they are counted out: <c>CH0</c> and <c>CH1</c> of <c>CH%s</c>; and a row's without its index.</summary>
    private Dictionary<(string Kind, string Name), Found> Members(Scope scope)
    {
        if (scope.Members is { } known) return known;
        var members = new Dictionary<(string Kind, string Name), Found>();
        foreach (((string kind, string name), Scope child) in scope.Children)
        {
            if (!name.Contains("%s", StringComparison.Ordinal) || _members > MostMembers) continue;
            members.TryAdd((kind, SvdDimension.Name(name, null)), new Found(child, 0));
            foreach (SvdDimension.Part part in SvdDimension.Expand(new SvdNode([child.Element]), static (_, _) => { }))
            {
                _members++;
                members.TryAdd((kind, SvdDimension.Name(name, part.Suffix)), new Found(child, part.Offset));
            }
        }

        return scope.Members = members;
    }

    private void Collect(XElement element, Scope inner)
    {
        foreach (XElement child in element.Elements())
        {
            Scope scope = inner;
            if (Array.IndexOf(Kinds, child.Name.LocalName) >= 0)
            {
                scope = new Scope(child, inner);
                _scopes[child] = scope;
                if (new SvdNode([child]).Text("name") is { } name)
                {
                    inner.Children.TryAdd((child.Name.LocalName, name), scope);
                    if (child.Name.LocalName == "enumeratedValues") Named(name).Add(scope);
                }
            }

            Collect(child, scope); // as deep as MapXml lets a file be
        }
    }

    private List<Scope> Named(string values)
    {
        if (!_values.TryGetValue(values, out List<Scope>? known)) _values[values] = known = [];
        return known;
    }

    /// <summary>What a name means: an element, and which member of a list.</summary>
    /// <param name="Scope">The element.</param>
    /// <param name="Shift">From the list's first member to this one: address units, or bits for a field.</param>
    private sealed record Found(Scope Scope, ulong Shift);

    /// <summary>An element, and what lies in it by name.</summary>
    private sealed class Scope(XElement element, Scope? outer)
    {
        internal XElement Element => element;

        internal Scope? Outer => outer;

        internal Dictionary<(string Kind, string Name), Scope> Children { get; } = [];

        internal Dictionary<(string Kind, string Name), Found>? Members { get; set; }

        internal Scope? Base { get; set; }

        internal bool IsBaseKnown { get; set; }
    }
}
