using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;

namespace RingThree.WinDriver;

/// <summary>
/// Structures of a program's memory whose last member is an array of which a count says how much is used. Each is read as far as
/// that and no further: what the program has allocated may end there, and the next page may be unmapped.
/// </summary>
internal static class CallerStructures
{
    private static readonly int ItemsAt = (int)Marshal.OffsetOf<WD_CARD>(nameof(WD_CARD.Item));
    private static readonly int CardAt = (int)Marshal.OffsetOf<WD_PCI_CARD_INFO>(nameof(WD_PCI_CARD_INFO.Card));
    private static readonly int SlotsAt = (int)Marshal.OffsetOf<WDC_PCI_SCAN_RESULT>(nameof(WDC_PCI_SCAN_RESULT.deviceSlot));
    private static readonly int PagesAt = (int)Marshal.OffsetOf<WD_DMA>(nameof(WD_DMA.Page));
    private static readonly int PageCountAt = (int)Marshal.OffsetOf<WD_DMA>(nameof(WD_DMA.dwPages));

    internal static WD_CARD Card(IntPtr pointer) =>
        CallerMemory.Structure<WD_CARD>(pointer, Length<WD_ITEMS>(pointer, ItemsAt, windrvr_consts.WD_CARD_ITEMS));

    internal static WD_PCI_CARD_INFO CardInfo(IntPtr pointer) =>
        CallerMemory.Structure<WD_PCI_CARD_INFO>(pointer, CardAt + Length<WD_ITEMS>(pointer + CardAt, ItemsAt, windrvr_consts.WD_CARD_ITEMS));

    internal static WDC_PCI_SCAN_RESULT ScanResult(IntPtr pointer) =>
        CallerMemory.Structure<WDC_PCI_SCAN_RESULT>(pointer, Length<WD_PCI_SLOT>(pointer, SlotsAt, windrvr_consts.WD_PCI_CARDS));

    /// <summary>A buffer's description, with as many pages as it has: with DMA_LARGE_BUFFER more than the structure has room for.</summary>
    internal static WD_DMA Dma(IntPtr pointer)
    {
        uint count = CallerMemory.Of<uint>(pointer + PageCountAt, 1)[0];
        int inStructure = (int)Math.Min(count, windrvr_consts.WD_DMA_PAGES);
        WD_DMA dma = CallerMemory.Structure<WD_DMA>(pointer, PagesAt + (inStructure * Marshal.SizeOf<WD_DMA_PAGE>()));
        if (count > windrvr_consts.WD_DMA_PAGES && (dma.dwOptions & (uint)WD_DMA_OPTIONS.DMA_LARGE_BUFFER) != 0)
            dma.Page = CallerMemory.Of<WD_DMA_PAGE>(pointer + PagesAt, count).ToArray();
        return dma;
    }

    /// <summary>How many bytes of a structure are used: its first member is the count. A count beyond what there can be is that much.</summary>
    private static int Length<TItem>(IntPtr pointer, int arrayAt, int most)
        where TItem : unmanaged
    {
        uint count = CallerMemory.Of<uint>(pointer, 1)[0];
        return count == 0 ? sizeof(uint) : arrayAt + ((int)Math.Min(count, (uint)most) * Marshal.SizeOf<TItem>());
    }
}
