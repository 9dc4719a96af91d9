using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RingThree.Cli;

/// <summary>Writes JSON to standard output: a line per document, names in camelCase, numbers as numbers.</summary>
internal static class JsonOutput
{
    // Names of devices hold & and +, which nobody wants to read escaped; nothing of this is put into a web page.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static void WriteLine(Action<Utf8JsonWriter> write) => Write(write, Options);

    /// <summary>Writes a document over several lines, for documents that people read.</summary>
    internal static void WriteIndented(Action<Utf8JsonWriter> write) => Write(write, new JsonWriterOptions { Indented = true });

    private static void Write(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, options)) write(json);
        Console.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    /// <summary>A number, or null.</summary>
    internal static void WriteNumber(this Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
