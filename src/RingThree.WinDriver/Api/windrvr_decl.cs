using RingThree.Hosting;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

/// <summary>The driver itself: the functions below the card library. Every one answers with a status.</summary>
public static partial class windrvr_decl
{
    public const int WD_VERSION = 1630;
    public const string WD_VER_STRING = "RingThree, in place of WinDriver 16.30";
    public const string DLL_NAME = "RingThree.WinDriver";

    internal static readonly IntPtr DriverHandle = 0x5244_0000;

    /// <summary>The name of the kernel module; there is none here, so any name does.</summary>
    /// <returns>The name; null where it is none.</returns>
    public static string? WD_DriverName(string? sName) => string.IsNullOrWhiteSpace(sName) || sName.Length >= windrvr_consts.WD_MAX_DRIVER_NAME_LENGTH ? null : sName;

    /// <summary>Opens the driver.</summary>
    /// <returns>A handle; -1 when it fails. A driver that the card library has open already is open twice.</returns>
    public static IntPtr WD_Open() => Status.Run(nameof(WD_Open), DriverState.OpenHandle) == Status.Success ? DriverHandle : -1;

    /// <summary>Closes the driver; the last one closes what is still open.</summary>
    public static void WD_Close(IntPtr hWD) => With(nameof(WD_Close), hWD, DriverState.CloseHandle);

    /// <summary>Finds PCI functions.</summary>
    public static uint WD_PciScanCards(IntPtr hWD, WD_PCI_SCAN_CARDS pPciScan) => With(nameof(WD_PciScanCards), hWD, () =>
    {
        ArgumentNullException.ThrowIfNull(pPciScan);
        var result = new WDC_PCI_SCAN_RESULT { deviceId = pPciScan.cardId, deviceSlot = pPciScan.cardSlot };
        Check(wdc_lib_decl.WDC_PciScanDevices(pPciScan.searchId.dwVendorId, pPciScan.searchId.dwDeviceId, result));
        pPciScan.dwCards = result.dwNumDevices;
    });

    /// <summary>Tells a function's resources.</summary>
    public static uint WD_PciGetCardInfo(IntPtr hWD, WD_PCI_CARD_INFO pPciCard) => With(nameof(WD_PciGetCardInfo), hWD, () => Check(wdc_lib_decl.WDC_PciGetDeviceInfo(pPciCard)));

    /// <summary>Finds a function's capabilities, open or not.</summary>
    public static uint WD_PciScanCaps(IntPtr hWD, WD_PCI_SCAN_CAPS pPciScanCaps) => With(nameof(WD_PciScanCaps), hWD, () =>
    {
        ArgumentNullException.ThrowIfNull(pPciScanCaps);
        (IHost host, string address) = WinDriverHosts.Find(pPciScanCaps.pciSlot);
        bool extended = (pPciScanCaps.dwOptions & (uint)WD_PCI_SCAN_CAPS_OPTIONS.WD_PCI_SCAN_CAPS_EXTENDED) != 0;
        bool basic = (pPciScanCaps.dwOptions & (uint)WD_PCI_SCAN_CAPS_OPTIONS.WD_PCI_SCAN_CAPS_BASIC) != 0 || !extended;
        pPciScanCaps.dwNumCaps = CardItems.Fill(pPciScanCaps.pciCaps, CardItems.Describe(host, address).Capabilities.Select(c => c.Capability).Where(c => c.IsExtended ? extended : basic), pPciScanCaps.dwCapId);
    });

    /// <summary>Reads or writes configuration space by slot; <c>dwResult</c> has a <see cref="PCI_ACCESS_RESULT"/>.</summary>
    public static uint WD_PciConfigDump(IntPtr hWD, ref WD_PCI_CONFIG_DUMP pConfig)
    {
        WD_PCI_CONFIG_DUMP dump = pConfig;
        uint status = With(nameof(WD_PciConfigDump), hWD, () => Check(dump.fIsRead != 0
            ? wdc_lib_decl.WDC_PciReadCfgBySlot(ref dump.pciSlot, dump.dwOffset, dump.pBuffer, dump.dwBytes)
            : wdc_lib_decl.WDC_PciWriteCfgBySlot(ref dump.pciSlot, dump.dwOffset, dump.pBuffer, dump.dwBytes)));
        pConfig.dwResult = (uint)(status == Status.Success ? PCI_ACCESS_RESULT.PCI_ACCESS_OK
            : status == (uint)WD_ERROR_CODES.WD_DEVICE_NOT_FOUND ? PCI_ACCESS_RESULT.PCI_BAD_SLOT : PCI_ACCESS_RESULT.PCI_ACCESS_ERROR);
        return status;
    }

