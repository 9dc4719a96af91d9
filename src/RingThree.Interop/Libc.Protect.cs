using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>mprotect(2).</content>
public static unsafe partial class Libc
{
    /// <summary>Pages can be read and executed.</summary>
    public const int ProtectReadExecute = 5;

    /// <summary>Not backed by a file.</summary>
    public const int MapAnonymous = 0x20;

    /// <summary>Maps memory that no file stands behind.</summary>
    /// <param name="address">0 for anywhere.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="protection">What may be done with it.</param>
    /// <param name="flags">With <see cref="MapAnonymous"/>.</param>
    /// <param name="none">-1.</param>
    /// <param name="offset">0.</param>
    /// <returns>The address, or -1 with errno.</returns>
    [LibraryImport("libc", EntryPoint = "mmap64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint MmapAnonymous(nint address, nuint length, int protection, int flags, int none, long offset);

    /// <summary>Changes what may be done with mapped pages.</summary>
    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Protect(nint address, nuint length, int protection);
}
