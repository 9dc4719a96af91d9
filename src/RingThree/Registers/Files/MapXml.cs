using System.Xml;
using System.Xml.Linq;

namespace RingThree.Registers.Files;

/// <summary>Loads the XML of a register file, within bounds.</summary>
internal static class MapXml
{
    private const int DeepestElement = 64; // a field's values in nested clusters, and then some

    /// <returns>The root, with line numbers.</returns>
    /// <exception cref="FormatException">It is not XML, or nothing that a register file has; the message says where.</exception>
    internal static XElement Load(string text)
    {
        text = WithoutLateDeclaration(text);
        // No document type: entities that grow without bounds, and files that a map has no business with.
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true };
        try
        {
            using (var depth = XmlReader.Create(new StringReader(text), settings))
            {
                // Before anything is built of it: a file that is nothing but depth costs the square of it otherwise.
                while (depth.Read())
                {
                    if (depth.Depth > DeepestElement) throw new FormatException($"line {((IXmlLineInfo)depth).LineNumber}: elements are nested more than {DeepestElement} deep, as in no register file.");
                }
            }

            using var reader = XmlReader.Create(new StringReader(text), settings);
            return XDocument.Load(reader, LoadOptions.SetLineInfo).Root!;
        }
        catch (XmlException error) when (error.Message.Contains("DTD", StringComparison.Ordinal))
        {
            throw new FormatException($"line {1 + text.AsSpan(0, Math.Max(0, text.IndexOf("<!DOCTYPE", StringComparison.Ordinal))).Count('\n')}: it has a document type (<!DOCTYPE>), which no register file needs and this does not read. Remove it.", error);
        }
        catch (XmlException error)
        {
            throw new FormatException($"line {error.LineNumber}: this is no CMSIS-SVD or IP-XACT, the XML is damaged: {MapNames.Plain(error.Message)}", error);
        }
    }

    /// <summary>The text without an XML declaration behind empty lines, where XML does not allow it and some files have it; its lines stay.</summary>
    private static string WithoutLateDeclaration(string text)
    {
        int start = text.Length - text.AsSpan().TrimStart().Length;
        int end = text.IndexOf("?>", start, StringComparison.Ordinal);
        return start > 0 && end > 0 && text.AsSpan(start).StartsWith("<?xml ") ? text.Remove(start, end + 2 - start) : text;
    }
}
