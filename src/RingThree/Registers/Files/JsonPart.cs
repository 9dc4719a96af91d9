using System.Text.Json;
using RingThree.Diagnostics;

namespace RingThree.Registers.Files;

/// <summary>A part of a JSON file, with where it is, for messages: <c>registers[3].fields[0]</c>.</summary>
internal readonly record struct JsonPart(JsonElement Element, string Path)
{
    internal FormatException Wrong(string reason) => new(ForeignText.Shown($"{Path}{Label()}: {reason}."));

    /// <summary>An enum's member as JSON names it: <c>oneToClear</c>.</summary>
    internal static string NameOf<T>(T word)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(word.ToString());

    /// <summary>Refuses members that are not known: a name typed wrong would else be a setting lost.</summary>
    internal void Allow(params ReadOnlySpan<string> names)
    {
        if (Element.ValueKind != JsonValueKind.Object) throw new FormatException($"{Path}: an object is needed here, not {Kind(Element)}.");
        foreach (JsonProperty property in Element.EnumerateObject())
        {
            if (!names.Contains(property.Name)) throw Wrong($"'{MapNames.Plain(property.Name)}' is not known here; there are {string.Join(", ", names.ToArray())}");
        }
    }

    internal bool Has(string name) => Element.TryGetProperty(name, out _);

    internal string? Text(string name)
    {
        if (!Element.TryGetProperty(name, out JsonElement value)) return null;
        return value.ValueKind switch
        {
            JsonValueKind.String => MapNames.Plain(value.GetString()),
            JsonValueKind.Number => value.GetRawText(), // "bits": 3
            _ => throw Wrong($"'{name}' is a text, not {Kind(value)}"),
        };
    }

    /// <summary>The part itself as text.</summary>
    internal string? Own() => Element.ValueKind switch
    {
        JsonValueKind.String => Element.GetString(),
        JsonValueKind.Number => Element.GetRawText(),
        _ => null,
    };

    /// <param name="name">The member's name.</param>
    /// <param name="usual">What it is where it is not said; null where it must be.</param>
    internal ulong Number(string name, ulong? usual)
    {
        if (Element.ValueKind != JsonValueKind.Object) throw Wrong($"an object is needed here, not {Kind(Element)}");
        if (Text(name) is not { } text) return usual ?? throw Wrong($"'{name}' is missing");
        return MapNumbers.TryRead(text, out ulong value) ? value : throw Wrong($"'{name}' is '{text}', which is not a number from 0 on; numbers go like 32 or \"0x20\"");
    }

    internal T Word<T>(string name, T usual)
        where T : struct, Enum
    {
        if (Text(name) is not { } text) return usual;
        foreach (T word in Enum.GetValues<T>())
        {
            if (NameOf(word) == text) return word;
        }

        throw Wrong($"'{name}' is '{text}'; it can be {string.Join(", ", Enum.GetValues<T>().Select(NameOf))}");
    }

    internal IEnumerable<JsonPart> List(string name, bool required = true)
    {
        if (!Element.TryGetProperty(name, out JsonElement list)) return required ? throw Wrong($"a list '{name}' is missing") : [];
        if (list.ValueKind != JsonValueKind.Array) throw Wrong($"'{name}' is a list, not {Kind(list)}");
        string path = Inside(name);
        return list.EnumerateArray().Select((element, i) => new JsonPart(element, $"{path}[{i}]"));
    }

    internal IEnumerable<(string Name, JsonPart Part)> Members(string name)
    {
        if (!Element.TryGetProperty(name, out JsonElement members)) return [];
        if (members.ValueKind != JsonValueKind.Object) throw Wrong($"'{name}' is an object, not {Kind(members)}");
        string path = Inside(name);
        return members.EnumerateObject().Select(p => (MapNames.Plain(p.Name)!, new JsonPart(p.Value, $"{path}.{MapNames.Plain(p.Name)}")));
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        _ => value.GetRawText(),
    };

    private string Inside(string name) => Path == "the map" ? name : $"{Path}.{name}";

    /// <summary>The name beside the number: people know their registers by name.</summary>
    private string Label() => Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty("name", out JsonElement name) && name.ValueKind == JsonValueKind.String && Path != "the map"
        ? $" ({MapNames.Plain(name.GetString())})"
        : "";
}
