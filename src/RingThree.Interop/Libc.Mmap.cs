using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>mmap(2), munmap(2).</content>
public static unsafe partial class Libc
{
    /// <summary>Pages can be read and written.</summary>
    public const int ProtectReadWrite = 3;

    /// <summary>Writes go to the file or device.</summary>
    public const int MapShared = 1;

    /// <summary>Writes stay in this process.</summary>
    public const int MapPrivate = 2;

    /// <summary>At exactly that address, replacing what is there in one step.</summary>
    public const int MapFixed = 0x10;

    /// <summary>Maps a file or device.</summary>
    /// <returns>The address, or -1 with errno.</returns>
    [LibraryImport("libc", EntryPoint = "mmap64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Mmap(nint address, nuint length, int protection, int flags, FileDescriptor descriptor, long offset);

    /// <summary>Unmaps.</summary>
    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Munmap(nint address, nuint length);
}
