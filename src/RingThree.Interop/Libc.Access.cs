using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>access(2).</content>
public static unsafe partial class Libc
{
    /// <summary>Read and write.</summary>
    public const int AccessReadWrite = 6;

    /// <summary>Whether this process may, without opening anything.</summary>
    /// <returns>0 when it may.</returns>
    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Access(string path, int mode);
}
