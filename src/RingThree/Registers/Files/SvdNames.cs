using System.Xml.Linq;

namespace RingThree.Registers.Files;

/// <summary>What an SVD file's elements are called, for <c>derivedFrom</c>.</summary>
internal sealed class SvdNames
{
    private const int LongestDerivation = 16;
    private const int DeepestNesting = 64;
    private readonly Dictionary<string, XElement> _elements = new(StringComparer.Ordinal);
    private readonly Dictionary<XElement, string> _scopes = [];
    private readonly Dictionary<string, XElement> _values = new(StringComparer.Ordinal);

    internal SvdNames(XElement device)
    {
        // The device's own name is no part of any path.
        foreach (XElement child in device.Elements()) Collect(child, "", 0);
    }

    /// <summary>An element over what it is derived from.</summary>
    /// <returns>Null, with a problem noted, where that is not there or goes in a circle.</returns>
    internal SvdNode? Resolve(XElement element, Action<XElement, string> problem)
    {
        var layers = new List<XElement> { element };
        while (layers[^1].Attribute("derivedFrom") is { } from)
        {
            XElement? source = Find(layers[^1], from.Value.Trim());
            string? why = source is null ? $"it is derived from '{from.Value}', which is not in the file"
                : layers.Contains(source) ? "what it is derived from leads back to it"
                : layers.Count > LongestDerivation ? $"it is derived from something derived, more than {LongestDerivation} times over" : null;
            if (why is not null)
            {
                problem(element, why);
                return null;
            }

            layers.Add(source!);
        }

        return new SvdNode(layers);
    }

    private XElement? Find(XElement element, string name)
    {
        if (element.Name.LocalName == "enumeratedValues") return _values.GetValueOrDefault(name) ?? _values.GetValueOrDefault(name[(name.LastIndexOf('.') + 1)..]);
        // A name beside it first, then one further out, then the whole path.
        string scope = _scopes.GetValueOrDefault(element, "");
        while (true)
        {
            if (_elements.TryGetValue(scope + name, out XElement? found) && found.Name == element.Name && found != element) return found;
            if (scope.Length == 0) return null;
            scope = scope[..(scope.LastIndexOf('.', scope.Length - 2) + 1)];
        }
    }

    private void Collect(XElement element, string scope, int depth)
    {
        if (depth > DeepestNesting) throw new FormatException($"line {SvdNode.LineOf(element)}: elements lie in one another more than {DeepestNesting} deep, as in no SVD file.");
        string inner = scope;
        bool isNamed = element.Name.LocalName is "peripheral" or "register" or "cluster" or "field";
        string? name = isNamed || element.Name.LocalName == "enumeratedValues" ? new SvdNode([element]).Text("name") : null;
        if (isNamed)
        {
            _scopes[element] = scope;
            if (name is not null) _elements.TryAdd(scope + name, element);
            inner = $"{scope}{name}.";
        }
        else if (name is not null)
        {
            _values.TryAdd(name, element);
        }

        foreach (XElement child in element.Elements()) Collect(child, inner, depth + 1);
    }
}
