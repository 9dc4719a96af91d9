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

namespace Clients.Engine
{
    /// <summary>The engine: a list of descriptors in a buffer of its own, control and status registers of 32 bits.</summary>
    internal sealed class Engine : IDisposable
    {
        private const DWORD OK = (DWORD)WD_STATUS_SUCCESS;
        private const DWORD CONTROL = 0x04;
        private const DWORD STATUS = 0x08;
        private const DWORD CHAIN_LO = 0x10;
        private const DWORD CHAIN_HI = 0x14;
        private const DWORD TO_HOST = 1;
        private const DWORD LAST = 2;
        private const int DESCRIPTOR = 32;
        private readonly IntPtr m_hDev;
        private readonly WDC_DEVICE m_dev;
        private readonly INT_HANDLER m_handler;
        private readonly AutoResetEvent m_done = new AutoResetEvent(false);
        private IntPtr m_list;
        private IntPtr m_pListDma;
        private UINT64 m_listAddress;
        private IntPtr m_pDma; // what is moved now
        private bool m_fromCard;
        private DWORD m_status;

        internal Engine(IntPtr hDev)
        {
            m_hDev = hDev;
            m_dev = hDev;
            m_handler = new INT_HANDLER(Handler);

            // The list lies at a multiple of 16 or more, which the alignment says as a mask.
            Report.Equal("WDC_DMATransactionContigInit", OK, WDC_DMATransactionContigInit(hDev, ref m_list, (DWORD)DMA_TO_DEVICE, 0x2000, ref m_pListDma, IntPtr.Zero, 0xF));
            WD_DMA dma = Marshal.PtrToStructure<WD_DMA>(m_pListDma);
            m_listAddress = dma.Page[0].pPhysicalAddr;
            Report.Check("it has one range, aligned", dma.dwPages == 1 && (m_listAddress & 0xF) == 0 && dma.dwAlignment == 16);
            Report.Check("and says what it is", (dma.dwOptions & (DWORD)DMA_TRANSACTION) != 0 && (dma.dwOptions & (DWORD)DMA_KERNEL_BUFFER_ALLOC) != 0);

            WD_TRANSFER[] commands = new WD_TRANSFER[3];
            commands[0].cmdTrans = (DWORD)WD_TRANSFER_CMD.RM_DWORD;
            commands[0].pPort = m_dev.pAddrDesc[0].pAddr + STATUS;
            commands[1].cmdTrans = (DWORD)WD_TRANSFER_CMD.CMD_MASK;
            commands[1].Data.Dword = 0x73;
            commands[2].cmdTrans = (DWORD)WD_TRANSFER_CMD.WM_DWORD;
            commands[2].pPort = m_dev.pAddrDesc[0].pAddr + STATUS;
            commands[2].Data.Dword = 0x73;
            Report.Equal("WDC_IntEnable", OK, WDC_IntEnable(m_dev, commands, 3, (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY, m_handler, IntPtr.Zero, false));
        }

        internal int LastTransfers { get; private set; }

        /// <summary>Moves a locked buffer, whole or by transfers: its own options say which.</summary>
        internal bool Move(IntPtr pDma, bool fromCard)
        {
            m_pDma = pDma;
            m_fromCard = fromCard;
            LastTransfers = 0;
            if (IsTransaction(pDma) && WDC_DMATransactionExecute(pDma, null, IntPtr.Zero) != OK)
                return false;
            Start();
            return m_done.WaitOne(20000) && m_status == 1;
        }

        public void Dispose()
        {
            Report.Equal("WDC_IntDisable", OK, WDC_IntDisable(m_dev));
            Report.Equal("the list is released", OK, WDC_DMATransactionUninit(m_pListDma));
        }

        private static bool IsTransaction(IntPtr pDma)
        {
            return (Marshal.PtrToStructure<WD_DMA>(pDma).dwOptions & (DWORD)DMA_TRANSACTION) != 0;
        }

        /// <summary>Writes the list for what the buffer's record shows now, and starts the engine.</summary>
        private void Start()
        {
            WD_DMA dma = Marshal.PtrToStructure<WD_DMA>(m_pDma);
            DWORD onCard = dma.dwBytesTransferred;
            for (int i = 0; i < dma.dwPages; i++)
            {
                IntPtr at = m_list + i * DESCRIPTOR;
                Marshal.WriteInt64(at, 0, (long)dma.Page[i].pPhysicalAddr);
                Marshal.WriteInt32(at, 8, (int)dma.Page[i].dwBytes);
                Marshal.WriteInt32(at, 12, (int)onCard);
                Marshal.WriteInt64(at, 16, (long)m_listAddress + (i + 1) * DESCRIPTOR);
                Marshal.WriteInt32(at, 24, (int)((m_fromCard ? TO_HOST : 0) | (i + 1 == dma.dwPages ? LAST : 0)));
                onCard += dma.Page[i].dwBytes;
            }

            WDC_DMASyncIo(m_pListDma);
            LastTransfers++;
            WDC_WriteAddr32(m_hDev, 0, CHAIN_LO, (DWORD)m_listAddress);
            WDC_WriteAddr32(m_hDev, 0, CHAIN_HI, (DWORD)(m_listAddress >> 32));
            WDC_WriteAddr32(m_hDev, 0, CONTROL, 3);
        }

        private void Handler(IntPtr pData)
        {
            WD_TRANSFER first = (WD_TRANSFER)Marshal.PtrToStructure(m_dev.Int.Cmd, typeof(WD_TRANSFER));
            m_status = first.Data.Dword;
            if (m_status == 1 && IsTransaction(m_pDma))
            {
                DWORD status = WDC_DMATransferCompletedAndCheck(m_pDma, false);
                if (status == unchecked((DWORD)WD_MORE_PROCESSING_REQUIRED))
                {
                    Start();
                    return;
                }
            }

            m_done.Set();
        }
    }
}
