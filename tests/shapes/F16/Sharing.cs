using System;
using Jungo.wdapi_dotnet;
using Shapes;
using DWORD = System.UInt32;
using item_types = Jungo.wdapi_dotnet.ITEM_TYPE;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;

namespace Edu.F16
{
    /// <summary>An exclusive BAR keeps others out until its device is closed.</summary>
    internal static class Sharing
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;

        internal static void Run(WD_PCI_SLOT slot)
        {
            WDC_DEVICE first = new WDC_DEVICE();
            WDC_DEVICE second = new WDC_DEVICE();
            Report.Equal("opened with an exclusive BAR", OK, Open(slot, ref first));
            Report.Equal("a second time is refused", (DWORD)wdc_err.WD_RESOURCE_OVERLAP, Open(slot, ref second));
            Report.Check("and has no handle", second == null || second.hDev == IntPtr.Zero);
            Report.Equal("the first is closed", OK, wdc_lib_decl.WDC_PciDeviceClose(first.hDev));
            second = new WDC_DEVICE();
            Report.Equal("then the second opens", OK, Open(slot, ref second));
            Report.Check("closed handles are refused", wdc_lib_decl.WDC_PciDeviceClose(first.hDev) != OK || first.hDev == second.hDev);
            Report.Equal("the second is closed", OK, wdc_lib_decl.WDC_PciDeviceClose(second.hDev));
        }

        private static DWORD Open(WD_PCI_SLOT slot, ref WDC_DEVICE dev)
        {
            WD_PCI_CARD_INFO deviceInfo = new WD_PCI_CARD_INFO();
            deviceInfo.pciSlot = slot;
            DWORD dwStatus = wdc_lib_decl.WDC_PciGetDeviceInfo(deviceInfo);
            if (dwStatus != OK)
                return dwStatus;
            for (int i = 0; i < deviceInfo.Card.dwItems; i++)
                if (deviceInfo.Card.Item[i].item == (DWORD)item_types.ITEM_MEMORY)
                    deviceInfo.Card.Item[i].fNotSharable = 1;
            return wdc_lib_decl.WDC_PciDeviceOpen(ref dev, deviceInfo, IntPtr.Zero);
        }
    }
}
