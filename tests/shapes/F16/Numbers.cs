using System;

using Jungo.wdapi_dotnet;
using Shapes;
using DWORD = System.UInt32;

namespace Edu.F16
{
    /// <summary>Names whose numbers programs store in files and send over sockets.</summary>
    internal static class Numbers
    {
        internal static void Run()
        {
            Report.Check("interrupt types", (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_LATCHED == 0 && (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE == 1
                && (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY == 2 && (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_CE_INT_ID == 4
                && (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_CMD_RETURN_VALUE == 8 && (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE == 0x10
                && (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE_X == 0x20 && (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_DONT_GET_MSI_MESSAGE == 0x40);
            Report.Check("wait results", (DWORD)WD_INTERRUPT_WAIT_RESULT.INTERRUPT_RECEIVED == 0 && (DWORD)WD_INTERRUPT_WAIT_RESULT.INTERRUPT_STOPPED == 1
                && (DWORD)WD_INTERRUPT_WAIT_RESULT.INTERRUPT_INTERRUPTED == 2);
            Report.Check("DMA options", (DWORD)WD_DMA_OPTIONS.DMA_KERNEL_BUFFER_ALLOC == 1 && (DWORD)WD_DMA_OPTIONS.DMA_LARGE_BUFFER == 4
                && (DWORD)WD_DMA_OPTIONS.DMA_READ_FROM_DEVICE == 0x20 && (DWORD)WD_DMA_OPTIONS.DMA_WRITE_TO_DEVICE == 0x40
                && (DWORD)WD_DMA_OPTIONS.DMA_ALLOW_64BIT_ADDRESS == 0x80 && (DWORD)WD_DMA_OPTIONS.DMA_TRANSACTION == 0x2000);
            Report.Check("bits", (DWORD)BITS.BIT0 == 1 && (DWORD)BITS.BIT16 == 0x10000);
        }
    }
}
