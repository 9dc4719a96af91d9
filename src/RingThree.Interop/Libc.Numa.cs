using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>mbind(2), move_pages(2), for which the C library has no names, and madvise(2).</content>
public static unsafe partial class Libc
{
    /// <summary>MAP_HUGETLB: from the pool of huge pages. The page's size goes into the flags as its power of 2 (<see cref="HugePageShift"/>).</summary>
    public const int MapHugePages = 0x4_0000;

    /// <summary>Where the power of 2 of a huge page's size is in mmap's flags.</summary>
    public const int HugePageShift = 26;

    /// <summary>MADV_HUGEPAGE: huge pages behind ordinary ones, where the kernel finds them.</summary>
    public const int AdviseHugePages = 14;

    /// <summary>MADV_POPULATE_WRITE, from Linux 5.14 on: all pages now, an error rather than a signal where there is none.</summary>
    public const int AdvisePopulate = 23;

    /// <summary>MPOL_PREFERRED: from that node, and from others where it has none left.</summary>
    private const int PolicyPreferred = 1;

    private const int MostNodes = 1024; // MAX_NUMNODES of every configuration

    // Numbers of system calls: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h.
    private static readonly (Architecture Architecture, int Bind, int MovePages)[] Calls =
    [
        (Architecture.X64, 237, 279),
        (Architecture.Arm64, 235, 239),
        (Architecture.RiscV64, 235, 239),
        (Architecture.LoongArch64, 235, 239),
    ];

    /// <summary>Says what memory is for.</summary>
    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Advise(nint address, nuint length, int advice);

    /// <summary>Asks for pages of one node, for memory that has none yet.</summary>
    /// <param name="address">Page aligned.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="node">The node, 0 to 1023.</param>
    /// <returns>0, or -1 with errno.</returns>
    public static int PreferNode(nint address, nuint length, int node)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(node);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(node, MostNodes);
        ulong* mask = stackalloc ulong[MostNodes / 64];
        new Span<ulong>(mask, MostNodes / 64).Clear();
        mask[node / 64] = 1UL << (node % 64);
        return Number(c => c.Bind) is { } call ? (int)Call(call, address, (nint)length, PolicyPreferred, (nint)mask, MostNodes + 1, 0) : Unknown();
    }

    /// <summary>Tells which node each page is at.</summary>
    /// <param name="pages">Addresses of pages of this process.</param>
    /// <param name="nodes">Its answers: a node, or a negative errno.</param>
    /// <returns>0, or -1 with errno.</returns>
    public static int FindNodes(ReadOnlySpan<nint> pages, Span<int> nodes)
    {
        if (nodes.Length < pages.Length) throw new ArgumentException("There are fewer answers than pages.", nameof(nodes));
        fixed (nint* page = pages)
        fixed (int* node = nodes)
            return Number(c => c.MovePages) is { } call ? (int)Call(call, 0, pages.Length, (nint)page, 0, (nint)node, 0) : Unknown();
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Call(nint number, nint first, nint second, nint third, nint fourth, nint fifth, nint sixth);

    private static int? Number(Func<(Architecture Architecture, int Bind, int MovePages), int> call)
    {
        foreach ((Architecture, int, int) numbers in Calls)
        {
            if (numbers.Item1 == RuntimeInformation.ProcessArchitecture) return call(numbers);
        }

        return null;
    }

    private static int Unknown()
    {
        Marshal.SetLastPInvokeError(Errno.ENOSYS);
        return -1;
    }
}
