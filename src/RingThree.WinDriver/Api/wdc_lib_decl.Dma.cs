using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class wdc_lib_decl
{
    /// <summary>Allocates a contiguous DMA buffer.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="ppBuf">The buffer.</param>
    /// <param name="dwOptions">Direction and reach (<see cref="WD_DMA_OPTIONS"/>); 32 address bits unless they say otherwise.</param>
    /// <param name="dwDMABufSize">Bytes.</param>
    /// <param name="ppDma">A <see cref="WD_DMA"/> in memory.</param>
    public static uint WDC_DMAContigBufLock(IntPtr hDev, ref IntPtr ppBuf, uint dwOptions, uint dwDMABufSize, ref IntPtr ppDma)
    {
        (IntPtr Description, IntPtr Buffer) locked = default;
        uint status = With(nameof(WDC_DMAContigBufLock), hDev, card => locked = LockedBuffers.Allocate(card, dwOptions, dwDMABufSize));
        (ppDma, ppBuf) = locked;
        return status;
    }

    /// <summary>Makes the caller's memory reachable for a device's DMA. The device reaches the whole pages it lies in.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="pBuf">The memory; it stays where it is until it is unlocked.</param>
    /// <param name="dwOptions">As for <see cref="WDC_DMAContigBufLock"/>.</param>
    /// <param name="dwDMABufSize">Bytes.</param>
    /// <param name="ppDma">A <see cref="WD_DMA"/> in memory. Behind an IOMMU the memory is one range on the bus: one page.</param>
    public static uint WDC_DMASGBufLock(IntPtr hDev, IntPtr pBuf, uint dwOptions, uint dwDMABufSize, ref IntPtr ppDma)
    {
        IntPtr description = 0;
        uint status = With(nameof(WDC_DMASGBufLock), hDev, card => description = LockedBuffers.Lock(card, pBuf, dwOptions, dwDMABufSize));
        ppDma = description;
        return status;
    }

    /// <summary>Takes a buffer from its device; one that was allocated is freed.</summary>
    public static uint WDC_DMABufUnlock(IntPtr pDma) => Status.Run(nameof(WDC_DMABufUnlock), () => LockedBuffers.Unlock(pDma));

    /// <summary>Before the processor reads what the device has written.</summary>
    public static uint WDC_DMASyncCpu(IntPtr pDma) => Status.Run(nameof(WDC_DMASyncCpu), () => LockedBuffers.Sync(pDma));

    /// <summary>Before the device reads what the processor has written.</summary>
    public static uint WDC_DMASyncIo(IntPtr pDma) => Status.Run(nameof(WDC_DMASyncIo), () => LockedBuffers.Sync(pDma));
}
