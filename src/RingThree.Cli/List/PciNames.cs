using System.Globalization;
using System.Text;

namespace RingThree.Cli;

/// <summary>
/// Names of vendors, devices and classes from the system's pci.ids, where there is one. Nothing is read out beforehand: a
/// machine has a few dozen functions, and the file forty thousand lines.
/// </summary>
/// <param name="text">The file's content.</param>
/// <remarks>Its form: https://pci-ids.ucw.cz, "The file": what is not indented begins a vendor (or, with C, a class), a tab what belongs to it.</remarks>
internal sealed class PciNames(byte[] text)
{
    private static readonly string[] Places = ["/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids", "/usr/share/pci.ids", "/usr/local/share/pci.ids"];

    // A class, not a pair of numbers: dictionaries of classes come compiled with the runtime.
    private readonly Dictionary<string, Block> _blocks = [];

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

    internal string? Vendor(ushort vendor) => Name(Find(Hex(vendor, "x4")));

    internal string? Device(ushort vendor, ushort device) => Below(Find(Hex(vendor, "x4")), Hex(device, "x4"));

    /// <summary>What the sub-class is called, or else the base class.</summary>
    /// <param name="classCode">24 bits.</param>
    internal string? Class(uint classCode)
    {
        ReadOnlySpan<byte> block = Find("C " + Hex(classCode >> 16, "x2"));
        return Below(block, Hex((classCode >> 8) & 0xFF, "x2")) ?? Name(block);
    }

    /// <summary>From behind the number of a vendor or class to the next one; empty where there is no such number.</summary>
    private ReadOnlySpan<byte> Find(string head)
    {
        if (!_blocks.TryGetValue(head, out Block? block))
        {
            ReadOnlySpan<byte> rest = After(text, '\n' + head);
            block = new Block(text.Length - rest.Length, LengthOf(rest));
            _blocks.Add(head, block);
        }

        return text.AsSpan(block.Start, block.Length);
    }

    private static int LengthOf(ReadOnlySpan<byte> rest)
    {
        for (int at = 0; ; at++)
        {
            int next = rest[at..].IndexOf((byte)'\n');
            if (next < 0) return rest.Length;
            at += next;
            if (at + 1 < rest.Length && rest[at + 1] is not ((byte)'\t' or (byte)'#' or (byte)'\n')) return at;
        }
    }

    /// <summary>The name of what is one level below, by its number.</summary>
    private static string? Below(ReadOnlySpan<byte> block, string number) => Name(After(block, "\n\t" + number));

    // Not with the spaces behind the number: a search compares a word's first and last byte before the rest, and line end
    // and space would be found in every line.
    private static ReadOnlySpan<byte> After(ReadOnlySpan<byte> text, string head)
    {
        int at = text.IndexOf(Encoding.UTF8.GetBytes(head));
        return at < 0 ? [] : text[(at + head.Length)..];
    }

    private static string? Name(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty) return null;
        int end = rest.IndexOf((byte)'\n');
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]).Trim();
    }

    private static string Hex(uint number, string form) => number.ToString(form, CultureInfo.InvariantCulture);

    private sealed record Block(int Start, int Length);
}
