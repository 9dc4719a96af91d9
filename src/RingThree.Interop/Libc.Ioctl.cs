using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>ioctl(2).</content>
public static unsafe partial class Libc
{
    /// <summary>Device control with a number.</summary>
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Ioctl(FileDescriptor descriptor, nuint request, nint argument);

    /// <summary>Device control with a structure.</summary>
    /// <remarks>Sound when the structure is of the size and shape the request takes; the caller answers for that.</remarks>
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Ioctl(FileDescriptor descriptor, nuint request, void* argument);

    /// <summary>As <see cref="Ioctl(FileDescriptor, nuint, void*)"/>, for a hot path: errno is not kept.</summary>
    [LibraryImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int IoctlFast(FileDescriptor descriptor, nuint request, void* argument);
}
