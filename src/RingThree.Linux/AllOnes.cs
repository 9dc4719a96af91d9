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
    private const nuint LargestChunk = 64 << 20; // it is memory for as long as the process lives
    private const nuint WantedNumberOfChunks = 1024; // each is a mapping of its own, and a process has 65,530 (vm.max_map_count)
    private const ulong LargestLength = (ulong)LargestChunk * 16 * WantedNumberOfChunks; // 1 TiB
    private static readonly Lock Gate = new();
    private static FileDescriptor? _file;
    private static nuint _filled;

    /// <summary>Refuses a range that is too long to be covered. Before it is mapped: the page tables of such a range are memory too.</summary>
    internal static void CheckLength(string device, string range, ulong length)
    {
        if (length <= LargestLength) return;
        throw new DeviceException(DeviceStatus.InvalidArgument, device, "mapping " + range, $"at most 0x{LargestLength:x} bytes can be covered when the device stops answering",
            "Give the length, not the last address; where it is right, map the parts that are used, each for itself.");
    }

    /// <summary>Makes sure that there is such memory for a mapped range, while failing is still harmless.</summary>
    /// <param name="device">The device, for messages.</param>
    /// <param name="range">What of it, for messages.</param>
    /// <param name="length">Whole pages.</param>
    internal static void Prepare(string device, string range, nuint length)
    {
        lock (Gate)
        {
            _file ??= Create(device, range);
            nuint needed = Chunk(length);
            if (needed <= _filled) return;
            Fill(_file, device, range, needed);
            _filled = needed;
        }
    }

    /// <summary>Replaces a mapped range in place.</summary>
    /// <remarks>
    /// Sound: the range is a mapping of ours, MAP_FIXED replaces exactly it, each chunk in one step, and the new pages are
    /// readable and writable, so that no thread can fault on it. MAP_PRIVATE: what is written there stays private.
    /// </remarks>
    internal static void Cover(string device, string range, nint address, nuint length)
    {
        nuint chunk = Chunk(length);
        // From the end: x86 keeps with a mapping of /dev/mem how its pages are cached, can shorten that from the end alone, and
        // keeps for good what it cannot; the memory could never again be mapped otherwise (memtype_erase, arch/x86/mm/pat).
        for (nuint end = length; end > 0;)
        {
            nuint part = end % chunk == 0 ? chunk : end % chunk;
            nuint at = end -= part;
            if (Libc.Mmap(address + (nint)at, part, Libc.ProtectReadWrite, Libc.MapPrivate | Libc.MapFixed, _file!, 0) == -1)
                throw VfioErrors.Failed(device, "covering " + range, "mmap", "The limit of mappings may be reached: raise vm.max_map_count.");
        }
    }

    /// <summary>How much of the file is mapped at once: a large BAR takes larger pieces, and more of them only beyond 64 GiB.</summary>
    private static nuint Chunk(nuint length)
    {
        nuint share = (length + WantedNumberOfChunks - 1) / WantedNumberOfChunks;
        return Math.Clamp((share + SmallestChunk - 1) & ~(SmallestChunk - 1), SmallestChunk, LargestChunk);
    }

    private static FileDescriptor Create(string device, string range)
    {
        FileDescriptor file = Libc.MemoryFile("ringthree all ones", Libc.MemoryFileCloseOnExec);
        return file.IsInvalid ? throw Failed(device, range, "memfd_create") : file;
    }

    private static void Fill(FileDescriptor file, string device, string range, nuint length)
    {
        if (Libc.Truncate(file, (long)length) != 0) throw Failed(device, range, "ftruncate");
        nint view = Libc.Mmap(0, length, Libc.ProtectReadWrite, Libc.MapShared, file, 0);
        if (view == -1) throw Failed(device, range, "mmap");
        // Sound: the view is that long and nobody else knows it.
        NativeMemory.Fill((void*)view, length, 0xFF);
        Libc.Munmap(view, length);
    }

    private static DeviceException Failed(string device, string range, string call) =>
        VfioErrors.Failed(device, $"preparing memory to cover {range} with", call, "Free some memory, or close some files.");
}