    /// <summary>Registers a card: a function by its bus item, one that no bus enumerates by its other items. With <c>fCheckLockOnly</c> only whether that would be refused.</summary>
    public static uint WD_CardRegister(IntPtr hWD, WD_CARD_REGISTER pCardReg) => With(nameof(WD_CardRegister), hWD, () =>
    {
        ArgumentNullException.ThrowIfNull(pCardReg);
        pCardReg.hCard = 0;
        WD_PCI_SLOT? slot = CardItems.SlotOf(pCardReg.Card);
        if (pCardReg.fCheckLockOnly != 0)
        {
            OpenCard.CheckLocks(slot, pCardReg.Card);
            return;
        }

        OpenCard card = slot is { } place ? OpenCard.Register(place, pCardReg.Card) : OpenCard.Register(pCardReg.Card);
        DriverState.Add(card, opened => new WDC_DEVICE { hDev = opened.Handle, slot = slot ?? default });
        pCardReg.hCard = (uint)card.Handle;
        SetHandles(pCardReg.Card, (uint)card.Handle);
    });

    /// <summary>Gives a card back.</summary>
    public static uint WD_CardUnregister(IntPtr hWD, WD_CARD_REGISTER pCardReg) => With(nameof(WD_CardUnregister), hWD, () =>
    {
        ArgumentNullException.ThrowIfNull(pCardReg);
        (OpenCards.Find((int)pCardReg.hCard) ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"0x{pCardReg.hCard:x} is no registered card.")).Close();
        SetHandles(pCardReg.Card, 0);
        pCardReg.hCard = 0;
    });

    /// <summary>Runs one transfer command.</summary>
    public static uint WD_Transfer(IntPtr hWD, ref WD_TRANSFER pTrans)
    {
        WD_TRANSFER command = pTrans;
        uint status = With(nameof(WD_Transfer), hWD, () => Transfers.Run(ref command));
        pTrans = command;
        return status;
    }

    /// <summary>Runs transfer commands one after another.</summary>
    public static uint WD_MultiTransfer(IntPtr hWD, WD_TRANSFER[] pTransArray, uint dwNumTransfers) => With(nameof(WD_MultiTransfer), hWD, () =>
    {
        if (pTransArray is null || dwNumTransfers == 0 || dwNumTransfers > pTransArray.Length)
            throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{dwNumTransfers} commands are named, and there are {pTransArray?.Length ?? 0}.");
        for (int i = 0; i < dwNumTransfers; i++) Transfers.Run(ref pTransArray[i]);
    });

    /// <summary>The version of the driver.</summary>
    public static uint WD_Version(IntPtr hWD, ref uint dwVer, ref string sVer)
    {
        uint status = With(nameof(WD_Version), hWD, () => { });
        if (status == Status.Success) (dwVer, sVer) = (WD_VERSION, WD_VER_STRING);
        return status;
    }

    /// <summary>Waits for some microseconds.</summary>
    public static uint WD_Sleep(IntPtr hWD, uint dwMicroSeconds, uint dwOptions) =>
        With(nameof(WD_Sleep), hWD, () => Check(wdc_lib_decl.WDC_Sleep(dwMicroSeconds, (WDC_SLEEP_OPTIONS)dwOptions)));

    internal static uint With(string operation, IntPtr hWD, Action work) => Status.Run(operation, () =>
    {
        if (hWD != DriverHandle) throw new StatusException(WD_ERROR_CODES.WD_STATUS_INVALID_WD_HANDLE, $"0x{hWD:x} is no driver handle: WD_Open gives one.");
        DriverState.Check();
        work();
    });

    internal static void Check(uint status)
    {
        if (status != Status.Success) throw new StatusException((WD_ERROR_CODES)(int)status, "see above.");
    }

    /// <summary>The interrupt item tells the handle that interrupts are enabled with.</summary>
    private static void SetHandles(in WD_CARD card, uint handle)
    {
        foreach (ref WD_ITEMS item in CardItems.Items(card))
        {
            if (item.item == (uint)ITEM_TYPE.ITEM_INTERRUPT) item.I.Int.hInterrupt = handle;
        }
    }
}
