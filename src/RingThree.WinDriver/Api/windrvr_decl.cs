using RingThree.Hosting;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

/// <summary>The driver itself: the functions below the card library. Every one answers with a status.</summary>
public static partial class windrvr_decl
{
    /// <summary>The version in digits, of which programs make the kernel module's name.</summary>
    public const string WD_VERSION = "1630";
    public const string WD_VER_STRING = "RingThree, in place of WinDriver 16.30";
    public const string DLL_NAME = "RingThree.WinDriver";

    internal const uint VersionNumber = 1630;
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
        wdc_lib_decl.Scan(pPciScan.searchId.dwVendorId, pPciScan.searchId.dwDeviceId, registered: false, result);
        pPciScan.dwCards = result.dwNumDevices;
    });

    /// <summary>Tells a function's resources.</summary>
    public static uint WD_PciGetCardInfo(IntPtr hWD, WD_PCI_CARD_INFO pPciCard) => With(nameof(WD_PciGetCardInfo), hWD, () => wdc_lib_decl.FindItems(pPciCard));

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
        uint status = With(nameof(WD_PciConfigDump), hWD, () =>
        {
            Span<byte> data = CallerMemory.Given(dump.pBuffer, dump.dwBytes);
            if (dump.fIsRead != 0) ConfigurationAccess.Read(dump.pciSlot, dump.dwOffset, data);
            else ConfigurationAccess.Write(dump.pciSlot, dump.dwOffset, data);
        });
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
        CardItems.TellRegistered(pCardReg.Card, card);
    });

    /// <summary>Gives a card back.</summary>
    public static uint WD_CardUnregister(IntPtr hWD, WD_CARD_REGISTER pCardReg) => With(nameof(WD_CardUnregister), hWD, () =>
    {
        ArgumentNullException.ThrowIfNull(pCardReg);
        (OpenCards.Find((int)pCardReg.hCard) ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"0x{pCardReg.hCard:x} is no registered card.")).Close();
        CardItems.SetHandles(pCardReg.Card, 0);
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
        Transfers.Run(pTransArray.AsSpan(0, (int)dwNumTransfers));
    });

    /// <summary>The version of the driver.</summary>
    public static uint WD_Version(IntPtr hWD, ref uint dwVer, ref string sVer)
    {
        uint status = With(nameof(WD_Version), hWD, () => { });
        if (status == Status.Success) (dwVer, sVer) = (VersionNumber, WD_VER_STRING);
        return status;
    }

    /// <summary>Waits for some microseconds.</summary>
    public static uint WD_Sleep(IntPtr hWD, uint dwMicroSeconds, uint dwOptions) =>
        With(nameof(WD_Sleep), hWD, () => wdc_lib_decl.Sleep(dwMicroSeconds, (WDC_SLEEP_OPTIONS)dwOptions));

    internal static uint With(string operation, IntPtr hWD, Action work) => Status.Run(operation, () =>
    {
        if (hWD != DriverHandle) throw new StatusException(WD_ERROR_CODES.WD_STATUS_INVALID_WD_HANDLE, $"0x{hWD:x} is no driver handle: WD_Open gives one.");
        DriverState.Check();
        work();
    });
}
