using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Pci.Decoding;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

public static partial class wdc_lib_decl
{
    /// <summary>Finds PCI functions by their ids.</summary>
    /// <param name="dwVendorId">The vendor, 0 for any.</param>
    /// <param name="dwDeviceId">The device, 0 for any.</param>
    /// <param name="pPciScanResult">Filled.</param>
    public static uint WDC_PciScanDevices(uint dwVendorId, uint dwDeviceId, WDC_PCI_SCAN_RESULT pPciScanResult) =>
        Scan(nameof(WDC_PciScanDevices), dwVendorId, dwDeviceId, registered: false, pPciScanResult);

    /// <inheritdoc cref="WDC_PciScanDevices(uint, uint, WDC_PCI_SCAN_RESULT)"/>
    public static uint WDC_PciScanDevices(uint dwVendorId, uint dwDeviceId, ref WDC_PCI_SCAN_RESULT pPciScanResult) =>
        WDC_PciScanDevices(dwVendorId, dwDeviceId, pPciScanResult ??= new WDC_PCI_SCAN_RESULT());

    /// <summary>Finds PCI functions, in the order of the buses; here every scan has that order.</summary>
    /// <inheritdoc cref="WDC_PciScanDevices(uint, uint, WDC_PCI_SCAN_RESULT)"/>
    public static uint WDC_PciScanDevicesByTopology(uint dwVendorId, uint dwDeviceId, WDC_PCI_SCAN_RESULT pPciScanResult) =>
        Scan(nameof(WDC_PciScanDevicesByTopology), dwVendorId, dwDeviceId, registered: false, pPciScanResult);

    /// <inheritdoc cref="WDC_PciScanDevicesByTopology(uint, uint, WDC_PCI_SCAN_RESULT)"/>
    public static uint WDC_PciScanDevicesByTopology(uint dwVendorId, uint dwDeviceId, ref WDC_PCI_SCAN_RESULT pPciScanResult) =>
        WDC_PciScanDevicesByTopology(dwVendorId, dwDeviceId, pPciScanResult ??= new WDC_PCI_SCAN_RESULT());

    /// <summary>Finds PCI functions that are ready to be opened: through VFIO those bound to its driver, on other hosts all.</summary>
    /// <inheritdoc cref="WDC_PciScanDevices(uint, uint, WDC_PCI_SCAN_RESULT)"/>
    public static uint WDC_PciScanRegisteredDevices(uint dwVendorId, uint dwDeviceId, WDC_PCI_SCAN_RESULT pPciScanResult) =>
        Scan(nameof(WDC_PciScanRegisteredDevices), dwVendorId, dwDeviceId, registered: true, pPciScanResult);

    /// <inheritdoc cref="WDC_PciScanRegisteredDevices(uint, uint, WDC_PCI_SCAN_RESULT)"/>
    public static uint WDC_PciScanRegisteredDevices(uint dwVendorId, uint dwDeviceId, ref WDC_PCI_SCAN_RESULT pPciScanResult) =>
        WDC_PciScanRegisteredDevices(dwVendorId, dwDeviceId, pPciScanResult ??= new WDC_PCI_SCAN_RESULT());

    /// <summary>Tells a function's resources, without opening it.</summary>
    /// <param name="pDeviceInfo">Its slot is given; its card is filled.</param>
    public static uint WDC_PciGetDeviceInfo(WD_PCI_CARD_INFO pDeviceInfo) => Status.Run(nameof(WDC_PciGetDeviceInfo), () => FindItems(pDeviceInfo));

    /// <inheritdoc cref="WDC_PciGetDeviceInfo(WD_PCI_CARD_INFO)"/>
    public static uint WDC_PciGetDeviceInfo(ref WD_PCI_CARD_INFO pDeviceInfo) => WDC_PciGetDeviceInfo(pDeviceInfo);

