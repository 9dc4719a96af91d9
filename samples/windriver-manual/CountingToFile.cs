using Jungo.wdapi_dotnet;
using RingThree.Simulation;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.WinDriverManual;

/// <summary>Manual 10.6.4 and 10.6.6: the interrupts are counted by the driver, and the handler writes each to a file: it is a thread like any other.</summary>
internal static class CountingToFile
{
    private const int Interrupts = 5;

    internal static void Run()
    {
        using SimulatedHost host = IntcsrDriver.Start();
        WDC_DEVICE device = IntcsrDriver.Open();
        string file = Path.GetTempFileName();
        using var called = new Signal();
        WD_TRANSFER[] commands = LevelSensitive.Commands(device.pAddrDesc[0].pAddr + IntcsrCard.Intcsr, WD_TRANSFER_CMD.RM_DWORD, WD_TRANSFER_CMD.WM_DWORD);
        FailedException.Check("enabling", WDC_IntEnable(device, commands, (uint)commands.Length, 0, data => Handle(data, file, called), device.hDev, false));
        for (int i = 0; i < Interrupts; i++)
        {
            IntcsrDriver.Trigger(device);
            called.Wait();
        }

        FailedException.Check("disabling", WDC_IntDisable(device));
        Console.WriteLine($"count: {device.Int.dwCounter} interrupts, {device.Int.dwLost} lost; the file has {string.Join("; ", File.ReadAllLines(file))}");
        File.Delete(file);
        WDC_PciDeviceClose(device.hDev);
        WDC_DriverClose();
    }

    private static void Handle(IntPtr data, string file, Signal called)
    {
        WDC_DEVICE device = data;
        File.AppendAllText(file, $"interrupt {device.Int.dwCounter}{Environment.NewLine}");
        called.Set();
    }
}
