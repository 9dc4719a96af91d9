using System;
using System.Runtime.InteropServices;
using System.Threading;
using Jungo.wdapi_dotnet;
using Shapes;
using BYTE = System.Byte;
using DWORD = System.UInt32;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;
using WORD = System.UInt16;

namespace Clients.IsaCard
{
    /// <summary>
    /// A program for a sampling card of the ISA bus. It gives the card by a pointer to a structure of its own, which has room for
    /// the two items that it needs and no more.
    /// </summary>
    public static class SamplerProgram
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;
        private const DWORD PORT = 0x300;
        private const DWORD PORTS = 0;  // the first of the card's spaces
        private static INT_HANDLER s_handler;
        private static readonly AutoResetEvent s_came = new AutoResetEvent(false);
        private static DWORD s_dwCounter;

        [StructLayout(LayoutKind.Sequential)]
        private struct SAMPLER_CARD
        {
            public DWORD dwItems;
            public WD_ITEMS Ports;
            public WD_ITEMS Irq;
        }

        public static void Run()
        {
            Report.Equal("WDC_DriverOpen", OK, wdc_lib_decl.WDC_DriverOpen(wdc_lib_consts.WDC_DRV_OPEN_DEFAULT, "a licence"));
            SAMPLER_CARD card = new SAMPLER_CARD();
            card.dwItems = 2;
            card.Ports.item = (DWORD)ITEM_TYPE.ITEM_IO;
            card.Ports.fNotSharable = 1;
            card.Ports.I.IO.dwAddr = PORT;
            card.Ports.I.IO.dwBytes = 16;
            card.Irq.item = (DWORD)ITEM_TYPE.ITEM_INTERRUPT;
            card.Irq.fNotSharable = 1;
            card.Irq.I.Int.dwInterrupt = 5;
            card.Irq.I.Int.dwOptions = (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_LATCHED;

            int size = Marshal.SizeOf(typeof(SAMPLER_CARD));
            IntPtr pCard = Marshal.AllocHGlobal(size);
            IntPtr hDev = IntPtr.Zero;
            try
            {
                Marshal.StructureToPtr(card, pCard, false);
                Report.Equal("its structure is two items long", 248, size);
                DWORD dwStatus = wdc_lib_decl.WDC_IsaDeviceOpen(ref hDev, pCard, IntPtr.Zero, IntPtr.Zero, "", IntPtr.Zero);
                if (!Report.Equal("WDC_IsaDeviceOpen by pointer", OK, dwStatus))
                    return;
            }
            finally
            {
                Marshal.FreeHGlobal(pCard);
            }

            Ports(hDev);
            Samples(hDev);
            Report.Equal("WDC_IsaDeviceClose", OK, wdc_lib_decl.WDC_IsaDeviceClose(hDev));
            Report.Equal("WDC_DriverClose", OK, wdc_lib_decl.WDC_DriverClose());
        }

        private static void Ports(IntPtr hDev)
        {
            WORD wData = 0;
            BYTE bStatus = 0xff;
            Report.Check("the card's signature", wdc_lib_decl.WDC_ReadAddr16(hDev, PORTS, 4, ref wData) == OK && wData == 0x4953);
            Report.Check("its status, alone and with the control beside it", wdc_lib_decl.WDC_ReadAddr8(hDev, PORTS, 1, ref bStatus) == OK
                && wdc_lib_decl.WDC_ReadAddr16(hDev, PORTS, 0, ref wData) == OK && bStatus == 0 && wData == 0);

            // The length, and back by a list of transfers.
            wdc_lib_decl.WDC_WriteAddr16(hDev, PORTS, 2, 0x40);
            WD_TRANSFER trans = new WD_TRANSFER();
            trans.cmdTrans = (DWORD)WD_TRANSFER_CMD.RP_WORD;
            trans.dwPort = PORT + 2;
            IntPtr pTrans = Marshal.AllocHGlobal(Marshal.SizeOf(typeof(WD_TRANSFER)));
            try
            {
                Marshal.StructureToPtr(trans, pTrans, false);
                Report.Equal("WDC_MultiTransfer", OK, wdc_lib_decl.WDC_MultiTransfer(pTrans, 1));
                trans = (WD_TRANSFER)Marshal.PtrToStructure(pTrans, typeof(WD_TRANSFER));
                Report.Equal("the length, by a transfer", (WORD)0x40, trans.Data.Word);
            }
            finally
            {
                Marshal.FreeHGlobal(pTrans);
            }
        }

        private static void Samples(IntPtr hDev)
        {
            s_handler = new INT_HANDLER(Handler);
            Report.Equal("WDC_IntEnable, an edge", OK, wdc_lib_decl.WDC_IntEnable(hDev, null, 0, 0, s_handler, hDev, false));
            for (int i = 0; i < 3; ++i)
            {
                wdc_lib_decl.WDC_WriteAddr8(hDev, PORTS, 0, 3); // start, and interrupt
                if (!Report.Check("a block is there", s_came.WaitOne(20000, false)))
                    return;
            }

            Report.Equal("as many interrupts as blocks", 3u, s_dwCounter);
            Report.Equal("WDC_IntDisable", OK, wdc_lib_decl.WDC_IntDisable(hDev));
        }

        private static void Handler(IntPtr pData)
        {
            WD_INTERRUPT wdInt = (WD_INTERRUPT)new MarshalWdcDevice().MarshalDevWdInterrupt(pData);
            s_dwCounter = wdInt.dwCounter;
            s_came.Set();
        }
    }
}
