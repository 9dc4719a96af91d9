using Microsoft.CodeAnalysis.CSharp;

namespace RingThree.Generators;

/// <summary>Names as they are written in code.</summary>
internal static class Identifiers
{
    /// <summary>The name with an @ where it is a keyword.</summary>
    public static string Escape(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    /// <summary>Text for an XML comment of one line.</summary>
    public static string EscapeXml(string text) =>
        text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace('\r', ' ').Replace('\n', ' ');
}
