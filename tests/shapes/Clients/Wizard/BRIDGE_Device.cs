using System;
using Jungo.wdapi_dotnet;
using Shapes;
using BYTE = System.Byte;
using DWORD = System.UInt32;
using item_types = Jungo.wdapi_dotnet.ITEM_TYPE;
using UINT64 = System.UInt64;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;
using WORD = System.UInt16;

namespace Clients.Wizard
{
    public delegate void USER_INTERRUPT_CALLBACK(BRIDGE_Device device);
    public delegate void USER_EVENT_CALLBACK(WD_EVENT wdEvent, BRIDGE_Device device);

    /// <summary>A device class as the wizard writes one: open, resources, registers by their table, interrupts, events.</summary>
    public class BRIDGE_Device
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;
        private WDC_DEVICE m_wdcDevice = new WDC_DEVICE();
        private MarshalWdcDevice m_wdcDeviceMarshaler = new MarshalWdcDevice();
        private USER_INTERRUPT_CALLBACK m_userIntHandler;
        private USER_EVENT_CALLBACK m_userEventHandler;
        private INT_HANDLER m_funcIntHandler;
        private EVENT_HANDLER_DOTNET m_eventHandler;
        private WD_TRANSFER[] m_wdTrans;
        private WORD m_wLastIntcsr;

        public BRIDGE_Device(DWORD dwVendorId, DWORD dwDeviceId, WD_PCI_SLOT pciSlot)
        {
            m_wdcDevice.id.pciId.dwVendorId = dwVendorId;
            m_wdcDevice.id.pciId.dwDeviceId = dwDeviceId;
            m_wdcDevice.slot.pciSlot = pciSlot;
        }

        public IntPtr Handle { get { return m_wdcDevice.hDev; } }
        public WDC_DEVICE Device { get { return m_wdcDevice; } }
        public WORD LastIntcsr { get { return m_wLastIntcsr; } }

        public DWORD Open()
        {
            WD_PCI_CARD_INFO deviceInfo = new WD_PCI_CARD_INFO();
            deviceInfo.pciSlot = m_wdcDevice.slot.pciSlot;
            DWORD dwStatus = wdc_lib_decl.WDC_PciGetDeviceInfo(deviceInfo);
            if (dwStatus != OK)
                return dwStatus;

            // Items are indexed as they come: BARs in order, then the interrupt, then the bus.
            Report.Check("items: three BARs in order, the interrupt, the bus", deviceInfo.Card.dwItems == 5
                && deviceInfo.Card.Item[0].I.Mem.dwBar == 0 && deviceInfo.Card.Item[1].item == (DWORD)item_types.ITEM_IO
                && deviceInfo.Card.Item[2].I.Mem.dwBar == 2 && deviceInfo.Card.Item[3].item == (DWORD)item_types.ITEM_INTERRUPT
                && deviceInfo.Card.Item[4].item == (DWORD)item_types.ITEM_BUS);
            return wdc_lib_decl.WDC_PciDeviceOpen(ref m_wdcDevice, deviceInfo, IntPtr.Zero, IntPtr.Zero, "", IntPtr.Zero);
        }

        public DWORD Close()
        {
            if (wdc_lib_decl.WDC_IntIsEnabled(Handle))
                DisableInterrupts();
            if (wdc_lib_decl.WDC_EventIsRegistered(Handle))
                wdc_lib_decl.WDC_EventUnregister(m_wdcDevice);
            return wdc_lib_decl.WDC_PciDeviceClose(Handle);
        }

        public DWORD ReadRegister(WDC_REG reg, ref UINT64 u64Data)
        {
            bool cfg = reg.dwAddrSpace == wdc_lib_consts.WDC_AD_CFG_SPACE;
            BYTE bData = 0;
            WORD wData = 0;
            DWORD dwData = 0;
            DWORD dwStatus;
            switch (reg.dwSize)
            {
                case wdc_lib_consts.WDC_SIZE_8:
                    dwStatus = cfg ? wdc_lib_decl.WDC_PciReadCfg8(Handle, reg.dwOffset, ref bData)
                        : wdc_lib_decl.WDC_ReadAddr8(Handle, reg.dwAddrSpace, reg.dwOffset, ref bData);
                    u64Data = bData;
                    break;
                case wdc_lib_consts.WDC_SIZE_16:
                    dwStatus = cfg ? wdc_lib_decl.WDC_PciReadCfg16(Handle, reg.dwOffset, ref wData)
                        : wdc_lib_decl.WDC_ReadAddr16(Handle, reg.dwAddrSpace, reg.dwOffset, ref wData);
                    u64Data = wData;
                    break;
                case wdc_lib_consts.WDC_SIZE_32:
                    dwStatus = cfg ? wdc_lib_decl.WDC_PciReadCfg32(Handle, reg.dwOffset, ref dwData)
                        : wdc_lib_decl.WDC_ReadAddr32(Handle, reg.dwAddrSpace, reg.dwOffset, ref dwData);
                    u64Data = dwData;
                    break;
                case wdc_lib_consts.WDC_SIZE_64:
                    dwStatus = cfg ? wdc_lib_decl.WDC_PciReadCfg64(Handle, reg.dwOffset, ref u64Data)
                        : wdc_lib_decl.WDC_ReadAddr64(Handle, reg.dwAddrSpace, reg.dwOffset, ref u64Data);
                    break;
                default:
                    dwStatus = (DWORD)wdc_err.WD_INVALID_PARAMETER;
                    break;
            }

            return dwStatus;
        }

