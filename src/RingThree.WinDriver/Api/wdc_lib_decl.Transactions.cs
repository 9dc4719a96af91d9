using System.Runtime.InteropServices;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class wdc_lib_decl
{
    /// <summary>Allocates a contiguous buffer for a transaction.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="ppBuf">The buffer.</param>
    /// <param name="dwOptions">As for <see cref="WDC_DMAContigBufLock"/>.</param>
    /// <param name="dwDMABufSize">Bytes.</param>
    /// <param name="ppDma">A <see cref="WD_DMA"/> in memory.</param>
    /// <param name="pInterruptParams">A <see cref="WDC_INTERRUPT_PARAMS"/> in memory to enable the interrupt with until <see cref="WDC_DMATransactionUninit"/>; 0 where the program enables it itself.</param>
    /// <param name="dwAlignment">What the buffer's bus address has to be a multiple of, 0 for any: a power of two, or the mask below it (0xF for 16), a page's size at most.</param>
    public static uint WDC_DMATransactionContigInit(IntPtr hDev, ref IntPtr ppBuf, uint dwOptions, uint dwDMABufSize, ref IntPtr ppDma, IntPtr pInterruptParams, uint dwAlignment)
    {
        LockedBuffer? locked = null;
        uint status = With(nameof(WDC_DMATransactionContigInit), hDev, card =>
        {
            uint alignment = LockedBuffers.Alignment(dwAlignment);
            locked = Divided(card, LockedBuffers.Allocate(card, LockedBuffers.AsTransaction(dwOptions), dwDMABufSize), pInterruptParams, 0, 0);
            locked.Set(nameof(WD_DMA.dwAlignment), alignment);
        });
        Answer.Tell(ref ppBuf, locked?.Address ?? 0);
        ppDma = locked?.Description ?? 0;
        return status;
    }

    /// <summary>Makes the caller's memory reachable for a transaction in several transfers.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="pBuf">The memory; it stays where it is until <see cref="WDC_DMATransactionUninit"/>.</param>
    /// <param name="dwOptions">As for <see cref="WDC_DMAContigBufLock"/>.</param>
    /// <param name="dwDMABufSize">Bytes, a multiple of the element's.</param>
    /// <param name="ppDma">A <see cref="WD_DMA"/> in memory.</param>
    /// <param name="pInterruptParams">As for <see cref="WDC_DMATransactionContigInit"/>.</param>
    /// <param name="dwMaxTransferSize">The most bytes that the device moves at once, 0 for no limit.</param>
    /// <param name="dwTransferElementSize">What no transfer may cut, bytes; 0 for 1.</param>
    public static uint WDC_DMATransactionSGInit(IntPtr hDev, IntPtr pBuf, uint dwOptions, uint dwDMABufSize, ref IntPtr ppDma, IntPtr pInterruptParams, uint dwMaxTransferSize, uint dwTransferElementSize)
    {
        LockedBuffer? locked = null;
        uint status = With(nameof(WDC_DMATransactionSGInit), hDev, card =>
            locked = Divided(card, LockedBuffers.Lock(card, pBuf, LockedBuffers.AsTransaction(dwOptions), dwDMABufSize), pInterruptParams, dwMaxTransferSize, dwTransferElementSize));
        ppDma = locked?.Description ?? 0;
        return status;
    }

    /// <summary>Begins a transaction: the callback programs the device with the first transfer, which the <see cref="WD_DMA"/> tells.</summary>
    /// <param name="pDma">The buffer.</param>
    /// <param name="funcDMATransactionCallback">Called here, and for each further transfer; null for none.</param>
    /// <param name="DMATransactionCallbackCtx">Given to it.</param>
    /// <returns>WD_OPERATION_ALREADY_DONE while it is under way.</returns>
    public static uint WDC_DMATransactionExecute(IntPtr pDma, DMA_TRANSACTION_CALLBACK? funcDMATransactionCallback, IntPtr DMATransactionCallbackCtx) =>
        WithBuffer(nameof(WDC_DMATransactionExecute), pDma, buffer => LockedBuffers.Transaction(buffer).Execute(funcDMATransactionCallback, DMATransactionCallbackCtx));

    /// <summary>The device has finished a transfer. Where there is another the <see cref="WD_DMA"/> tells it.</summary>
    /// <param name="pDma">The buffer.</param>
    /// <param name="fRunCallback">Whether to call the callback for that one.</param>
    /// <returns>WD_MORE_PROCESSING_REQUIRED while there is another, success after the last one.</returns>
    public static uint WDC_DMATransferCompletedAndCheck(IntPtr pDma, bool fRunCallback)
    {
        bool more = false;
        uint status = WithBuffer(nameof(WDC_DMATransferCompletedAndCheck), pDma, buffer => more = LockedBuffers.Transaction(buffer).Complete(fRunCallback));
        return more && status == Status.Success ? unchecked((uint)WD_ERROR_CODES.WD_MORE_PROCESSING_REQUIRED) : status;
    }

    /// <summary>Ends what is under way, so that the transaction can be executed again.</summary>
    public static uint WDC_DMATransactionRelease(IntPtr pDma) => WithBuffer(nameof(WDC_DMATransactionRelease), pDma, buffer => LockedBuffers.Transaction(buffer).Release());

    /// <summary>Ends a transaction and unlocks its buffer.</summary>
    public static uint WDC_DMATransactionUninit(IntPtr pDma) => WithBuffer(nameof(WDC_DMATransactionUninit), pDma, buffer =>
    {
        LockedBuffers.Transaction(buffer);
        LockedBuffers.Unlock(buffer);
    });

    private static LockedBuffer Divided(OpenCard card, LockedBuffer buffer, IntPtr interruptParams, uint maximumTransfer, uint elementSize)
    {
        LockedBuffers.Divide(buffer, maximumTransfer, elementSize, interruptParams == 0 ? null : () => Enable(card, Marshal.PtrToStructure<WDC_INTERRUPT_PARAMS>(interruptParams)));
        return buffer;
    }

    private static void Enable(OpenCard card, WDC_INTERRUPT_PARAMS how)
    {
        WD_TRANSFER[]? commands = how.pTransCmds; // first: it is what shows that nobody filled the structure in
        INT_HANDLER? handler = how.funcIntHandler == 0 ? null : Marshal.GetDelegateForFunctionPointer<INT_HANDLER>(how.funcIntHandler);
        Enable(card, commands, how.dwNumCmds, how.dwOptions, handler, how.pData, how.fUseKP != 0);
    }
}
