using Jungo.wdapi_dotnet;
using RingThree.Simulation;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.WinDriverManual;

/// <summary>
/// Manual 10.6.3: two cards on one line, neither with a mask. Every interrupt is acknowledged at both, and the handlers see by
/// the value that INTCSR had which card it was.
/// </summary>
internal static class StatusInHandler
{
    private const uint Options = (uint)(WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY | WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE);

    internal static void Run()
    {
        using SimulatedHost host = IntcsrDriver.Start(cards: 2);
        WDC_DEVICE[] devices = [IntcsrDriver.Open(0), IntcsrDriver.Open(1)];
        uint[] seen = new uint[devices.Length];
        Signal[] called = [new Signal(), new Signal()];
        WD_TRANSFER[][] commands = [.. devices.Select(d => ReadAndWrite(d.pAddrDesc[0].pAddr + IntcsrCard.Intcsr))];
        for (int i = 0; i < devices.Length; i++)
        {
            int card = i;
            INT_HANDLER handler = _ =>
            {
                seen[card] |= commands[card][0].Data.Dword; // the line may signal this card again before the other is acknowledged
                called[card].Set();
            };
            FailedException.Check("enabling", WDC_IntEnable(devices[i], commands[i], 2, Options, handler, 0, false));
        }

        IntcsrDriver.Trigger(devices[1]);
        for (int i = 0; i < devices.Length; i++)
        {
            called[i].Wait();
            Console.WriteLine($"status, card in slot {devices[i].slot.dwSlot}: INTCSR was 0x{seen[i]:x2}, {(seen[i] == IntcsrCard.Interrupting ? "its interrupt" : "not its interrupt")}");
        }

        for (int i = 0; i < devices.Length; i++)
        {
            FailedException.Check("disabling", WDC_IntDisable(devices[i]));
            WDC_PciDeviceClose(devices[i].hDev);
            called[i].Dispose();
        }

        WDC_DriverClose();
    }

    private static WD_TRANSFER[] ReadAndWrite(ulong intcsr)
    {
        var commands = new WD_TRANSFER[2];
        commands[0].cmdTrans = (uint)WD_TRANSFER_CMD.RM_DWORD;
        commands[0].pPort = intcsr;
        commands[1].cmdTrans = (uint)WD_TRANSFER_CMD.WM_DWORD;
        commands[1].pPort = intcsr;
        return commands;
    }
}
