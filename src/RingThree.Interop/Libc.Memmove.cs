using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>memmove(3).</content>
public static unsafe partial class Libc
{
    /// <summary>Up to here a copy takes less than a microsecond, the longest that a garbage collection may wait for a call.</summary>
    private const int Short = 16 * 1024;

    /// <summary>Copies bytes as C does, which is faster than the runtime's own way for some KiB whose addresses are close modulo 4 KiB.</summary>
    /// <param name="source">Where they are.</param>
    /// <param name="destination">Where they go; the ranges may overlap.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Memmove(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        // The runtime calls C itself for that many, and the call is nothing beside the copy then; it refuses what does not fit, too.
        if (source.Length > Short || source.Length > destination.Length)
        {
            source.CopyTo(destination);
            return;
        }

        // Sound: both ranges are spans that hold as many bytes, fixed until C returns; it neither blocks nor calls back, and
        // touches nothing where there is nothing to copy.
        fixed (byte* from = &MemoryMarshal.GetReference(source))
        fixed (byte* to = &MemoryMarshal.GetReference(destination))
            Memmove(to, from, (nuint)source.Length);
    }

    [LibraryImport("libc", EntryPoint = "memmove")]
    [SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Memmove(byte* destination, byte* source, nuint length);
}
