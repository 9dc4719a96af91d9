using System;
using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using Shapes;
using static Jungo.wdapi_dotnet.WD_ERROR_CODES;
using static Jungo.wdapi_dotnet.wdc_defs_macros;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using DWORD = System.UInt32;
using item_types = Jungo.wdapi_dotnet.ITEM_TYPE;
using WORD = System.UInt16;

namespace Edu.N15
{
    /// <summary>Macros of a device, clean-up commands, a card that nothing enumerates.</summary>
    internal static class Extras
    {
        internal static void Run(EduDevice device)
        {
            Macros(device);
            CleanUp(device);
            Isa();
        }

        private static void Macros(EduDevice device)
        {
            WDC_DEVICE dev = WDC_DEVICE.hDevToWdcDevice(device.Handle);
            WDC_DEVICE converted = device.Handle;
            Report.Check("a handle and its device", dev.hDev == device.Handle && converted.hDev == device.Handle && ReferenceEquals(dev.Int, device.Dev.Int));
            WD_PCI_ID id = WDC_GET_PPCI_ID(dev);
            WD_PCI_SLOT slot = WDC_GET_PPCI_SLOT(dev);
            Report.Check("id and slot", id.dwVendorId == EduDevice.VENDOR && dev.id.dwDeviceId == EduDevice.DEVICE
                && slot.dwDomain == device.Slot.dwDomain && dev.slot.dwSlot == device.Slot.dwSlot);
            WD_PCI_ID sameId = dev.id;
            WD_PCI_SLOT sameSlot = dev.slot;
            Report.Check("flat", sameId.dwVendorId == id.dwVendorId && sameSlot.dwSlot == slot.dwSlot);
            WD_CARD card = WDC_GET_PCARD(dev);
            Report.Check("card", card.dwItems > 0 && WDC_GET_CARD_HANDLE(dev) == dev.cardReg.hCard && dev.cardReg.hCard != 0);
            WDC_ADDR_DESC desc = WDC_GET_ADDR_DESC(dev, 0);
            Report.Check("address space", desc.dwAddrSpace == 0 && WDC_GET_ADDR_SPACE_SIZE(dev, 0) == 0x100000);
            Report.Check("context and bus", WDC_GetDevContext(device.Handle) == dev.pCtx && WDC_GetBusType(device.Handle) == WD_BUS_TYPE.WD_BUS_PCI);

            WDC_DEVICE_N native = new WDC_DEVICE_N();
            native.pAddrDesc = IntPtr.Zero;
            Report.Equal("a type without a call", 0u, native.dwNumAddrSpaces);
        }

        private static void CleanUp(EduDevice device)
        {
            IntPtr hDev = device.Handle;
            WD_TRANSFER[] commands = new WD_TRANSFER[1];
            commands[0].pPort = device.Dev.pAddrDesc[0].pAddr + EduDevice.STATUS;
            commands[0].cmdTrans = (DWORD)WD_TRANSFER_CMD.WM_DWORD;
            Program.Call(() => WDC_CardCleanupSetup(hDev, commands, 1, false));
        }

        /// <summary>The machine need not have it: a buffer at D0000h and ports at 300h.</summary>
        private static void Isa()
        {
            WD_CARD card = new WD_CARD();
            card.Item = new WD_ITEMS[windrvr_consts.WD_CARD_ITEMS];
            card.dwItems = 3;
            card.Item[0].item = (DWORD)item_types.ITEM_BUS;
            card.Item[0].I.Bus.dwBusType = WD_BUS_TYPE.WD_BUS_ISA;
            card.Item[1].item = (DWORD)item_types.ITEM_MEMORY;
            card.Item[1].I.Mem.pPhysicalAddr = 0xd0000;
            card.Item[1].I.Mem.qwBytes = 0x4000;
            card.Item[2].item = (DWORD)item_types.ITEM_IO;
            card.Item[2].I.IO.pAddr = 0x300;
            card.Item[2].I.IO.dwBytes = 0x10;
            card.Item[2].I.IO.dwBar = 1;

            IntPtr pCard = Marshal.AllocHGlobal(Marshal.SizeOf<WD_CARD>());
            Marshal.StructureToPtr(card, pCard, false);
            IntPtr hDev = IntPtr.Zero;
            DWORD status = WDC_IsaDeviceOpen(ref hDev, ref pCard, IntPtr.Zero);
            Marshal.FreeHGlobal(pCard);
            Report.Line("WDC_IsaDeviceOpen: 0x{0:x} ({1})", status, utils.Stat2Str(status));
            if (!Report.Check("it opens, as nothing on this bus tells whether it is there", status == (DWORD)WD_STATUS_SUCCESS))
                return;

            WORD signature = 0;
            Program.Call(() => WDC_ReadAddr16(hDev, 1, 4, ref signature));
            WORD word = 0;
            Program.Call(() => WDC_WriteAddr16(hDev, 0, 0x20, 0xfeed));
            Program.Call(() => WDC_ReadAddr16(hDev, 0, 0x20, ref word));
            if (signature == 0xffff)
                Report.Equal("no ISA card answers: ones everywhere", (WORD)0xffff, word);
            else
                Report.Check("an ISA card answers: its signature, and its memory", signature == 0x4953 && word == 0xfeed);
            Program.Call(() => WDC_IsaDeviceClose(hDev));
        }
    }
}
