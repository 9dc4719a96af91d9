namespace RingThree.WinDriver;

/// <summary>Memory that a program names by a pointer.</summary>
internal static unsafe class CallerMemory
{
    /// <summary>The bytes there; none for a null pointer or more than an array could have.</summary>
    /// <remarks>Sound as far as the caller is: pointer and length are the caller's word, as in every version of this API.</remarks>
    internal static Span<byte> Span(IntPtr pointer, uint count) => pointer == 0 || count > int.MaxValue ? default : new Span<byte>((void*)pointer, (int)count);

    /// <summary>An array of values there.</summary>
    /// <inheritdoc cref="Span" path="/remarks"/>
    internal static Span<T> Of<T>(IntPtr pointer, uint count)
        where T : unmanaged => new((void*)pointer, checked((int)count));
}
