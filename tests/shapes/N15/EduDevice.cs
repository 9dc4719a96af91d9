using System;
using Jungo.wdapi_dotnet;
using Shapes;
using static Jungo.wdapi_dotnet.WD_ERROR_CODES;
using static Jungo.wdapi_dotnet.wdc_defs_macros;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using DWORD = System.UInt32;
using item_types = Jungo.wdapi_dotnet.ITEM_TYPE;
using KPTR = System.UInt64;
using PHYS_ADDR = System.UInt64;
using UINT64 = System.UInt64;

namespace Edu.N15
{
    /// <summary>One card: structures by reference, a handle that becomes a device.</summary>
    internal sealed class EduDevice : IDisposable
    {
        internal const DWORD VENDOR = 0x1234;
        internal const DWORD DEVICE = 0x11e8;
        internal const DWORD BAR0 = (DWORD)AD_PCI_BAR.AD_PCI_BAR0;
        internal const DWORD IDENTIFICATION = 0x00;
        internal const DWORD LIVENESS = 0x04;
        internal const DWORD FACTORIAL = 0x08;
        internal const DWORD STATUS = 0x20;
        internal const DWORD INTERRUPT_STATUS = 0x24;
        internal const DWORD INTERRUPT_RAISE = 0x60;
        internal const DWORD INTERRUPT_ACK = 0x64;
        internal const DWORD DMA_SOURCE = 0x80;
        internal const DWORD DMA_DESTINATION = 0x88;
        internal const DWORD DMA_COUNT = 0x90;
        internal const DWORD DMA_COMMAND = 0x98;
        internal const UINT64 CARD_BUFFER = 0x40000;

        private readonly WD_PCI_SLOT slot;
        private IntPtr hDev;
        private INT_HANDLER intHandler;
        private EVENT_HANDLER_DOTNET eventHandler;

        internal EduDevice(WD_PCI_SLOT slot)
        {
            this.slot = slot;
        }

        internal IntPtr Handle => hDev;
        internal WDC_DEVICE Dev { get; private set; }
        internal WD_PCI_SLOT Slot => slot;
        internal DWORD InterruptKinds { get; private set; }
        internal WD_TRANSFER[] Commands { get; private set; }

        internal DWORD Open()
        {
            WD_PCI_CARD_INFO deviceInfo = new WD_PCI_CARD_INFO();
            deviceInfo.pciSlot = slot;
            DWORD status = WDC_PciGetDeviceInfo(ref deviceInfo);
            if (status != (DWORD)WD_STATUS_SUCCESS)
                return status;

            for (int i = 0; i < deviceInfo.Card.dwItems; i++)
            {
                WD_ITEMS item = deviceInfo.Card.Item[i];
                _I resource = item.I;
                switch (item.item)
                {
                    case (DWORD)item_types.ITEM_MEMORY:
                        PHYS_ADDR address = resource.Mem.pPhysicalAddr;
                        Report.Line("  BAR {0}: memory at 0x{1:x}, 0x{2:x} bytes", resource.Mem.dwBar, address, resource.Mem.qwBytes);
                        break;
                    case (DWORD)item_types.ITEM_IO:
                        KPTR port = resource.IO.pAddr;
                        Report.Line("  BAR {0}: ports at 0x{1:x}, 0x{2:x} bytes", resource.IO.dwBar, port, resource.IO.dwBytes);
                        break;
                    case (DWORD)item_types.ITEM_INTERRUPT:
                        InterruptKinds = resource.Int.dwOptions;
                        break;
                }
            }

            status = WDC_PciDeviceOpen(ref hDev, ref deviceInfo, IntPtr.Zero);
            if (status != (DWORD)WD_STATUS_SUCCESS)
                return status;
            Dev = hDev;
            return status;
        }

        internal DWORD Read32(UINT64 offset)
        {
            DWORD value = 0;
            DWORD status = WDC_ReadAddr32(hDev, BAR0, offset, ref value);
            if (status != (DWORD)WD_STATUS_SUCCESS)
                WDC_Err($"Read32(0x{offset:x}): 0x{status:x}, {utils.Stat2Str(status)}");
            return value;
        }

        internal void Write32(UINT64 offset, DWORD value)
        {
            DWORD status = WDC_WriteAddr32(hDev, BAR0, offset, value);
            if (status != (DWORD)WD_STATUS_SUCCESS)
                WDC_Err($"Write32(0x{offset:x}): 0x{status:x}, {utils.Stat2Str(status)}");
        }

        internal void Write64(UINT64 offset, UINT64 value)
        {
            DWORD status = WDC_WriteAddr64(hDev, BAR0, offset, value);
            if (status != (DWORD)WD_STATUS_SUCCESS)
                WDC_Err($"Write64(0x{offset:x}): 0x{status:x}, {utils.Stat2Str(status)}");
        }

        /// <summary>Reads the status and acknowledges it in the kernel; the handler reads the device that it knows.</summary>
        internal DWORD EnableInterrupts(Action<EduDevice> handler, DWORD kinds)
        {
            Commands = Acknowledge();
            intHandler = data => handler(this);
            return WDC_IntEnable(Dev, Commands, (DWORD)Commands.Length, (DWORD)WD_INTERRUPT_OPTIONS.INTERRUPT_CMD_COPY | kinds,
                intHandler, hDev, WDC_IS_KP(Dev));
        }

        /// <summary>Is it ours? Then write ones to all that can be acknowledged.</summary>
        internal WD_TRANSFER[] Acknowledge()
        {
            KPTR address = Dev.pAddrDesc[BAR0].pAddr;
            WD_TRANSFER[] commands = new WD_TRANSFER[3];
            commands[0].pPort = address + INTERRUPT_STATUS;
            commands[0].cmdTrans = (DWORD)WD_TRANSFER_CMD.RM_DWORD;
            commands[1].cmdTrans = (DWORD)WD_TRANSFER_CMD.CMD_MASK;
            commands[1].Data.Dword = 0xffffffff;
            commands[2].pPort = address + INTERRUPT_ACK;
            commands[2].cmdTrans = (DWORD)WD_TRANSFER_CMD.WM_DWORD;
            commands[2].Data.Dword = 0xffffffff;
            return commands;
        }

        /// <summary>By the handle, without commands.</summary>
        internal DWORD EnableInterruptsByHandle(INT_HANDLER handler, bool fUseKP)
        {
            intHandler = handler;
            return WDC_IntEnable(hDev, null, 0, 0, intHandler, hDev, fUseKP);
        }

        internal DWORD RegisterEvents(Action<WD_EVENT> handler)
        {
            eventHandler = (pEvent, pData) => handler(System.Runtime.InteropServices.Marshal.PtrToStructure<WD_EVENT>(pEvent));
            return WDC_EventRegister(hDev, (DWORD)WD_EVENT_ACTION.WD_ACTIONS_ALL, eventHandler, hDev, WDC_IS_KP(Dev));
        }

        public void Dispose()
        {
            if (hDev == IntPtr.Zero)
                return;
            Program.Call("WDC_PciDeviceClose", WDC_PciDeviceClose(hDev));
            hDev = IntPtr.Zero;
        }
    }
}
