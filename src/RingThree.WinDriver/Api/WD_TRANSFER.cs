using System.Runtime.InteropServices;

namespace Jungo.wdapi_dotnet;

/// <summary>A transfer command. <c>pPort</c> is an address space's <see cref="WDC_ADDR_DESC.pAddr"/> and an offset, or a port's number.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WD_TRANSFER
{
    public ulong pPort;
    public uint cmdTrans;
    public uint dwBytes;
    public uint fAutoinc;
    public uint dwOptions;
    public DATA_T Data;

    /// <summary><see cref="pPort"/> as code from 32-bit days names it.</summary>
    public uint dwPort
    {
        readonly get => (uint)pPort;
        set => pPort = value;
    }

    /// <summary>The value of a single transfer, or where a block's are.</summary>
    [StructLayout(LayoutKind.Explicit)]
    public struct DATA_T
    {
        [FieldOffset(0)] public byte Byte;
        [FieldOffset(0)] public ushort Word;
        [FieldOffset(0)] public uint Dword;
        [FieldOffset(0)] public ulong Qword;
        [FieldOffset(0)] public IntPtr pBuffer;
    }
}

/// <summary>A call to a kernel plug-in.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WD_KERNEL_PLUGIN_CALL
{
    public uint hKernelPlugIn;
    public uint dwMessage;
    public IntPtr pData;
    public uint dwResult;
}

/// <summary>An interrupt: what to do when it comes, and what came.</summary>
public class WD_INTERRUPT
{
    public uint hInterrupt;
    public uint dwOptions;
    public IntPtr Cmd;
    public uint dwCmds;
    public WD_KERNEL_PLUGIN_CALL kpCall;
    public uint fEnableOk;
    public uint dwCounter;
    public uint dwLost;
    public uint fStopped;
    public uint dwLastMessage;
    public uint dwEnabledIntType;
}
