using System.Runtime.CompilerServices;

namespace RingThree.Registers;

/// <summary>
/// Single loads and stores of device memory, and the conversions a register's type needs. The only place where register
/// pointers are followed.
/// </summary>
internal static unsafe class RegisterAccess
{
    /// <summary>Whether T can be a register's value: one bus access wide, and any bits make sense in it. A constant once compiled.</summary>
    /// <remarks>
    /// As the register maps' generator has it: a <see cref="bool"/> is none, since a byte of a card that is neither 0 nor 1 would
    /// make one that equals neither true nor false. Structs that the caller has made for it are the caller's matter.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsValue<T>()
        where T : unmanaged =>
        sizeof(T) is 1 or 2 or 4 or 8
        && typeof(T) != typeof(bool) && typeof(T) != typeof(char) && typeof(T) != typeof(float) && typeof(T) != typeof(double)
        && typeof(T) != typeof(nint) && typeof(T) != typeof(nuint);

    /// <summary>T's width, bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int SizeOf<T>()
        where T : unmanaged => sizeof(T);

    /// <summary>What a device that does not respond reads as, in a width.</summary>
    internal static ulong AllOnes(int width) => ulong.MaxValue >> (64 - (8 * width));

    /// <summary>The error for a type that <see cref="IsValue{T}"/> refuses.</summary>
    internal static ArgumentException NoValue<T>(string where)
        where T : unmanaged =>
        new($"{where}: {typeof(T)} ({sizeof(T)} {(sizeof(T) == 1 ? "byte" : "bytes")}) is not a type that a register can have. Use an integer of 1, 2, 4 or 8 bytes, or an enum over one"
            + (typeof(T) == typeof(bool) ? "; for a flag, read a byte and test the bit." : "."));

    /// <summary>One load of T's width.</summary>
    /// <remarks>
    /// Sound because every caller's address lies in an <see cref="Hosting.IRegionMapping"/> that the caller keeps
    /// reachable: such a range stays mapped (device or overlay) until it is collected. Volatile: never cached, never merged.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T Load<T>(nuint address)
        where T : unmanaged
    {
        if (sizeof(T) == 4) return Unsafe.BitCast<uint, T>(Volatile.Read(ref *(uint*)address));
        if (sizeof(T) == 8) return Unsafe.BitCast<ulong, T>(Volatile.Read(ref *(ulong*)address));
        if (sizeof(T) == 2) return Unsafe.BitCast<ushort, T>(Volatile.Read(ref *(ushort*)address));
        return Unsafe.BitCast<byte, T>(Volatile.Read(ref *(byte*)address));
    }

    /// <summary>One store of T's width. Sound for the reason given at <see cref="Load"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store<T>(nuint address, T value)
        where T : unmanaged
    {
        if (sizeof(T) == 4) Volatile.Write(ref *(uint*)address, Unsafe.BitCast<T, uint>(value));
        else if (sizeof(T) == 8) Volatile.Write(ref *(ulong*)address, Unsafe.BitCast<T, ulong>(value));
        else if (sizeof(T) == 2) Volatile.Write(ref *(ushort*)address, Unsafe.BitCast<T, ushort>(value));
        else Volatile.Write(ref *(byte*)address, Unsafe.BitCast<T, byte>(value));
    }

    /// <summary>The value's bits, zero-extended.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong ToBits<T>(T value)
        where T : unmanaged
    {
        if (sizeof(T) == 4) return Unsafe.BitCast<T, uint>(value);
        if (sizeof(T) == 8) return Unsafe.BitCast<T, ulong>(value);
        if (sizeof(T) == 2) return Unsafe.BitCast<T, ushort>(value);
        return Unsafe.BitCast<T, byte>(value);
    }

    /// <summary>The low bits as a T.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T FromBits<T>(ulong bits)
        where T : unmanaged
    {
        if (sizeof(T) == 4) return Unsafe.BitCast<uint, T>((uint)bits);
        if (sizeof(T) == 8) return Unsafe.BitCast<ulong, T>(bits);
        if (sizeof(T) == 2) return Unsafe.BitCast<ushort, T>((ushort)bits);
        return Unsafe.BitCast<byte, T>((byte)bits);
    }

    /// <summary>One load or store of a width that is only known at run time.</summary>
    internal static ulong Load(nuint address, int width) => width switch
    {
        4 => Load<uint>(address),
        8 => Load<ulong>(address),
        2 => Load<ushort>(address),
        _ => Load<byte>(address),
    };

    /// <inheritdoc cref="Load(nuint, int)"/>
    internal static void Store(nuint address, int width, ulong value)
    {
        switch (width)
        {
            case 4: Store(address, (uint)value); break;
            case 8: Store(address, value); break;
            case 2: Store(address, (ushort)value); break;
            default: Store(address, (byte)value); break;
        }
    }
}
