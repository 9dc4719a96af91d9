using System;
using System.Runtime.InteropServices;
using System.Threading;
using Jungo.wdapi_dotnet;
using Shapes;
using DWORD = System.UInt32;
using PHYS_ADDR = System.UInt64;
using UINT64 = System.UInt64;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;

namespace Edu.F16
{
    /// <summary>DMA whose end the card tells by an interrupt.</summary>
    internal static class DmaChecks
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;
        private const DWORD BYTES = 2048;

        internal static void Run(EduDevice device)
        {
            using (AutoResetEvent ended = new AutoResetEvent(false))
            {
                Report.Equal("interrupts for the DMA", OK, device.EnableInterrupts(delegate (EduDevice dev)
                {
                    if ((dev.Copied & (DWORD)BITS.BIT8) != 0) ended.Set();
                }, 0, false));
                Contiguous(device, ended);
                ScatterGather(device, ended);
                Report.Equal("no more interrupts", OK, device.DisableInterrupts());
            }
        }

        private static void Contiguous(EduDevice device, AutoResetEvent ended)
        {
            IntPtr pBuf = IntPtr.Zero;
            IntPtr pDma = IntPtr.Zero;
            DWORD dwOptions = (DWORD)(WD_DMA_OPTIONS.DMA_TO_FROM_DEVICE | WD_DMA_OPTIONS.DMA_ALLOW_CACHE
                | WD_DMA_OPTIONS.DMA_KBUF_ALLOC_SPECIFY_ADDRESS_WIDTH) | (28u << (int)WD_DMA_OPTIONS.DMA_ADDRESS_WIDTH_SHIFT);
            Report.Equal("WDC_DMAContigBufLock", OK, wdc_lib_decl.WDC_DMAContigBufLock(device.Handle, ref pBuf, dwOptions, 2 * BYTES, ref pDma));
            if (pDma == IntPtr.Zero)
                return;

            WD_DMA wdDma = (WD_DMA)new MarshalWdDma().MarshalNativeToManaged(pDma);
            PHYS_ADDR pPhysicalAddr = wdDma.Page[0].pPhysicalAddr;
            Report.Check("within the 28 bits that the card has", wdDma.dwPages == 1 && pPhysicalAddr + 2 * BYTES <= 1ul << 28);
            for (int i = 0; i < BYTES; i++)
                Marshal.WriteByte(pBuf, i, (byte)(i ^ 0x5a));
            wdc_lib_decl.WDC_DMASyncCpu(pDma);
            Move(device, pPhysicalAddr, EduDevice.CARD_BUFFER, 5, ended);
            Move(device, EduDevice.CARD_BUFFER, pPhysicalAddr + BYTES, 7, ended);
            wdc_lib_decl.WDC_DMASyncIo(pDma);
            int right = 0;
            for (int i = 0; i < BYTES; i++)
                if (Marshal.ReadByte(pBuf, (int)BYTES + i) == (byte)(i ^ 0x5a)) right++;
            Report.Equal("the bytes went there and back", (int)BYTES, right);
            Report.Equal("WDC_DMABufUnlock", OK, wdc_lib_decl.WDC_DMABufUnlock(pDma));
        }

        private static void ScatterGather(EduDevice device, AutoResetEvent ended)
        {
            byte[] data = new byte[BYTES];
            GCHandle pinned = GCHandle.Alloc(data, GCHandleType.Pinned);
            try
            {
                IntPtr pDma = IntPtr.Zero;
                Report.Equal("WDC_DMASGBufLock", OK, wdc_lib_decl.WDC_DMASGBufLock(device.Handle, pinned.AddrOfPinnedObject(),
                    (DWORD)WD_DMA_OPTIONS.DMA_FROM_DEVICE, BYTES, ref pDma));
                if (pDma == IntPtr.Zero)
                    return;

                WD_DMA wdDma = (WD_DMA)new MarshalWdDma().MarshalNativeToManaged(pDma);
                UINT64 from = EduDevice.CARD_BUFFER;
                for (int page = 0; page < wdDma.dwPages; page++)
                {
                    WriteCount(device, wdDma.Page[page].dwBytes);
                    Move(device, from, wdDma.Page[page].pPhysicalAddr, 7, ended, wdDma.Page[page].dwBytes);
                    from += wdDma.Page[page].dwBytes;
                }

                Report.Equal("unlocked", OK, wdc_lib_decl.WDC_DMABufUnlock(pDma));
                int right = 0;
                for (int i = 0; i < BYTES; i++)
                    if (data[i] == (byte)(i ^ 0x5a)) right++;
                Report.Equal("page by page, the same bytes", (int)BYTES, right);
            }
            finally
            {
                pinned.Free();
            }
        }

        private static void WriteCount(EduDevice device, UINT64 count)
        {
            wdc_lib_decl.WDC_WriteAddr64(device.Handle, EduDevice.BAR, EduDevice.DMA_COUNT, count);
        }

        private static void Move(EduDevice device, UINT64 from, UINT64 to, UINT64 command, AutoResetEvent ended, DWORD bytes = BYTES)
        {
            wdc_lib_decl.WDC_WriteAddr64(device.Handle, EduDevice.BAR, EduDevice.DMA_SOURCE, from);
            wdc_lib_decl.WDC_WriteAddr64(device.Handle, EduDevice.BAR, EduDevice.DMA_DESTINATION, to);
            WriteCount(device, bytes);
            wdc_lib_decl.WDC_WriteAddr64(device.Handle, EduDevice.BAR, EduDevice.DMA_COMMAND, command);
            Report.Check("the card's DMA ends by an interrupt", ended.WaitOne(TimeSpan.FromSeconds(10)));
        }
    }
}
