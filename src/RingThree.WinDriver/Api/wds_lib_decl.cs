using System.Runtime.InteropServices;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

/// <summary>Between processes: messages, shared buffers, shared interrupts. Not served yet: WD_NOT_IMPLEMENTED.</summary>
public static class wds_lib_decl
{
    public static bool WDS_IsIpcRegistered() => false;

    public static uint WDS_IpcRegister(string pcProcessName, uint dwGroupID, uint dwSubGroupID, uint dwAction, IPC_MSG_RX_HANDLER pFunc, IntPtr pData) => NotYet(nameof(WDS_IpcRegister));

    public static void WDS_IpcUnRegister() => NotYet(nameof(WDS_IpcUnRegister));

    public static uint WDS_IpcScanProcs(ref WDS_IPC_SCAN_RESULT pIpcScanResult) => NotYet(nameof(WDS_IpcScanProcs));

    public static uint WDS_IpcUidUnicast(uint dwUID, uint dwMsgID, ulong qwMsgData) => NotYet(nameof(WDS_IpcUidUnicast));

    public static uint WDS_IpcSubGroupMulticast(uint dwRecipientSubGroupID, uint dwMsgID, ulong qwMsgData) => NotYet(nameof(WDS_IpcSubGroupMulticast));

    public static uint WDS_IpcMulticast(uint dwMsgID, ulong qwMsgData) => NotYet(nameof(WDS_IpcMulticast));

    public static uint WDS_SharedBufferAlloc(ulong qwBytes, uint dwOptions, out WD_KERNEL_BUFFER ppKerBuf)
    {
        ppKerBuf = default;
        return NotYet(nameof(WDS_SharedBufferAlloc));
    }

    public static uint WDS_SharedBufferGet(uint hKerBuf, out WD_KERNEL_BUFFER ppKerBuf)
    {
        ppKerBuf = default;
        return NotYet(nameof(WDS_SharedBufferGet));
    }

    public static uint WDS_SharedBufferFree(WD_KERNEL_BUFFER pKerBuf) => NotYet(nameof(WDS_SharedBufferFree));

    public static uint WDS_SharedBufferGetGlobalHandle(WD_KERNEL_BUFFER pKerBuf) => pKerBuf.hKerBuf;

    public static uint WDS_SharedIntEnable(string pcProcessName, uint dwGroupID, uint dwSubGroupID, uint dwAction, IPC_MSG_RX_HANDLER pFunc, IntPtr pData) => NotYet(nameof(WDS_SharedIntEnable));

    public static uint WDS_SharedIntDisableGlobal() => NotYet(nameof(WDS_SharedIntDisableGlobal));

    public static uint WDS_SharedIntDisableLocal() => NotYet(nameof(WDS_SharedIntDisableLocal));

    public static bool WDS_IsSharedIntsEnabledLocally() => false;

    internal static uint NotYet(string operation) => Status.Failed(operation, WD_ERROR_CODES.WD_NOT_IMPLEMENTED, "this version does not serve it yet.");
}

/// <summary>User code for a message.</summary>
/// <param name="pMsg">The message.</param>
/// <param name="pData">What was given when the process registered.</param>
public delegate void IPC_MSG_RX_HANDLER(WDS_IPC_MSG_RX pMsg, IntPtr pData);

/// <summary>A message that has come.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WDS_IPC_MSG_RX
{
    public uint dwSenderUID;
    public uint dwMsgID;
    public ulong qwMsgData;
}

/// <summary>A process that takes messages.</summary>
public struct WD_IPC_PROCESS
{
    public string? cProcessName;
    public uint dwSubGroupID;
    public uint dwGroupID;
    public uint hIpc;
}

/// <summary>The processes that take messages.</summary>
public struct WDS_IPC_SCAN_RESULT
{
    public uint dwNumProcs;
    public WD_IPC_PROCESS[] procInfo;

    public WDS_IPC_SCAN_RESULT()
    {
        dwNumProcs = 0;
        procInfo = new WD_IPC_PROCESS[windrvr_consts.WD_IPC_MAX_PROCS];
    }
}

/// <summary>The processes that take messages, below the card library.</summary>
public struct WD_IPC_SCAN_PROCS
{
    public uint hIpc;
    public uint dwNumProcs;
    public WD_IPC_PROCESS[] procInfo;

    public WD_IPC_SCAN_PROCS()
    {
        (hIpc, dwNumProcs) = (0, 0);
        procInfo = new WD_IPC_PROCESS[windrvr_consts.WD_IPC_MAX_PROCS];
    }
}

/// <summary>A process that registers.</summary>
public struct WD_IPC_REGISTER
{
    public WD_IPC_PROCESS procInfo;
    public uint dwOptions;
}

/// <summary>A message to send.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WD_IPC_SEND
{
    public uint hIpc;
    public uint dwOptions;
    public uint dwRecipientID;
    public uint dwMsgID;
    public ulong qwMsgData;
}

/// <summary>To whom a message goes.</summary>
public enum WD_IPC_SEND_OPTIONS : int
{
    WD_IPC_UID_UNICAST = 1,
    WD_IPC_SUBGROUP_MULTICAST = 2,
    WD_IPC_MULTICAST = 4,
}

/// <summary>A buffer that processes share.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WD_KERNEL_BUFFER
{
    public uint hKerBuf;
    public uint dwOptions;
    public ulong qwBytes;
    public ulong pKernelAddr;
    public ulong pUserAddr;
    public IntPtr phKerBuf;
}
