using System.Text;
using System.Text.RegularExpressions;

namespace RingThree.Registers.Files;

/// <summary>Decodes a register file's bytes.</summary>
internal static partial class MapText
{
    private const int DeclarationLength = 200;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// By the byte order mark, else by what the XML declaration says, else UTF-8. Bytes that are not UTF-8, whatever is
    /// declared, are taken as ISO-8859-1: many tools declare UTF-8 and paste descriptions with a Windows code page, and
    /// names, numbers and element names are ASCII in all of these.
    /// </summary>
    internal static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Marked(bytes) is var (marked, length)) return marked.GetString(bytes[length..]);
        string start = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, DeclarationLength)]);
        if (start is ['<', '\0', ..]) return Encoding.Unicode.GetString(bytes);
        if (start is ['\0', '<', ..]) return Encoding.BigEndianUnicode.GetString(bytes);
        if (Declaration().Match(start) is { Success: true } declared && Known(declared.Groups[1].Value) is { } encoding) return encoding.GetString(bytes);
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    private static (Encoding Encoding, int Length)? Marked(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xEF, 0xBB, 0xBF, ..] => (Encoding.UTF8, 3),
        [0xFF, 0xFE, 0, 0, ..] => (Encoding.UTF32, 4),
        [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
        [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
        _ => null,
    };

    /// <summary>The single-byte encodings that differ from UTF-8 and that the framework has; null for all others.</summary>
    private static Encoding? Known(string name) => name.ToUpperInvariant() switch
    {
        "ISO-8859-1" or "ISO8859-1" or "LATIN1" or "LATIN-1" or "ISO-8859-15" or "WINDOWS-1252" or "CP1252" => Encoding.Latin1,
        _ => null,
    };

    [GeneratedRegex("""^\s*<\?xml[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")]
    private static partial Regex Declaration();
}
