using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>memfd_create(2), ftruncate(2).</content>
public static unsafe partial class Libc
{
    /// <summary>Not for child processes (MFD_CLOEXEC).</summary>
    public const uint MemoryFileCloseOnExec = 1;

    /// <summary>Makes a file that is memory.</summary>
    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial FileDescriptor MemoryFile(string name, uint flags);

    /// <summary>Sets a file's length.</summary>
    [LibraryImport("libc", EntryPoint = "ftruncate64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Truncate(FileDescriptor descriptor, long length);
}
