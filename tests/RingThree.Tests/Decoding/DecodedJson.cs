using System.Text;
using System.Text.Json;
using RingThree.Pci.Decoding;

namespace RingThree.Tests;

/// <summary>A description written as JSON and read again.</summary>
internal static class DecodedJson
{
    internal static string[] Members(PciFunctionDescription function) => [.. Of(function).RootElement.EnumerateObject().Select(m => m.Name)];

    internal static JsonDocument Of(PciFunctionDescription function) => JsonDocument.Parse(Text(function), new JsonDocumentOptions { AllowDuplicateProperties = false });

    internal static string Text(PciFunctionDescription function)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer)) PciDescriptionJson.Write(json, function, "here", "a test");
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
