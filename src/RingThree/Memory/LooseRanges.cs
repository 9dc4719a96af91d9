using System.Globalization;

namespace RingThree.Memory;

/// <summary>
/// Ranges in a line of no known form that speaks of reserved memory: <c>A..B</c>, <c>[mem A-B]</c>, <c>A--B</c>, <c>A - B</c>,
/// <c>A to B</c>, <c>N MiB at A</c>, <c>at A, size N MiB</c>, <c>N MB of memory at N MB</c>. Any program's words come
/// here, so that a line counts as cut only where it ends within a range.
/// </summary>
internal static class LooseRanges
{
    private const int LeastOfPadded = 5; // digits of which the first is 0: an address that a kernel has padded, and not a flag
    private const ulong LeastOfRam = 1 << 20; // smaller numbers are ports, flags, counts

    // What may stand between the two numbers of a range, and whether the second is the last, one beyond it, a first, a length.
    private static readonly (string Words, char Second)[] Separators = [("..0x", 'l'), ("-0x", 'l'), ("--0x", 'e'), (" - 0x", 'e'), (" to 0x", 'e'), ("@0x", 'a'), (", size 0x", 'n'), (", size: 0x", 'n')];

    /// <summary>Adds them to the claims.</summary>
    /// <param name="message">The line.</param>
    /// <param name="needsExtent">Whether a line of this kind that names an address names a range.</param>
    /// <param name="claims">What they are added to.</param>
    /// <param name="builder">What is told where the line is cut.</param>
    internal static void Read(ReadOnlySpan<char> message, bool needsExtent, FirmwareClaims claims, MapBuilder builder)
    {
        string name = ClaimForms.NameOf(message);
        ulong? size = SizeIn(message);
        bool isCut = IsBracketOpen(message) || (needsExtent && (message is "0" || message.EndsWith(" 0", StringComparison.Ordinal))) || (size is not null && (message.EndsWith(" at", StringComparison.Ordinal) || message.EndsWith(" at 0", StringComparison.Ordinal)));
        ReadOnlySpan<char> rest = message;
        while (rest.IndexOf("0x", StringComparison.Ordinal) is >= 0 and int at)
        {
            rest = rest[(at + 2)..];
            ReadOnlySpan<char> digits = rest;
            if (!MapBuilder.TryTakeHex(ref rest, out ulong first))
            {
                isCut |= rest.IsEmpty;
                continue;
            }

            digits = digits[..^rest.Length];
            if (TakeSeparator(ref rest, out bool isInSeparator) is { } second)
            {
                ReadOnlySpan<char> others = rest;
                if (!MapBuilder.TryTakeHex(ref rest, out ulong value)) isCut |= rest.IsEmpty;
                else isCut |= !TryAdd(second, first, value) && rest.IsEmpty && first >= LeastOfRam;
                isCut |= rest.IsEmpty && second is 'l' or 'e' && others.Length < digits.Length && first >= LeastOfRam;
            }
            else if (isInSeparator) isCut = true;
            else if (size is not { } told) isCut |= needsExtent || (rest.IsEmpty && digits[0] == '0' && digits.Length >= LeastOfPadded);
            else if (!rest.IsEmpty) Add(first, ClaimForm.EndOf(first, told));
            else if (digits[0] == '0' && !ClaimForm.IsWholeAlone(digits, first)) isCut = true;
            else if (digits[0] == '0') Add(first, ClaimForm.EndOf(first, told));
            else claims.AddOpen(first, told - 1, name);
        }

        rest = message;
        if (size is { } megabytes && LogLine.TryTakeUpTo(ref rest, "memory at ") && rest.IndexOfAnyExceptInRange('0', '9') is > 0 and <= 12 and int places && rest[places..].StartsWith("MB", StringComparison.Ordinal))
        {
            ulong start = ulong.Parse(rest[..places], CultureInfo.InvariantCulture) << 20;
            Add(start, ClaimForm.EndOf(start, megabytes));
        }

        if (isCut) ClaimForms.Cut(message, builder);

        bool TryAdd(char second, ulong first, ulong value)
        {
            if (second is 'l' && value >= first) Add(first, value);
            else if (second is 'e' && value > first) Add(first, value - 1);
            else if (second is 'a' && first > 0) Add(value, ClaimForm.EndOf(value, first));
            else if (second is 'n' && value > 0) Add(first, ClaimForm.EndOf(first, value));
            else return false;
            return true;
        }

        void Add(ulong first, ulong last) => claims.AddReserved(first, last, name);
    }

    /// <summary>Takes what is between two numbers, or says that the line ends within it.</summary>
    private static char? TakeSeparator(ref ReadOnlySpan<char> rest, out bool isCut)
    {
        isCut = false;
        foreach ((string words, char second) in Separators)
        {
            if (MapBuilder.TryTake(ref rest, words)) return second;
            isCut |= rest.Length < words.Length && words.StartsWith(rest, StringComparison.Ordinal) && rest is not ("" or "." or ","); // which end sentences
        }

        return null;
    }

    /// <summary>Whether the last range in brackets has no end.</summary>
    private static bool IsBracketOpen(ReadOnlySpan<char> message)
    {
        ReadOnlySpan<char> inside = message[Math.Max(message.LastIndexOfAny('[', '('), 0)..];
        return inside.IndexOfAny(']', ')') < 0 && (inside.StartsWith("[mem", StringComparison.Ordinal) || inside.StartsWith("[0x", StringComparison.Ordinal) || inside.StartsWith("(0x", StringComparison.Ordinal));
    }

    /// <summary>The first size of a line.</summary>
    private static ulong? SizeIn(ReadOnlySpan<char> message)
    {
        for (int at = 0; at < message.Length; at++)
        {
            if (!char.IsAsciiDigit(message[at]) || (at > 0 && (char.IsAsciiLetterOrDigit(message[at - 1]) || message[at - 1] == '.'))) continue;
            ReadOnlySpan<char> rest = message[at..];
            if (ClaimForm.TakeSize(ref rest, out ulong size) == ClaimForm.Fit.Whole) return size;
        }

        return null;
    }
}
