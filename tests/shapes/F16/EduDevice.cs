using System;

using Jungo.wdapi_dotnet;
using Shapes;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;
using item_types = Jungo.wdapi_dotnet.ITEM_TYPE;
using DWORD = System.UInt32;
using UINT64 = System.UInt64;
using PHYS_ADDR = System.UInt64;
using WDC_DEVICE_HANDLE = System.IntPtr;
#if KERNEL_64BIT
using KPTR = System.UInt64;
#else
using KPTR = System.UInt32;
#endif

namespace Edu.F16
{
    /// <summary>One card. Offsets are KPTR, identification and slot are flat, a device opens with three arguments.</summary>
    public sealed class EduDevice : IDisposable
    {
        public const DWORD VENDOR = 0x1234;
        public const DWORD DEVICE = 0x11e8;
        public const DWORD BAR = (DWORD)PCI_BARS.AD_PCI_BAR0;
        public const KPTR IDENTIFICATION = 0x00;
        public const KPTR LIVENESS = 0x04;
        public const KPTR FACTORIAL = 0x08;
        public const KPTR STATUS = 0x20;
        public const KPTR INTERRUPT_STATUS = 0x24;
        public const KPTR INTERRUPT_RAISE = 0x60;
        public const KPTR INTERRUPT_ACK = 0x64;
        public const KPTR DMA_SOURCE = 0x80;
        public const KPTR DMA_DESTINATION = 0x88;
        public const KPTR DMA_COUNT = 0x90;
        public const KPTR DMA_COMMAND = 0x98;
        public const UINT64 CARD_BUFFER = 0x40000;

        private WDC_DEVICE m_wdcDevice = new WDC_DEVICE();
        private readonly MarshalWdcDevice m_wdcDeviceMarshaler = new MarshalWdcDevice();
        private INT_HANDLER m_intHandler;
        private EVENT_HANDLER_DOTNET m_eventHandler;

        public EduDevice(WD_PCI_ID id, WD_PCI_SLOT slot)
        {
            m_wdcDevice.id.dwVendorId = id.dwVendorId;
            m_wdcDevice.id.dwDeviceId = id.dwDeviceId;
            m_wdcDevice.slot.dwDomain = slot.dwDomain;
            m_wdcDevice.slot.dwBus = slot.dwBus;
            m_wdcDevice.slot.dwSlot = slot.dwSlot;
            m_wdcDevice.slot.dwFunction = slot.dwFunction;
        }

        public WDC_DEVICE_HANDLE Handle { get { return m_wdcDevice.hDev; } }
        public WDC_DEVICE Device { get { return m_wdcDevice; } }
        public WD_PCI_SLOT Slot { get { return m_wdcDevice.slot; } }
        public DWORD SupportedInterrupts { get; private set; }
        public DWORD Copied { get; private set; }

        public DWORD Open()
        {
            WD_PCI_CARD_INFO deviceInfo = new WD_PCI_CARD_INFO();
            deviceInfo.pciSlot = m_wdcDevice.slot;
            DWORD dwStatus = wdc_lib_decl.WDC_PciGetDeviceInfo(deviceInfo);
            if (dwStatus != (DWORD)wdc_err.WD_STATUS_SUCCESS)
                return dwStatus;

            for (int i = 0; i < deviceInfo.Card.dwItems; i++)
            {
                WD_ITEMS item = deviceInfo.Card.Item[i];
                if (item.item == (DWORD)item_types.ITEM_MEMORY)
                {
                    PHYS_ADDR pPhysicalAddr = item.I.Mem.pPhysicalAddr;
                    UINT64 qwBytes = item.I.Mem.qwBytes;
                    Report.Line("  BAR {0}: memory at 0x{1:x}, 0x{2:x} bytes", item.I.Mem.dwBar, pPhysicalAddr, qwBytes);
                }
                else if (item.item == (DWORD)item_types.ITEM_IO)
                {
                    KPTR pAddr = item.I.IO.pAddr;
                    Report.Line("  BAR {0}: ports at 0x{1:x}, 0x{2:x} bytes", item.I.IO.dwBar, pAddr, item.I.IO.dwBytes);
                }
                else if (item.item == (DWORD)item_types.ITEM_INTERRUPT)
                {
                    SupportedInterrupts = item.I.Int.dwOptions;
                    Report.Line("  interrupt {0}, kinds 0x{1:x}", item.I.Int.dwInterrupt, SupportedInterrupts);
                }

                // Shared with whoever else wants it.
                deviceInfo.Card.Item[i].fNotSharable = 0;
            }

            return wdc_lib_decl.WDC_PciDeviceOpen(ref m_wdcDevice, deviceInfo, IntPtr.Zero);
        }

