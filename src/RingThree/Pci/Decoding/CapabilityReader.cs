using System.Buffers.Binary;
using System.Globalization;

namespace RingThree.Pci.Decoding;

/// <summary>What the registers of one capability mean depends on of the rest of the function.</summary>
/// <param name="Vendor">The function's vendor id.</param>
/// <param name="Device">The function's device id.</param>
/// <param name="HeaderType">Its header type, 0 to 127.</param>
/// <param name="Port">Its PCI Express port type, or <see langword="null"/> without that capability.</param>
/// <param name="Lanes">The most lanes its link can have, or 0.</param>
internal sealed record FunctionContext(ushort Vendor, ushort Device, int HeaderType, int? Port, int Lanes);

/// <summary>Reads a capability's registers from an image that may end anywhere. What it lacks is not known, never zero.</summary>
/// <param name="image">The image, as far as it was read.</param>
/// <param name="start">Where the capability starts.</param>
/// <param name="end">Where its configuration space ends: 256 for the standard list, 4096 for the extended one.</param>
/// <param name="function">The function it belongs to.</param>
internal sealed class CapabilityReader(ReadOnlyMemory<byte> image, int start, int end, FunctionContext function)
{
    private bool[] _decoded = new bool[0x40];
    private int _lacking = -1;

    /// <summary>Why not all of it is known, or <see langword="null"/>.</summary>
    internal string? Lack => _lacking < 0 ? null
        : _lacking >= end ? $"it would go on beyond the end of configuration space at {end:x}h"
        : $"its registers from {_lacking:x}h on are beyond the {image.Length} bytes that were read";

    internal FunctionContext Function => function;

    /// <summary>The offset after the last register that was shown; 0 before any was.</summary>
    internal int End { get; private set; }

    /// <summary>The offset where the next capability begins, or where what was read ends.</summary>
    internal int Next { get; init; }

    /// <summary>Reads a register that is shown.</summary>
    internal Register Read(int offset, int width)
    {
        if (Value(offset, width) is not { } value)
        {
            if (_lacking < 0) _lacking = Math.Max(start + offset, Math.Min(image.Length, end));
            return default;
        }

        End = Math.Max(End, offset + width);
        if (End > _decoded.Length) Array.Resize(ref _decoded, 2 * End);
        _decoded.AsSpan(offset, width).Fill(true);
        return new Register(value, true);
    }

    /// <summary>Bits of a register on which the layout of others depends; 0 where they were not read.</summary>
    internal uint Peek(int offset, int width, int high, int low) => new Register(Value(offset, width) ?? 0, true).Bits(low, high - low + 1);

    /// <summary>The bits that are set between registers that were read, where the layout has none: <c>0ch bit 3</c>.</summary>
    /// <param name="from">Where the layout begins.</param>
    internal IEnumerable<string> BitsBetween(int from)
    {
        int end = End;
        for (int at = from; at < end; at++)
        {
            if (_decoded[at]) continue;
            ulong value = (Value(at, 1) ?? 0) << (8 * (at % 4));
            foreach (string bit in NamesOf(value, at & ~3)) yield return bit;
        }
    }

    /// <summary>The bits of a register that are set, each by the offset of its 32 bits and its number there.</summary>
    internal static IEnumerable<string> NamesOf(ulong bits, int offset)
    {
        for (int bit = 0; bit < 64; bit++)
        {
            if (((bits >> bit) & 1) != 0) yield return string.Create(CultureInfo.InvariantCulture, $"{offset + (4 * (bit / 32)):x2}h bit {bit % 32}");
        }
    }

    private ulong? Value(int offset, int width)
    {
        int at = start + offset;
        if (at < 0 || at + width > Math.Min(image.Length, end)) return null;
        ReadOnlySpan<byte> bytes = image.Span.Slice(at, width);
        return width switch
        {
            1 => bytes[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        };
    }
}
