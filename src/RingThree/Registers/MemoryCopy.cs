using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace RingThree.Registers;

/// <summary>Copies between this process's memory and a mapped range.</summary>
/// <remarks>
/// On the device's side each access is aligned and has at most 64 bits. memcpy promises neither: it reads edges twice, moves
/// bytes singly on some processors (REP MOVSB on uncached memory), and uses vector registers, whose accesses a hypervisor
/// cannot make for a card that it emulates, and which are a fault on arm64's device memory when they are not aligned.
/// Sound because every caller's range lies in a mapping that the caller keeps reachable, and has been checked against it.
/// </remarks>
internal static unsafe class MemoryCopy
{
    private const int Word = sizeof(ulong);

    internal static void FromDevice(nuint source, Span<byte> destination)
    {
        ref byte to = ref MemoryMarshal.GetReference(destination);
        nuint left = (nuint)destination.Length;
        for (; left > 0 && source % Word != 0; source++, left--)
        {
            to = *(byte*)source;
            to = ref Unsafe.Add(ref to, 1);
        }

        // Four words a round: the loop costs nothing beside the accesses then.
        for (; left >= 4 * Word; source += 4 * Word, left -= 4 * Word, to = ref Unsafe.Add(ref to, 4 * Word))
        {
            ulong first = *(ulong*)source;
            ulong second = *(ulong*)(source + Word);
            ulong third = *(ulong*)(source + (2 * Word));
            ulong fourth = *(ulong*)(source + (3 * Word));
            Unsafe.WriteUnaligned(ref to, first);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, Word), second);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, 2 * Word), third);
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, 3 * Word), fourth);
        }

        for (; left >= Word; source += Word, left -= Word, to = ref Unsafe.Add(ref to, Word)) Unsafe.WriteUnaligned(ref to, *(ulong*)source);
        for (; left > 0; source++, left--, to = ref Unsafe.Add(ref to, 1)) to = *(byte*)source;
    }

    internal static void ToDevice(ReadOnlySpan<byte> source, nuint destination)
    {
        ref byte from = ref MemoryMarshal.GetReference(source);
        nuint left = (nuint)source.Length;
        for (; left > 0 && destination % Word != 0; destination++, left--, from = ref Unsafe.Add(ref from, 1)) *(byte*)destination = from;
        for (; left >= 4 * Word; destination += 4 * Word, left -= 4 * Word, from = ref Unsafe.Add(ref from, 4 * Word))
        {
            ulong first = Unsafe.ReadUnaligned<ulong>(ref from);
            ulong second = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, Word));
            ulong third = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, 2 * Word));
            ulong fourth = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, 3 * Word));
            *(ulong*)destination = first;
            *(ulong*)(destination + Word) = second;
            *(ulong*)(destination + (2 * Word)) = third;
            *(ulong*)(destination + (3 * Word)) = fourth;
        }

        for (; left >= Word; destination += Word, left -= Word, from = ref Unsafe.Add(ref from, Word)) *(ulong*)destination = Unsafe.ReadUnaligned<ulong>(ref from);
        for (; left > 0; destination++, left--, from = ref Unsafe.Add(ref from, 1)) *(byte*)destination = from;
    }

    /// <summary>Mapped memory as a span, where it is ordinary in every way but its place.</summary>
    internal static Span<byte> At(nuint address, int length) => new((void*)address, length);

    /// <summary>The widest aligned access at an offset that is no longer than what is left.</summary>
    internal static int Width(ulong offset, int left)
    {
        int width = Word;
        while (width > left || offset % (ulong)width != 0) width /= 2;
        return width;
    }

    internal static void Store(ulong value, int width, Span<byte> destination)
    {
        Span<byte> bytes = stackalloc byte[Word];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        bytes[..width].CopyTo(destination);
    }

    internal static ulong Load(ReadOnlySpan<byte> source, int width)
    {
        Span<byte> bytes = stackalloc byte[Word];
        bytes.Clear();
        source[..width].CopyTo(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>Earlier writes before later ones, those that a write-combining buffer holds included.</summary>
    internal static void Fence()
    {
        if (Sse.IsSupported) Sse.StoreFence();
        else Thread.MemoryBarrier();
    }
}
