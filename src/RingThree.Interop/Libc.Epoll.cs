using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>epoll(7).</content>
public static unsafe partial class Libc
{
    /// <summary>Adds a descriptor to the set.</summary>
    public const int EpollAdd = 1;

    /// <summary>Ready for reading.</summary>
    public const uint EpollIn = 1;

    /// <summary>Makes a set of descriptors to wait on.</summary>
    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial FileDescriptor EpollCreate(int flags);

    /// <summary>Changes the set.</summary>
    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int EpollControl(FileDescriptor set, int operation, FileDescriptor descriptor, EpollEvent* change);

    /// <summary>Waits; for a hot path: no reference is taken, errno is read by <see cref="Marshal.GetLastSystemError"/> at once.</summary>
    [LibraryImport("libc", EntryPoint = "epoll_wait")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int EpollWait(int set, EpollEvent* events, int count, int timeoutMilliseconds);
}

/// <summary>struct epoll_event on x86-64, where it is packed; other machines align it.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public struct EpollEvent
{
    /// <summary>What happened.</summary>
    public uint Events;

    /// <summary>What was registered with the descriptor.</summary>
    public ulong Data;
}
