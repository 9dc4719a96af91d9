using Jungo.wdapi_dotnet;
using RingThree.Simulation;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.WinDriverManual;

/// <summary>
/// Manual 10.1.6 and 9.2.2.1: a card that interrupts by a level-sensitive line. Its INTCSR is read, masked to see whether the
/// interrupt is its own, and written with 0 to acknowledge, all at interrupt level.
/// </summary>
internal static class LevelSensitive
{
    private const uint Options = (uint)(WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY | WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE);

    internal static void Run()
    {
        using SimulatedHost host = IntcsrDriver.Start();
        WDC_DEVICE device = IntcsrDriver.Open();
        Acknowledge(device, "ports", space: 1, WD_TRANSFER_CMD.RP_DWORD, WD_TRANSFER_CMD.WP_DWORD);
        Acknowledge(device, "memory", space: 0, WD_TRANSFER_CMD.RM_DWORD, WD_TRANSFER_CMD.WM_DWORD);
        WDC_PciDeviceClose(device.hDev);
        WDC_DriverClose();
    }

    /// <summary>The three commands: read INTCSR, is it ours, write 0.</summary>
    internal static WD_TRANSFER[] Commands(ulong intcsr, WD_TRANSFER_CMD read, WD_TRANSFER_CMD write)
    {
        var commands = new WD_TRANSFER[3];
        commands[0].cmdTrans = (uint)read;
        commands[0].pPort = intcsr;
        commands[1].cmdTrans = (uint)WD_TRANSFER_CMD.CMD_MASK;
        commands[1].Data.Dword = IntcsrCard.Interrupting;
        commands[2].cmdTrans = (uint)write;
        commands[2].pPort = intcsr;
        commands[2].Data.Dword = 0;
        return commands;
    }

    private static void Acknowledge(WDC_DEVICE device, string where, int space, WD_TRANSFER_CMD read, WD_TRANSFER_CMD write)
    {
        WD_TRANSFER[] commands = Commands(device.pAddrDesc[space].pAddr + IntcsrCard.Intcsr, read, write);
        using var called = new Signal();
        FailedException.Check("enabling", WDC_IntEnable(device, commands, (uint)commands.Length, Options, _ => called.Set(), 0, false));
        IntcsrDriver.Trigger(device);
        called.Wait();
        uint now = 0;
        FailedException.Check("reading INTCSR", WDC_ReadAddr32(device.hDev, 0, IntcsrCard.Intcsr, ref now));
        Console.WriteLine($"level, INTCSR in {where}: interrupt {device.Int.dwCounter}, INTCSR was 0x{commands[0].Data.Dword:x2} and is 0x{now:x2}");
        FailedException.Check("disabling", WDC_IntDisable(device));
    }
}
