using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

/// <summary>What the C library has as macros.</summary>
public static class wdc_defs_macros
{
    public static bool WDC_IS_KP(WDC_DEVICE? pDev) => WDC_GET_KP_HANDLE(pDev) != 0;

    public static uint WDC_GET_KP_HANDLE(WDC_DEVICE? pDev) => pDev?.kerPlug.hKernelPlugIn ?? 0;

    public static WD_CARD WDC_GET_PCARD(WDC_DEVICE? pDev) => pDev?.cardReg?.Card ?? new WD_CARD();

    public static uint WDC_GET_CARD_HANDLE(WDC_DEVICE? pDev) => pDev?.cardReg?.hCard ?? 0;

    public static WD_PCI_SLOT WDC_GET_PPCI_SLOT(WDC_DEVICE? pDev) => pDev?.slot ?? default;

    public static WD_PCI_ID WDC_GET_PPCI_ID(WDC_DEVICE? pDev) => pDev?.id ?? default;

    public static WDC_ADDR_DESC WDC_GET_ADDR_DESC(WDC_DEVICE? pDev, uint dwAddrSpace) => pDev?.pAddrDesc is { } spaces && dwAddrSpace < spaces.Length ? spaces[dwAddrSpace] : default;

    public static ulong WDC_GET_ADDR_SPACE_SIZE(WDC_DEVICE? pDev, uint dwAddrSpace) => WDC_GET_ADDR_DESC(pDev, dwAddrSpace).qwBytes;

    /// <summary>Where the memory macros find an address space: a pointer where it is mapped, else a number that only they understand.</summary>
    public static ulong WDC_MEM_DIRECT_ADDR(WDC_ADDR_DESC addrDesc) => addrDesc.pUserDirectMemAddr;

    /// <summary>The same in 32 bits, for older code: never a pointer.</summary>
    public static uint WDC_MEM_DIRECT_ADDR(ref WDC_ADDR_DESC addrDesc) => addrDesc.dwUserDirectMemAddr;

    public static bool WDC_ADDR_IS_MEM(WDC_ADDR_DESC addrDesc) => addrDesc.fIsMemory;

    public static bool WDC_ADDR_IS_MEM(ref WDC_ADDR_DESC addrDesc) => addrDesc.fIsMemory;

    public static uint WDC_GET_ENABLED_INT_TYPE(WDC_DEVICE? pDev) => (pDev?.Int?.dwEnabledIntType ?? 0) & windrvr_consts.WD_ENABLED_INT_TYPE_MASK;

    public static uint WDC_GET_NUM_VECTORS(WDC_DEVICE? pDev) => (pDev?.Int?.dwEnabledIntType ?? 0) >> windrvr_consts.WD_ENABLED_INT_TYPE_NUM_VECTORS_POSITION_BITS;

    public static uint WDC_GET_ENABLED_INT_LAST_MSG(WDC_DEVICE? pDev) => pDev?.Int?.dwLastMessage ?? 0;

    public static bool WDC_INT_IS_MSI(uint dwIntType) => (dwIntType & (CardItems.Message | CardItems.MessageX)) != 0;

    /// <summary>The interrupt types that a device supports.</summary>
    public static uint WDC_GET_INT_OPTIONS(WDC_DEVICE? pDev)
    {
        if (pDev?.cardReg is null) return 0;
        foreach (WD_ITEMS item in CardItems.Items(pDev.cardReg.Card))
        {
            if (item.item == (uint)ITEM_TYPE.ITEM_INTERRUPT) return item.I.Int.dwOptions;
        }

        return 0;
    }
}
