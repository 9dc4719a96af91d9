namespace RingThree.Pci.Decoding;

/// <summary>A function in a dump.</summary>
/// <param name="Address">Where it is, in domain 0 unless the dump says another.</param>
/// <param name="Line">The line it starts at, from 1.</param>
/// <param name="Image">Its bytes from offset 0 on, as far as they came without a gap.</param>
public sealed record PciDumpFunction(PciAddress Address, int Line, ReadOnlyMemory<byte> Image);

/// <summary>A line of a dump that does not fit.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Address">The function it belongs to, or <see langword="null"/>.</param>
/// <param name="Reason">What is wrong, as a sentence.</param>
public sealed record PciDumpProblem(int Line, PciAddress? Address, string Reason)
{
    /// <summary>The form <c>line 7: the reason</c>.</summary>
    public override string ToString() => $"line {Line}: {Reason}";
}

/// <summary>What <c>lspci -x</c>, <c>-xxx</c> or <c>-xxxx</c> printed, also together with <c>-v</c>, <c>-n</c>, <c>-D</c>; or what was left of it.</summary>
/// <param name="Functions">The functions, in the dump's order.</param>
/// <param name="Problems">The lines that do not fit, in order.</param>
public sealed record PciDump(IReadOnlyList<PciDumpFunction> Functions, IReadOnlyList<PciDumpProblem> Problems)
{
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
}
