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
    /// <summary>Buffers, viewed through Marshal.PtrToStructure.</summary>
    internal static class Dma
    {
        internal const DWORD Width28 = (DWORD)DMA_KBUF_ALLOC_SPECIFY_ADDRESS_WIDTH | (28u << 24);
        private const DWORD Size = 4096;

        internal static void Run(EduDevice device)
        {
            IntPtr hDev = device.Handle;
            IntPtr buffer = IntPtr.Zero;
            IntPtr pDma = IntPtr.Zero;
            if (!Program.Call(() => WDC_DMAContigBufLock(hDev, ref buffer, (DWORD)DMA_TO_FROM_DEVICE | Width28, Size, ref pDma)))
                return;

            WD_DMA dma = Marshal.PtrToStructure<WD_DMA>(pDma);
            Report.Check("its record", dma.hDma != 0 && dma.pUserAddr == buffer && dma.dwBytes == Size && dma.dwPages == 1
                && dma.Page.Length >= 256 && dma.Page[0].dwBytes == Size && dma.Page[0].pPhysicalAddr < 1ul << 28);
            for (int i = 0; i < 1000; i++)
                Marshal.WriteByte(buffer, i, (byte)(i * 3));
            Program.Call(() => WDC_DMASyncCpu(pDma));
            Move(device, dma.Page[0].pPhysicalAddr, EduDevice.CARD_BUFFER, 1000, 1);
            Move(device, EduDevice.CARD_BUFFER, dma.Page[0].pPhysicalAddr + 2000, 1000, 3);
            Program.Call(() => WDC_DMASyncIo(pDma));
            Report.Check("the bytes went there and back", Same(buffer + 2000, 1000));

            IntPtr again = IntPtr.Zero;
            DWORD hDma = dma.hDma;
            if (Program.Call(() => WDC_DMABufGet(hDma, ref again)))
            {
                Report.Check("the same buffer by its handle", Marshal.PtrToStructure<WD_DMA>(again).hDma == hDma
                    && Marshal.ReadByte(Marshal.PtrToStructure<WD_DMA>(again).pUserAddr, 1) == 3);
                if (again != pDma)
                    Program.Call(() => WDC_DMABufUnlock(again));
            }

            Program.Call(() => WDC_DMABufUnlock(pDma));

            ScatterGather(device);
            Reserved(hDev);
        }

        private static void ScatterGather(EduDevice device)
        {
            IntPtr hDev = device.Handle;
            IntPtr pDma = IntPtr.Zero;
            byte[] data = new byte[3000];
            GCHandle pinned = GCHandle.Alloc(data, GCHandleType.Pinned);
            IntPtr address = pinned.AddrOfPinnedObject();
            if (Program.Call(() => WDC_DMASGBufLock(hDev, address, (DWORD)DMA_FROM_DEVICE, (DWORD)data.Length, ref pDma)))
            {
                WD_DMA dma = Marshal.PtrToStructure<WD_DMA>(pDma);
                DWORD moved = Math.Min(dma.Page[0].dwBytes, 1000);
                Move(device, EduDevice.CARD_BUFFER, dma.Page[0].pPhysicalAddr, moved, 3);
                Program.Call(() => WDC_DMASyncIo(pDma));
                Report.Check("the card's bytes are in the program's memory", Same(address, (int)moved));
                Program.Call(() => WDC_DMABufUnlock(pDma));
            }

            pinned.Free();
        }

        /// <summary>Memory that nobody reserved on this machine.</summary>
        private static void Reserved(IntPtr hDev)
        {
            IntPtr buffer = IntPtr.Zero;
            IntPtr pDma = IntPtr.Zero;
            DWORD status = WDC_DMAReservedBufLock(hDev, 0x7dce0000, ref buffer, (DWORD)(DMA_RESERVED_MEM | DMA_TO_DEVICE), Size, ref pDma);
            Report.Line("WDC_DMAReservedBufLock: 0x{0:x} ({1})", status, utils.Stat2Str(status));
            Report.Check("memory that is not reserved is refused, and nothing is locked",
                status != (DWORD)WD_STATUS_SUCCESS && pDma == IntPtr.Zero && buffer == IntPtr.Zero);
        }

        internal static void Move(EduDevice device, UINT64 from, UINT64 to, UINT64 count, UINT64 command)
        {
            Start(device, from, to, count, command);
            UINT64 running = 1;
            SpinWait.SpinUntil(() =>
            {
                WDC_Sleep(5000, WDC_SLEEP_OPTIONS.WDC_SLEEP_NON_BUSY);
                return WDC_ReadAddr64(device.Handle, EduDevice.BAR0, EduDevice.DMA_COMMAND, ref running) != 0 || (running & 1) == 0;
            }, TimeSpan.FromSeconds(10));
            Report.Equal("the card's DMA ends", 0ul, running & 1);
        }

        internal static void Start(EduDevice device, UINT64 from, UINT64 to, UINT64 count, UINT64 command)
        {
            device.Write64(EduDevice.DMA_SOURCE, from);
            device.Write64(EduDevice.DMA_DESTINATION, to);
            device.Write64(EduDevice.DMA_COUNT, count);
            device.Write64(EduDevice.DMA_COMMAND, command);
        }

        internal static bool Same(IntPtr memory, int count)
        {
            for (int i = 0; i < count; i++)
                if (Marshal.ReadByte(memory, i) != (byte)(i * 3)) return false;
            return true;
        }
    }
}
