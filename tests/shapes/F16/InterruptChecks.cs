using System;
using System.Threading;
using Jungo.wdapi_dotnet;
using Shapes;
using DWORD = System.UInt32;
using wdc_err = Jungo.wdapi_dotnet.WD_ERROR_CODES;

namespace Edu.F16
{
    /// <summary>A message and the line, and registering for events.</summary>
    internal static class InterruptChecks
    {
        private const DWORD OK = (DWORD)wdc_err.WD_STATUS_SUCCESS;
        private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

        internal static void Run(EduDevice device)
        {
            DWORD kinds = device.SupportedInterrupts;
            Report.Check("the card has messages and a line", wdc_defs_macros.WDC_INT_IS_MSI(kinds)
                && (kinds & (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE) != 0);
            Report.Equal("WDC_GET_INT_OPTIONS", kinds, wdc_defs_macros.WDC_GET_INT_OPTIONS(device.Device));

            One(device, (DWORD)(WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE_X | WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE), true);
            One(device, (DWORD)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE, false);

            Report.Equal("WDC_EventRegister", OK, device.RegisterEvents(delegate (DWORD action) { Report.Line("event 0x{0:x}", action); }));
            Report.Check("events are registered", wdc_lib_decl.WDC_EventIsRegistered(device.Handle));
            Report.Equal("WDC_EventUnregister", OK, device.UnregisterEvents());
            Report.Check("events are not registered any more", !wdc_lib_decl.WDC_EventIsRegistered(device.Handle));
        }

        private static void One(EduDevice device, DWORD dwKinds, bool message)
        {
            string kind = message ? "message" : "line";
            using (AutoResetEvent came = new AutoResetEvent(false))
            {
                DWORD dwCounter = 0;
                Report.Equal("WDC_IntEnable, " + kind, OK, device.EnableInterrupts(delegate (EduDevice dev)
                {
                    dwCounter = dev.Device.Int.dwCounter;
                    came.Set();
                }, dwKinds, false));
                DWORD dwType = wdc_defs_macros.WDC_GET_ENABLED_INT_TYPE(device.Device);
                Report.Equal("the kind that is enabled, " + kind, message, wdc_defs_macros.WDC_INT_IS_MSI(dwType));

                device.Write32(EduDevice.INTERRUPT_RAISE, (DWORD)BITS.BIT1);
                Report.Check("the handler is called, " + kind, came.WaitOne(Limit));
                Report.Check("with the copied status, and counted, " + kind, device.Copied == 2 && dwCounter == 1);
                Report.Equal("the last message, " + kind, 0u, wdc_defs_macros.WDC_GET_ENABLED_INT_LAST_MSG(device.Device));
                Report.Equal("acknowledged, " + kind, 0u, device.Read32(EduDevice.INTERRUPT_STATUS));
                Report.Equal("WDC_IntDisable, " + kind, OK, device.DisableInterrupts());
                device.Write32(EduDevice.INTERRUPT_RAISE, 1);
                Report.Check("no call after that, " + kind, !came.WaitOne(TimeSpan.FromMilliseconds(50)));
                device.Write32(EduDevice.INTERRUPT_ACK, 0xffffffff);
            }
        }
    }
}
