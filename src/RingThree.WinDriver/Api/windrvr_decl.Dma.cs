using System.Runtime.InteropServices;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class windrvr_decl
{
    /// <summary>Locks a buffer for a card's DMA: allocates it (DMA_KERNEL_BUFFER_ALLOC), gets one by its handle (DMA_GET_EXISTING_BUF), opens reserved memory (DMA_RESERVED_MEM, at <c>Page[0].pPhysicalAddr</c>), or locks the caller's memory.</summary>
    /// <param name="hWD">The driver.</param>
    /// <param name="pDma"><c>hCard</c>, the size, the options and, where it is the caller's, the memory; filled.</param>
    public static uint WD_DMALock(IntPtr hWD, ref WD_DMA pDma) => WithDma(nameof(WD_DMALock), hWD, ref pDma, given =>
        Has(given, WD_DMA_OPTIONS.DMA_GET_EXISTING_BUF) ? LockedBuffers.Get(given.hDma)
        : Has(given, WD_DMA_OPTIONS.DMA_RESERVED_MEM) ? LockedBuffers.Reserve(CardOf(given), given.Page is [var first, ..] ? first.pPhysicalAddr : 0, LockedBuffers.AsWhole(given.dwOptions), given.dwBytes)
        : AllocateOrLock(given, LockedBuffers.AsWhole(given.dwOptions)));

    /// <summary>One user lets go of a buffer; the last one takes it from its card.</summary>
    public static uint WD_DMAUnlock(IntPtr hWD, ref WD_DMA pDma) => Unlock(nameof(WD_DMAUnlock), hWD, ref pDma);

    /// <summary>Before the processor reads what the card has written.</summary>
    public static uint WD_DMASyncCpu(IntPtr hWD, ref WD_DMA pDma) => WithDma(nameof(WD_DMASyncCpu), hWD, ref pDma, Synchronized);

    /// <summary>Before the card reads what the processor has written.</summary>
    public static uint WD_DMASyncIo(IntPtr hWD, ref WD_DMA pDma) => WithDma(nameof(WD_DMASyncIo), hWD, ref pDma, Synchronized);

    /// <summary>Locks a buffer for a transaction in transfers of at most <c>dwMaxTransferSize</c> bytes.</summary>
    public static uint WD_DMATransactionInit(IntPtr hWD, ref WD_DMA pDma) => WithDma(nameof(WD_DMATransactionInit), hWD, ref pDma, given =>
    {
        uint alignment = LockedBuffers.Alignment(given.dwAlignment);
        LockedBuffer buffer = AllocateOrLock(given, LockedBuffers.AsTransaction(given.dwOptions));
        LockedBuffers.Divide(buffer, given.dwMaxTransferSize, given.dwTransferElementSize);
        buffer.Set(nameof(WD_DMA.dwAlignment), alignment);
        return buffer;
    });

    /// <summary>Begins a transaction; its <c>DMATransactionCallback</c>, a function pointer, is called for each transfer where it is given.</summary>
    public static uint WD_DMATransactionExecute(IntPtr hWD, ref WD_DMA pDma) => WithDma(nameof(WD_DMATransactionExecute), hWD, ref pDma, given =>
    {
        LockedBuffer buffer = LockedBuffers.Find(given.hDma);
        DMA_TRANSACTION_CALLBACK? callback = given.DMATransactionCallback == 0 ? null : Marshal.GetDelegateForFunctionPointer<DMA_TRANSACTION_CALLBACK>(given.DMATransactionCallback);
        LockedBuffers.Transaction(buffer).Execute(callback, given.DMATransactionCallbackCtx);
        return buffer;
    });

    /// <summary>The card has finished a transfer.</summary>
    /// <returns>WD_MORE_PROCESSING_REQUIRED while there is another, which <paramref name="pDma"/> tells; success after the last one.</returns>
    public static uint WD_DMATransferCompletedAndCheck(IntPtr hWD, ref WD_DMA pDma)
    {
        bool more = false;
        uint status = WithDma(nameof(WD_DMATransferCompletedAndCheck), hWD, ref pDma, given =>
        {
            LockedBuffer buffer = LockedBuffers.Find(given.hDma);
            more = LockedBuffers.Transaction(buffer).Complete(runCallback: true);
            return buffer;
        });
        return more && status == Status.Success ? unchecked((uint)WD_ERROR_CODES.WD_MORE_PROCESSING_REQUIRED) : status;
    }

    /// <summary>Ends what is under way, so that the transaction can be executed again.</summary>
    public static uint WD_DMATransactionRelease(IntPtr hWD, ref WD_DMA pDma) => WithDma(nameof(WD_DMATransactionRelease), hWD, ref pDma, given =>
    {
        LockedBuffer buffer = LockedBuffers.Find(given.hDma);
        LockedBuffers.Transaction(buffer).Release();
        return buffer;
    });

    /// <summary>Ends a transaction and unlocks its buffer.</summary>
    public static uint WD_DMATransactionUninit(IntPtr hWD, ref WD_DMA pDma) => Unlock(nameof(WD_DMATransactionUninit), hWD, ref pDma);

    private static bool Has(in WD_DMA dma, WD_DMA_OPTIONS option) => (dma.dwOptions & (uint)option) != 0;

    private static LockedBuffer AllocateOrLock(in WD_DMA dma, uint options) => Has(dma, WD_DMA_OPTIONS.DMA_KERNEL_BUFFER_ALLOC)
        ? LockedBuffers.Allocate(CardOf(dma), options, dma.dwBytes)
        : LockedBuffers.Lock(CardOf(dma), dma.pUserAddr, options, dma.dwBytes);

    private static OpenCard CardOf(in WD_DMA dma) => OpenCards.Find((int)dma.hCard)
        ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"0x{dma.hCard:x} is no registered card.");

    private static LockedBuffer Synchronized(WD_DMA dma)
    {
        LockedBuffer buffer = LockedBuffers.Find(dma.hDma);
        LockedBuffers.Sync();
        return buffer;
    }

    private static uint Unlock(string operation, IntPtr hWD, ref WD_DMA pDma)
    {
        uint handle = pDma.hDma;
        uint status = With(operation, hWD, () => LockedBuffers.Unlock(LockedBuffers.Find(handle)));
        if (status == Status.Success) pDma.hDma = 0;
        return status;
    }

    private static uint WithDma(string operation, IntPtr hWD, ref WD_DMA pDma, Func<WD_DMA, LockedBuffer> work)
    {
        WD_DMA given = pDma;
        uint status = With(operation, hWD, () => given = work(given).Read());
        if (status == Status.Success) pDma = given;
        return status;
    }
}
