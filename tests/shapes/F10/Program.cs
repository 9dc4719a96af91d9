using System;
using System.Text;
using Jungo.wdapi_dotnet;
using Shapes;
using DWORD = System.UInt32;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;

namespace Edu.F10
{
    /// <summary>A diagnostics program for the edu card, as one was written for WinDriver 10 and .NET Framework.</summary>
    public class Program
    {
        public static int Main(string[] args)
        {
            EDU_DeviceList list = EDU_DeviceList.TheDeviceList();
            DWORD dwStatus = list.Init();
            if (dwStatus != (DWORD)wdc_err.WD_STATUS_SUCCESS)
            {
                Report.Line("F10: no card to work with, status 0x{0:x} ({1})", dwStatus, utils.Stat2Str(dwStatus));
                list.Dispose();
                return 2;
            }

            Library();
            EDU_Device device = list.Get(0);
            dwStatus = device.Open();
            if (!Report.Equal("the card is open", (DWORD)wdc_err.WD_STATUS_SUCCESS, dwStatus)
                || !Report.Equal("it is an edu card", 0x010000edu, device.Read32(EDU_Regs.IDENTIFICATION)))
                return Report.Finish("F10");

            Registers.Run(device);
            Configuration.Run(device);
            Interrupts.Run(device);
            Dma.Run(device);
            OldTypes.Run(device);
            Forms.Run();
            PlugIn.Run(device);
            Isa.Run(device);

            Report.Equal("the library is closed", (DWORD)wdc_err.WD_STATUS_SUCCESS, list.Dispose());
            return Report.Finish("F10");
        }

        private static void Library()
        {
            StringBuilder sbVersion = new StringBuilder(128);
            DWORD dwVersion = 0;
            DWORD dwStatus = wdc_lib_decl.WDC_Version(sbVersion, ref dwVersion);
            Report.Line("library {0}, version {1}", sbVersion, dwVersion);
            Report.Check("the library has a version", dwStatus == (DWORD)wdc_err.WD_STATUS_SUCCESS && dwVersion != 0 && sbVersion.Length > 0);

            Report.Check("statuses have texts", utils.Stat2Str((DWORD)wdc_err.WD_DEVICE_NOT_FOUND).Length > 0
                && utils.Stat2Str((DWORD)wdc_err.WD_DEVICE_NOT_FOUND) != utils.Stat2Str((DWORD)wdc_err.WD_INVALID_HANDLE));
            wdc_lib_decl.WDC_Trace("F10: {0} of {1}", "trace", 1);
            wdc_lib_decl.WDC_Err("F10: an error for the log, status 0x{0:x}\n", (DWORD)wdc_err.WD_TIME_OUT_EXPIRED);
            wdc_lib_decl.WDC_Trace("F10: no arguments");

            WDC_PCI_SCAN_RESULT none = new WDC_PCI_SCAN_RESULT();
            dwStatus = wdc_lib_decl.WDC_PciScanDevices(0xfffe, 0xfffe, none);
            Report.Check("nothing is found where nothing is", dwStatus == (DWORD)wdc_err.WD_STATUS_SUCCESS && none.dwNumDevices == 0);
        }
    }
}
