using System.Globalization;

namespace RingThree.Memory;

/// <summary>
/// The form in which the kernel prints one line about memory that is somebody's. A line that ends within it is cut, whatever
/// number its last digits happen to be.
/// </summary>
/// <param name="Template">
/// Words, and fields in braces: <c>a</c> the first address, <c>l</c> the last, <c>e</c> one beyond it, <c>n</c> a length, all
/// hexadecimal; <c>s</c> a size with its unit, <c>m</c> the first address in MB, <c>p</c> an address within a page, <c>d</c> a
/// number, <c>*</c> anything up to the words that follow.
/// </param>
/// <param name="IsOneOfSeveral">Whether other lines begin with the same words.</param>
internal sealed record ClaimForm(string Template, bool IsOneOfSeveral = false)
{
    private const int PageBits = 12;
    private const int HalfWidth = 8; // %pa has so many digits, or twice as many
    private const ulong LeastOfHalf = 16 << 20; // 8 digits with less in them are the upper half of 16
    private readonly string _head = Template[..Template.IndexOf('{', StringComparison.Ordinal)];

    internal enum Fit
    {
        /// <summary>The line is of another form.</summary>
        None,

        /// <summary>The line ends within the form, or is damaged.</summary>
        Cut,

        Whole,
    }

    /// <summary>What a line says.</summary>
    /// <param name="First">The first address; <see langword="null"/> where the line does not say where the memory is.</param>
    /// <param name="Last">The last address.</param>
    /// <param name="MayGoOn">Whether the line ends with the first address, which then may have had more digits.</param>
    internal readonly record struct Claim(ulong? First, ulong Last, bool MayGoOn);

    /// <summary>Whether a text is the beginning of the form's first words, at least so many characters of them.</summary>
    internal bool BeginsWith(ReadOnlySpan<char> text, int least) => text.Length >= least && text.Length < _head.Length && _head.StartsWith(text, StringComparison.Ordinal);

    internal Fit Match(ReadOnlySpan<char> message, out Claim claim)
    {
        claim = default;
        ReadOnlySpan<char> rest = message;
        if (!LogLine.TryTakeUpTo(ref rest, _head)) return Fit.None;
        Fit broken = IsOneOfSeveral ? Fit.None : Fit.Cut;
        ulong? first = null;
        ulong? last = null;
        ulong? length = null;
        int digits = 0;
        bool mayGoOn = false;
        for (int at = _head.Length; at < Template.Length;)
        {
            if (Template[at] != '{')
            {
                ReadOnlySpan<char> words = WordsAt(at);
                if (words.StartsWith(rest, StringComparison.Ordinal) && rest.Length < words.Length) return Fit.Cut;
                if (!rest.StartsWith(words, StringComparison.Ordinal)) return broken;
                rest = rest[words.Length..];
                at += words.Length;
                continue;
            }

            char field = Template[at + 1];
            at += 3;
            if (rest.IsEmpty) return Fit.Cut;
            if (field == '*')
            {
                int next = rest.IndexOf(WordsAt(at), StringComparison.Ordinal);
                if (next < 0) return Fit.Cut;
                rest = rest[next..];
            }
            else if (field is 'd' or 'm')
            {
                if (!TryTakeDecimal(ref rest, out ulong number)) return broken;
                if (field == 'm') first = number << 20;
            }
            else if (field == 's')
            {
                Fit fit = TakeSize(ref rest, out ulong size);
                if (fit != Fit.Whole) return fit == Fit.Cut ? Fit.Cut : broken;
                length = size;
            }
            else
            {
                bool hasPrefix = MapBuilder.TryTake(ref rest, "0x");
                if (rest.IsEmpty || rest is "0") return Fit.Cut;
                ReadOnlySpan<char> number = rest;
                if (!MapBuilder.TryTakeHex(ref rest, out ulong value)) return broken;
                number = number[..^rest.Length];
                bool isEnd = at == Template.Length && rest.IsEmpty;
                if (rest.IsEmpty && !isEnd) return Fit.Cut;
                switch (field)
                {
                    case 'a':
                        first = value;
                        digits = number.Length;
                        if (isEnd && !IsWholeAlone(number, value)) return Fit.Cut;
                        mayGoOn = isEnd && number[0] != '0' && !(hasPrefix && number.Length == 2 * HalfWidth);
                        break;
                    case 'p':
                        first = value >> PageBits << PageBits;
                        length = 1 << PageBits;
                        break;
                    case 'n':
                        length = value;
                        break;
                    default:
                        if (field == 'e') value--; // an end of 0 is 2^64
                        if (value < first || (isEnd && (number.Length < digits || !IsPagesEnd(value)))) return Fit.Cut;
                        last = value;
                        break;
                }
            }
        }

        if (first is { } start && (last ?? (length is { } bytes and > 0 ? EndOf(start, bytes) : null)) is { } end) claim = new Claim(start, end, mayGoOn);
        return Fit.Whole;
    }

    /// <summary>Takes a size, a unit more than it says: the kernel rounds down.</summary>
    internal static Fit TakeSize(ref ReadOnlySpan<char> text, out ulong size)
    {
        size = 0;
        if (!TryTakeDecimal(ref text, out ulong number)) return Fit.None;
        text = text.TrimStart(' ');
        if (text.IsEmpty) return Fit.Cut;
        int shift = text[0] switch { 'K' or 'k' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        ReadOnlySpan<char> unit = text[1..];
        if (shift == 0) return Fit.None;
        if (unit is "" or "i") return Fit.Cut;
        if (unit is not (['B', ..] or ['i', 'B', ..])) return Fit.None;
        text = unit[(unit[0] == 'B' ? 1 : 2)..];
        size = (number + 1) << shift;
        return Fit.Whole;
    }

    internal static ulong EndOf(ulong first, ulong length) => length - 1 > ulong.MaxValue - first ? ulong.MaxValue : first + (length - 1);

    /// <summary>Whether a number that ends a line can be a whole address of a page: a padded one has its whole width.</summary>
    internal static bool IsWholeAlone(ReadOnlySpan<char> digits, ulong value)
    {
        if ((value & ((1 << PageBits) - 1)) != 0 || digits.Length < HalfWidth) return false;
        return digits[0] != '0' || digits.Length == 2 * HalfWidth || (digits.Length == HalfWidth && value >= LeastOfHalf);
    }

    private static bool IsPagesEnd(ulong last) => ((last + 1) & ((1 << PageBits) - 1)) == 0;

    private static bool TryTakeDecimal(ref ReadOnlySpan<char> text, out ulong number)
    {
        int digits = text.IndexOfAnyExceptInRange('0', '9') is >= 0 and int end ? end : text.Length;
        number = 0;
        if (digits is 0 or > 9) return false;
        number = ulong.Parse(text[..digits], CultureInfo.InvariantCulture);
        text = text[digits..];
        return true;
    }

    private ReadOnlySpan<char> WordsAt(int at) => Template.IndexOf('{', at) is >= 0 and int next ? Template.AsSpan(at, next - at) : Template.AsSpan(at);
}