        public DWORD Read32(KPTR offset)
        {
            DWORD data = 0xffffffff;
            DWORD dwStatus = wdc_lib_decl.WDC_ReadAddr32(Handle, BAR, offset, ref data);
            if (dwStatus != (DWORD)wdc_err.WD_STATUS_SUCCESS)
                wdc_lib_decl.WDC_Err("Read32(0x{0:x}): 0x{1:x} ({2})", offset, dwStatus, utils.Stat2Str(dwStatus));
            return data;
        }

        public void Write32(KPTR offset, DWORD data)
        {
            DWORD dwStatus = wdc_lib_decl.WDC_WriteAddr32(Handle, BAR, offset, data);
            if (dwStatus != (DWORD)wdc_err.WD_STATUS_SUCCESS)
                wdc_lib_decl.WDC_Err("Write32(0x{0:x}): 0x{1:x} ({2})", offset, dwStatus, utils.Stat2Str(dwStatus));
        }

        /// <summary>Of the kinds that are asked for, the best; the status is read and acknowledged in the kernel.</summary>
        public DWORD EnableInterrupts(Action<EduDevice> handler, DWORD dwKinds, bool fUseKP)
        {
            m_intHandler = delegate (IntPtr pData)
            {
                m_wdcDevice.Int = (WD_INTERRUPT)m_wdcDeviceMarshaler.MarshalDevWdInterrupt(pData);
                if (m_wdcDevice.Int.dwCmds != 0)
                {
                    WD_TRANSFER[] cmds = (WD_TRANSFER[])m_wdcDeviceMarshaler.MarshalDevpWdTrans(m_wdcDevice.Int.Cmd, m_wdcDevice.Int.dwCmds);
                    Copied = cmds[0].Data.Dword;
                }

                handler(this);
            };

            if (fUseKP)
                return wdc_lib_decl.WDC_IntEnable(m_wdcDevice, null, 0, dwKinds, m_intHandler, Handle, true);

            KPTR pAddr = m_wdcDevice.pAddrDesc[BAR].pAddr;
            WD_TRANSFER[] trans = new WD_TRANSFER[3];
            trans[0].pPort = pAddr + INTERRUPT_STATUS;
            trans[0].cmdTrans = (DWORD)WD_TRANSFER_CMD.RM_DWORD;
            trans[1].cmdTrans = (DWORD)WD_TRANSFER_CMD.CMD_MASK;
            trans[1].Data.Dword = (DWORD)BITS.BIT0 | (DWORD)BITS.BIT1 | (DWORD)BITS.BIT8;
            trans[2].pPort = pAddr + INTERRUPT_ACK;
            trans[2].cmdTrans = (DWORD)WD_TRANSFER_CMD.WM_DWORD;
            trans[2].Data.Dword = 0xffffffff;
            return wdc_lib_decl.WDC_IntEnable(m_wdcDevice, trans, (DWORD)trans.Length,
                dwKinds | (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY, m_intHandler, Handle, false);
        }

        public DWORD DisableInterrupts()
        {
            return wdc_lib_decl.WDC_IntDisable(m_wdcDevice);
        }

        public DWORD RegisterEvents(Action<DWORD> handler)
        {
            m_eventHandler = delegate (IntPtr pEvent, IntPtr pData)
            {
                WD_EVENT wdEvent = (WD_EVENT)new MarshalWdEvent().MarshalNativeToManaged(pEvent);
                handler(wdEvent.dwAction);
            };
            return wdc_lib_decl.WDC_EventRegister(m_wdcDevice, (DWORD)(WD_EVENT_ACTION.WD_INSERT | WD_EVENT_ACTION.WD_REMOVE),
                m_eventHandler, Handle, false);
        }

        public DWORD UnregisterEvents()
        {
            return wdc_lib_decl.WDC_EventUnregister(m_wdcDevice);
        }

        public void Dispose()
        {
            if (Handle == IntPtr.Zero)
                return;
            if (wdc_lib_decl.WDC_IntIsEnabled(Handle))
                DisableInterrupts();
            Report.Equal("the card is closed", (DWORD)wdc_err.WD_STATUS_SUCCESS, wdc_lib_decl.WDC_PciDeviceClose(Handle));
            m_wdcDevice.hDev = IntPtr.Zero;
        }
    }
}
