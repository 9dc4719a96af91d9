using System;
using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using Shapes;
using static Jungo.wdapi_dotnet.WD_DMA_OPTIONS;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using static Jungo.wdapi_dotnet.windrvr_consts;
using static Jungo.wdapi_dotnet.windrvr_decl;
using DWORD = System.UInt32;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;

namespace Clients.Form
{
    internal delegate void FormInterrupt(DWORD count, DWORD status, DWORD message);

    internal delegate void FormEvent(DWORD action);

    /// <summary>The card of the form: 1234:11e8.</summary>
    internal class FormDevice
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;
        private readonly MainForm m_form;
        private WD_PCI_CARD_INFO m_info;
        private IntPtr m_hDev;
        private WDC_DEVICE m_dev;
        private INT_HANDLER m_intHandler;
        private EVENT_HANDLER_DOTNET m_eventHandler;
        private FormInterrupt m_onInterrupt;
        private FormEvent m_onEvent;
        private WD_TRANSFER[] m_commands;

        private FormDevice(MainForm form, WD_PCI_CARD_INFO info)
        {
            m_form = form;
            m_info = info;
        }

        internal static FormDevice First(MainForm form)
        {
            WDC_PCI_SCAN_RESULT scanResult = default(WDC_PCI_SCAN_RESULT);
            if (WDC_PciScanDevices(0x1234, 0x11e8, ref scanResult) != OK || scanResult.dwNumDevices == 0)
                return null;
            WD_PCI_CARD_INFO info = new WD_PCI_CARD_INFO();
            info.pciSlot = scanResult.deviceSlot[0];
            return WDC_PciGetDeviceInfo(ref info) == OK ? new FormDevice(form, info) : null;
        }

        internal DWORD Open()
        {
            DWORD status = WDC_PciDeviceOpen(ref m_hDev, ref m_info, IntPtr.Zero);
            m_dev = m_hDev;
            return status;
        }

        internal string Title()
        {
            DWORD id = 0;
            WDC_ReadAddr32(m_hDev, 0, 0, ref id);
            return string.Format("edu, {0:x8}", id);
        }

        internal void Raise(DWORD bits)
        {
            WDC_WriteAddr32(m_hDev, 0, 0x60, bits);
        }

        internal DWORD EnableInterrupts(FormInterrupt onInterrupt)
        {
            m_onInterrupt = onInterrupt;
            m_intHandler = new INT_HANDLER(IntHandler);
            m_commands = new WD_TRANSFER[3];
            m_commands[0].cmdTrans = (DWORD)WD_TRANSFER_CMD.RM_DWORD;
            m_commands[0].pPort = m_dev.pAddrDesc[0].pAddr + 0x24;
            m_commands[1].cmdTrans = (DWORD)WD_TRANSFER_CMD.CMD_MASK;
            m_commands[1].Data.Dword = 0xffffffff;
            m_commands[2].cmdTrans = (DWORD)WD_TRANSFER_CMD.WM_DWORD;
            m_commands[2].pPort = m_dev.pAddrDesc[0].pAddr + 0x64;
            m_commands[2].Data.Dword = 0xffffffff;
            return WDC_IntEnable(m_dev, m_commands, (DWORD)m_commands.Length, (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY, m_intHandler, m_hDev, false);
        }

        internal DWORD DisableInterrupts()
        {
            return WDC_IntDisable(m_dev);
        }

        internal DWORD Enhance()
        {
            return CEInterruptEnhance(m_dev.hIntThread);
        }

        internal DWORD RegisterEvents(FormEvent onEvent)
        {
            m_onEvent = onEvent;
            m_eventHandler = new EVENT_HANDLER_DOTNET(EventHandler);
            return WDC_EventRegister(m_dev, WD_ACTIONS_ALL, m_eventHandler, m_hDev, false);
        }

        /// <summary>Two buffers, and by their options alone: which of them does the program free itself?</summary>
        internal void CheckBuffers()
        {
            IntPtr pBuf = IntPtr.Zero;
            IntPtr pDma = IntPtr.Zero;
            DWORD option = (DWORD)(DMA_TO_FROM_DEVICE | DMA_KBUF_ALLOC_SPECIFY_ADDRESS_WIDTH);
            option |= (DWORD)0 << DMA_OPTIONS_ADDRESS_WIDTH_SHIFT; // the program's user has not said how wide
            Report.Equal("WDC_DMAContigBufLock", OK, WDC_DMAContigBufLock(m_hDev, ref pBuf, option, 0x1000, ref pDma));
            Report.Check("the library's buffer is not the program's to free", !Free(pDma, pBuf));
            pBuf = Marshal.AllocHGlobal(0x3000);
            Report.Equal("WDC_DMASGBufLock", OK, WDC_DMASGBufLock(m_hDev, pBuf, (DWORD)DMA_TO_FROM_DEVICE, 0x3000, ref pDma));
            Report.Check("the program's own is", Free(pDma, pBuf));
        }

        internal DWORD Close()
        {
            if (WDC_EventIsRegistered(m_hDev))
                WDC_EventUnregister(m_dev);
            return WDC_PciDeviceClose(m_hDev);
        }

        private static bool Free(IntPtr pDma, IntPtr pBuf)
        {
            WD_DMA dma = Marshal.PtrToStructure<WD_DMA>(pDma);
            bool mine = (dma.dwOptions & (DWORD)DMA_KERNEL_BUFFER_ALLOC) == 0;
            Report.Equal("unlocked", OK, WDC_DMABufUnlock(pDma));
            if (mine)
                Marshal.FreeHGlobal(pBuf);
            return mine;
        }

        private void IntHandler(IntPtr pData)
        {
            // The commands as they lie in memory, wherever the library has them now.
            WD_TRANSFER first = (WD_TRANSFER)Marshal.PtrToStructure(m_dev.Int.Cmd, typeof(WD_TRANSFER));
            m_onInterrupt(m_dev.Int.dwCounter, first.Data.Dword, m_dev.Int.dwLastMessage);
        }

        private void EventHandler(IntPtr pEvent, IntPtr pData)
        {
            m_onEvent(Marshal.PtrToStructure<WD_EVENT>(pEvent).dwAction);
        }
    }
}
