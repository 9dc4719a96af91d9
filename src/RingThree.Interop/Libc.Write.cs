using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>write(2), pwrite(2).</content>
public static unsafe partial class Libc
{
    /// <summary>Writes.</summary>
    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Write(FileDescriptor descriptor, void* buffer, nuint length);

    /// <summary>Writes; for a hot path: errno is not kept.</summary>
    [LibraryImport("libc", EntryPoint = "write")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint WriteFast(int descriptor, void* buffer, nuint length);

    /// <summary>Writes at a position.</summary>
    [LibraryImport("libc", EntryPoint = "pwrite64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint WriteAt(FileDescriptor descriptor, void* buffer, nuint length, long position);
}
