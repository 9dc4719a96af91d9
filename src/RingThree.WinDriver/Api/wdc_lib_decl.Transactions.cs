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
    /// <param name="dwAlignment">What the buffer's bus address has to be a multiple of, 0 for any: a page's size at most, which every buffer has.</param>
    public static uint WDC_DMATransactionContigInit(IntPtr hDev, ref IntPtr ppBuf, uint dwOptions, uint dwDMABufSize, ref IntPtr ppDma, IntPtr pInterruptParams, uint dwAlignment)
    {
        LockedBuffer? locked = null;
        uint status = With(nameof(WDC_DMATransactionContigInit), hDev, card =>
        {
            if (dwAlignment > Environment.SystemPageSize || (dwAlignment != 0 && !uint.IsPow2(dwAlignment)))
                throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"an alignment of {dwAlignment} cannot be had: a power of two, at most {Environment.SystemPageSize}.");
            locked = Divided(card, LockedBuffers.Allocate(card, dwOptions, dwDMABufSize), pInterruptParams, 0, 0);
            locked.Set(nameof(WD_DMA.dwAlignment), dwAlignment);
        });
        (ppBuf, ppDma) = (locked?.Address ?? 0, locked?.Description ?? 0);
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
            locked = Divided(card, LockedBuffers.Lock(card, pBuf, dwOptions, dwDMABufSize), pInterruptParams, dwMaxTransferSize, dwTransferElementSize));
        ppDma = locked?.Description ?? 0;
        return status;
    }

    /// <summary>Begins a transaction: the callback programs the device with the first transfer, which the <see cref="WD_DMA"/> tells.</summary>
    /// <param name="pDma">The buffer.</param>
    /// <param name="funcDMATransactionCallback">Called here, and for each further transfer.</param>
    /// <param name="DMATransactionCallbackCtx">Given to it.</param>
    /// <returns>WD_OPERATION_ALREADY_DONE while it is under way.</returns>
    public static uint WDC_DMATransactionExecute(IntPtr pDma, DMA_TRANSACTION_CALLBACK funcDMATransactionCallback, IntPtr DMATransactionCallbackCtx) =>
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
        INT_HANDLER? handler = how.funcIntHandler == 0 ? null : Marshal.GetDelegateForFunctionPointer<INT_HANDLER>(how.funcIntHandler);
        Enable(card, how.pTransCmds, how.dwNumCmds, how.dwOptions, handler, how.pData, how.fUseKP != 0);
    }
}
