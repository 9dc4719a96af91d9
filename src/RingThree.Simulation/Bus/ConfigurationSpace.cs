using System.Buffers.Binary;

namespace RingThree.Simulation;

/// <summary>
/// Configuration registers as hardware has them: for each bit whether it is fixed, written, or cleared by writing a one,
/// and what it is after a reset.
/// </summary>
internal sealed class ConfigurationSpace
{
    private readonly byte[] _data;
    private readonly byte[] _initial;
    private readonly byte[] _writable;
    private readonly byte[] _clearedByOnes;

    /// <param name="size">256 for conventional functions, 4096 for PCI Express.</param>
    internal ConfigurationSpace(int size)
    {
        _data = new byte[size];
        _initial = new byte[size];
        _writable = new byte[size];
        _clearedByOnes = new byte[size];
    }

    internal int Size => _data.Length;

    internal byte Read8(int offset) => _data[offset];

    internal ushort Read16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_data.AsSpan(offset));

    internal uint Read32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_data.AsSpan(offset));

    internal void Read(int offset, Span<byte> data) => _data.AsSpan(offset, data.Length).CopyTo(data);

    /// <summary>Declares 8 bits: what they are after a reset, and which of them a write reaches.</summary>
    internal void Define8(int offset, byte value, byte writable = 0)
    {
        _initial[offset] = _data[offset] = value;
        _writable[offset] = writable;
    }

    /// <inheritdoc cref="Define8"/>
    internal void Define16(int offset, ushort value, ushort writable = 0, ushort clearedByOnes = 0)
    {
        for (int i = 0; i < 2; i++)
        {
            Define8(offset + i, (byte)(value >> (8 * i)), (byte)(writable >> (8 * i)));
            _clearedByOnes[offset + i] = (byte)(clearedByOnes >> (8 * i));
        }
    }

    /// <inheritdoc cref="Define8"/>
    internal void Define32(int offset, uint value, uint writable = 0, uint clearedByOnes = 0)
    {
        Define16(offset, (ushort)value, (ushort)writable, (ushort)clearedByOnes);
        Define16(offset + 2, (ushort)(value >> 16), (ushort)(writable >> 16), (ushort)(clearedByOnes >> 16));
    }

    /// <summary>The hardware changes 8 bits of its own; the value after a reset stays.</summary>
    internal void Set8(int offset, byte value) => _data[offset] = value;

    /// <inheritdoc cref="Set8"/>
    internal void Set16(int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(_data.AsSpan(offset), value);

    /// <inheritdoc cref="Set8"/>
    internal void Set32(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_data.AsSpan(offset), value);

    /// <summary>A write from the bus.</summary>
    internal void Write(int offset, ReadOnlySpan<byte> data)
    {
        for (int i = 0; i < data.Length; i++)
        {
            int at = offset + i;
            int kept = _data[at] & ~_writable[at] & ~(_clearedByOnes[at] & data[i]);
            _data[at] = (byte)(kept | (data[i] & _writable[at]));
        }
    }

    internal void Reset() => _initial.CopyTo(_data, 0);

    /// <summary>What is in every register, for <see cref="Restore"/>.</summary>
    internal byte[] Save() => [.. _data];

    internal void Restore(byte[] saved) => saved.CopyTo(_data, 0);
}
