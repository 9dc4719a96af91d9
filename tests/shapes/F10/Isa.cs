using System;
using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using Shapes;
using DWORD = System.UInt32;
using item_types = Jungo.wdapi_dotnet.ITEM_TYPE;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;
using WORD = System.UInt16;

namespace Edu.F10
{
    /// <summary>A card that nothing enumerates: a buffer at D0000h and ports at 300h. The machine need not have it.</summary>
    internal class Isa
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;

        private static DWORD Open(WD_CARD card)
        {
            IntPtr hDev = IntPtr.Zero;
            IntPtr pCard = Marshal.AllocHGlobal(Marshal.SizeOf(typeof(WD_CARD)));
            Marshal.StructureToPtr(card, pCard, false);
            DWORD dwStatus = wdc_lib_decl.WDC_IsaDeviceOpen(ref hDev, pCard, IntPtr.Zero, IntPtr.Zero, null, IntPtr.Zero);
            Marshal.FreeHGlobal(pCard);
            return dwStatus;
        }

        internal static void Run(EDU_Device device)
        {
            WD_CARD card = new WD_CARD();
            card.dwItems = 3;
            card.Item[0].item = (DWORD)item_types.ITEM_BUS;
            card.Item[0].I.Bus.dwBusType = WD_BUS_TYPE.WD_BUS_ISA;
            card.Item[1].item = (DWORD)item_types.ITEM_MEMORY;
            card.Item[1].fNotSharable = 1;
            card.Item[1].I.Mem.dwPhysicalAddr = 0xd0000;
            card.Item[1].I.Mem.dwBytes = 0x4000;
            card.Item[1].I.Mem.dwBar = 0;
            card.Item[2].item = (DWORD)item_types.ITEM_IO;
            card.Item[2].fNotSharable = 1;
            card.Item[2].I.IO.dwAddr = 0x300;
            card.Item[2].I.IO.dwBytes = 0x10;
            card.Item[2].I.IO.dwBar = 1;

            IntPtr hDev = IntPtr.Zero;
            IntPtr pCard = Marshal.AllocHGlobal(Marshal.SizeOf(typeof(WD_CARD)));
            try
            {
                Marshal.StructureToPtr(card, pCard, false);
                DWORD dwStatus = wdc_lib_decl.WDC_IsaDeviceOpen(ref hDev, pCard, IntPtr.Zero, IntPtr.Zero, "", IntPtr.Zero);
                Report.Line("WDC_IsaDeviceOpen: 0x{0:x} ({1})", dwStatus, utils.Stat2Str(dwStatus));
                if (!Report.Check("it opens, as nothing on this bus tells whether it is there", dwStatus == OK && hDev != IntPtr.Zero))
                    return;
            }
            finally
            {
                Marshal.FreeHGlobal(pCard);
            }

            WORD u16 = 0;
            Report.Equal("ports of the ISA card", OK, wdc_lib_decl.WDC_ReadAddr16(hDev, 1, 4, ref u16));
            WORD signature = u16;
            Report.Equal("memory of the ISA card", OK, wdc_lib_decl.WDC_WriteAddr16(hDev, 0, 0x10, 0xbeef));
            wdc_lib_decl.WDC_ReadAddr16(hDev, 0, 0x10, ref u16);
            if (signature == 0xffff)
                Report.Equal("no ISA card answers: ones everywhere", (WORD)0xffff, u16);
            else
                Report.Check("an ISA card answers: its signature, and its memory", signature == 0x4953 && u16 == 0xbeef);

            card.Item[1].I.Mem.dwPhysicalAddr += 0x1000;
            Report.Equal("overlapping what is exclusive", (DWORD)wdc_err.WD_RESOURCE_OVERLAP, Open(card));
            Report.Equal("WDC_IsaDeviceClose", OK, wdc_lib_decl.WDC_IsaDeviceClose(hDev));
        }
    }
}
