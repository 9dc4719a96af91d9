using System;
using System.Threading;
using Jungo.wdapi_dotnet;
using Shapes;
using BOOL = System.Boolean;
using BYTE = System.Byte;
using DWORD = System.UInt32;
using item_types = Jungo.wdapi_dotnet.ITEM_TYPE;
using UINT64 = System.UInt64;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;
using WORD = System.UInt16;

namespace Edu.F10
{
    public delegate void USER_INTERRUPT_CALLBACK(EDU_Device device);
    public delegate void USER_EVENT_CALLBACK(ref WD_EVENT wdEvent, EDU_Device device);

    /// <summary>One card: its resources, registers, interrupts and events.</summary>
    public class EDU_Device
    {
        private WDC_DEVICE m_wdcDevice = new WDC_DEVICE();
        private MarshalWdcDevice m_wdcDeviceMarshaler;
        private USER_INTERRUPT_CALLBACK m_userIntHandler;
        private USER_EVENT_CALLBACK m_userEventHandler;
        private INT_HANDLER m_funcIntHandler;
        private EVENT_HANDLER_DOTNET m_eventHandler;
        private WD_TRANSFER[] m_wdTrans;
        private DWORD m_dwLastStatus;

        internal EDU_Device(DWORD dwVendorId, DWORD dwDeviceId, WD_PCI_SLOT pciSlot)
        {
            m_wdcDevice.id.pciId.dwVendorId = dwVendorId;
            m_wdcDevice.id.pciId.dwDeviceId = dwDeviceId;
            m_wdcDevice.slot.pciSlot.dwBus = pciSlot.dwBus;
            m_wdcDevice.slot.pciSlot.dwSlot = pciSlot.dwSlot;
            m_wdcDevice.slot.pciSlot.dwFunction = pciSlot.dwFunction;
            m_wdcDeviceMarshaler = new MarshalWdcDevice();
        }

        public IntPtr Handle
        {
            get { return m_wdcDevice.hDev; }
            set { m_wdcDevice.hDev = value; }
        }

        public WDC_DEVICE Device { get { return m_wdcDevice; } }
        public WD_PCI_ID Id { get { return m_wdcDevice.id.pciId; } }
        public WD_PCI_SLOT Slot { get { return m_wdcDevice.slot.pciSlot; } }
        public WDC_ADDR_DESC[] AddrDesc { get { return m_wdcDevice.pAddrDesc; } }
        public DWORD LastInterruptStatus { get { return m_dwLastStatus; } }
        public DWORD Counter { get { return m_wdcDevice.Int.dwCounter; } }
        public DWORD Lost { get { return m_wdcDevice.Int.dwLost; } }

        public DWORD Open()
        {
            WD_PCI_CARD_INFO deviceInfo = new WD_PCI_CARD_INFO();
            deviceInfo.pciSlot = m_wdcDevice.slot.pciSlot;
            DWORD dwStatus = wdc_lib_decl.WDC_PciGetDeviceInfo(deviceInfo);
            if (dwStatus != (DWORD)wdc_err.WD_STATUS_SUCCESS)
            {
                Report.Line("EDU_Device.Open: no resources, error 0x{0:x} ({1})", dwStatus, utils.Stat2Str(dwStatus));
                return dwStatus;
            }

            PrintResources(deviceInfo);

            dwStatus = wdc_lib_decl.WDC_PciDeviceOpen(ref m_wdcDevice, deviceInfo, IntPtr.Zero, IntPtr.Zero, "", IntPtr.Zero);
            if (dwStatus != (DWORD)wdc_err.WD_STATUS_SUCCESS)
            {
                Report.Line("EDU_Device.Open: opening failed, error 0x{0:x} ({1})", dwStatus, utils.Stat2Str(dwStatus));
                return dwStatus;
            }

            return ValidateResources() ? (DWORD)wdc_err.WD_STATUS_SUCCESS : (DWORD)wdc_err.WD_NO_RESOURCES_ON_DEVICE;
        }

