using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RingThree.WinDriver;

/// <summary>Memory that a program names by a pointer.</summary>
internal static unsafe class CallerMemory
{
    /// <summary>The bytes there; none for a null pointer or more than an array could have.</summary>
    /// <remarks>Sound as far as the caller is: pointer and length are the caller's word, as in every version of this API.</remarks>
    internal static Span<byte> Span(IntPtr pointer, uint count) => pointer == 0 || count > int.MaxValue ? default : new Span<byte>((void*)pointer, (int)count);

    /// <summary>The bytes there; none is an error.</summary>
    /// <inheritdoc cref="Span" path="/remarks"/>
    internal static Span<byte> Given(IntPtr pointer, uint count) => Span(pointer, count) is { IsEmpty: false } data ? data : throw new ArgumentException("a buffer and its size are needed");

    /// <summary>An array of values there.</summary>
    /// <inheritdoc cref="Span" path="/remarks"/>
    internal static Span<T> Of<T>(IntPtr pointer, uint count)
        where T : unmanaged => new((void*)pointer, checked((int)count));

    /// <summary>A structure there, of which so many bytes count; the rest is zero.</summary>
    /// <inheritdoc cref="Span" path="/remarks"/>
    internal static T Structure<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.NonPublicConstructors)] T>(IntPtr pointer, int length)
        where T : notnull
    {
        byte[] whole = new byte[Marshal.SizeOf<T>()];
        Span(pointer, (uint)length).CopyTo(whole);
        fixed (byte* start = whole) return Marshal.PtrToStructure<T>((IntPtr)start)!;
    }
}

/// <summary>What a call tells by reference. A program that does not want to know gives a null one (<see cref="Unsafe.NullRef{T}"/>, or C's NULL through a delegate).</summary>
internal static class Answer
{
    internal static void Tell<T>(ref T place, T value)
    {
        if (!Unsafe.IsNullRef(ref place)) place = value;
    }
}
