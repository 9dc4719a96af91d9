using System.Globalization;
using RingThree.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Memory;

/// <summary>
/// Reads a text of unknown origin line by line and collects what is wrong with it. Bounded: a line, the text, the ranges
/// and the problems have a most each, so that no text takes more time or memory than a map can need.
/// </summary>
internal sealed class MapBuilder(TextReader text, string name)
{
    internal const int MostRanges = 1 << 16; // an x86 kernel holds some 3,000 (E820_MAX_ENTRIES), /proc/iomem of a large server several thousand
    internal const int MostCharacters = 64 << 20;
    private const int LongestLine = 1 << 16; // a command line has 4 KiB at most
    private const int MostProblems = 20;
    private readonly char[] _buffer = new char[1 << 14];
    private readonly char[] _line = new char[LongestLine];
    private readonly List<string> _problems = [];
    private int _at;
    private int _end;
    private int _ranges;
    private long _characters;
    private int _lines;

    internal IReadOnlyList<string> Problems => _problems;

    /// <summary>Whether the line that was read last has an end: the text may be cut within one that has none.</summary>
    internal bool IsLineWhole { get; private set; }

    /// <summary>Whether the line that was read last ends with a space, as some of the kernel's do.</summary>
    internal bool IsLineSpaced { get; private set; }

    /// <summary>Gives the problems so far, which are of one boot, and begins anew.</summary>
    internal List<string> TakeProblems()
    {
        List<string> taken = [.. _problems];
        _problems.Clear();
        _ranges = 0;
        return taken;
    }

    /// <summary>The next line, of which what is beyond the longest is left out. Valid until the next call.</summary>
    internal bool TryReadLine(out ReadOnlySpan<char> line)
    {
        int length = 0;
        for (bool any = false; ; any = true)
        {
            bool isOver = _at == _end && !Fill();
            char next = isOver ? '\n' : _buffer[_at++];
            if (next == '\n')
            {
                line = _line.AsSpan(0, LogLine.RemoveEscapes(_line.AsSpan(0, length))).TrimEnd('\r');
                _lines++;
                IsLineWhole = !isOver;
                IsLineSpaced = line is [.., ' '];
                return any || !isOver;
            }

            if (length < LongestLine) _line[length++] = next;
        }
    }

    /// <summary>Adds a range to a list, or says what is wrong with it.</summary>
    internal void Add(List<PhysicalMemoryRange> ranges, ulong start, ulong last, PhysicalMemoryKind kind, string word)
    {
        if (last < start)
        {
            Problem($"0x{start:x} to 0x{last:x} ends before it starts");
            return;
        }

        if (++_ranges > MostRanges) throw Failed(DeviceStatus.InvalidArgument, $"it has more than {MostRanges} ranges, which no machine has", "Give the text of one machine.");
        ranges.Add(new PhysicalMemoryRange(start, last, kind, ForeignText.Shown(word)));
    }

    /// <summary>The line that was read last is damaged.</summary>
    internal void Problem(string what)
    {
        if (_problems.Count < MostProblems) _problems.Add(string.Create(CultureInfo.InvariantCulture, $"line {_lines}: {what}"));
    }

    internal DeviceException Failed(DeviceStatus status, string answer, string advice) => new(status, name, "reading the memory map", answer, advice);

    /// <summary>Takes hexadecimal digits from the start of a text; none, or more than 64 bits, is no number.</summary>
    internal static bool TryTakeHex(ref ReadOnlySpan<char> text, out ulong value)
    {
        int length = 0;
        while (length < text.Length && char.IsAsciiHexDigit(text[length])) length++;
        bool known = ulong.TryParse(text[..length], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        text = text[length..];
        return known;
    }

    /// <summary>Takes a word from the start of a text, if it is there.</summary>
    internal static bool TryTake(ref ReadOnlySpan<char> text, string word)
    {
        if (!text.StartsWith(word, StringComparison.Ordinal)) return false;
        text = text[word.Length..];
        return true;
    }

    private bool Fill()
    {
        _at = 0;
        _end = text.Read(_buffer, 0, _buffer.Length);
        _characters += _end;
        if (_characters > MostCharacters) throw Failed(DeviceStatus.InvalidArgument, $"it is larger than {MostCharacters >> 20} Mi characters", "No memory map is: give the text of one boot.");
        return _end > 0;
    }
}
