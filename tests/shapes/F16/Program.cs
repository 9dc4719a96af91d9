using System;
using System.Collections.Generic;
using System.IO;
using Jungo.wdapi_dotnet;
using Shapes;
using DWORD = System.UInt32;
using WDC_DRV_OPEN_OPTIONS = System.UInt32;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;

namespace Edu.F16
{
    /// <summary>A diagnostics program for the edu card, as one is written for a late WinDriver and .NET Framework.</summary>
    public static class Program
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;

        public static int Main()
        {
            DWORD dwStatus = OpenLibrary();
            if (dwStatus != OK)
                return NoCard(dwStatus);

            List<EduDevice> devices = new List<EduDevice>();
            dwStatus = Scan(devices);
            if (dwStatus != OK)
            {
                wdc_lib_decl.WDC_DriverClose();
                return NoCard(dwStatus);
            }

            using (EduDevice device = devices[0])
            {
                if (Report.Equal("the card is open", OK, device.Open())
                    && Report.Equal("it is an edu card", 0x010000edu, device.Read32(EduDevice.IDENTIFICATION)))
                {
                    RegisterChecks.Run(device);
                    ConfigurationChecks.Run(device);
                    InterruptChecks.Run(device);
                    DmaChecks.Run(device);
                    PlugInChecks.Run(device);
                    Numbers.Run();
                    Forms.Run();
                }
            }

            if (devices[0].Handle == IntPtr.Zero)
                Sharing.Run(devices[0].Slot);
            Report.Equal("the library is closed", OK, wdc_lib_decl.WDC_DriverClose());
            return Report.Finish("F16");
        }

        private static int NoCard(DWORD dwStatus)
        {
            Report.Line("F16: no card to work with, status 0x{0:x} ({1})", dwStatus, utils.Stat2Str(dwStatus));
            return 2;
        }

        private static DWORD OpenLibrary()
        {
            if (string.IsNullOrEmpty(windrvr_decl.WD_DriverName("windrvr1630")))
                return (DWORD)wdc_err.WD_SYSTEM_INTERNAL_ERROR;
            DWORD dwStatus = wdc_lib_decl.WDC_SetDebugOptions((DWORD)wdc_lib_consts.WDC_DBG_NONE, null);
            if (dwStatus != OK)
                return dwStatus;
            DebugFile();
            return wdc_lib_decl.WDC_DriverOpen((WDC_DRV_OPEN_OPTIONS)wdc_lib_consts.WDC_DRV_OPEN_DEFAULT, "12345abcde1234.company");
        }

        private static void DebugFile()
        {
            string file = Path.GetTempFileName();
            DWORD dwStatus = wdc_lib_decl.WDC_SetDebugOptions((DWORD)wdc_lib_consts.WDC_DBG_FILE_ERR, file);
            wdc_lib_decl.WDC_Err("F16: error {0} of {1}\n", 7, "file");
            wdc_lib_decl.WDC_Trace("F16: a trace, which is not asked for\n");
            wdc_lib_decl.WDC_SetDebugOptions((DWORD)wdc_lib_consts.WDC_DBG_NONE, null);
            string text = File.ReadAllText(file);
            File.Delete(file);
            Report.Check("errors are in the debug file, traces are not",
                dwStatus == OK && text.Contains("F16: error 7 of file") && !text.Contains("a trace"));
        }

        private static DWORD Scan(List<EduDevice> devices)
        {
            WDC_PCI_SCAN_RESULT scanResult = new WDC_PCI_SCAN_RESULT();
            DWORD dwStatus = wdc_lib_decl.WDC_PciScanDevices(EduDevice.VENDOR, EduDevice.DEVICE, scanResult);
            if (dwStatus != OK)
                return dwStatus;
            if (scanResult.dwNumDevices == 0)
                return (DWORD)wdc_err.WD_DEVICE_NOT_FOUND;

            for (int i = 0; i < scanResult.dwNumDevices; i++)
            {
                WD_PCI_SLOT slot = scanResult.deviceSlot[i];
                Report.Line("found {0:x4}:{1:x4} at {2:x4}:{3:x2}:{4:x2}.{5:x}", scanResult.deviceId[i].dwVendorId,
                    scanResult.deviceId[i].dwDeviceId, slot.dwDomain, slot.dwBus, slot.dwSlot, slot.dwFunction);
                devices.Add(new EduDevice(scanResult.deviceId[i], slot));
            }

            return OK;
        }
    }
}
