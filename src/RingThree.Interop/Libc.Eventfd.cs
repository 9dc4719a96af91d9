using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>eventfd(2).</content>
public static unsafe partial class Libc
{
    /// <summary>Makes an event descriptor: a counter that can be waited on.</summary>
    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial FileDescriptor Eventfd(uint initial, int flags);
}
