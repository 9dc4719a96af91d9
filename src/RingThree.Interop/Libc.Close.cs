using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <summary>Linux system calls through the C library. Those that set errno leave it in <see cref="Marshal.GetLastPInvokeError"/>.</summary>
public static unsafe partial class Libc
{
    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Close(int descriptor);
}
