using System.Runtime.InteropServices;

namespace RingThree.Interop;

/// <content>socket(2), bind(2), recv(2).</content>
public static unsafe partial class Libc
{
    /// <summary>Messages to and from the kernel.</summary>
    public const int AddressFamilyNetlink = 16;

    /// <summary>Whole messages (SOCK_DGRAM).</summary>
    public const int Datagrams = 2;

    /// <summary>The kernel's device events (NETLINK_KOBJECT_UEVENT).</summary>
    public const int NetlinkDeviceEvents = 15;

    /// <summary>Return at once when there is nothing (MSG_DONTWAIT).</summary>
    public const int DoNotWait = 0x40;

    /// <summary>Makes a socket.</summary>
    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial FileDescriptor Socket(int family, int type, int protocol);

    /// <summary>Gives a socket its address.</summary>
    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Bind(FileDescriptor socket, NetlinkAddress* address, uint length);

    /// <summary>Takes a message.</summary>
    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial nint Receive(FileDescriptor socket, byte* buffer, nuint length, int flags);
}

/// <summary>struct sockaddr_nl.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct NetlinkAddress
{
    /// <summary>AF_NETLINK.</summary>
    public ushort Family;

    private readonly ushort _padding;

    /// <summary>The socket's own number; 0 has the kernel choose.</summary>
    public uint Port;

    /// <summary>One bit per group to listen to.</summary>
    public uint Groups;
}
