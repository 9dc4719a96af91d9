using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace RingThree.Simulation;

/// <summary>Values and their bytes, the lowest first, as they are on the bus.</summary>
internal static class LittleEndian
{
    /// <summary>Whether one access has so many bytes: 1, 2, 4 or 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsAccess(int width) => width is 1 or 2 or 4 or 8;

    /// <summary>Whether a register can have values of this type, as for a driver.</summary>
    internal static bool IsRegister<T>()
        where T : unmanaged =>
        IsAccess(Unsafe.SizeOf<T>()) && typeof(T) != typeof(bool) && typeof(T) != typeof(char) && typeof(T) != typeof(float)
        && typeof(T) != typeof(double) && typeof(T) != typeof(nint) && typeof(T) != typeof(nuint);

    /// <summary>What so many bytes of nothing read as: all ones.</summary>
    /// <param name="width">1, 2, 4 or 8.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong AllOnes(int width) => ulong.MaxValue >> (64 - (8 * width));

    /// <summary>The value of 1, 2, 4 or 8 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Read(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        1 => bytes[0],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
    };

    /// <summary>Fills 1, 2, 4 or 8 bytes with the low bits of a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Write(Span<byte> bytes, ulong value)
    {
        switch (bytes.Length)
        {
            case 1: bytes[0] = (byte)value; break;
            case 2: BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value); break;
            case 4: BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)value); break;
            default: BinaryPrimitives.WriteUInt64LittleEndian(bytes, value); break;
        }
    }
}
