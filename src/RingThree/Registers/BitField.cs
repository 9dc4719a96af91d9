using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace RingThree.Registers;

/// <summary>The arithmetic of generated bit fields. Every place and count is a constant there, so that a few instructions are left of it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class BitField
{
    /// <summary>A field's bits, zero-extended.</summary>
    /// <param name="raw">All bits.</param>
    /// <param name="lowest">The field's lowest bit, 0 to 63.</param>
    /// <param name="count">How many bits it has, 1 to 64 - <paramref name="lowest"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Extract(ulong raw, int lowest, int count) => (raw >> lowest) & Largest(count);

    /// <summary>A field's bits, sign-extended.</summary>
    /// <inheritdoc cref="Extract"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ExtractSigned(ulong raw, int lowest, int count) => (long)(raw << (64 - lowest - count)) >> (64 - count);

    /// <summary>All bits with the field's replaced.</summary>
    /// <param name="raw">All bits.</param>
    /// <param name="value">The field's value.</param>
    /// <param name="lowest">The field's lowest bit.</param>
    /// <param name="count">How many bits it has.</param>
    /// <param name="name">The field's name, for the message.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value needs more bits than the field has.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Insert(ulong raw, ulong value, int lowest, int count, string name)
    {
        if (value > Largest(count)) Throw(value, count, name);
        return (raw & ~(Largest(count) << lowest)) | (value << lowest);
    }

    /// <summary>As <see cref="Insert"/>, for a number in two's complement.</summary>
    /// <inheritdoc cref="Insert"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong InsertSigned(ulong raw, long value, int lowest, int count, string name)
    {
        long most = (long)(Largest(count) >> 1);
        if (value > most || value < ~most) ThrowSigned(value, count, name);
        return (raw & ~(Largest(count) << lowest)) | (((ulong)value & Largest(count)) << lowest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Largest(int count) => ulong.MaxValue >> (64 - count);

    /// <remarks>Not marked for inlining: the words of a message have no place in a register's way.</remarks>
    [DoesNotReturn]
    private static void Throw(ulong value, int count, string name) => Throw($"0x{value:x}", $"0 to 0x{Largest(count):x}", count, name);

    /// <inheritdoc cref="Throw(ulong, int, string)"/>
    [DoesNotReturn]
    private static void ThrowSigned(long value, int count, string name)
    {
        long most = (long)(Largest(count) >> 1);
        Throw($"{value}", $"{~most} to {most}", count, name);
    }

    [DoesNotReturn]
    private static void Throw(string value, string range, int count, string name) =>
        throw new ArgumentOutOfRangeException(nameof(value), $"{name} is set to {value}; it has {count} {(count == 1 ? "bit" : "bits")}, so it can be {range}.");
}