    /// <summary>Finds a device's capabilities below 100h.</summary>
    /// <param name="hDev">The device.</param>
    /// <param name="dwCapId">Which, 0 for all.</param>
    /// <param name="pScanCapsResult">Filled.</param>
    public static uint WDC_PciScanCaps(IntPtr hDev, uint dwCapId, ref WDC_PCI_SCAN_CAPS_RESULT pScanCapsResult) => ScanCaps(nameof(WDC_PciScanCaps), hDev, dwCapId, extended: false, pScanCapsResult ??= new());

    /// <inheritdoc cref="WDC_PciScanCaps(IntPtr, uint, ref WDC_PCI_SCAN_CAPS_RESULT)"/>
    public static uint WDC_PciScanCaps(IntPtr hDev, uint dwCapId, WDC_PCI_SCAN_CAPS_RESULT pScanCapsResult) => ScanCaps(nameof(WDC_PciScanCaps), hDev, dwCapId, extended: false, pScanCapsResult);

    /// <summary>Finds a device's extended capabilities.</summary>
    /// <inheritdoc cref="WDC_PciScanCaps(IntPtr, uint, ref WDC_PCI_SCAN_CAPS_RESULT)"/>
    public static uint WDC_PciScanExtCaps(IntPtr hDev, uint dwCapId, ref WDC_PCI_SCAN_CAPS_RESULT pScanCapsResult) => ScanCaps(nameof(WDC_PciScanExtCaps), hDev, dwCapId, extended: true, pScanCapsResult ??= new());

    /// <inheritdoc cref="WDC_PciScanExtCaps(IntPtr, uint, ref WDC_PCI_SCAN_CAPS_RESULT)"/>
    public static uint WDC_PciScanExtCaps(IntPtr hDev, uint dwCapId, WDC_PCI_SCAN_CAPS_RESULT pScanCapsResult) => ScanCaps(nameof(WDC_PciScanExtCaps), hDev, dwCapId, extended: true, pScanCapsResult);

    /// <summary>The type of a device's configuration header.</summary>
    public static uint WDC_PciGetHeaderType(IntPtr hDev, ref WDC_PCI_HEADER_TYPE pHeaderType)
    {
        WDC_PCI_HEADER_TYPE type = pHeaderType;
        uint status = With(nameof(WDC_PciGetHeaderType), hDev, card => type = (card.Function.Config.Read8(0x0E) & 0x7F) switch
        {
            1 => WDC_PCI_HEADER_TYPE.HEADER_TYPE_BRIDGE,
            2 => WDC_PCI_HEADER_TYPE.HEADER_TYPE_CARDBUS,
            _ => WDC_PCI_HEADER_TYPE.HEADER_TYPE_NORMAL,
        });
        pHeaderType = type;
        return status;
    }

    /// <summary>Where a device's PCI Express capability is.</summary>
    public static uint WDC_PciGetExpressOffset(IntPtr hDev, ref uint pdwOffset)
    {
        uint offset = 0;
        uint status = With(nameof(WDC_PciGetExpressOffset), hDev, card => offset = (uint)(card.Function.Config.FindCapability(PciCapabilityId.Express)
            ?? throw new StatusException(WD_ERROR_CODES.WD_OPERATION_FAILED, $"{card.Hardware} has no PCI Express capability.")).Offset);
        pdwOffset = offset;
        return status;
    }

    /// <summary>A device's PCI Express generation, by the fastest speed its link can have.</summary>
    /// <returns>1 for 2.5 GT/s, 2 for 5, and so on; 0 when it is no PCI Express device, or no open one.</returns>
    public static uint WDC_PciGetExpressGen(IntPtr hDev)
    {
        uint generation = 0;
        With(nameof(WDC_PciGetExpressGen), hDev, card => generation = CardItems.ExpressGeneration(PciDecoder.Decode(card.Function)));
        return generation;
    }

    /// <summary>The PCI Express generation of a function, open or not.</summary>
    /// <returns>As <see cref="WDC_PciGetExpressGen"/>.</returns>
    public static uint WDC_PciGetExpressGenBySlot(ref WD_PCI_SLOT pPciSlot)
    {
        uint generation = 0;
        WD_PCI_SLOT slot = pPciSlot;
        Status.Run(nameof(WDC_PciGetExpressGenBySlot), () => generation = CardItems.ExpressGeneration(DescribeSlot(slot)));
        return generation;
    }

