using System;
using System.Threading;
using Jungo.wdapi_dotnet;
using Shapes;
using DWORD = System.UInt32;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;

namespace Edu.F10
{
    /// <summary>Interrupts and events.</summary>
    internal class Interrupts
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;
        private const int LIMIT_MS = 10000;

        internal static void Run(EDU_Device device)
        {
            Line(device);
            Registration(device);
            View();
        }

        private static void Line(EDU_Device device)
        {
            AutoResetEvent came = new AutoResetEvent(false);
            Report.Check("interrupts are not enabled yet", !wdc_lib_decl.WDC_IntIsEnabled(device.Handle));
            Report.Equal("WDC_IntDisable before any enable", (DWORD)wdc_err.WD_INTERRUPT_NOT_ENABLED, device.DisableInterrupts());
            Report.Equal("WDC_IntEnable", OK, device.EnableInterrupts(delegate (EDU_Device dev) { came.Set(); }, 0xffffffff));
            Report.Check("interrupts are enabled", wdc_lib_decl.WDC_IntIsEnabled(device.Handle));
            Report.Equal("a second time is refused", (DWORD)wdc_err.WD_OPERATION_ALREADY_DONE, device.EnableInterrupts(null, 0));

            device.Write32(EDU_Regs.INTERRUPT_RAISE, 0x4321);
            Report.Check("the handler is called", came.WaitOne(LIMIT_MS, false));
            Report.Equal("with the status that was read in the kernel", 0x4321u, device.LastInterruptStatus);
            Report.Equal("it is acknowledged", 0u, device.Read32(EDU_Regs.INTERRUPT_STATUS));
            Report.Equal("one interrupt", 1u, device.Counter);

            device.Write32(EDU_Regs.STATUS, EDU_Regs.STATUS_INTERRUPT);
            device.Write32(EDU_Regs.FACTORIAL, 12);
            Report.Check("the card's own interrupt comes", came.WaitOne(LIMIT_MS, false));
            Report.Equal("with its own status", 1u, device.LastInterruptStatus);
            Report.Equal("12! = 479001600", 479001600u, device.Read32(EDU_Regs.FACTORIAL));
            Report.Equal("two interrupts", 2u, device.Counter);
            device.Write32(EDU_Regs.STATUS, 0);

            Report.Equal("WDC_IntDisable", OK, device.DisableInterrupts());
            Report.Check("interrupts are not enabled any more", !wdc_lib_decl.WDC_IntIsEnabled(device.Handle));
        }

        private static void Registration(EDU_Device device)
        {
            Report.Check("events are not registered yet", !wdc_lib_decl.WDC_EventIsRegistered(device.Handle));
            Report.Equal("WDC_EventRegister", OK, device.EventRegister(delegate (ref WD_EVENT wdEvent, EDU_Device dev)
            {
                Report.Line("event 0x{0:x}", wdEvent.dwAction);
            }));
            Report.Check("events are registered", wdc_lib_decl.WDC_EventIsRegistered(device.Handle));
            Report.Equal("WDC_EventUnregister", OK, device.EventUnregister());
            Report.Check("events are not registered any more", !wdc_lib_decl.WDC_EventIsRegistered(device.Handle));
        }

        /// <summary>An event as the handler gets it: an address.</summary>
        private static void View()
        {
            MarshalWdEvent marshaler = new MarshalWdEvent();
            WD_EVENT wdEvent = new WD_EVENT();
            wdEvent.dwAction = (DWORD)WD_EVENT_ACTION.WD_INSERT;
            wdEvent.dwEventId = 7;
            IntPtr pEvent = marshaler.MarshalManagedToNative(wdEvent);
            WD_EVENT back = (WD_EVENT)marshaler.MarshalNativeToManaged(pEvent);
            Report.Check("an event there and back", back.dwAction == 1 && back.dwEventId == 7);
            marshaler.CleanUpNativeData(pEvent);
        }
    }
}
