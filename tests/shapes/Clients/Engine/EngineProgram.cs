using System;
using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using Shapes;
using static Jungo.wdapi_dotnet.WD_DMA_OPTIONS;
using static Jungo.wdapi_dotnet.WD_ERROR_CODES;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using DWORD = System.UInt32;

namespace Clients.Engine
{
    /// <summary>Moves memory through a card's engine, which follows a list of descriptors: as a whole, and by transactions.</summary>
    internal static class EngineProgram
    {
        private const DWORD OK = (DWORD)WD_STATUS_SUCCESS;
        private const int SIZE = 50000;

        internal static void Run()
        {
            Report.Equal("WDC_DriverOpen", OK, WDC_DriverOpen(wdc_lib_consts.WDC_DRV_OPEN_DEFAULT, null));
            WDC_PCI_SCAN_RESULT found = new WDC_PCI_SCAN_RESULT();
            WDC_PciScanDevices(0x1af4, 0x10f1, ref found);
            if (!Report.Equal("cards with an engine", 1u, found.dwNumDevices))
                return;
            WD_PCI_CARD_INFO info = new WD_PCI_CARD_INFO();
            info.pciSlot = found.deviceSlot[0];
            WDC_PciGetDeviceInfo(ref info);
            IntPtr hDev = IntPtr.Zero;
            Report.Equal("WDC_PciDeviceOpen", OK, WDC_PciDeviceOpen(ref hDev, ref info, IntPtr.Zero));

            using (Engine engine = new Engine(hDev))
            {
                IntPtr memory = Marshal.AllocHGlobal(SIZE);
                try
                {
                    Whole(engine, hDev, memory);
                    Parts(engine, hDev, memory);
                }
                finally
                {
                    Marshal.FreeHGlobal(memory);
                }
            }

            Report.Equal("WDC_PciDeviceClose", OK, WDC_PciDeviceClose(hDev));
            Report.Equal("WDC_DriverClose", OK, WDC_DriverClose());
        }

        /// <summary>To the card and back, by one list of as many descriptors as the buffer has pages.</summary>
        private static void Whole(Engine engine, IntPtr hDev, IntPtr memory)
        {
            Fill(memory, 3);
            IntPtr pDma = IntPtr.Zero;
            Report.Equal("WDC_DMASGBufLock", OK, WDC_DMASGBufLock(hDev, memory, (DWORD)DMA_TO_FROM_DEVICE, SIZE, ref pDma));
            WD_DMA dma = Marshal.PtrToStructure<WD_DMA>(pDma);
            DWORD total = 0;
            bool pages = true;
            for (int i = 0; i < dma.dwPages; i++)
            {
                total += dma.Page[i].dwBytes;
                pages &= dma.Page[i].dwBytes <= utils.GetPageSize();
            }

            Report.Check("an entry for each page, all of the buffer", pages && total == SIZE && dma.dwPages >= SIZE / utils.GetPageSize());
            WDC_DMASyncIo(pDma);
            Report.Check("to the card", engine.Move(pDma, false));
            Fill(memory, 0);
            Report.Check("and back", engine.Move(pDma, true));
            WDC_DMASyncCpu(pDma);
            Report.Equal("the same bytes", SIZE, Same(memory, 3));
            Report.Equal("WDC_DMABufUnlock", OK, WDC_DMABufUnlock(pDma));
        }

        /// <summary>The same by transfers of at most 16 KiB, each completed in the interrupt handler.</summary>
        private static void Parts(Engine engine, IntPtr hDev, IntPtr memory)
        {
            Fill(memory, 5);
            foreach (bool fromCard in new bool[] { false, true })
            {
                if (fromCard)
                    Fill(memory, 0);
                IntPtr pDma = IntPtr.Zero;
                DWORD option = (DWORD)(fromCard ? DMA_FROM_DEVICE : DMA_TO_DEVICE);
                Report.Equal("WDC_DMATransactionSGInit", OK, WDC_DMATransactionSGInit(hDev, memory, option, SIZE, ref pDma, IntPtr.Zero, 0x4000, 0));
                Report.Check(fromCard ? "back, by transfers" : "to the card, by transfers", engine.Move(pDma, fromCard));
                Report.Equal("how many", 4, engine.LastTransfers);
                Report.Equal("all of it was transferred", (DWORD)SIZE, Marshal.PtrToStructure<WD_DMA>(pDma).dwBytesTransferred);
                Report.Equal("WDC_DMATransactionRelease", OK, WDC_DMATransactionRelease(pDma));
                Report.Equal("WDC_DMATransactionUninit", OK, WDC_DMATransactionUninit(pDma));
            }

            Report.Equal("the same bytes, by transfers", SIZE, Same(memory, 5));
        }

        private static void Fill(IntPtr memory, int factor)
        {
            for (int i = 0; i < SIZE; i++)
                Marshal.WriteByte(memory, i, (byte)(i * factor));
        }

        private static int Same(IntPtr memory, int factor)
        {
            int same = 0;
            for (int i = 0; i < SIZE; i++)
                if (Marshal.ReadByte(memory, i) == (byte)(i * factor)) same++;
            return same;
        }
    }
}
