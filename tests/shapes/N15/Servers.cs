using System;

using Jungo.wdapi_dotnet;
using Shapes;
using static Jungo.wdapi_dotnet.WD_ERROR_CODES;
using static Jungo.wdapi_dotnet.wds_lib_decl;
using DWORD = System.UInt32;

namespace Edu.N15
{
    /// <summary>Between processes: messages, buffers, shared interrupts. None of it is served yet.</summary>
    internal static class Servers
    {
        internal static void Run()
        {
            IPC_MSG_RX_HANDLER handler = delegate (WDS_IPC_MSG_RX message, IntPtr data)
            {
                Report.Line("message {0} of {1}: 0x{2:x}", message.dwMsgID, message.dwSenderUID, message.qwMsgData);
            };
            Program.Refused(WD_NOT_IMPLEMENTED, () => WDS_IpcRegister("edu", 1, 2, 0, handler, IntPtr.Zero));
            Report.Check("WDS_IsIpcRegistered", !WDS_IsIpcRegistered());
            WDS_IPC_SCAN_RESULT processes = new WDS_IPC_SCAN_RESULT();
            Program.Refused(WD_NOT_IMPLEMENTED, () => WDS_IpcScanProcs(ref processes));
            Report.Equal("nobody is there", 0u, processes.dwNumProcs);
            Program.Refused(WD_NOT_IMPLEMENTED, () => WDS_IpcUidUnicast(1, 2, 3));
            Program.Refused(WD_NOT_IMPLEMENTED, () => WDS_IpcSubGroupMulticast(1, 2, 3));
            Program.Refused(WD_NOT_IMPLEMENTED, () => WDS_IpcMulticast(2, 3));
            WDS_IpcUnRegister();

            Report.Equal("WDS_SharedBufferAlloc", (DWORD)WD_NOT_IMPLEMENTED,
                WDS_SharedBufferAlloc(4096, (DWORD)WD_KER_BUF_OPTION.KER_BUF_ALLOC_NON_CONTIG, out WD_KERNEL_BUFFER buffer));
            Report.Check("no buffer", buffer.hKerBuf == 0 && buffer.pUserAddr == 0 && buffer.qwBytes == 0);
            Report.Equal("WDS_SharedBufferGet", (DWORD)WD_NOT_IMPLEMENTED, WDS_SharedBufferGet(1, out buffer));
            Report.Equal("WDS_SharedBufferFree", (DWORD)WD_NOT_IMPLEMENTED, WDS_SharedBufferFree(buffer));

            Program.Refused(WD_NOT_IMPLEMENTED, () => WDS_SharedIntEnable("edu", 1, 2, 0, handler, IntPtr.Zero));
            Report.Check("WDS_IsSharedIntsEnabledLocally", !WDS_IsSharedIntsEnabledLocally());
            Program.Refused(WD_NOT_IMPLEMENTED, () => WDS_SharedIntDisableLocal());
            Program.Refused(WD_NOT_IMPLEMENTED, () => WDS_SharedIntDisableGlobal());
        }
    }
}
