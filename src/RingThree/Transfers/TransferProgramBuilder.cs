namespace RingThree.Transfers;

/// <summary>
/// Builds a <see cref="TransferProgram"/>. The form is checked as it is written down; ranges, widths and alignment are
/// checked against the device when the program is enabled or prepared.
/// </summary>
/// <remarks>Source: WinDriver's interrupt transfer commands (WD_TRANSFER, CMD_MASK), extended by compare and write-back.</remarks>
public sealed class TransferProgramBuilder
{
    private const int LargestValueCount = int.MaxValue;
    private readonly List<TransferCommand> _commands = [];
    private int _values;

    /// <summary>Reads 8 bits.</summary>
    /// <inheritdoc cref="Read"/>
    public TransferProgramBuilder Read8(int bar, ulong offset) => Read(1, bar, offset);

    /// <summary>Reads 16 bits.</summary>
    /// <inheritdoc cref="Read"/>
    public TransferProgramBuilder Read16(int bar, ulong offset) => Read(2, bar, offset);

    /// <summary>Reads 32 bits.</summary>
    /// <inheritdoc cref="Read"/>
    public TransferProgramBuilder Read32(int bar, ulong offset) => Read(4, bar, offset);

    /// <summary>Reads 64 bits.</summary>
    /// <inheritdoc cref="Read"/>
    public TransferProgramBuilder Read64(int bar, ulong offset) => Read(8, bar, offset);

    /// <summary>Writes 8 bits.</summary>
    /// <inheritdoc cref="Write"/>
    public TransferProgramBuilder Write8(int bar, ulong offset, byte value) => Write(1, bar, offset, value);

    /// <summary>Writes 16 bits.</summary>
    /// <inheritdoc cref="Write"/>
    public TransferProgramBuilder Write16(int bar, ulong offset, ushort value) => Write(2, bar, offset, value);

    /// <summary>Writes 32 bits.</summary>
    /// <inheritdoc cref="Write"/>
    public TransferProgramBuilder Write32(int bar, ulong offset, uint value) => Write(4, bar, offset, value);

    /// <summary>Writes 64 bits.</summary>
    /// <inheritdoc cref="Write"/>
    public TransferProgramBuilder Write64(int bar, ulong offset, ulong value) => Write(8, bar, offset, value);

    /// <summary>
    /// Tests the read just before: it succeeds when <c>(value &amp; mask) != 0</c>. The program's first test decides whose
    /// interrupt it is: its read runs before everything else.
    /// On messages tests are not applied: every command runs, and the interrupt is claimed.
    /// </summary>
    /// <param name="mask">The bits to look at, within the read's width.</param>
    /// <exception cref="InvalidOperationException">No single read stands directly before.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The mask is wider than the read.</exception>
    public TransferProgramBuilder Mask(ulong mask) => Test(TransferKind.Mask, mask, 0);

    /// <summary>As <see cref="Mask"/>, but succeeds when <c>(value &amp; mask) == expected</c>.</summary>
    /// <param name="mask">The bits to look at, within the read's width.</param>
    /// <param name="expected">What they must be.</param>
    /// <exception cref="InvalidOperationException">As for <see cref="Mask"/>, or <paramref name="expected"/> has bits outside the mask.</exception>
    public TransferProgramBuilder Compare(ulong mask, ulong expected) => Test(TransferKind.Compare, mask, expected);

    /// <summary>Writes back 8 bits.</summary>
    /// <inheritdoc cref="WriteBack"/>
    public TransferProgramBuilder WriteBack8(int bar, ulong offset, byte and = byte.MaxValue, byte xor = 0) => WriteBack(1, bar, offset, and, xor);

    /// <summary>Writes back 16 bits.</summary>
    /// <inheritdoc cref="WriteBack"/>
    public TransferProgramBuilder WriteBack16(int bar, ulong offset, ushort and = ushort.MaxValue, ushort xor = 0) => WriteBack(2, bar, offset, and, xor);

    /// <summary>Writes back 32 bits.</summary>
    /// <inheritdoc cref="WriteBack"/>
    public TransferProgramBuilder WriteBack32(int bar, ulong offset, uint and = uint.MaxValue, uint xor = 0) => WriteBack(4, bar, offset, and, xor);

    /// <summary>Writes back 64 bits.</summary>
    /// <inheritdoc cref="WriteBack"/>
    public TransferProgramBuilder WriteBack64(int bar, ulong offset, ulong and = ulong.MaxValue, ulong xor = 0) => WriteBack(8, bar, offset, and, xor);

    /// <summary>Reads one value; it reaches the later stages in the order of the program's reads.</summary>
    /// <param name="width">Bytes: 1, 2, 4 or 8.</param>
    /// <param name="bar">The BAR, 0 to 5 (or another region's number).</param>
    /// <param name="offset">Bytes from its start, a multiple of the width.</param>
    /// <returns>This builder.</returns>
    public TransferProgramBuilder Read(int width, int bar, ulong offset)
    {
        CheckPlace(width, bar, offset);
        return Add(new(TransferKind.Read, width, bar, offset, 0, 0, 1, false, _values), newValues: 1);
    }

    /// <summary>Writes a fixed value.</summary>
    /// <param name="width">Bytes: 1, 2, 4 or 8.</param>
    /// <param name="bar">The BAR, 0 to 5 (or another region's number).</param>
    /// <param name="offset">Bytes from its start, a multiple of the width.</param>
    /// <param name="value">The value, within the width.</param>
    /// <returns>This builder.</returns>
    public TransferProgramBuilder Write(int width, int bar, ulong offset, ulong value)
    {
        CheckPlace(width, bar, offset);
        CheckFits(width, value, nameof(value));
        return Add(new(TransferKind.Write, width, bar, offset, value, 0, 1, false, -1));
    }

