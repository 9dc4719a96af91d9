using System;
using System.Runtime.InteropServices;
using System.Threading;
using Jungo.wdapi_dotnet;
using Shapes;
using static Jungo.wdapi_dotnet.WD_ERROR_CODES;
using static Jungo.wdapi_dotnet.wdc_defs_macros;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using DWORD = System.UInt32;

namespace Edu.N15
{
    /// <summary>Interrupts, whose handler reads the device's own record, and events.</summary>
    internal static class Interrupts
    {
        private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

        internal static void Run(EduDevice device)
        {
            Report.Check("messages and a line", WDC_INT_IS_MSI(device.InterruptKinds) && WDC_GET_INT_OPTIONS(device.Dev) == device.InterruptKinds);
            WithCommands(device, (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE);
            WithCommands(device, (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE);
            ByHandle(device);
            PlugIn(device);
            Events(device);
        }

        private static void WithCommands(EduDevice device, DWORD kinds)
        {
            using var came = new SemaphoreSlim(0);
            DWORD counter = 0, message = 99, copied = 0;
            Program.Call("WDC_IntEnable", device.EnableInterrupts(dev =>
            {
                counter = dev.Dev.Int.dwCounter;
                message = dev.Dev.Int.dwLastMessage;
                copied = dev.Commands[0].Data.Dword;
                came.Release();
            }, kinds));
            Report.Check("enabled", WDC_IntIsEnabled(device.Handle) && device.Dev.hIntCmdsPin.IsAllocated);
            Report.Equal("its kind", kinds, WDC_GET_ENABLED_INT_TYPE(device.Dev) & 0x3f);
            Report.Equal("so says the record", kinds == (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE, WDC_INT_IS_MSI(device.Dev.Int.dwEnabledIntType));
            for (DWORD i = 1; i <= 3; i++)
            {
                device.Write32(EduDevice.INTERRUPT_RAISE, 0x100 + i);
                Report.Check($"the handler is called, {i}", came.Wait(Limit));
                Report.Check("counted, with what was copied", counter == i && message == 0 && copied == 0x100 + i);
            }

            Report.Equal("the last message", message, WDC_GET_ENABLED_INT_LAST_MSG(device.Dev));
            Report.Equal("WDC_IntDisable", (DWORD)WD_STATUS_SUCCESS, WDC_IntDisable(device.Dev));
            Report.Check("disabled", !WDC_IntIsEnabled(device.Handle));
            Report.Equal("a second time", (DWORD)WD_INTERRUPT_NOT_ENABLED, WDC_IntDisable(device.Handle));
        }

        private static void ByHandle(EduDevice device)
        {
            using var came = new SemaphoreSlim(0);
            IntPtr given = IntPtr.Zero;
            Program.Call("WDC_IntEnable by handle", device.EnableInterruptsByHandle(data =>
            {
                given = data;
                WDC_DEVICE same = WDC_DEVICE.hDevToWdcDevice(data);
                if (same.Int.dwCounter == 1) came.Release();
            }, false));
            device.Write32(EduDevice.INTERRUPT_RAISE, 1);
            Report.Check("the handler gets the handle", came.Wait(Limit) && given == device.Handle);
            device.Write32(EduDevice.INTERRUPT_ACK, 1);
            Report.Equal("WDC_IntDisable by handle", (DWORD)WD_STATUS_SUCCESS, WDC_IntDisable(device.Handle));
        }

        private static void PlugIn(EduDevice device)
        {
            IntPtr hDev = device.Handle;
            Program.Refused(WD_KERPLUG_FAILURE, () => WDC_KernelPlugInOpen(hDev, "KP_NOT_THERE", IntPtr.Zero));
            Program.Call(() => WDC_KernelPlugInOpen(hDev, "KP_EDU", IntPtr.Zero));
            Report.Check("it is open", WDC_IS_KP(device.Dev));
            DWORD result = 0;
            IntPtr data = Marshal.AllocHGlobal(4);
            Marshal.WriteInt32(data, 1);
            Program.Call(() => WDC_CallKerPlug(hDev, 1, data, ref result));
            Report.Check("its result, and its change", result == 0x010000ed && Marshal.ReadInt32(data) == 2);
            Marshal.FreeHGlobal(data);

            using var came = new SemaphoreSlim(0);
            Program.Call("WDC_IntEnable with the plug-in", device.EnableInterruptsByHandle(_ => came.Release(), true));
            device.Write32(EduDevice.INTERRUPT_RAISE, 1);
            Report.Check("the handler is called after the plug-in", came.Wait(Limit));
            Report.Equal("which has acknowledged", 0u, device.Read32(EduDevice.INTERRUPT_STATUS));
            Report.Equal("WDC_IntDisable", (DWORD)WD_STATUS_SUCCESS, WDC_IntDisable(hDev));
        }

        private static void Events(EduDevice device)
        {
            Program.Call("WDC_EventRegister", device.RegisterEvents(e => Report.Line("event 0x{0:x}", e.dwAction)));
            Report.Check("registered", WDC_EventIsRegistered(device.Handle));
            Report.Equal("WDC_EventUnregister", (DWORD)WD_STATUS_SUCCESS, WDC_EventUnregister(device.Dev));
            Report.Check("not registered", !WDC_EventIsRegistered(device.Handle));

            WD_EVENT written = new WD_EVENT { dwAction = (DWORD)WD_EVENT_ACTION.WD_REMOVE, dwEventType = (DWORD)WD_EVENT_TYPE.WD_EVENT_TYPE_PCI };
            IntPtr memory = Marshal.AllocHGlobal(Marshal.SizeOf<WD_EVENT>());
            Marshal.StructureToPtr(written, memory, false);
            WD_EVENT read = Marshal.PtrToStructure<WD_EVENT>(memory);
            Marshal.FreeHGlobal(memory);
            Report.Check("an event as memory", read.dwAction == 2 && read.dwEventType == 1);
        }
    }
}
