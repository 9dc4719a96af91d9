using System.Buffers;
using System.Globalization;
using RingThree.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Memory;

/// <summary>
/// The rows of the dialog that regedit shows for HKEY_LOCAL_MACHINE\HARDWARE\RESOURCEMAP\System Resources\Physical
/// Memory\.Translated: base address and length. Source: WinDriver manual 10.2.
/// </summary>
internal static class WindowsListReader
{
    private static readonly SearchValues<char> Separators = SearchValues.Create(" \t,;");

    internal static PhysicalMemoryMap Read(TextReader text, string name)
    {
        var builder = new MapBuilder(text, name);
        var ranges = new List<PhysicalMemoryRange>();
        while (builder.TryReadLine(out ReadOnlySpan<char> line))
        {
            ReadOnlySpan<char> rest = line.TrimStart('\uFEFF').Trim(); // what Windows' editors put first
            if (rest.IndexOfAnyInRange('0', '9') < 0) continue; // a heading, or nothing
            ReadOnlySpan<char> row = rest;
            ReadOnlySpan<char> first = Next(ref rest);
            ReadOnlySpan<char> second = Next(ref rest);
            if (Number(first) is not { } start || Number(second) is not { } length)
            {
                builder.Problem(IsBareHexadecimal(first) || IsBareHexadecimal(second)
                    ? $"{ForeignText.Quoted(row)}: hexadecimal numbers are written with 0x"
                    : $"{ForeignText.Quoted(row)} is not base and length in bytes");
            }
            else if (length == 0) builder.Problem($"{ForeignText.Quoted(row)}: a length is not 0");
            else if (length - 1 > ulong.MaxValue - start) builder.Problem($"{ForeignText.Quoted(row)}: so many bytes from there on are more than there are addresses");
            else builder.Add(ranges, start, start + (length - 1), PhysicalMemoryKind.Usable, "in use");
        }

        if (ranges.Count == 0)
        {
            throw builder.Failed(DeviceStatus.NotFound, builder.Problems is [var problem, ..] ? $"no row of it is a range ({problem})" : "no row of it is a range",
                "Write a row for each range that regedit shows, its base and its length: 0x100000 0x1eff0000");
        }

        return new PhysicalMemoryMap(name, MemoryMapSource.WindowsList, ranges) { Problems = builder.Problems };
    }

    /// <summary>Takes the next field. Further ones of a row, such as an access mode, do not count.</summary>
    private static ReadOnlySpan<char> Next(ref ReadOnlySpan<char> rest)
    {
        int from = rest.IndexOfAnyExcept(Separators);
        if (from < 0) return rest = [];
        rest = rest[from..];
        int to = rest.IndexOfAny(Separators);
        ReadOnlySpan<char> field = to < 0 ? rest : rest[..to];
        rest = rest[field.Length..];
        return field.Trim('"');
    }

    private static ulong? Number(ReadOnlySpan<char> field)
    {
        bool isHexadecimal = field.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        ReadOnlySpan<char> digits = isHexadecimal ? field[2..] : field;
        if (!isHexadecimal && digits is [.. var before, 'h' or 'H'])
        {
            isHexadecimal = true;
            digits = before;
        }

        // 00001000 is a hexadecimal number to whoever writes it so; taking it as a thousand would reserve another machine's memory.
        if (!isHexadecimal && digits is ['0', _, ..]) return null;
        NumberStyles style = isHexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return ulong.TryParse(digits, style, CultureInfo.InvariantCulture, out ulong value) ? value : null;
    }

    private static bool IsBareHexadecimal(ReadOnlySpan<char> field) => field.Length is > 1 and <= 16 && Number(field) is null && field.ToString().All(char.IsAsciiHexDigit);
}
