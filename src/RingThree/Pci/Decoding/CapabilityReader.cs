using System.Buffers.Binary;

namespace RingThree.Pci.Decoding;

/// <summary>Reads a capability's registers from an image that may end anywhere. What it lacks is not known, never zero.</summary>
/// <param name="image">The image, as far as it was read.</param>
/// <param name="start">Where the capability starts.</param>
/// <param name="end">Where its configuration space ends: 256 for the standard list, 4096 for the extended one.</param>
internal sealed class CapabilityReader(ReadOnlyMemory<byte> image, int start, int end)
{
    private int _lacking = -1;

    /// <summary>Why not all of it is known, or <see langword="null"/>.</summary>
    internal string? Lack => _lacking < 0 ? null
        : _lacking >= end ? $"it would go on beyond the end of configuration space at {end:x}h"
        : $"its registers from {_lacking:x}h on are beyond the {image.Length} bytes that were read";

    internal Register Byte(int offset) => Read(offset, 1);

    internal Register Half(int offset) => Read(offset, 2);

    internal Register Word(int offset) => Read(offset, 4);

    internal Register Long(int offset) => Read(offset, 8);

    /// <summary>A byte of the function's header, not of the capability.</summary>
    internal byte HeaderByte(int at) => image.Span[at];

    private Register Read(int offset, int width)
    {
        int at = start + offset;
        if (at + width > Math.Min(image.Length, end))
        {
            if (_lacking < 0) _lacking = at;
            return default;
        }

        ReadOnlySpan<byte> bytes = image.Span.Slice(at, width);
        ulong value = width switch
        {
            1 => bytes[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        };
        return new Register(value, true);
    }
}
