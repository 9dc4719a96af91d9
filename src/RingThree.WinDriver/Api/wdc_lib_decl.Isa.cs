using System.Runtime.InteropServices;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class wdc_lib_decl
{
    /// <summary>Opens a card that no bus enumerates, by the memory, ports and interrupt that its items say. Its address spaces have the order of its memory and port items.</summary>
    /// <param name="phDev">The new handle; 0 when it fails.</param>
    /// <param name="pCard">The card.</param>
    /// <param name="pDevCtx">Kept for <see cref="WDC_GetDevContext"/>.</param>
    public static uint WDC_IsaDeviceOpen(ref IntPtr phDev, WD_CARD pCard, IntPtr pDevCtx) => OpenIsa(ref phDev, () => pCard, pDevCtx);

    /// <summary>Opens a card that no bus enumerates.</summary>
    /// <param name="phDev">The new handle; 0 when it fails.</param>
    /// <param name="pCard">A <see cref="WD_CARD"/> in memory: its <c>dwItems</c> and as many items, at the offset of its <c>Item</c>.</param>
    /// <param name="pDevCtx">Kept for <see cref="WDC_GetDevContext"/>.</param>
    public static uint WDC_IsaDeviceOpen(ref IntPtr phDev, IntPtr pCard, IntPtr pDevCtx) => OpenIsa(ref phDev, () => CardAt(pCard), pDevCtx);

    /// <inheritdoc cref="WDC_IsaDeviceOpen(ref IntPtr, IntPtr, IntPtr)"/>
    public static uint WDC_IsaDeviceOpen(ref IntPtr phDev, ref IntPtr pCard, IntPtr pDevCtx) => WDC_IsaDeviceOpen(ref phDev, pCard, pDevCtx);

    /// <summary>Opens a card that no bus enumerates; older form.</summary>
    /// <param name="phDev">The new handle; 0 when it fails.</param>
    /// <param name="pCard">A <see cref="WD_CARD"/> in memory: its <c>dwItems</c> and as many items, at the offset of its <c>Item</c>.</param>
    /// <param name="pDevCtx">Kept for <see cref="WDC_GetDevContext"/>.</param>
    /// <param name="pReserved">Nothing.</param>
    /// <param name="sKPDriverName">A plug-in to open with it; null or empty for none.</param>
    /// <param name="pKPOpenData">Given to the plug-in.</param>
    public static uint WDC_IsaDeviceOpen(ref IntPtr phDev, IntPtr pCard, IntPtr pDevCtx, IntPtr pReserved, string? sKPDriverName, IntPtr pKPOpenData)
    {
        uint status = WDC_IsaDeviceOpen(ref phDev, pCard, pDevCtx);
        return status == Status.Success ? OpenPlugInWith(nameof(WDC_IsaDeviceOpen), ref phDev, sKPDriverName, pKPOpenData) : status;
    }

    /// <summary>Closes a card that no bus enumerates.</summary>
    public static uint WDC_IsaDeviceClose(IntPtr hDev) => With(nameof(WDC_IsaDeviceClose), hDev, card => card.Close());

    private static uint OpenIsa(ref IntPtr phDev, Func<WD_CARD> given, IntPtr context)
    {
        OpenCard? opened = null;
        uint status = Status.Run(nameof(WDC_IsaDeviceOpen), () =>
        {
            DriverState.Check();
            var info = new WD_PCI_CARD_INFO { Card = given() };
            opened = Add(OpenCard.Register(info.Card), info, context);
        });
        phDev = opened?.Handle ?? 0;
        return status;
    }

    /// <summary>A plug-in that was named with the device; where it does not open, the device does not either.</summary>
    private static uint OpenPlugInWith(string operation, ref IntPtr hDev, string? name, IntPtr openData)
    {
        if (string.IsNullOrEmpty(name)) return Status.Success;
        IntPtr opened = hDev;
        uint status = With(operation, opened, card => card.OpenPlugIn(name, openData));
        if (status == Status.Success) return status;
        With(operation, opened, card => card.Close());
        hDev = 0;
        return status;
    }

    private static WD_CARD CardAt(IntPtr pointer)
    {
        if (pointer == 0) throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, "no card is given.");
        WD_CARD card = CallerStructures.Card(pointer);
        return card.dwItems <= windrvr_consts.WD_CARD_ITEMS
            ? card
            : throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"the card at 0x{pointer:x} says that it has {card.dwItems} items; a card has {windrvr_consts.WD_CARD_ITEMS} at most.");
    }
}