        private static void PrintResources(WD_PCI_CARD_INFO deviceInfo)
        {
            for (int i = 0; i < deviceInfo.Card.dwItems; ++i)
            {
                WD_ITEMS item = deviceInfo.Card.Item[i];
                switch ((item_types)item.item)
                {
                    case item_types.ITEM_MEMORY:
                        DWORD dwPhysicalAddr = item.I.Mem.dwPhysicalAddr;
                        DWORD dwBytes = item.I.Mem.dwBytes;
                        Report.Line("  BAR {0}: memory at 0x{1:x}, 0x{2:x} bytes, {3}", item.I.Mem.dwBar, dwPhysicalAddr, dwBytes,
                            item.fNotSharable == 0 ? "sharable" : "exclusive");
                        break;
                    case item_types.ITEM_IO:
                        DWORD dwPort = item.I.IO.dwAddr;
                        Report.Line("  BAR {0}: ports at 0x{1:x}, 0x{2:x} bytes", item.I.IO.dwBar, dwPort, item.I.IO.dwBytes);
                        break;
                    case item_types.ITEM_INTERRUPT:
                        Report.Line("  interrupt {0}, options 0x{1:x}", item.I.Int.dwInterrupt, item.I.Int.dwOptions);
                        break;
                    case item_types.ITEM_BUS:
                        Report.Line("  bus type {0}, bus {1}", (DWORD)item.I.Bus.dwBusType, item.I.Bus.dwBusNum);
                        break;
                }
            }
        }

        private BOOL ValidateResources()
        {
            WD_CARD card = m_wdcDevice.cardReg.Card;
            for (int i = 0; i < card.dwItems; ++i)
            {
                if (card.Item[i].item == (DWORD)item_types.ITEM_MEMORY && card.Item[i].I.Mem.dwBar == 0
                    && card.Item[i].I.Mem.dwBytes >= 0x100)
                    return true;
            }

            Report.Line("EDU_Device.Open: the card has no BAR 0 of memory");
            return false;
        }

        public void Dispose()
        {
            if (Handle == IntPtr.Zero)
                return;
            if (wdc_lib_decl.WDC_IntIsEnabled(Handle))
                DisableInterrupts();
            if (wdc_lib_decl.WDC_EventIsRegistered(Handle))
                EventUnregister();
            DWORD dwStatus = wdc_lib_decl.WDC_PciDeviceClose(Handle);
            if (dwStatus != (DWORD)wdc_err.WD_STATUS_SUCCESS)
                wdc_lib_decl.WDC_Err("EDU_Device.Dispose: closing failed, error 0x{0:x} ({1})", dwStatus, utils.Stat2Str(dwStatus));
            Handle = IntPtr.Zero;
        }

        public DWORD Read32(DWORD dwOffset)
        {
            DWORD data = 0;
            DWORD dwStatus = wdc_lib_decl.WDC_ReadAddr32(Handle, 0, dwOffset, ref data);
            if (dwStatus != (DWORD)wdc_err.WD_STATUS_SUCCESS)
                wdc_lib_decl.WDC_Err("EDU_Device.Read32: 0x{0:x}: error 0x{1:x} ({2})", dwOffset, dwStatus, utils.Stat2Str(dwStatus));
            return data;
        }

        public void Write32(DWORD dwOffset, DWORD data)
        {
            DWORD dwStatus = wdc_lib_decl.WDC_WriteAddr32(Handle, 0, dwOffset, data);
            if (dwStatus != (DWORD)wdc_err.WD_STATUS_SUCCESS)
                wdc_lib_decl.WDC_Err("EDU_Device.Write32: 0x{0:x}: error 0x{1:x} ({2})", dwOffset, dwStatus, utils.Stat2Str(dwStatus));
        }

