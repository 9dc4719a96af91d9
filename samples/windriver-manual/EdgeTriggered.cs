using Jungo.wdapi_dotnet;
using RingThree.Simulation;
using RingThree.WinDriver;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.WinDriverManual;

/// <summary>Manual 10.1.8: an ISA card whose interrupts are edges: no commands, a handler that gets the device's handle.</summary>
internal static class EdgeTriggered
{
    private const uint Ports = 1; // its address spaces: memory is 0, ports are 1

    internal static void Run()
    {
        using var host = new SimulatedHost().Add(new IsaCard(irq: 5));
        WinDriverHosts.Use(host);
        FailedException.Check("opening the library", WDC_DriverOpen(wdc_lib_consts.WDC_DRV_OPEN_DEFAULT, null));
        IntPtr device = Open(5);
        using var called = new Signal();
        FailedException.Check("enabling", WDC_IntEnable(device, null, 0, 0, data => Handle(data, called), device, false));
        for (int i = 0; i < 3; i++)
        {
            TakeSamples(device);
            called.Wait();
        }

        FailedException.Check("disabling", WDC_IntDisable(device));
        WDC_IsaDeviceClose(device);
        WDC_DriverClose();
    }

    /// <summary>Opens the card, where its jumpers say it is.</summary>
    /// <param name="irq">Its interrupt, by line, or by logical interrupt with the option that says so.</param>
    /// <param name="options">Options of the interrupt item.</param>
    internal static IntPtr Open(uint irq, uint options = 0)
    {
        var card = new WD_CARD { dwItems = 4 };
        card.Item[0].item = (uint)ITEM_TYPE.ITEM_BUS;
        card.Item[0].I.Bus.dwBusType = WD_BUS_TYPE.WD_BUS_ISA;
        card.Item[1].item = (uint)ITEM_TYPE.ITEM_MEMORY;
        card.Item[1].I.Mem = new MEM { pPhysicalAddr = 0xD_0000, qwBytes = IsaCard.BufferSize };
        card.Item[2].item = (uint)ITEM_TYPE.ITEM_IO;
        card.Item[2].I.IO = new I_O { pAddr = 0x300, dwBytes = 16 };
        card.Item[3].item = (uint)ITEM_TYPE.ITEM_INTERRUPT;
        card.Item[3].fNotSharable = 1; // an edge has one user
        card.Item[3].I.Int = new INT { dwInterrupt = irq, dwOptions = options | (uint)WD_INTERRUPT_TYPE.INTERRUPT_LATCHED };
        IntPtr device = 0;
        FailedException.Check("opening the card", WDC_IsaDeviceOpen(ref device, card, 0));
        return device;
    }

    /// <summary>Has the card take a block of samples; it interrupts when they are there.</summary>
    internal static void TakeSamples(IntPtr device)
    {
        FailedException.Check("setting the length", WDC_WriteAddr16(device, Ports, IsaCardRegisters.Offsets.Length, 16));
        FailedException.Check("starting", WDC_WriteAddr8(device, Ports, IsaCardRegisters.Offsets.Control, (byte)(IsaControl.InterruptEnable | IsaControl.Start)));
    }

    private static void Handle(IntPtr data, Signal called)
    {
        WDC_DEVICE device = data;
        Console.WriteLine($"edge: got interrupt {device.Int.dwCounter}");
        called.Set();
    }
}
