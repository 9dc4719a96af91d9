using System.Text;

namespace RingThree.Pci.Decoding;

/// <summary>A function in a dump.</summary>
/// <param name="Address">Where it is, in domain 0 unless the dump says another.</param>
/// <param name="Line">The line it starts at, from 1; 0 of a binary image.</param>
/// <param name="Image">Its bytes from offset 0 on, as far as they came without a gap.</param>
public sealed record PciDumpFunction(PciAddress Address, int Line, ReadOnlyMemory<byte> Image)
{
    /// <summary>Whether the dump says where it is: an image alone, or what a program printed of one, does not.</summary>
    public bool HasAddress { get; init; } = true;

    /// <summary>Which of its states this is, from 1, where the dump has the function several times.</summary>
    public int State { get; init; } = 1;

    /// <summary>How many states of it the dump has.</summary>
    public int States { get; init; } = 1;
}

/// <summary>A line of a dump that does not fit.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Address">The function it belongs to, or <see langword="null"/>.</param>
/// <param name="Reason">What is wrong, as a sentence.</param>
public sealed record PciDumpProblem(int Line, PciAddress? Address, string Reason)
{
    /// <summary>Whether nothing is lost by it: a line of another program's, or a function that is there in several states.</summary>
    public bool IsWarning { get; init; }

    /// <summary>The form <c>line 7: the reason</c>.</summary>
    public override string ToString() => $"line {Line}: {Reason}";
}

/// <summary>
/// What <c>lspci -x</c>, <c>-xxx</c> or <c>-xxxx</c> printed, also together with <c>-v</c>, <c>-n</c>, <c>-D</c>; what <c>xxd</c>, <c>hexdump</c> or
/// <c>od</c> printed of a configuration file; such a file itself; bytes in hexadecimal; or what was left of them.
/// </summary>
/// <param name="Functions">The functions, in the dump's order.</param>
/// <param name="Problems">The lines that do not fit, in order.</param>
public sealed record PciDump(IReadOnlyList<PciDumpFunction> Functions, IReadOnlyList<PciDumpProblem> Problems)
{
    private const int LargestImage = 0x1000;

    /// <summary>Reads a dump.</summary>
    /// <param name="reader">Its text. Line ends may be those of any system.</param>
    /// <exception cref="IOException">The text cannot be read.</exception>
    public static PciDump Read(TextReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var dump = new PciDumpReader();
        while (reader.ReadLine() is { } line) dump.Take(line);
        return dump.End();
    }

    /// <summary>Reads a dump from a string.</summary>
    /// <param name="text">Its text.</param>
    public static PciDump Parse(string text)
    {
        using var reader = new StringReader(text);
        return Read(reader);
    }

    /// <summary>Reads a file's content: an image as <c>/sys/bus/pci/devices/ADDRESS/config</c> holds it, or a text in the encoding that its first bytes say.</summary>
    /// <param name="content">All of it.</param>
    public static PciDump Parse(ReadOnlySpan<byte> content)
    {
        if (IsImage(content)) return new PciDump([new PciDumpFunction(default, 0, content.ToArray()) { HasAddress = false }], []);
        using var text = new StreamReader(new MemoryStream(content.ToArray()), Encoding.Latin1, detectEncodingFromByteOrderMarks: true); // names beside the bytes may be in any encoding
        return Read(text);
    }

    /// <summary>Of a text hardly any byte has no character, and one with 16 bits a character begins with a mark.</summary>
    private static bool IsImage(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty || content.Length > LargestImage || content is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) return false;
        const int fewest = 8;
        int unprintable = 0;
        foreach (byte one in content)
        {
            if (one is not (>= 0x20 and < 0x7F or (byte)'\t' or (byte)'\n' or (byte)'\r')) unprintable++;
        }

        return unprintable > content.Length / fewest;
    }
}