        /// <summary>Level-sensitive: the status is read, checked and acknowledged in the kernel, and copied for the handler.</summary>
        public DWORD EnableInterrupts(USER_INTERRUPT_CALLBACK userIntCb, DWORD dwAcknowledge)
        {
            if (wdc_lib_decl.WDC_IntIsEnabled(Handle))
                return (DWORD)wdc_err.WD_OPERATION_ALREADY_DONE;

            WDC_ADDR_DESC addrDesc = m_wdcDevice.pAddrDesc[0];
            BOOL fIsMemory = addrDesc.fIsMemory;
            m_wdTrans = new WD_TRANSFER[3];
            m_wdTrans[0].dwPort = addrDesc.kptAddr + EDU_Regs.INTERRUPT_STATUS;
            m_wdTrans[0].cmdTrans = fIsMemory ? (DWORD)WD_TRANSFER_CMD.RM_DWORD : (DWORD)WD_TRANSFER_CMD.RP_DWORD;
            m_wdTrans[1].cmdTrans = (DWORD)WD_TRANSFER_CMD.CMD_MASK;
            m_wdTrans[1].Data.Dword = 0xffffffff;
            m_wdTrans[2].dwPort = addrDesc.kptAddr + EDU_Regs.INTERRUPT_ACK;
            m_wdTrans[2].cmdTrans = fIsMemory ? (DWORD)WD_TRANSFER_CMD.WM_DWORD : (DWORD)WD_TRANSFER_CMD.WP_DWORD;
            m_wdTrans[2].Data.Dword = dwAcknowledge;

            DWORD dwOptions = (DWORD)(WD_INTERRUPT_OPTIONS.INTERRUPT_LEVEL_SENSITIVE | WD_INTERRUPT_OPTIONS.INTERRUPT_CMD_COPY);
            m_userIntHandler = userIntCb;
            m_funcIntHandler = new INT_HANDLER(IntHandler);
            return wdc_lib_decl.WDC_IntEnable(m_wdcDevice, m_wdTrans, 3, dwOptions, m_funcIntHandler, Handle,
                wdc_defs_macros.WDC_IS_KP(m_wdcDevice));
        }

        /// <summary>Without commands: a plug-in acknowledges.</summary>
        public DWORD EnableInterruptsByPlugIn(USER_INTERRUPT_CALLBACK userIntCb)
        {
            m_userIntHandler = userIntCb;
            m_funcIntHandler = new INT_HANDLER(IntHandler);
            return wdc_lib_decl.WDC_IntEnable(m_wdcDevice, null, 0, 0, m_funcIntHandler, Handle, wdc_defs_macros.WDC_IS_KP(m_wdcDevice));
        }

        public DWORD DisableInterrupts()
        {
            return wdc_lib_decl.WDC_IntDisable(m_wdcDevice);
        }

        private void IntHandler(IntPtr pDev)
        {
            m_wdcDevice.Int = (WD_INTERRUPT)m_wdcDeviceMarshaler.MarshalDevWdInterrupt(pDev);
            if (m_wdcDevice.Int.dwCmds > 0)
            {
                WD_TRANSFER[] wdTrans = (WD_TRANSFER[])m_wdcDeviceMarshaler.MarshalDevpWdTrans(m_wdcDevice.Int.Cmd, m_wdcDevice.Int.dwCmds);
                m_dwLastStatus = wdTrans[0].Data.Dword;
            }

            if (m_userIntHandler != null)
                m_userIntHandler(this);
        }

        public DWORD EventRegister(USER_EVENT_CALLBACK userEventCb)
        {
            if (wdc_lib_decl.WDC_EventIsRegistered(Handle))
                return (DWORD)wdc_err.WD_OPERATION_ALREADY_DONE;
            m_userEventHandler = userEventCb;
            m_eventHandler = new EVENT_HANDLER_DOTNET(EventHandler);
            return wdc_lib_decl.WDC_EventRegister(m_wdcDevice, (DWORD)WD_EVENT_ACTION.WD_ACTIONS_ALL, m_eventHandler, Handle,
                wdc_defs_macros.WDC_IS_KP(m_wdcDevice));
        }

        public DWORD EventUnregister()
        {
            return wdc_lib_decl.WDC_EventUnregister(m_wdcDevice);
        }

        private void EventHandler(IntPtr pWdEvent, IntPtr pDev)
        {
            MarshalWdEvent wdEventMarshaler = new MarshalWdEvent();
            WD_EVENT wdEvent = (WD_EVENT)wdEventMarshaler.MarshalNativeToManaged(pWdEvent);
            m_wdcDevice.Event = (WD_EVENT)m_wdcDeviceMarshaler.MarshalDevWdEvent(pDev);
            if (m_userEventHandler != null)
                m_userEventHandler(ref wdEvent, this);
        }
    }
}
