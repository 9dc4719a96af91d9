using System.Globalization;

namespace RingThree.Diagnostics;

/// <summary>
/// Text of others in messages of ours: file content, arguments, names, what the system answered. It is shown so that no
/// terminal acts on it and no reader of a log takes it for a line of its own. The one place that does so.
/// </summary>
public static class ForeignText
{
    private const int LongestQuote = 120;

    /// <summary>The text in quotes, shortened, with a question mark for whatever is not seen, ends of lines too: <c>'BIOS-e820: [mem 0x...'</c>.</summary>
    /// <param name="text">What is quoted.</param>
    /// <param name="most">The most characters of it that are shown.</param>
    public static string Quoted(ReadOnlySpan<char> text, int most = LongestQuote) =>
        text.Length > most ? $"'{Plain(text[..most].ToString(), '?')}...'" : $"'{Plain(text.ToString(), '?')}'";

    /// <summary>The text as one line: white space of any kind is a space, and what cannot be seen (control and format characters, halves of a pair) a question mark.</summary>
    /// <param name="text">What is shown.</param>
    /// <returns>The same object where nothing had to be replaced.</returns>
    public static string Shown(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Plain(text, ' ');
    }

    private static string Plain(string text, char white)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (Plain(text, i, white) != text[i]) return string.Create(text.Length, (text, white), static (to, from) => { for (int at = 0; at < to.Length; at++) to[at] = Plain(from.text, at, from.white); });
        }

        return text;
    }

    private static char Plain(string text, int at, char white) => char.GetUnicodeCategory(text[at]) switch
    {
        UnicodeCategory.Control => text[at] is '\t' or '\n' or '\r' ? white : '?',
        UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => white,
        UnicodeCategory.Format => '?',
        UnicodeCategory.Surrogate => (char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])) || (char.IsLowSurrogate(text[at]) && at > 0 && char.IsHighSurrogate(text[at - 1])) ? text[at] : '?',
        _ => text[at],
    };
}
