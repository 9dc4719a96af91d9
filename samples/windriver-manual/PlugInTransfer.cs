using Jungo.wdapi_dotnet;
using RingThree.Platform;
using RingThree.PlugIns;
using RingThree.Simulation;
using RingThree.WinDriver;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using static Jungo.wdapi_dotnet.windrvr_decl;

namespace RingThree.Samples.WinDriverManual;

/// <summary>Manual 13.10.7: the driver's handle is passed to the plug-in, which calls WD_Transfer at interrupt level: 65h to port 378h, as the manual has it.</summary>
internal static class PlugInTransfer
{
    private const uint Data = 0x378;
    private const uint Control = 0x37A;
    private const string Name = "KP_TRANSFER";

    internal static void Run()
    {
        using IDisposable registered = KernelPlugIns.Register(Name, new PlugIn());
        using var host = new SimulatedHost().Add(new PrinterPort());
        WinDriverHosts.Use(host);
        FailedException.Check("opening the library", WDC_DriverOpen(wdc_lib_consts.WDC_DRV_OPEN_DEFAULT, null));
        var card = new WD_CARD { dwItems = 2 };
        card.Item[0].item = (uint)ITEM_TYPE.ITEM_IO;
        card.Item[0].I.IO = new I_O { pAddr = Data, dwBytes = 4 };
        card.Item[1].item = (uint)ITEM_TYPE.ITEM_INTERRUPT;
        card.Item[1].I.Int = new INT { dwInterrupt = 7 };
        IntPtr device = 0;
        FailedException.Check("opening the card", WDC_IsaDeviceOpen(ref device, card, 0));
        FailedException.Check("opening the plug-in", WDC_KernelPlugInOpen(device, Name, WDC_GetWDHandle()));
        using var called = new Signal();
        FailedException.Check("enabling", WDC_IntEnable(device, null, 0, 0, _ => called.Set(), 0, true));

        FailedException.Check("strobing", WDC_WriteAddr8(device, 0, Control - Data, 1));
        called.Wait();
        byte written = 0;
        FailedException.Check("reading the data port", WDC_ReadAddr8(device, 0, 0, ref written));
        Console.WriteLine($"transfer: at the handler port 0x{Data:x} holds 0x{written:x2}");
        FailedException.Check("disabling", WDC_IntDisable(device));
        WDC_IsaDeviceClose(device);
        WDC_DriverClose();
    }

    private sealed class PlugIn : IKernelPlugIn
    {
        public uint InterfaceVersion => KernelPlugIns.InterfaceVersion;

        public IPlugInSession? Open(PlugInDevice device, nint openData) => new Session(openData);
    }

    private sealed class Session(nint driver) : PlugInSession
    {
        private WD_TRANSFER _command = new() { cmdTrans = (uint)WD_TRANSFER_CMD.WP_BYTE, pPort = Data, Data = new WD_TRANSFER.DATA_T { Byte = 0x65 } };

        public override bool IntAtIrql(out bool isMine) => isMine = WD_Transfer(driver, ref _command) == 0;
    }

    /// <summary>A printer port whose printer takes every byte: IRQ 7 pulses at each strobe.</summary>
    private sealed class PrinterPort : SimulatedPlatformCard
    {
        internal PrinterPort()
            : base(new PlatformResources("printer").Ports((int)Data, 4).Irq(7))
        {
            Register<byte>(0, 0, "Data").Holds();
            Register<byte>(0, Control - Data, "Control").OnWrite(written =>
            {
                if ((written & 1) == 0) return;
                SetLine(true);
                SetLine(false);
            });
        }
    }
}