        public DWORD WriteRegister(WDC_REG reg, UINT64 u64Data)
        {
            bool cfg = reg.dwAddrSpace == wdc_lib_consts.WDC_AD_CFG_SPACE;
            switch (reg.dwSize)
            {
                case wdc_lib_consts.WDC_SIZE_8:
                    return cfg ? wdc_lib_decl.WDC_PciWriteCfg8(Handle, reg.dwOffset, (BYTE)u64Data)
                        : wdc_lib_decl.WDC_WriteAddr8(Handle, reg.dwAddrSpace, reg.dwOffset, (BYTE)u64Data);
                case wdc_lib_consts.WDC_SIZE_16:
                    return cfg ? wdc_lib_decl.WDC_PciWriteCfg16(Handle, reg.dwOffset, (WORD)u64Data)
                        : wdc_lib_decl.WDC_WriteAddr16(Handle, reg.dwAddrSpace, reg.dwOffset, (WORD)u64Data);
                case wdc_lib_consts.WDC_SIZE_32:
                    return cfg ? wdc_lib_decl.WDC_PciWriteCfg32(Handle, reg.dwOffset, (DWORD)u64Data)
                        : wdc_lib_decl.WDC_WriteAddr32(Handle, reg.dwAddrSpace, reg.dwOffset, (DWORD)u64Data);
                default:
                    return (DWORD)wdc_err.WD_INVALID_PARAMETER;
            }
        }

        public DWORD EnableInterrupts(USER_INTERRUPT_CALLBACK userIntCb)
        {
            // Read the interrupt register, is it our input, clear its latch: with accesses of 16 bits to the ports.
            UINT64 port = m_wdcDevice.pAddrDesc[BRIDGE_Regs.BRIDGE_INTCSR_SPACE].pAddr + BRIDGE_Regs.BRIDGE_INTCSR_OFFSET;
            m_wdTrans = new WD_TRANSFER[3];
            m_wdTrans[0].cmdTrans = (DWORD)WD_TRANSFER_CMD.RP_WORD;
            m_wdTrans[0].pPort = port;
            m_wdTrans[1].cmdTrans = (DWORD)WD_TRANSFER_CMD.CMD_MASK;
            m_wdTrans[1].Data.Word = (WORD)BITS.BIT2;
            m_wdTrans[2].cmdTrans = (DWORD)WD_TRANSFER_CMD.WP_WORD;
            m_wdTrans[2].pPort = port;
            m_wdTrans[2].Data.Word = 0x0543;
            m_userIntHandler = userIntCb;
            m_funcIntHandler = new INT_HANDLER(IntHandler);
            return wdc_lib_decl.WDC_IntEnable(m_wdcDevice, m_wdTrans, (DWORD)m_wdTrans.Length,
                (DWORD)(WD_INTERRUPT_OPTIONS.INTERRUPT_CMD_COPY | WD_INTERRUPT_OPTIONS.INTERRUPT_LEVEL_SENSITIVE), m_funcIntHandler, Handle, false);
        }

        public DWORD DisableInterrupts()
        {
            return wdc_lib_decl.WDC_IntDisable(m_wdcDevice);
        }

        public DWORD RegisterEvents(USER_EVENT_CALLBACK userEventCb)
        {
            m_userEventHandler = userEventCb;
            m_eventHandler = new EVENT_HANDLER_DOTNET(EventHandler);
            return wdc_lib_decl.WDC_EventRegister(m_wdcDevice, windrvr_consts.WD_ACTIONS_ALL, m_eventHandler, Handle, wdc_defs_macros.WDC_IS_KP(m_wdcDevice));
        }

        private void IntHandler(IntPtr pDev)
        {
            m_wdcDevice.Int = (WD_INTERRUPT)m_wdcDeviceMarshaler.MarshalDevWdInterrupt(pDev);
            WD_TRANSFER[] done = (WD_TRANSFER[])m_wdcDeviceMarshaler.MarshalDevpWdTrans(m_wdcDevice.Int.Cmd, m_wdcDevice.Int.dwCmds);
            m_wLastIntcsr = done[0].Data.Word;
            m_userIntHandler(this);
        }

        private void EventHandler(IntPtr pWdEvent, IntPtr pDev)
        {
            m_userEventHandler((WD_EVENT)new MarshalWdEvent().MarshalNativeToManaged(pWdEvent), this);
        }
    }
}
