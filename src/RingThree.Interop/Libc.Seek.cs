using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>lseek(2).</content>
public static unsafe partial class Libc
{
    /// <summary>From the file's end.</summary>
    public const int FromEnd = 2;

    /// <summary>Moves a descriptor's position.</summary>
    [LibraryImport("libc", EntryPoint = "lseek64", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial long Seek(FileDescriptor descriptor, long offset, int origin);
}
