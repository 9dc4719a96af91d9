using System.Text;

namespace RingThree.Cli;

/// <summary>Names of vendors, devices and classes from the system's pci.ids, where there is one. Read once, looked through as bytes.</summary>
internal sealed class PciNames
{
    private static readonly string[] Places = ["/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids", "/usr/share/pci.ids", "/usr/local/share/pci.ids"];
    private readonly byte[] _text;
    private readonly Dictionary<int, (int Start, int End)> _vendors = [];
    private readonly Dictionary<int, (int Start, int End)> _classes = [];

    /// <summary>Finds where each vendor and class begins.</summary>
    /// <param name="text">The file's content.</param>
    internal PciNames(byte[] text)
    {
        _text = text;
        Dictionary<int, (int Start, int End)>? kind = null;
        int last = -1;
        for (int at = 0; at < text.Length;)
        {
            int length = text.AsSpan(at).IndexOf((byte)'\n');
            int next = length < 0 ? text.Length : at + length + 1;
            ReadOnlySpan<byte> line = text.AsSpan(at, next - at);
            if (line.Length > 4 && line[0] is not ((byte)'\t' or (byte)'#' or (byte)'\n'))
            {
                Close(kind, last, at);
                bool isClass = line is [(byte)'C', (byte)' ', ..];
                kind = isClass ? _classes : _vendors;
                last = Number(isClass ? line.Slice(2, 2) : line[..4]);
                if (last >= 0) kind.TryAdd(last, (at, text.Length));
            }

            at = next;
        }
    }

    /// <summary>The system's; without one, no names.</summary>
    internal static PciNames OfSystem()
    {
        foreach (string place in Places)
        {
            try
            {
                return new PciNames(File.ReadAllBytes(place));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // The next place, or none: names are a courtesy.
            }
        }

        return new PciNames([]);
    }

    internal string? Vendor(ushort vendor) => _vendors.TryGetValue(vendor, out (int Start, int End) place) ? NameIn(Line(place.Start), 4) : null;

    internal string? Device(ushort vendor, ushort device) => _vendors.TryGetValue(vendor, out (int Start, int End) place) ? Below(place, device, 4) : null;

    /// <summary>What the sub-class is called, or else the base class.</summary>
    /// <param name="classCode">24 bits.</param>
    internal string? Class(uint classCode) => _classes.TryGetValue((int)(classCode >> 16), out (int Start, int End) place)
        ? Below(place, (int)((classCode >> 8) & 0xFF), 2) ?? NameIn(Line(place.Start)[2..], 2)
        : null;

    private static void Close(Dictionary<int, (int Start, int End)>? kind, int number, int end)
    {
        if (kind is not null && kind.TryGetValue(number, out (int Start, int End) place) && place.End > end) kind[number] = (place.Start, end);
    }

    /// <summary>The entry one level below, by its number.</summary>
    private string? Below((int Start, int End) place, int number, int digits)
    {
        for (int at = place.Start; at < place.End;)
        {
            ReadOnlySpan<byte> line = Line(at);
            if (line.Length > digits && line[0] == '\t' && line[1] != '\t' && Number(line.Slice(1, digits)) == number) return NameIn(line[1..], digits);
            at += line.Length + 1;
        }

        return null;
    }

    private ReadOnlySpan<byte> Line(int at)
    {
        ReadOnlySpan<byte> rest = _text.AsSpan(at);
        int end = rest.IndexOf((byte)'\n');
        return end < 0 ? rest : rest[..end];
    }

    private static string NameIn(ReadOnlySpan<byte> line, int digits) => Encoding.UTF8.GetString(line[Math.Min(digits, line.Length)..]).Trim();

    private static int Number(ReadOnlySpan<byte> digits)
    {
        int number = 0;
        foreach (byte digit in digits)
        {
            int value = digit switch
            {
                >= (byte)'0' and <= (byte)'9' => digit - '0',
                >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
                _ => -1,
            };
            if (value < 0) return -1;
            number = (number << 4) | value;
        }

        return number;
    }
}
