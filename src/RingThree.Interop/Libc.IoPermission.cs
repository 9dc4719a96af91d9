using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>ioperm(2), on x86.</content>
public static unsafe partial class Libc
{
    /// <summary>Lets the calling thread use ports; threads that it starts later inherit that.</summary>
    /// <param name="first">The first port.</param>
    /// <param name="count">How many.</param>
    /// <param name="on">1 to allow, 0 to forbid.</param>
    [LibraryImport("libc", EntryPoint = "ioperm", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int IoPermission(nuint first, nuint count, int on);
}