    /// <summary>Finds the capabilities below 100h of a function, open or not.</summary>
    /// <param name="pPciSlot">Its slot.</param>
    /// <param name="dwCapId">Which, 0 for all.</param>
    /// <param name="pScanCapsResult">Filled.</param>
    public static uint WDC_PciScanCapsBySlot(ref WD_PCI_SLOT pPciSlot, uint dwCapId, ref WDC_PCI_SCAN_CAPS_RESULT pScanCapsResult) =>
        WDC_PciScanCapsBySlot(ref pPciSlot, dwCapId, pScanCapsResult ??= new());

    /// <inheritdoc cref="WDC_PciScanCapsBySlot(ref WD_PCI_SLOT, uint, ref WDC_PCI_SCAN_CAPS_RESULT)"/>
    public static uint WDC_PciScanCapsBySlot(ref WD_PCI_SLOT pPciSlot, uint dwCapId, WDC_PCI_SCAN_CAPS_RESULT pScanCapsResult)
    {
        WD_PCI_SLOT slot = pPciSlot;
        return Status.Run(nameof(WDC_PciScanCapsBySlot), () =>
        {
            ArgumentNullException.ThrowIfNull(pScanCapsResult);
            pScanCapsResult.dwNumCaps = CardItems.Fill(pScanCapsResult.pciCaps, DescribeSlot(slot).Capabilities.Select(c => c.Capability).Where(c => !c.IsExtended), dwCapId);
        });
    }

    private static uint Scan(string operation, uint vendor, uint device, bool registered, WDC_PCI_SCAN_RESULT result) =>
        Status.Run(operation, () => Scan(vendor, device, registered, result));

    internal static void Scan(uint vendor, uint device, bool registered, WDC_PCI_SCAN_RESULT result)
    {
        DriverState.Check();
        ArgumentNullException.ThrowIfNull(result);
        (IHost Host, DeviceDescription Device, WD_PCI_SLOT Slot)[] found = [.. WinDriverHosts.Scan().Where(f =>
            (vendor == 0 || f.Device.VendorId == vendor) && (device == 0 || f.Device.DeviceId == device) && (!registered || IsRegistered(f.Host, f.Device)))];
        int room = Math.Min(result.deviceId.Length, result.deviceSlot.Length);
        if (found.Length > room) throw new StatusException(WD_ERROR_CODES.WD_INSUFFICIENT_RESOURCES, $"{found.Length} functions were found, and there is room for {room}.");
        for (int i = 0; i < found.Length; i++)
        {
            result.deviceId[i] = new WD_PCI_ID { dwVendorId = found[i].Device.VendorId, dwDeviceId = found[i].Device.DeviceId };
            result.deviceSlot[i] = found[i].Slot;
        }

        result.dwNumDevices = (uint)found.Length;
    }

    internal static void FindItems(WD_PCI_CARD_INFO info)
    {
        DriverState.Check();
        ArgumentNullException.ThrowIfNull(info);
        (IHost host, string address) = WinDriverHosts.Find(info.pciSlot);
        info.Card = CardItems.Of(CardItems.Describe(host, address), info.pciSlot);
    }

    private static bool IsRegistered(IHost host, DeviceDescription device) => host.Binding is not { } binding || device.Driver == binding.RequiredDriver;

    private static PciFunctionDescription DescribeSlot(WD_PCI_SLOT slot)
    {
        DriverState.Check();
        (IHost host, string address) = WinDriverHosts.Find(slot);
        return CardItems.Describe(host, address);
    }

    private static uint ScanCaps(string operation, IntPtr hDev, uint id, bool extended, WDC_PCI_SCAN_CAPS_RESULT result) => With(operation, hDev, card =>
    {
        ArgumentNullException.ThrowIfNull(result);
        result.dwNumCaps = CardItems.Fill(result.pciCaps, card.Function.Config.Capabilities.Where(c => c.IsExtended == extended), id);
    });
}
