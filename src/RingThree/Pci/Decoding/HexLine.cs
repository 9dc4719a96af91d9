using System.Buffers;
using System.Globalization;

namespace RingThree.Pci.Decoding;

/// <summary>How the bytes of a line are written.</summary>
internal enum HexForm
{
    /// <summary>A short offset, a colon, 16 bytes: lspci.</summary>
    Lspci,

    /// <summary>A longer offset, with a colon (xxd) or without one (hexdump, od), and what is there as text behind the bytes.</summary>
    Dump,

    /// <summary>Bytes alone.</summary>
    Plain,
}

/// <summary>A line of a dump that holds bytes, as several programs write it.</summary>
/// <param name="Form">How it is written.</param>
/// <param name="Offset">What it says its first byte's offset is; -1 where it says none.</param>
/// <param name="Bytes">Its bytes, up to the first that is none.</param>
/// <param name="Bad">The first word that is no byte, or <see langword="null"/>.</param>
internal sealed record HexLine(HexForm Form, int Offset, byte[] Bytes, string? Bad)
{
    private const int BytesInLine = 16;
    private const int Largest = 0x1000;

    /// <summary>A line with fewer bytes may be a word of a text: add, dead, cafe.</summary>
    private const int FewestPlain = 8;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Whether its offset is octal.</summary>
    internal bool IsOctal { get; init; }

    /// <summary>Reads a line; <see langword="null"/> where it has another form.</summary>
    /// <param name="line">The line, without spaces at its ends.</param>
    /// <param name="expected">The offset that comes next, by which an octal one is told.</param>
    /// <param name="before">The line before with bytes of the same function, or <see langword="null"/>: few bytes alone are no word of a text behind others.</param>
    internal static HexLine? Parse(ReadOnlySpan<char> line, int expected, HexLine? before)
    {
        bool isPlain = before is { Form: HexForm.Plain };
        bool octal = before is { IsOctal: true };
        if (line.IndexOf(':') > 3 && line.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) line = line[2..];
        int colon = line.IndexOf(':');
        if (colon is >= 2 and <= 8 && TryHex(line[..colon], out int offset))
        {
            ReadOnlySpan<char> rest = line[(colon + 1)..];
            if (!rest.IsEmpty && rest[0] is not (' ' or '\t')) return null;
            if (colon <= 3) return Words(HexForm.Lspci, offset, rest, littleEndian: false, most: int.MaxValue);
            int text = rest.TrimStart().IndexOf("  ", StringComparison.Ordinal);
            return Words(HexForm.Dump, offset, text < 0 ? rest : rest.TrimStart()[..text], littleEndian: false, most: int.MaxValue);
        }

        int end = line.IndexOfAny(' ', '\t');
        ReadOnlySpan<char> first = end < 0 ? line : line[..end];
        ReadOnlySpan<char> others = end < 0 ? [] : line[end..].TrimStart();
        if (first.Length is >= 4 and <= 8 && TryOffset(first, expected, ref octal, out offset) && WidthOf(others) is var width && width is 2 or 4 or 8 && width != first.Length && (offset == expected || first.Length >= 6))
        {
            int text = others.IndexOfAny('|', '>');
            return Words(HexForm.Dump, offset, text < 0 ? others : others[..text], littleEndian: width > 2, most: BytesInLine) with { IsOctal = octal };
        }

        // hexdump and od end with the offset after the last byte.
        if (!isPlain && expected > 0 && others.IsEmpty && first.Length is 6 or 7 or 8 && TryOffset(first, expected, ref octal, out offset) && offset >= expected && offset <= Largest)
            return new HexLine(HexForm.Dump, offset, [], null) { IsOctal = octal };

        HexLine plain = Words(HexForm.Plain, -1, line, littleEndian: false, most: int.MaxValue);
        bool heading = plain.Bytes.Length == BytesInLine && Array.TrueForAll(plain.Bytes, b => b == Array.IndexOf(plain.Bytes, b)) && plain.Bytes[^1] == BytesInLine - 1; // 00 01 02 ... 0f above the columns
        return plain.Bad is null && plain.Bytes.Length >= (isPlain ? 1 : FewestPlain) && !(heading && before is null) ? plain : null;
    }

    private static HexLine Words(HexForm form, int offset, ReadOnlySpan<char> text, bool littleEndian, int most)
    {
        var bytes = new List<byte>();
        foreach (Range part in text.SplitAny(' ', '\t', ','))
        {
            ReadOnlySpan<char> word = text[part].Trim();
            if (word.IsEmpty) continue;
            if (bytes.Count >= most) break;
            ReadOnlySpan<char> digits = form == HexForm.Plain && word.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? word[2..] : word;
            bool isWord = form == HexForm.Lspci ? digits.Length == 2 : digits.Length % 2 == 0 && !digits.IsEmpty;
            if (!isWord || digits.ContainsAnyExcept(Digits)) return new HexLine(form, offset, [.. bytes], word.ToString());
            byte[] group = Convert.FromHexString(digits);
            if (littleEndian) Array.Reverse(group);
            bytes.AddRange(group);
        }

        return new HexLine(form, offset, [.. bytes], null);
    }

    /// <summary>Digits of a line's words, where its first two have as many.</summary>
    private static int WidthOf(ReadOnlySpan<char> words)
    {
        int end = words.IndexOfAny(' ', '\t');
        ReadOnlySpan<char> first = end < 0 ? words : words[..end];
        return !first.IsEmpty && !first.ContainsAnyExcept(Digits) ? first.Length : 0;
    }

    /// <summary>An offset in hexadecimal; od writes octal ones, which the second line tells.</summary>
    private static bool TryOffset(ReadOnlySpan<char> text, int expected, ref bool octal, out int offset)
    {
        if (!TryHex(text, out offset)) return false;
        if (text.Length is not (6 or 7) || text.ContainsAnyExceptInRange('0', '7')) return true;
        int other = Convert.ToInt32(text.ToString(), 8);
        octal |= offset != expected && other == expected;
        if (octal) offset = other;
        return true;
    }

    private static bool TryHex(ReadOnlySpan<char> text, out int value) => int.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) && value >= 0;
}
