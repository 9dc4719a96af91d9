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
    private const nuint SmallestChunk = 2 << 20;
    private const nuint LargestNumberOfChunks = 1024; // each is a mapping of its own, and a process has 65,530 (vm.max_map_count)
    private static readonly Lock Gate = new();
    private static FileDescriptor? _file;
    private static nuint _filled;

    /// <summary>Makes sure that there is such memory for a range, while failing is still harmless.</summary>
    internal static void Prepare(nuint length)
    {
        lock (Gate)
        {
            _file ??= Create();
            nuint needed = Chunk(length);
            if (needed <= _filled) return;
            Fill(_file, needed);
            _filled = needed;
        }
    }

    /// <summary>Replaces a mapped range in place.</summary>
    /// <remarks>
    /// Sound: the range is a mapping of ours, MAP_FIXED replaces exactly it, each chunk in one step, and the new pages are
    /// readable and writable, so that no thread can fault on it. MAP_PRIVATE: what is written there stays private.
    /// </remarks>
    internal static void Cover(nint address, nuint length)
    {
        nuint chunk = Chunk(length);
        for (nuint at = 0; at < length; at += chunk)
        {
            nuint part = Math.Min(length - at, chunk);
            if (Libc.Mmap(address + (nint)at, part, Libc.ProtectReadWrite, Libc.MapPrivate | Libc.MapFixed, _file!, 0) == -1)
                throw VfioErrors.Failed("vfio", "overlaying a mapping", "mmap", "The limit of mappings may be reached: raise vm.max_map_count.");
        }
    }

    /// <summary>How much of the file is mapped at once: a large BAR takes larger pieces, not more of them.</summary>
    private static nuint Chunk(nuint length)
    {
        nuint share = (length + LargestNumberOfChunks - 1) / LargestNumberOfChunks;
        return Math.Max(SmallestChunk, (share + SmallestChunk - 1) & ~(SmallestChunk - 1));
    }

    private static FileDescriptor Create()
    {
        FileDescriptor file = Libc.MemoryFile("ringthree all ones", Libc.MemoryFileCloseOnExec);
        return file.IsInvalid ? throw Failed("memfd_create") : file;
    }

    private static void Fill(FileDescriptor file, nuint length)
    {
        if (Libc.Truncate(file, (long)length) != 0) throw Failed("ftruncate");
        nint view = Libc.Mmap(0, length, Libc.ProtectReadWrite, Libc.MapShared, file, 0);
        if (view == -1) throw Failed("mmap");
        // Sound: the view is that long and nobody else knows it.
        NativeMemory.Fill((void*)view, length, 0xFF);
        Libc.Munmap(view, length);
    }

    private static DeviceException Failed(string call) => VfioErrors.Failed("vfio", "preparing the all-ones overlay", call, "Free some memory.");
}
