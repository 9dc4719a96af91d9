using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class wdc_lib_decl
{
    /// <summary>Allocates a contiguous DMA buffer.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="ppBuf">The buffer.</param>
    /// <param name="dwOptions">Direction and reach (<see cref="WD_DMA_OPTIONS"/>); 32 address bits unless they say otherwise. What the call implies (DMA_KERNEL_BUFFER_ALLOC here) is in the <see cref="WD_DMA"/>'s.</param>
    /// <param name="dwDMABufSize">Bytes.</param>
    /// <param name="ppDma">A <see cref="WD_DMA"/> in memory.</param>
    public static uint WDC_DMAContigBufLock(IntPtr hDev, ref IntPtr ppBuf, uint dwOptions, uint dwDMABufSize, ref IntPtr ppDma)
    {
        LockedBuffer? locked = null;
        uint status = With(nameof(WDC_DMAContigBufLock), hDev, card => locked = LockedBuffers.Allocate(card, LockedBuffers.AsWhole(dwOptions), dwDMABufSize));
        Answer.Tell(ref ppBuf, locked?.Address ?? 0);
        ppDma = locked?.Description ?? 0;
        return status;
    }

    /// <summary>Makes the caller's memory reachable for a device's DMA. The device reaches the whole pages it lies in.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="pBuf">The memory; it stays where it is until it is unlocked.</param>
    /// <param name="dwOptions">As for <see cref="WDC_DMAContigBufLock"/>.</param>
    /// <param name="dwDMABufSize">Bytes.</param>
    /// <param name="ppDma">A <see cref="WD_DMA"/> in memory. Each page of the memory has its entry while they fit into WD_DMA_PAGES; a larger one, which is one range on the bus, has one entry, unless DMA_DISABLE_MERGE_ADJACENT_PAGES and DMA_LARGE_BUFFER are given.</param>
    public static uint WDC_DMASGBufLock(IntPtr hDev, IntPtr pBuf, uint dwOptions, uint dwDMABufSize, ref IntPtr ppDma)
    {
        LockedBuffer? locked = null;
        uint status = With(nameof(WDC_DMASGBufLock), hDev, card => locked = LockedBuffers.Lock(card, pBuf, LockedBuffers.AsWhole(dwOptions), dwDMABufSize));
        ppDma = locked?.Description ?? 0;
        return status;
    }

    /// <summary>Makes memory that the machine was started without reachable for a device's DMA (<c>ring3 memory --reserve</c>).</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="pAddr">The memory's physical address.</param>
    /// <param name="ppBuf">Where it is in this process.</param>
    /// <param name="dwOptions">As for <see cref="WDC_DMAContigBufLock"/>; DMA_ALLOW_CACHE for memory that the processor may cache.</param>
    /// <param name="dwDMABufSize">Bytes.</param>
    /// <param name="ppDma">A <see cref="WD_DMA"/> in memory. The device's address of it is not the physical one, where there is an IOMMU.</param>
    public static uint WDC_DMAReservedBufLock(IntPtr hDev, ulong pAddr, ref IntPtr ppBuf, uint dwOptions, uint dwDMABufSize, ref IntPtr ppDma)
    {
        LockedBuffer? locked = null;
        uint status = With(nameof(WDC_DMAReservedBufLock), hDev, card => locked = LockedBuffers.Reserve(card, pAddr, LockedBuffers.AsWhole(dwOptions), dwDMABufSize));
        Answer.Tell(ref ppBuf, locked?.Address ?? 0);
        ppDma = locked?.Description ?? 0;
        return status;
    }

    /// <summary>One user lets go of a buffer; the last one takes it from its device, and what was allocated is freed.</summary>
    public static uint WDC_DMABufUnlock(IntPtr pDma) => WithBuffer(nameof(WDC_DMABufUnlock), pDma, LockedBuffers.Unlock);

    /// <summary>Gets a buffer by its handle, for one more user, who unlocks it too. Handles of other processes are not known here.</summary>
    /// <param name="hDma">The handle, <c>hDma</c> of its <see cref="WD_DMA"/>.</param>
    /// <param name="ppDma">The <see cref="WD_DMA"/> in memory.</param>
    public static uint WDC_DMABufGet(uint hDma, ref IntPtr ppDma)
    {
        LockedBuffer? locked = null;
        uint status = Status.Run(nameof(WDC_DMABufGet), () =>
        {
            DriverState.Check();
            locked = LockedBuffers.Get(hDma);
        });
        ppDma = locked?.Description ?? 0;
        return status;
    }

    /// <summary>The handle of a buffer; 0 where it is none.</summary>
    public static uint WDC_DMAGetGlobalHandle(IntPtr pDma)
    {
        uint handle = 0;
        WithBuffer(nameof(WDC_DMAGetGlobalHandle), pDma, buffer => handle = buffer.Handle);
        return handle;
    }

    /// <summary>Before the processor reads what the device has written.</summary>
    public static uint WDC_DMASyncCpu(IntPtr pDma) => WithBuffer(nameof(WDC_DMASyncCpu), pDma, _ => LockedBuffers.Sync());

    /// <summary>Before the device reads what the processor has written.</summary>
    public static uint WDC_DMASyncIo(IntPtr pDma) => WithBuffer(nameof(WDC_DMASyncIo), pDma, _ => LockedBuffers.Sync());

    private static uint WithBuffer(string operation, IntPtr pDma, Action<LockedBuffer> work) => Status.Run(operation, () =>
    {
        DriverState.Check();
        work(LockedBuffers.Find(pDma));
    });
}
