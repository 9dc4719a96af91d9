using RingThree.Hosting;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class wdc_lib_decl
{
    /// <summary>Opens a device.</summary>
    /// <param name="phDev">The new handle; 0 when it fails.</param>
    /// <param name="pDeviceInfo">What <see cref="WDC_PciGetDeviceInfo(WD_PCI_CARD_INFO)"/> told, with the caller's wishes for sharing.</param>
    /// <param name="pDevCtx">Kept for <see cref="WDC_GetDevContext"/>.</param>
    public static uint WDC_PciDeviceOpen(ref IntPtr phDev, ref WD_PCI_CARD_INFO pDeviceInfo, IntPtr pDevCtx)
    {
        phDev = 0;
        WD_PCI_CARD_INFO? info = pDeviceInfo;
        OpenCard? opened = null;
        uint status = Status.Run(nameof(WDC_PciDeviceOpen), () => opened = Open(info, pDevCtx));
        if (opened is not null) phDev = opened.Handle;
        return status;
    }

    /// <summary>Opens a device.</summary>
    /// <param name="pDev">Filled, and the open device from then on, wherever else the program holds it; made where it is null. A failure leaves it as it is.</param>
    /// <param name="pDeviceInfo">What <see cref="WDC_PciGetDeviceInfo(WD_PCI_CARD_INFO)"/> told, with the caller's wishes for sharing.</param>
    /// <param name="pDevCtx">Kept for <see cref="WDC_GetDevContext"/>.</param>
    public static uint WDC_PciDeviceOpen(ref WDC_DEVICE pDev, WD_PCI_CARD_INFO pDeviceInfo, IntPtr pDevCtx)
    {
        OpenCard? opened = null;
        uint status = Status.Run(nameof(WDC_PciDeviceOpen), () => opened = Open(pDeviceInfo, pDevCtx));
        opened?.Adopt(ref pDev);
        return status;
    }

    /// <inheritdoc cref="WDC_PciDeviceOpen(ref WDC_DEVICE, WD_PCI_CARD_INFO, IntPtr)"/>
    public static uint WDC_PciDeviceOpen(ref WDC_DEVICE pDev, ref WD_PCI_CARD_INFO pDeviceInfo, IntPtr pDevCtx) => WDC_PciDeviceOpen(ref pDev, pDeviceInfo, pDevCtx);

    /// <summary>Opens a device; older form.</summary>
    /// <param name="pDev">As in the later form.</param>
    /// <param name="pDeviceInfo">Its slot and card.</param>
    /// <param name="pDevCtx">Kept for <see cref="WDC_GetDevContext"/>.</param>
    /// <param name="pReserved">Nothing.</param>
    /// <param name="sKPDriverName">A plug-in to open with it; null or empty for none.</param>
    /// <param name="pKPOpenData">Given to the plug-in.</param>
    public static uint WDC_PciDeviceOpen(ref WDC_DEVICE pDev, WD_PCI_CARD_INFO pDeviceInfo, IntPtr pDevCtx, IntPtr pReserved, string? sKPDriverName, IntPtr pKPOpenData)
    {
        OpenCard? opened = null;
        uint status = Status.Run(nameof(WDC_PciDeviceOpen), () => opened = Open(pDeviceInfo, pDevCtx));
        if (opened is null) return status;
        IntPtr handle = opened.Handle;
        status = OpenPlugInWith(nameof(WDC_PciDeviceOpen), ref handle, sKPDriverName, pKPOpenData);
        if (status == Status.Success) opened.Adopt(ref pDev);
        return status;
    }

    /// <summary>Closes a device: its interrupt is disabled, its resources are free again.</summary>
    public static uint WDC_PciDeviceClose(IntPtr hDev) => With(nameof(WDC_PciDeviceClose), hDev, card => card.Close());

    /// <summary>Says what runs when the program leaves a device open: as it ends, by an error or not, or as it closes the library. A program that is killed runs nothing more.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="Cmd">The commands; null for none any more.</param>
    /// <param name="dwCmds">How many of them.</param>
    /// <param name="bForceCleanup">Whether they run when the program closes the device, too.</param>
    public static uint WDC_CardCleanupSetup(IntPtr hDev, WD_TRANSFER[]? Cmd, uint dwCmds, bool bForceCleanup) => With(nameof(WDC_CardCleanupSetup), hDev, card =>
    {
        WD_TRANSFER[] commands = Commands.Given(Cmd, dwCmds);
        card.SetCleanup(dwCmds == 0 ? null : Commands.Translate(card, commands, (int)dwCmds), bForceCleanup);
    });

    private static OpenCard Open(WD_PCI_CARD_INFO? info, IntPtr context)
    {
        DriverState.Check();
        ArgumentNullException.ThrowIfNull(info);
        return Add(OpenCard.Register(info.pciSlot, info.Card), info, context);
    }

    private static OpenCard Add(OpenCard card, WD_PCI_CARD_INFO info, IntPtr context)
    {
        DriverState.Add(card, opened => Describe(opened, info, context));
        return card;
    }

    private static WDC_DEVICE Describe(OpenCard card, WD_PCI_CARD_INFO info, IntPtr context)
    {
        var spaces = new WDC_ADDR_DESC[card.Spaces.Length];
        for (int i = 0; i < spaces.Length; i++)
        {
            spaces[i].dwAddrSpace = (uint)i;
            if (card.Spaces[i] is not { } space) continue;
            spaces[i].fIsMemory = !space.Region.IsPort;
            spaces[i].qwBytes = space.Region.Size;
            spaces[i].pAddr = space.Address;
            spaces[i].pUserDirectMemAddr = space.Direct;
            spaces[i].reserved = space.Token;
            spaces[i].dwItemIndex = (uint)space.Item;
        }

        WD_CARD items = info.Card; // the open device's own, as the caller may open another with his
        items.Item = [.. items.Item];
        CardItems.TellRegistered(items, card);
        DeviceDescription device = card.Hardware.Description;
        return new WDC_DEVICE
        {
            id = new WD_PCI_ID { dwVendorId = device.VendorId, dwDeviceId = device.DeviceId },
            slot = info.pciSlot,
            dwNumAddrSpaces = (uint)spaces.Length,
            pAddrDesc = spaces,
            cardReg = new WD_CARD_REGISTER { Card = items, hCard = (uint)card.Handle, cName = device.Name ?? "", cDescription = card.Hardware.ToString() },
            hDev = card.Handle,
            pCtx = context,
        };
    }
}
