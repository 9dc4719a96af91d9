using System.Buffers;

namespace RingThree.Memory;

/// <summary>Finds the kernel's words in a line of a log, whoever kept it: dmesg, journald, syslog, a serial logger, a mail.</summary>
internal static class LogLine
{
    private const string WhiteSpaceAndQuotes = " \t\r>|\0\uFEFF";
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    /// <summary>Takes a terminal's escape sequences out, also as other programs spell the escape (^[, #033).</summary>
    /// <returns>The line's new length.</returns>
    internal static int RemoveEscapes(Span<char> line)
    {
        if (line.IndexOfAny('\e', '^', '#') < 0) return line.Length;
        int to = 0;
        for (int at = 0; at < line.Length;)
        {
            int length = LengthOfEscape(line[at..]);
            if (length == 0) line[to++] = line[at++];
            else at += length;
        }

        return to;
    }

    /// <summary>A line without what stands before the kernel's words: host and program, a priority, times, a thread.</summary>
    internal static ReadOnlySpan<char> MessageOf(ReadOnlySpan<char> line)
    {
        line = BehindKernel(line).TrimStart(WhiteSpaceAndQuotes);
        if (line is ['<', .. var level] && level.IndexOf('>') is >= 0 and <= 3 and int end) line = level[(end + 1)..].TrimStart(WhiteSpaceAndQuotes);
        int stamp = BehindStamp(line);
        line = BehindKernel(line[stamp..]).TrimStart(WhiteSpaceAndQuotes); // journalctl -o short-monotonic has the host behind the time
        while (line is ['[', .. var group] && group.IndexOf(']') is >= 0 and int close) line = group[(close + 1)..].TrimStart(WhiteSpaceAndQuotes); // another's time, the thread
        return line;
    }

    /// <summary>Where a word is that begins a message, with nothing but stamps of a logger before it.</summary>
    internal static bool TryTakeFirst(ref ReadOnlySpan<char> message, string word)
    {
        int at = message.IndexOf(word, StringComparison.Ordinal);
        if (at < 0 || !IsStamp(message[..at])) return false;
        message = message[(at + word.Length)..];
        return true;
    }

    /// <summary>Takes what is before a word of the kernel and the word itself; the word stands alone, not within another or in quotes.</summary>
    internal static bool TryTakeUpTo(ref ReadOnlySpan<char> message, string word)
    {
        int at = message.IndexOf(word, StringComparison.Ordinal);
        if (at < 0 || (at > 0 && (char.IsLetterOrDigit(message[at - 1]) || message[at - 1] is '\'' or '"' or '-' or '_'))) return false;
        message = message[(at + word.Length)..];
        return true;
    }

    /// <summary>What a kernel's line begins with in syslog, journald and OpenWrt's log: <c>kernel: </c>, <c>kernel[0]: </c>.</summary>
    private static ReadOnlySpan<char> BehindKernel(ReadOnlySpan<char> line)
    {
        const string kernel = "kernel";
        for (int from = 0; line[from..].IndexOf(kernel, StringComparison.Ordinal) is >= 0 and int found; from += found + 1)
        {
            int at = from + found;
            ReadOnlySpan<char> rest = line[(at + kernel.Length)..];
            if (rest is ['[', .. var process] && process.IndexOf(']') is >= 0 and int close) rest = process[(close + 1)..];
            if (rest is [':', ' ', ..] && (at == 0 || line[at - 1] == ' ')) return rest[2..];
        }

        return line;
    }

    /// <summary>Behind printk's own time, <c>[    0.000000]</c>, wherever it stands: whatever is before it is of another program.</summary>
    private static int BehindStamp(ReadOnlySpan<char> line)
    {
        for (int from = 0; line[from..].IndexOf('[') is >= 0 and int bracket; from += bracket + 1)
        {
            int at = from + bracket + 1;
            while (at < line.Length && line[at] is ' ' or '\t') at++;
            int whole = CountDigits(line[at..]);
            at += whole;
            if (whole == 0 || at >= line.Length || line[at] != '.') continue;
            int fraction = CountDigits(line[(at + 1)..]);
            at += fraction + 1;
            if (fraction == 6 && at < line.Length && line[at] == ']') return at + 1;
        }

        return 0;
    }

    private static int CountDigits(ReadOnlySpan<char> text) => text.IndexOfAnyExcept(Digits) is >= 0 and int end ? end : text.Length;

    /// <summary>Whether a text can be dates, times, a line's number: every word has a digit, or no letters, or is a day or a month.</summary>
    private static bool IsStamp(ReadOnlySpan<char> text)
    {
        foreach (Range part in text.Split(' '))
        {
            ReadOnlySpan<char> word = text[part];
            if (!word.IsEmpty && word.Length != 3 && word.IndexOfAny(Digits) < 0 && word.IndexOfAnyInRange('A', 'z') >= 0 && word[0] != ':' && word is not "kern") return false;
        }

        return true;
    }

    private static int LengthOfEscape(ReadOnlySpan<char> text)
    {
        int escape = text[0] == '\e' ? 1 : text.StartsWith("^[[", StringComparison.Ordinal) ? 2 : text.StartsWith("#033[", StringComparison.Ordinal) ? 4 : 0;
        if (escape == 0 || escape >= text.Length) return escape;
        if (text[escape] == ']') // a title, up to BEL or ESC \
        {
            int end = text[escape..].IndexOfAny('\a', '\e');
            return end < 0 ? text.Length : escape + end + (text[escape + end] == '\a' ? 1 : Math.Min(2, text.Length - escape - end));
        }

        if (text[escape] != '[') return escape + 1;
        int last = text[(escape + 1)..].IndexOfAnyInRange('@', '~');
        return last < 0 ? text.Length : escape + 1 + last + 1;
    }
}
