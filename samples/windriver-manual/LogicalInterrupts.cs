using Jungo.wdapi_dotnet;
using RingThree.Simulation;
using RingThree.WinDriver;
using static Jungo.wdapi_dotnet.utils;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using static Jungo.wdapi_dotnet.windrvr_decl;

namespace RingThree.Samples.WinDriverManual;

/// <summary>Manual 9.2.4: Windows CE's logical interrupts. Line 7 is reserved on this platform, so using it fails, until the platform's table gets an entry.</summary>
internal static class LogicalInterrupts
{
    private const int Line = 7;
    private const uint LogicalId = (uint)WD_INTERRUPT_OPTIONS.INTERRUPT_CE_INT_ID;

    internal static void Run()
    {
        using var host = new SimulatedHost { LogicalInterrupts = LogicalInterruptMap.Pc() }.Add(new IsaCard(irq: Line));
        WinDriverHosts.Use(host);
        FailedException.Check("opening the library", WDC_DriverOpen(wdc_lib_consts.WDC_DRV_OPEN_DEFAULT, null));
        IntPtr device = EdgeTriggered.Open(Line);
        Console.WriteLine($"windows-ce: line {Line} is reserved: {Stat2Str(WDC_IntEnable(device, null, 0, 0, _ => { }, 0, false))}");

        FailedException.Check("mapping the line", SETUP_INTERRUPT_MAP(SYSINTR_FIRMWARE + Line, Line));
        Console.WriteLine($"windows-ce: SETUP_INTERRUPT_MAP(SYSINTR_FIRMWARE+{Line},{Line}): {Interrupt(device)} interrupt");
        WDC_IsaDeviceClose(device);

        // Or the program gives the logical interrupt itself, and says so.
        device = EdgeTriggered.Open(SYSINTR_FIRMWARE + Line, LogicalId);
        Console.WriteLine($"windows-ce: INTERRUPT_CE_INT_ID, {SYSINTR_FIRMWARE + Line}: {Interrupt(device)} interrupt");
        WDC_IsaDeviceClose(device);
        Enhance();
        WDC_DriverClose();
    }

    /// <summary>9.2.4.1: below the card library a shorter latency is asked for, right after the interrupt is enabled.</summary>
    private static void Enhance()
    {
        IntPtr driver = WD_Open();
        var register = new WD_CARD_REGISTER { Card = new WD_CARD { dwItems = 2 } };
        register.Card.Item[0].item = (uint)ITEM_TYPE.ITEM_IO;
        register.Card.Item[0].I.IO = new I_O { pAddr = 0x300, dwBytes = 16 };
        register.Card.Item[1].item = (uint)ITEM_TYPE.ITEM_INTERRUPT;
        register.Card.Item[1].I.Int = new INT { dwInterrupt = Line };
        FailedException.Check("registering the card", WD_CardRegister(driver, register));
        using var called = new Signal();
        IntPtr thread = 0;
        var interrupt = new WD_INTERRUPT { hInterrupt = register.Card.Item[1].I.Int.hInterrupt };
        FailedException.Check("enabling", InterruptEnable(ref thread, driver, interrupt, _ => called.Set(), 0));
        FailedException.Check("enhancing", CEInterruptEnhance(thread));

        Out(driver, WD_TRANSFER_CMD.WP_WORD, IsaCardRegisters.Offsets.Length, 16);
        Out(driver, WD_TRANSFER_CMD.WP_BYTE, IsaCardRegisters.Offsets.Control, (ushort)(IsaControl.InterruptEnable | IsaControl.Start));
        called.Wait();
        Console.WriteLine($"windows-ce: CEInterruptEnhance: {interrupt.dwCounter} interrupt");
        FailedException.Check("disabling", InterruptDisable(thread));
        FailedException.Check("unregistering the card", WD_CardUnregister(driver, register));
        WD_Close(driver);
    }

    private static void Out(IntPtr driver, WD_TRANSFER_CMD command, uint port, ushort value)
    {
        var transfer = new WD_TRANSFER { cmdTrans = (uint)command, pPort = 0x300 + port };
        transfer.Data.Word = value;
        FailedException.Check("writing a port", WD_Transfer(driver, ref transfer));
    }

    private static uint Interrupt(WDC_DEVICE device)
    {
        using var called = new Signal();
        FailedException.Check("enabling", WDC_IntEnable(device, null, 0, 0, _ => called.Set(), 0, false));
        EdgeTriggered.TakeSamples(device.hDev);
        called.Wait();
        FailedException.Check("disabling", WDC_IntDisable(device));
        return device.Int.dwCounter;
    }
}
