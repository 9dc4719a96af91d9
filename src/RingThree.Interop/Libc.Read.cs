using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>read(2), pread(2).</content>
public static unsafe partial class Libc
{
    /// <summary>Reads; for a hot path: no reference is taken, errno is not kept.</summary>
    [LibraryImport("libc", EntryPoint = "read")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint ReadFast(int descriptor, void* buffer, nuint length);

    /// <summary>Reads.</summary>
    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Read(FileDescriptor descriptor, void* buffer, nuint length);

    /// <summary>Reads at a position.</summary>
    [LibraryImport("libc", EntryPoint = "pread64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint ReadAt(FileDescriptor descriptor, void* buffer, nuint length, long position);
}
