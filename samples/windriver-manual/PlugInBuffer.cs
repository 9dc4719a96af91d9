using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.PlugIns;
using RingThree.Registers;
using RingThree.Simulation;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.WinDriverManual;

/// <summary>
/// Manual 13.10.8: the program has a buffer that the card reaches, and sends its address to the plug-in, which leaves there at
/// interrupt level what the program reads afterwards.
/// </summary>
internal static class PlugInBuffer
{
    private const int Interrupts = 4;
    private const uint TakeBuffer = 1;
    private const string Name = "KP_BUFFER";

    internal static void Run()
    {
        using IDisposable registered = KernelPlugIns.Register(Name, new PlugIn());
        using SimulatedHost host = IntcsrDriver.Start();
        WDC_DEVICE device = IntcsrDriver.Open();
        FailedException.Check("opening the plug-in", WDC_KernelPlugInOpen(device, Name, 0));
        IntPtr buffer = 0;
        IntPtr dma = 0;
        FailedException.Check("locking the buffer", WDC_DMAContigBufLock(device.hDev, ref buffer, (uint)WD_DMA_OPTIONS.DMA_TO_FROM_DEVICE, 4096, ref dma));
        uint result = 0;
        FailedException.Check("sending its address", WDC_CallKerPlug(device.hDev, TakeBuffer, buffer, ref result));

        FailedException.Check("enabling", WDC_IntEnable(device, null, 0, 0, _ => { }, 0, true));
        for (uint i = 1; i <= Interrupts; i++)
        {
            IntcsrDriver.Trigger(device);
            IntcsrDriver.WaitForAcknowledge(device, i);
        }

        FailedException.Check("disabling", WDC_IntDisable(device));
        IEnumerable<string> entries = Enumerable.Range(0, Marshal.ReadInt32(buffer)).Select(i => $"0x{Marshal.ReadInt32(buffer + 4 + (4 * i)):x2}");
        Console.WriteLine($"buffer: the plug-in left {Marshal.ReadInt32(buffer)} entries: {string.Join(", ", entries)}");
        WDC_DMABufUnlock(dma);
        WDC_PciDeviceClose(device.hDev);
        WDC_DriverClose();
    }

    private sealed class PlugIn : IKernelPlugIn
    {
        public uint InterfaceVersion => KernelPlugIns.InterfaceVersion;

        public IPlugInSession? Open(PlugInDevice device, nint openData) => device.FindRegion(0) is { } registers ? new Session(registers) : null;
    }

    private sealed class Session(DeviceRegion registers) : PlugInSession
    {
        private const int Most = 1000;
        private nint _buffer;

        public override uint Call(uint message, nint data)
        {
            if (message == TakeBuffer) _buffer = data;
            return 1;
        }

        public override bool IntEnable() => _buffer != 0; // without the buffer there is nowhere to write to

        public override bool IntAtIrql(out bool isMine)
        {
            uint status = registers.Read<uint>(IntcsrCard.Intcsr);
            isMine = status == IntcsrCard.Interrupting;
            if (!isMine) return false;
            int count = Marshal.ReadInt32(_buffer);
            if (count < Most)
            {
                Marshal.WriteInt32(_buffer + 4 + (4 * count), (int)status);
                Marshal.WriteInt32(_buffer, count + 1);
            }

            registers.Write(IntcsrCard.Intcsr, status); // last: the program looks when it is acknowledged
            return false;
        }
    }
}
