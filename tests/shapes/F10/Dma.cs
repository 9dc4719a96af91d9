using System;
using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using Shapes;
using DWORD = System.UInt32;
using UINT64 = System.UInt64;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;

namespace Edu.F10
{
    /// <summary>A contiguous buffer to the card and the program's own memory back.</summary>
    internal class Dma
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;
        private const DWORD SIZE = 4096;
        private const int MOVED = 1024;

        internal static void Run(EDU_Device device)
        {
            ToCard(device);
            FromCard(device);
        }

        private static void ToCard(EDU_Device device)
        {
            IntPtr pBuf = IntPtr.Zero;
            IntPtr pDma = IntPtr.Zero;
            DWORD dwOptions = (DWORD)(WD_DMA_OPTIONS.DMA_KBUF_BELOW_16M | WD_DMA_OPTIONS.DMA_TO_DEVICE);
            Report.Equal("WDC_DMAContigBufLock", OK, wdc_lib_decl.WDC_DMAContigBufLock(device.Handle, ref pBuf, dwOptions, SIZE, ref pDma));
            if (pDma == IntPtr.Zero)
                return;

            WD_DMA wdDma = View(pDma);
            Report.Check("one page, at an address that the card has", wdDma.dwPages == 1 && wdDma.Page[0].pPhysicalAddr < 0x1000000
                && wdDma.Page[0].dwBytes >= SIZE && wdDma.dwBytes == SIZE && wdDma.pUserAddr == pBuf && wdDma.hDma != 0);
            for (int i = 0; i < MOVED; ++i)
                Marshal.WriteByte(pBuf, i, (byte)(i * 7));
            Report.Equal("WDC_DMASyncCpu", OK, wdc_lib_decl.WDC_DMASyncCpu(pDma));
            Move(device, wdDma.Page[0].pPhysicalAddr, false);
            Report.Equal("WDC_DMASyncIo", OK, wdc_lib_decl.WDC_DMASyncIo(pDma));
            Report.Equal("WDC_DMABufUnlock", OK, wdc_lib_decl.WDC_DMABufUnlock(pDma));
        }

        private static void FromCard(EDU_Device device)
        {
            IntPtr pDma = IntPtr.Zero;
            IntPtr pBuf = Marshal.AllocHGlobal((int)SIZE);
            try
            {
                for (int i = 0; i < SIZE; ++i)
                    Marshal.WriteByte(pBuf, i, 0);
                Report.Equal("WDC_DMASGBufLock", OK,
                    wdc_lib_decl.WDC_DMASGBufLock(device.Handle, pBuf, (DWORD)WD_DMA_OPTIONS.DMA_FROM_DEVICE, SIZE, ref pDma));
                if (pDma == IntPtr.Zero)
                    return;

                WD_DMA wdDma = View(pDma);
                DWORD dwAll = 0;
                for (int i = 0; i < wdDma.dwPages; ++i)
                    dwAll += wdDma.Page[i].dwBytes;
                Report.Check("its pages cover it", wdDma.dwPages >= 1 && dwAll == SIZE);
                Move(device, wdDma.Page[0].pPhysicalAddr, true);
                wdc_lib_decl.WDC_DMASyncIo(pDma);
                int right = 0;
                int moved = (int)Math.Min((DWORD)MOVED, wdDma.Page[0].dwBytes);
                for (int i = 0; i < moved; ++i)
                    if (Marshal.ReadByte(pBuf, i) == (byte)(i * 7)) ++right;
                Report.Equal("the bytes came back", moved, right);
                Report.Equal("unlocked", OK, wdc_lib_decl.WDC_DMABufUnlock(pDma));
                Report.Check("a second time is refused", wdc_lib_decl.WDC_DMABufUnlock(pDma) != OK);
            }
            finally
            {
                Marshal.FreeHGlobal(pBuf);
            }
        }

        private static WD_DMA View(IntPtr pDma)
        {
            MarshalWdDma wdDmaMarshaler = new MarshalWdDma();
            return (WD_DMA)wdDmaMarshaler.MarshalNativeToManaged(pDma);
        }

        private static void Move(EDU_Device device, UINT64 address, bool fromCard)
        {
            wdc_lib_decl.WDC_WriteAddr64(device.Handle, 0, EDU_Regs.DMA_SOURCE, fromCard ? EDU_Regs.CARD_BUFFER : address);
            wdc_lib_decl.WDC_WriteAddr64(device.Handle, 0, EDU_Regs.DMA_DESTINATION, fromCard ? address : EDU_Regs.CARD_BUFFER);
            wdc_lib_decl.WDC_WriteAddr64(device.Handle, 0, EDU_Regs.DMA_COUNT, (UINT64)MOVED);
            wdc_lib_decl.WDC_WriteAddr64(device.Handle, 0, EDU_Regs.DMA_COMMAND,
                EDU_Regs.DMA_START | (fromCard ? EDU_Regs.DMA_FROM_CARD : 0));
            UINT64 command = EDU_Regs.DMA_START;
            for (int i = 0; i < 1000 && (command & EDU_Regs.DMA_START) != 0; ++i)
            {
                wdc_lib_decl.WDC_Sleep(10000, WDC_SLEEP_OPTIONS.WDC_SLEEP_NON_BUSY);
                wdc_lib_decl.WDC_ReadAddr64(device.Handle, 0, EDU_Regs.DMA_COMMAND, ref command);
            }

            Report.Check("the card's DMA ends", (command & EDU_Regs.DMA_START) == 0);
        }
    }
}
