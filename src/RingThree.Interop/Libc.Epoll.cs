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

/// <summary>struct epoll_event: twelve bytes on x86-64, where it is packed; sixteen on other machines, where its data is aligned.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct EpollEvent
{
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>What happened.</summary>
    [FieldOffset(0)]
    public uint Events;

    [FieldOffset(4)]
    private uint _packedLow;

    [FieldOffset(8)]
    private uint _packedHigh;

    [FieldOffset(8)]
    private ulong _aligned;

    /// <summary>Bytes from one to the next in the kernel's array.</summary>
    public static int Stride => IsPacked ? 12 : 16;

    /// <summary>What was registered with the descriptor.</summary>
    public ulong Data
    {
        readonly get => IsPacked ? _packedLow | ((ulong)_packedHigh << 32) : _aligned;
        set
        {
            if (IsPacked) (_packedLow, _packedHigh) = ((uint)value, (uint)(value >> 32));
            else _aligned = value;
        }
    }
}
