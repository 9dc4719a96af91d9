using Jungo.wdapi_dotnet;
using RingThree.PlugIns;
using RingThree.Registers;
using RingThree.Simulation;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.WinDriverManual;

/// <summary>
/// Manual 13.10.3: a shared interrupt in a plug-in. At interrupt level INTCSR is read; only when it is FFh the interrupt is
/// claimed, and acknowledged by writing back what was read. Every fifth call asks for the deferred routine.
/// </summary>
internal static class PlugInAcknowledge
{
    private const int Interrupts = 10;
    private const string Name = "KP_INTCSR";

    internal static void Run()
    {
        var plugIn = new PlugIn();
        using IDisposable registered = KernelPlugIns.Register(Name, plugIn);
        using SimulatedHost host = IntcsrDriver.Start(cards: 2);
        WDC_DEVICE device = IntcsrDriver.Open();
        WDC_DEVICE other = IntcsrDriver.Open(1); // on the same line
        FailedException.Check("opening the plug-in", WDC_KernelPlugInOpen(device, Name, 0));
        using var called = new Signal();
        FailedException.Check("enabling", WDC_IntEnable(device, null, 0, 0, _ => called.Set(), 0, true));
        WD_TRANSFER[] commands = LevelSensitive.Commands(other.pAddrDesc[0].pAddr + IntcsrCard.Intcsr, WD_TRANSFER_CMD.RM_DWORD, WD_TRANSFER_CMD.WM_DWORD);
        FailedException.Check("enabling the other", WDC_IntEnable(other, commands, (uint)commands.Length, 0, _ => { }, 0, false));

        for (uint i = 1; i <= Interrupts; i++)
        {
            IntcsrDriver.Trigger(device);
            IntcsrDriver.WaitForAcknowledge(device, i);
            IntcsrDriver.Trigger(other);
            IntcsrDriver.WaitForAcknowledge(other, i);
        }

        for (int i = 0; i < Interrupts / 5; i++) called.Wait();
        FailedException.Check("disabling", WDC_IntDisable(device)); // no callback runs any more
        FailedException.Check("disabling the other", WDC_IntDisable(other));
        Session session = plugIn.Opened!;
        uint others = 0;
        FailedException.Check("reading the other", WDC_ReadAddr32(other.hDev, 0, IntcsrCard.Acknowledged, ref others));
        Console.WriteLine($"plug-in: {session.Claimed} interrupts claimed, {session.Deferred} deferred; the other card's {others} left to its own driver");
        WDC_PciDeviceClose(device.hDev);
        WDC_PciDeviceClose(other.hDev);
        WDC_DriverClose();
    }

    private sealed class PlugIn : IKernelPlugIn
    {
        public uint InterfaceVersion => KernelPlugIns.InterfaceVersion;

        internal Session? Opened { get; private set; }

        public IPlugInSession? Open(PlugInDevice device, nint openData) =>
            device.FindRegion(0) is { } registers ? Opened = new Session(registers) : null;
    }

    private sealed class Session(DeviceRegion registers) : PlugInSession
    {
        internal int Claimed { get; private set; }

        internal int Deferred { get; private set; }

        public override bool IntAtIrql(out bool isMine)
        {
            uint data = registers.Read<uint>(IntcsrCard.Intcsr);
            isMine = data == IntcsrCard.Interrupting;
            if (!isMine) return false; // not acknowledged, not deferred
            registers.Write(IntcsrCard.Intcsr, data);
            return ++Claimed % 5 == 0;
        }

        public override int IntAtDpc(long count)
        {
            Deferred += (int)count;
            return (int)count; // as many calls of the program's handler
        }
    }
}
