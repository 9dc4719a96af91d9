using System;
using System.Runtime.InteropServices;
using System.Threading;
using Jungo.wdapi_dotnet;
using Shapes;
using DWORD = System.UInt32;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;

namespace Edu.F10
{
    /// <summary>A kernel plug-in, opened after the device and with it.</summary>
    internal class PlugIn
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;

        internal static void Run(EDU_Device device)
        {
            IntPtr pOpenData = IntPtr.Zero;
            Report.Check("no plug-in is open", !wdc_defs_macros.WDC_IS_KP(device.Device));
            Report.Equal("a plug-in that is not there", (DWORD)wdc_err.WD_KERPLUG_FAILURE,
                wdc_lib_decl.WDC_KernelPlugInOpen(device.Device, "KP_NOT_THERE", ref pOpenData));
            Report.Equal("WDC_KernelPlugInOpen", OK, wdc_lib_decl.WDC_KernelPlugInOpen(device.Device, "KP_EDU", ref pOpenData));
            Report.Check("it is open", wdc_defs_macros.WDC_IS_KP(device.Device) && wdc_defs_macros.WDC_GET_KP_HANDLE(device.Device) != 0);

            DWORD dwResult = 0;
            IntPtr pData = Marshal.AllocHGlobal(4);
            try
            {
                Marshal.WriteInt32(pData, 41);
                Report.Equal("WDC_CallKerPlug", OK, wdc_lib_decl.WDC_CallKerPlug(device.Handle, 1, pData, ref dwResult));
                Report.Check("its result, and its change of what it was given", dwResult == 0x010000ed && Marshal.ReadInt32(pData) == 42);
            }
            finally
            {
                Marshal.FreeHGlobal(pData);
            }

            AutoResetEvent came = new AutoResetEvent(false);
            Report.Equal("WDC_IntEnable with the plug-in", OK, device.EnableInterruptsByPlugIn(delegate (EDU_Device dev) { came.Set(); }));
            device.Write32(EDU_Regs.INTERRUPT_RAISE, 2);
            Report.Check("the handler is called after the plug-in", came.WaitOne(10000, false));
            Report.Equal("which has acknowledged", 0u, device.Read32(EDU_Regs.INTERRUPT_STATUS));
            Report.Equal("disabled", OK, device.DisableInterrupts());
            WithTheDevice(device.Slot);
        }

        private static void WithTheDevice(WD_PCI_SLOT slot)
        {
            WD_PCI_CARD_INFO info = new WD_PCI_CARD_INFO();
            info.pciSlot = slot;
            Report.Equal("resources for a second handle", OK, wdc_lib_decl.WDC_PciGetDeviceInfo(info));
            WDC_DEVICE dev = new WDC_DEVICE();
            Report.Equal("a plug-in that is not there, with the device", (DWORD)wdc_err.WD_KERPLUG_FAILURE,
                wdc_lib_decl.WDC_PciDeviceOpen(ref dev, info, IntPtr.Zero, IntPtr.Zero, "KP_NOT_THERE", IntPtr.Zero));
            dev = new WDC_DEVICE();
            Report.Equal("WDC_PciDeviceOpen with a plug-in", OK,
                wdc_lib_decl.WDC_PciDeviceOpen(ref dev, info, new IntPtr(0x1234), IntPtr.Zero, "KP_EDU", IntPtr.Zero));
            DWORD dwResult = 0;
            Report.Check("it is open, and answers", wdc_defs_macros.WDC_IS_KP(dev)
                && wdc_lib_decl.WDC_CallKerPlug(dev.hDev, 1, IntPtr.Zero, ref dwResult) == OK && dwResult == 0x010000ed);
            Report.Equal("the device's context", new IntPtr(0x1234), wdc_lib_decl.WDC_GetDevContext(dev.hDev));
            Report.Equal("the second handle is closed", OK, wdc_lib_decl.WDC_PciDeviceClose(dev.hDev));
            dev = new WDC_DEVICE();
            Report.Equal("null is no plug-in", OK, wdc_lib_decl.WDC_PciDeviceOpen(ref dev, info, IntPtr.Zero, IntPtr.Zero, null, IntPtr.Zero));
            Report.Check("so none is open", !wdc_defs_macros.WDC_IS_KP(dev));
            Report.Equal("closed", OK, wdc_lib_decl.WDC_PciDeviceClose(dev.hDev));
        }
    }
}
