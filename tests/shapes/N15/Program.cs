using System;
using System.Linq.Expressions;
using System.Text;

using Jungo.wdapi_dotnet;
using Shapes;
using static Jungo.wdapi_dotnet.WD_ERROR_CODES;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using static Jungo.wdapi_dotnet.wdc_lib_consts;
using static Jungo.wdapi_dotnet.windrvr_decl;
using static Jungo.wdapi_dotnet.utils;
using DWORD = System.UInt32;
using WDC_DRV_OPEN_OPTIONS = System.UInt32;
#if WIN32
using WDC_DBG_OPTIONS = System.UInt32;
#else
using WDC_DBG_OPTIONS = System.UInt64;
#endif

namespace Edu.N15
{
    /// <summary>A diagnostics program for the edu card, as one is written for WinDriver 15 and .NET 5.</summary>
    internal static class Program
    {
        private const string DRIVER_NAME = "windrvr1511";
        private const WDC_DBG_OPTIONS DEBUG_OPTIONS = (WDC_DBG_OPTIONS)WDC_DBG_NONE;

        private static int Main()
        {
            var status = Init(out var device);
            if (status != (DWORD)WD_STATUS_SUCCESS)
            {
                Report.Line("N15: no card to work with, status 0x{0:x} ({1})", status, Stat2Str(status));
                WDC_DriverClose();
                return 2;
            }

            Library();
            using (device)
            {
                if (Call("WDC_PciDeviceOpen", device.Open())
                    && Report.Equal("it is an edu card", 0x010000edu, device.Read32(EduDevice.IDENTIFICATION)))
                {
                    Registers.Run(device);
                    Configuration.Run(device);
                    Interrupts.Run(device);
                    Dma.Run(device);
                    DmaTransactions.Run(device);
                    Extras.Run(device);
                    Servers.Run();
                    Numbers.Run();
                    Forms.Run();
                }
            }

            Call(() => WDC_DriverClose());
            return Report.Finish("N15");
        }

        /// <summary>One call of the library, told by its own text.</summary>
        internal static bool Call(Expression<Func<DWORD>> call)
        {
            return Call(((MethodCallExpression)call.Body).Method.Name, call.Compile()());
        }

        internal static bool Call(string name, DWORD status)
        {
            return Report.Check(status == (DWORD)WD_STATUS_SUCCESS ? name : $"{name}: 0x{status:x} ({Stat2Str(status)})",
                status == (DWORD)WD_STATUS_SUCCESS);
        }

        /// <summary>One call that has to be refused, with this status.</summary>
        internal static bool Refused(WD_ERROR_CODES expected, Expression<Func<DWORD>> call)
        {
            return Report.Equal($"{((MethodCallExpression)call.Body).Method.Name}: {expected}", (DWORD)expected, call.Compile()());
        }

        private static DWORD Init(out EduDevice device)
        {
            device = null;
            if (string.IsNullOrEmpty(WD_DriverName(DRIVER_NAME)))
                return (DWORD)WD_SYSTEM_INTERNAL_ERROR;
            var status = WDC_SetDebugOptions(DEBUG_OPTIONS, null);
            if (status != (DWORD)WD_STATUS_SUCCESS)
                return status;
            status = WDC_DriverOpen((WDC_DRV_OPEN_OPTIONS)WDC_DRV_OPEN_DEFAULT, null);
            if (status != (DWORD)WD_STATUS_SUCCESS)
                return status;

            WDC_PCI_SCAN_RESULT scanResult = default;
            status = WDC_PciScanDevices(EduDevice.VENDOR, EduDevice.DEVICE, ref scanResult);
            if (status != (DWORD)WD_STATUS_SUCCESS)
                return status;
            if (scanResult.dwNumDevices == 0)
                return (DWORD)WD_DEVICE_NOT_FOUND;

            Report.Line("found {0:x4}:{1:x4}", scanResult.deviceId[0].dwVendorId, scanResult.deviceId[0].dwDeviceId);
            device = new EduDevice(scanResult.deviceSlot[0]);
            return (DWORD)WD_STATUS_SUCCESS;
        }

        private static void Library()
        {
            const string version = WD_VER_STRING;
            Report.Line("{0} of {1}, {2} {3}", version, DLL_NAME, COPYRIGHTS_YEAR_STR, JUNGO_COPYRIGHT);
            Report.Check("the library's strings", version.Length > 0 && DLL_NAME.Length > 0 && $"{WD_VERSION}".Length > 0);
            Report.Check("pages and processors", GetPageSize() >= 4096 && GetNumberOfProcessors() >= 1);
            WDC_Err("N15: an error for the log\n");
            WDC_Trace($"N15: {1} line for the log\n");
            Report.Check("statuses have texts", Stat2Str((DWORD)WD_NOT_IMPLEMENTED) != Stat2Str((DWORD)WD_STATUS_SUCCESS));
        }
    }
}
