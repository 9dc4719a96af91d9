using System.Runtime.InteropServices;
using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>
/// Memory that reads all ones, to put over a mapping whose device has stopped answering: without it the next load is a
/// SIGBUS, which .NET cannot survive.
/// </summary>
internal static unsafe class AllOnes
{
    private const int Chunk = 2 << 20;
    private static readonly Lazy<FileDescriptor> File = new(Create);

    /// <summary>Makes sure that there is such memory, while failing is still harmless.</summary>
    internal static void Prepare() => _ = File.Value;

    /// <summary>Replaces a mapped range in place.</summary>
    /// <remarks>
    /// Sound: the range is a mapping of ours, MAP_FIXED replaces exactly it, each chunk in one step, and the new pages are
    /// readable and writable, so that no thread can fault on it. MAP_PRIVATE: what is written there stays private.
    /// </remarks>
    internal static void Cover(nint address, nuint length)
    {
        for (nuint at = 0; at < length; at += Chunk)
        {
            nuint part = Math.Min(length - at, Chunk);
            if (Libc.Mmap(address + (nint)at, part, Libc.ProtectReadWrite, Libc.MapPrivate | Libc.MapFixed, File.Value, 0) == -1)
                throw VfioErrors.Failed("vfio", "overlaying a mapping", "mmap", "The limit of mappings may be reached: raise vm.max_map_count.");
        }
    }

    private static FileDescriptor Create()
    {
        FileDescriptor file = Libc.MemoryFile("ringthree all ones", Libc.MemoryFileCloseOnExec);
        if (file.IsInvalid) throw VfioErrors.Failed("vfio", "preparing the all-ones overlay", "memfd_create", "Free some memory.");
        if (Libc.Truncate(file, Chunk) != 0) throw VfioErrors.Failed("vfio", "preparing the all-ones overlay", "ftruncate", "Free some memory.");
        nint view = Libc.Mmap(0, Chunk, Libc.ProtectReadWrite, Libc.MapShared, file, 0);
        if (view == -1) throw VfioErrors.Failed("vfio", "preparing the all-ones overlay", "mmap", "Free some memory.");
        // Sound: the view is Chunk bytes long and nobody else knows it.
        NativeMemory.Fill((void*)view, Chunk, 0xFF);
        Libc.Munmap(view, Chunk);
        return file;
    }
}
