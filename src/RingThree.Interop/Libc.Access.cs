using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>faccessat(2).</content>
public static unsafe partial class Libc
{
    /// <summary>Read and write.</summary>
    public const int AccessReadWrite = 6;

    /// <summary>Relative names count from the working folder (AT_FDCWD).</summary>
    public const int CurrentFolder = -100;

    /// <summary>As open would ask, by the effective ids and capabilities (AT_EACCESS).</summary>
    public const int EffectiveIds = 0x200;

    /// <summary>Whether this process may, without opening anything.</summary>
    /// <returns>0 when it may.</returns>
    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int AccessAsEffective(int folder, string path, int mode, int flags);
}
