using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>open(2).</content>
public static unsafe partial class Libc
{
    /// <summary>Open for reading.</summary>
    public const int ReadOnly = 0;

    /// <summary>Open for reading and writing.</summary>
    public const int ReadWrite = 2;

    /// <summary>Do not block.</summary>
    public const int NonBlocking = 0x800;

    /// <summary>Each write has arrived when it returns; of device memory: uncached.</summary>
    public const int Synchronous = 0x101000;

    /// <summary>Not for child processes.</summary>
    public const int CloseOnExec = 0x80000;

    /// <summary>Opens a file.</summary>
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial FileDescriptor Open(string path, int flags);
}