    /// <summary>Writes <c>(value &amp; and) ^ xor</c> of the nearest read before, such as what a status register said, to acknowledge just that.</summary>
    /// <param name="width">Bytes: 1, 2, 4 or 8. A narrower one than the read's writes the low part.</param>
    /// <param name="bar">The BAR, 0 to 5 (or another region's number).</param>
    /// <param name="offset">Bytes from its start, a multiple of the width.</param>
    /// <param name="and">Bits to keep.</param>
    /// <param name="xor">Bits to toggle.</param>
    /// <exception cref="InvalidOperationException">No single read stands before.</exception>
    /// <returns>This builder.</returns>
    public TransferProgramBuilder WriteBack(int width, int bar, ulong offset, ulong and, ulong xor)
    {
        CheckPlace(width, bar, offset);
        CheckFits(width, and, nameof(and));
        CheckFits(width, xor, nameof(xor));
        int source = _commands.FindLastIndex(c => c.IsRead);
        if (source < 0 || _commands[source].Kind != TransferKind.Read)
            throw new InvalidOperationException($"Command {_commands.Count} writes back what was read, but no single read stands before it. Put the Read it refers to in front.");
        return Add(new(TransferKind.WriteBack, width, bar, offset, and, xor, 1, false, _commands[source].ValueIndex));
    }

    /// <summary>Reads a run of values.</summary>
    /// <param name="width">Bytes of each: 1, 2, 4 or 8.</param>
    /// <param name="bar">The BAR, 0 to 5 (or another region's number).</param>
    /// <param name="offset">Bytes from its start, a multiple of the width.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="sameAddress">Whether all come from one address (a FIFO) instead of rising ones.</param>
    /// <returns>This builder.</returns>
    public TransferProgramBuilder ReadBlock(int width, int bar, ulong offset, int count, bool sameAddress = false)
    {
        CheckPlace(width, bar, offset);
        if (count < 1) throw new ArgumentOutOfRangeException(nameof(count), $"Command {_commands.Count}: a block of {count} values was asked for; it has 1 or more.");
        return Add(new(TransferKind.ReadBlock, width, bar, offset, 0, 0, count, sameAddress, _values), newValues: count);
    }

    /// <summary>Writes a run of fixed values.</summary>
    /// <param name="width">Bytes of each: 1, 2, 4 or 8.</param>
    /// <param name="bar">The BAR, 0 to 5 (or another region's number).</param>
    /// <param name="offset">Bytes from its start, a multiple of the width.</param>
    /// <param name="values">The values, each within the width; copied.</param>
    /// <param name="sameAddress">Whether all go to one address (a FIFO) instead of rising ones.</param>
    /// <returns>This builder.</returns>
    public TransferProgramBuilder WriteBlock(int width, int bar, ulong offset, ReadOnlySpan<ulong> values, bool sameAddress = false)
    {
        CheckPlace(width, bar, offset);
        if (values.IsEmpty) throw new ArgumentException($"Command {_commands.Count}: a block of no values was asked for; it has 1 or more.", nameof(values));
        foreach (ulong value in values) CheckFits(width, value, nameof(values));
        return Add(new(TransferKind.WriteBlock, width, bar, offset, 0, 0, values.Length, sameAddress, -1) { Data = values.ToArray() });
    }

    /// <summary>The finished program; the builder may go on and build a longer one.</summary>
    /// <exception cref="InvalidOperationException">It has no command.</exception>
    public TransferProgram Build()
    {
        if (_commands.Count == 0) throw new InvalidOperationException("A transfer program needs at least one command.");
        return new TransferProgram([.. _commands], _values);
    }

    private void CheckPlace(int width, int bar, ulong offset)
    {
        if (width is not (1 or 2 or 4 or 8)) throw new ArgumentOutOfRangeException(nameof(width), $"Command {_commands.Count}: an access of {width} bytes was asked for; it can have 1, 2, 4 or 8.");
        if (bar < 0) throw new ArgumentOutOfRangeException(nameof(bar), $"Command {_commands.Count}: BAR {bar} was asked for; a BAR, or another region's number, is 0 or more.");
        if (offset % (ulong)width != 0)
            throw new ArgumentOutOfRangeException(nameof(offset), $"Command {_commands.Count}: offset 0x{offset:x} is not a multiple of the access width, {width} bytes.");
    }

    private void CheckFits(int width, ulong value, string name)
    {
        if (width < 8 && value >> (8 * width) != 0)
            throw new ArgumentOutOfRangeException(name, $"Command {_commands.Count}: 0x{value:x} does not fit into {8 * width} bits.");
    }

    private TransferProgramBuilder Test(TransferKind kind, ulong mask, ulong expected)
    {
        TransferCommand read = _commands.FindLast(c => !c.IsTest);
        if (_commands.Count == 0 || read.Kind != TransferKind.Read || read.Width == 0)
            throw new InvalidOperationException($"Command {_commands.Count} is a {kind}, which tests the read directly before it, and there is none. Put a Read in front.");
        CheckFits(read.Width, mask, nameof(mask));
        if ((expected & ~mask) != 0)
            throw new InvalidOperationException($"Command {_commands.Count}: expected value 0x{expected:x} has bits outside the mask 0x{mask:x}, so it could never match.");
        return Add(new(kind, read.Width, -1, 0, mask, expected, 0, false, read.ValueIndex));
    }

    private TransferProgramBuilder Add(TransferCommand command, int newValues = 0)
    {
        if (newValues > LargestValueCount - _values)
            throw new InvalidOperationException($"Command {_commands.Count}: a program hands on at most {LargestValueCount} values, and this would make {(long)_values + newValues}.");
        _values += newValues;
        _commands.Add(command);
        return this;
    }
}
