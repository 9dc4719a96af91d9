using System;
using System.Runtime.InteropServices;
using System.Threading;
using Jungo.wdapi_dotnet;
using Shapes;
using static Jungo.wdapi_dotnet.WD_DMA_OPTIONS;
using static Jungo.wdapi_dotnet.WD_ERROR_CODES;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using DWORD = System.UInt32;
using UINT64 = System.UInt64;

namespace Edu.N15
{
    /// <summary>DMA transactions: the callback starts the card with what the record says, until all of it is moved.</summary>
    internal static class DmaTransactions
    {
        internal static void Run(EduDevice device)
        {
            Contiguous(device);
            ScatterGather(device);
        }

        /// <summary>The card tells by an interrupt that a transfer has ended; the transaction brings the interrupt with it.</summary>
        private static void Contiguous(EduDevice device)
        {
            IntPtr hDev = device.Handle;
            IntPtr buffer = IntPtr.Zero;
            IntPtr pDma = IntPtr.Zero;
            DWORD last = 0;
            using var ended = new ManualResetEventSlim();
            INT_HANDLER handler = data =>
            {
                last = WDC_DMATransferCompletedAndCheck(pDma, true);
                if (last != unchecked((DWORD)WD_MORE_PROCESSING_REQUIRED)) ended.Set();
            };
            WDC_INTERRUPT_PARAMS parameters = new WDC_INTERRUPT_PARAMS();
            parameters.pTransCmds = device.Acknowledge();
            parameters.dwNumCmds = 3;
            parameters.dwOptions = (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY;
            parameters.funcIntHandler = Marshal.GetFunctionPointerForDelegate(handler);
            parameters.pData = hDev;
            parameters.fUseKP = wdc_lib_macros.DotnetBoolToCBool(false);
            IntPtr memory = Marshal.AllocHGlobal(Marshal.SizeOf<WDC_INTERRUPT_PARAMS>());
            Marshal.StructureToPtr(parameters, memory, false);

            if (Program.Call(() => WDC_DMATransactionContigInit(hDev, ref buffer, (DWORD)(DMA_TO_DEVICE | DMA_TRANSACTION) | Dma.Width28,
                2048, ref pDma, memory, 64)))
            {
                for (int i = 0; i < 2048; i++)
                    Marshal.WriteByte(buffer, i, (byte)(i * 3));
                int calls = 0;
                DMA_TRANSACTION_CALLBACK callback = context =>
                {
                    calls++;
                    WD_DMA dma = Marshal.PtrToStructure<WD_DMA>(context);
                    Report.Check("aligned", dma.Page[0].pPhysicalAddr % 64 == 0 && dma.dwAlignment == 64);
                    Dma.Start(device, dma.Page[0].pPhysicalAddr, EduDevice.CARD_BUFFER, dma.Page[0].dwBytes, 5);
                };
                Program.Call(() => WDC_DMASyncCpu(pDma));
                Program.Call(() => WDC_DMATransactionExecute(pDma, callback, pDma));
                Report.Check("the card tells its end", ended.Wait(TimeSpan.FromSeconds(10)));
                Report.Check("which is the transaction's", last == (DWORD)WD_STATUS_SUCCESS && calls == 1);
                Program.Call(() => WDC_DMATransactionRelease(pDma));
                Program.Call(() => WDC_DMATransactionUninit(pDma));
                Report.Check("its interrupt has ended with it", !WDC_IntIsEnabled(hDev));
                GC.KeepAlive(callback);
            }

            Marshal.FreeHGlobal(memory);
            GC.KeepAlive(handler);
        }

        private static void ScatterGather(EduDevice device)
        {
            const DWORD size = 3000;
            const DWORD most = 1024;
            IntPtr hDev = device.Handle;
            IntPtr pDma = IntPtr.Zero;
            byte[] data = new byte[size];
            GCHandle pinned = GCHandle.Alloc(data, GCHandleType.Pinned);
            IntPtr address = pinned.AddrOfPinnedObject();
            if (!Program.Call(() => WDC_DMATransactionSGInit(hDev, address, (DWORD)(DMA_FROM_DEVICE | DMA_TRANSACTION), size, ref pDma,
                IntPtr.Zero, most, 4)))
            {
                pinned.Free();
                return;
            }

            // What the card has is moved in pieces that are no larger than the card takes.
            UINT64 moved = 0;
            int calls = 0;
            bool small = true;
            DMA_TRANSACTION_CALLBACK callback = context =>
            {
                calls++;
                WD_DMA dma = Marshal.PtrToStructure<WD_DMA>(context);
                for (int i = 0; i < dma.dwPages; i++)
                {
                    small &= dma.Page[i].dwBytes <= most;
                    Dma.Move(device, EduDevice.CARD_BUFFER + moved % 1024, dma.Page[i].pPhysicalAddr, dma.Page[i].dwBytes, 3);
                    moved += dma.Page[i].dwBytes;
                }
            };
            Program.Call(() => WDC_DMATransactionExecute(pDma, callback, pDma));
            DWORD status = unchecked((DWORD)WD_MORE_PROCESSING_REQUIRED);
            for (int i = 0; i < 10 && status == unchecked((DWORD)WD_MORE_PROCESSING_REQUIRED); i++)
                status = WDC_DMATransferCompletedAndCheck(pDma, true);
            Program.Call("WDC_DMATransferCompletedAndCheck", status);
            Report.Check($"all of it, in pieces ({calls} calls, {moved} bytes)", moved == size && calls == 3 && small);
            Report.Check("the record says so", Marshal.PtrToStructure<WD_DMA>(pDma).dwBytesTransferred == size
                && Marshal.PtrToStructure<WD_DMA>(pDma).dwMaxTransferSize == most);
            Program.Call(() => WDC_DMASyncIo(pDma));
            int right = 0;
            for (int i = 0; i < size; i++)
                if (data[i] == (byte)(i % 1024 * 3)) right++;
            Report.Equal("the bytes are there", (int)size, right);
            Program.Call(() => WDC_DMATransactionRelease(pDma));
            Program.Call(() => WDC_DMATransactionUninit(pDma));
            pinned.Free();
        }
    }
}
