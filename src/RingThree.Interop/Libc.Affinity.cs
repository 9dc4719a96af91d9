using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>sched_setaffinity(2) and sched_getaffinity(2).</content>
public static unsafe partial class Libc
{
    /// <summary>Bytes of a processor mask that is large enough for any kernel (CONFIG_NR_CPUS ends at 8192).</summary>
    public const int AffinityMaskSize = 1024;

    /// <summary>Pins a thread. The kernel drops processors from the mask that there are not or that the process may not use.</summary>
    /// <param name="thread">0 for the calling one.</param>
    /// <param name="size">The mask's bytes.</param>
    /// <param name="mask">One bit per processor.</param>
    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SetAffinity(int thread, nuint size, ulong* mask);

    /// <summary>Where a thread may run.</summary>
    /// <param name="thread">0 for the calling one.</param>
    /// <param name="size">The mask's bytes, <see cref="AffinityMaskSize"/>.</param>
    /// <param name="mask">One bit per processor.</param>
    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetAffinity(int thread, nuint size, ulong* mask);
}
