using System.Runtime.CompilerServices;
using RingThree.Interop;

namespace RingThree.Benchmarks;

/// <summary>The two system calls of an event descriptor, as the C programs make them.</summary>
internal static unsafe class Descriptor
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(int descriptor)
    {
        ulong one = 1;
        // Sound: an event descriptor is written as 8 bytes.
        if (Libc.WriteFast(descriptor, &one, sizeof(ulong)) != sizeof(ulong)) throw new InvalidOperationException("An event was not written.");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Take(int descriptor)
    {
        ulong count;
        // Sound: an event descriptor is read as 8 bytes.
        if (Libc.ReadFast(descriptor, &count, sizeof(ulong)) != sizeof(ulong)) throw new InvalidOperationException("No event was read.");
    }
}
