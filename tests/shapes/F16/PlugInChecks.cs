using System;
using System.Runtime.InteropServices;
using System.Threading;
using Jungo.wdapi_dotnet;
using Shapes;
using DWORD = System.UInt32;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;

namespace Edu.F16
{
    /// <summary>A kernel plug-in: its open data is an address, no reference.</summary>
    internal static class PlugInChecks
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;

        internal static void Run(EduDevice device)
        {
            Report.Equal("a plug-in that is not there", (DWORD)wdc_err.WD_KERPLUG_FAILURE,
                wdc_lib_decl.WDC_KernelPlugInOpen(device.Device, "KP_NOT_THERE", IntPtr.Zero));
            Report.Equal("WDC_KernelPlugInOpen", OK, wdc_lib_decl.WDC_KernelPlugInOpen(device.Device, "KP_EDU", IntPtr.Zero));
            Report.Check("WDC_IS_KP", wdc_defs_macros.WDC_IS_KP(device.Device));

            DWORD dwResult = 0;
            GCHandle pinned = GCHandle.Alloc(new int[] { 6 }, GCHandleType.Pinned);
            DWORD dwStatus = wdc_lib_decl.WDC_CallKerPlug(device.Handle, 1, pinned.AddrOfPinnedObject(), ref dwResult);
            int changed = ((int[])pinned.Target)[0];
            pinned.Free();
            Report.Check("WDC_CallKerPlug", dwStatus == OK && dwResult == 0x010000ed && changed == 7);

            using (AutoResetEvent came = new AutoResetEvent(false))
            {
                Report.Equal("WDC_IntEnable with the plug-in", OK,
                    device.EnableInterrupts(delegate (EduDevice dev) { came.Set(); }, 0, wdc_defs_macros.WDC_IS_KP(device.Device)));
                device.Write32(EduDevice.INTERRUPT_RAISE, 4);
                Report.Check("the handler is called after the plug-in", came.WaitOne(TimeSpan.FromSeconds(10)));
                Report.Equal("which has acknowledged", 0u, device.Read32(EduDevice.INTERRUPT_STATUS));
                Report.Equal("disabled", OK, device.DisableInterrupts());
            }
        }
    }
}
