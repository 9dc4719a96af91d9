using System;
using System.Collections;
using Jungo.wdapi_dotnet;
using Shapes;
using DWORD = System.UInt32;
using WDC_DRV_OPEN_OPTIONS = System.UInt32;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;

namespace Edu.F10
{
    /// <summary>The library, and the cards that it finds.</summary>
    public class EDU_DeviceList : ArrayList
    {
        private const string DRIVER_NAME = "windrvr6";
        private const string LICENSE = "6C3CC2CFE89E7AD0424A070D434A6F6DC4950E31.edu";
        private static EDU_DeviceList s_instance;

        public static EDU_DeviceList TheDeviceList()
        {
            if (s_instance == null)
                s_instance = new EDU_DeviceList();
            return s_instance;
        }

        private EDU_DeviceList() { }

        public DWORD Init()
        {
            if (windrvr_decl.WD_DriverName(DRIVER_NAME) == null)
            {
                Report.Line("EDU_DeviceList.Init: the driver's name is not taken");
                return (DWORD)wdc_err.WD_SYSTEM_INTERNAL_ERROR;
            }

            DWORD dwStatus = wdc_lib_decl.WDC_SetDebugOptions(wdc_lib_consts.WDC_DBG_DEFAULT, null);
            if (dwStatus != (DWORD)wdc_err.WD_STATUS_SUCCESS)
            {
                Report.Line("EDU_DeviceList.Init: debug options failed, error 0x{0:x} ({1})", dwStatus, utils.Stat2Str(dwStatus));
                return dwStatus;
            }

            dwStatus = wdc_lib_decl.WDC_DriverOpen((WDC_DRV_OPEN_OPTIONS)wdc_lib_consts.WDC_DRV_OPEN_DEFAULT, LICENSE);
            if (dwStatus != (DWORD)wdc_err.WD_STATUS_SUCCESS)
            {
                Report.Line("EDU_DeviceList.Init: opening the library failed, error 0x{0:x} ({1})", dwStatus, utils.Stat2Str(dwStatus));
                return dwStatus;
            }

            return Populate();
        }

        public EDU_Device Get(int index)
        {
            if (index < 0 || index >= this.Count)
                return null;
            return (EDU_Device)this[index];
        }

        private DWORD Populate()
        {
            WDC_PCI_SCAN_RESULT scanResult = new WDC_PCI_SCAN_RESULT();
            DWORD dwStatus = wdc_lib_decl.WDC_PciScanDevices(EDU_Regs.VENDOR_ID, EDU_Regs.DEVICE_ID, scanResult);
            if (dwStatus != (DWORD)wdc_err.WD_STATUS_SUCCESS)
            {
                Report.Line("EDU_DeviceList.Populate: scanning failed, error 0x{0:x} ({1})", dwStatus, utils.Stat2Str(dwStatus));
                return dwStatus;
            }

            if (scanResult.dwNumDevices == 0)
            {
                Report.Line("EDU_DeviceList.Populate: no device {0:x4}:{1:x4} was found", EDU_Regs.VENDOR_ID, EDU_Regs.DEVICE_ID);
                return (DWORD)wdc_err.WD_DEVICE_NOT_FOUND;
            }

            for (int i = 0; i < scanResult.dwNumDevices; ++i)
            {
                WD_PCI_SLOT slot = scanResult.deviceSlot[i];
                WD_PCI_ID id = scanResult.deviceId[i];
                Report.Line("found {0:x4}:{1:x4} at bus {2:x}, slot {3:x}, function {4:x}",
                    id.dwVendorId, id.dwDeviceId, slot.dwBus, slot.dwSlot, slot.dwFunction);
                this.Add(new EDU_Device(id.dwVendorId, id.dwDeviceId, slot));
            }

            return (DWORD)wdc_err.WD_STATUS_SUCCESS;
        }

        public DWORD Dispose()
        {
            foreach (EDU_Device device in this)
                device.Dispose();
            this.Clear();

            DWORD dwStatus = wdc_lib_decl.WDC_DriverClose();
            if (dwStatus != (DWORD)wdc_err.WD_STATUS_SUCCESS)
                wdc_lib_decl.WDC_Err("EDU_DeviceList.Dispose: closing the library failed, error 0x{0:x}", dwStatus);
            return dwStatus;
        }
    }
}
