using Jungo.wdapi_dotnet;
using RingThree.Simulation;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using static Jungo.wdapi_dotnet.windrvr_decl;

namespace RingThree.Samples.WinDriverManual;

/// <summary>Manual 9.2.3: VxWorks' windrvr_isr, a routine of the program's own that runs at once when an interrupt is received. The handler runs after it.</summary>
internal static class VxWorksRoutine
{
    internal static void Run()
    {
        using SimulatedHost host = IntcsrDriver.Start();
        WDC_DEVICE device = IntcsrDriver.Open();
        uint seen = 0;
        windrvr_isr = () =>
        {
            uint status = 0;
            if (WDC_ReadAddr32(device.hDev, 0, IntcsrCard.Intcsr, ref status) != 0 || status == 0) return 0;
            seen = status;
            return (int)WDC_WriteAddr32(device.hDev, 0, IntcsrCard.Intcsr, 0);
        };
        try
        {
            using var called = new Signal();
            FailedException.Check("enabling", WDC_IntEnable(device, null, 0, 0, _ => called.Set(), 0, false));
            IntcsrDriver.Trigger(device);
            called.Wait();
            uint now = 0;
            FailedException.Check("reading INTCSR", WDC_ReadAddr32(device.hDev, 0, IntcsrCard.Intcsr, ref now));
            Console.WriteLine($"vxworks: windrvr_isr read 0x{seen:x2} and acknowledged; at the handler INTCSR is 0x{now:x2}");
            FailedException.Check("disabling", WDC_IntDisable(device));
        }
        finally
        {
            windrvr_isr = null;
        }

        WDC_PciDeviceClose(device.hDev);
        WDC_DriverClose();
    }
}
