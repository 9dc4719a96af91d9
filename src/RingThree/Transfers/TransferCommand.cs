namespace RingThree.Transfers;

/// <summary>What one command of a <see cref="TransferProgram"/> does.</summary>
public enum TransferKind
{
    /// <summary>Reads a value and keeps it.</summary>
    Read,

    /// <summary>Writes a fixed value.</summary>
    Write,

    /// <summary>Goes on only if <c>(value read just before &amp; mask) != 0</c>.</summary>
    Mask,

    /// <summary>Goes on only if <c>(value read just before &amp; mask) == expected</c>.</summary>
    Compare,

    /// <summary>Writes <c>(value of the nearest read before &amp; and) ^ xor</c>.</summary>
    WriteBack,

    /// <summary>Reads a run of values and keeps them all.</summary>
    ReadBlock,

    /// <summary>Writes a run of fixed values.</summary>
    WriteBlock,
}

/// <summary>One command of a <see cref="TransferProgram"/>; made by <see cref="TransferProgramBuilder"/>.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Width">Access width in bytes: 1, 2, 4 or 8; for a mask or compare, the width of the read it tests.</param>
/// <param name="Region">The region's number (PCI: BAR 0-5, 7 for configuration space); -1 for a mask or compare.</param>
/// <param name="Offset">Bytes from the region's start.</param>
/// <param name="Value">The value to write; the mask; for a write-back, what is ANDed to the value.</param>
/// <param name="Second">The expected value of a compare; for a write-back, what is XORed then.</param>
/// <param name="Count">How many values a block has, 1 for single transfers, 0 for a mask or compare.</param>
/// <param name="SameAddress">Whether a block stays at one address (a FIFO).</param>
/// <param name="ValueIndex">Index of the value read, tested or written back; -1 for none.</param>
public readonly record struct TransferCommand(
    TransferKind Kind, int Width, int Region, ulong Offset, ulong Value, ulong Second, int Count, bool SameAddress, int ValueIndex)
{
    /// <summary>The values of a <see cref="TransferKind.WriteBlock"/>.</summary>
    public ReadOnlyMemory<ulong> Data { get; init; }

    /// <summary>Whether this command decides if the rest runs.</summary>
    public bool IsTest => Kind is TransferKind.Mask or TransferKind.Compare;

    /// <summary>Whether this command reads the device.</summary>
    public bool IsRead => Kind is TransferKind.Read or TransferKind.ReadBlock;

    /// <summary>Bytes from the first address touched to the end of the last.</summary>
    public ulong Length => (ulong)Width * (SameAddress ? 1UL : (ulong)Count);
}
