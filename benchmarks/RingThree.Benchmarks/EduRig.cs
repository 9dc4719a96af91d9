using System.Diagnostics;
using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;

namespace RingThree.Benchmarks;

/// <summary>A session on a real edu card whose handler answers each interrupt on an event descriptor.</summary>
internal sealed class EduRig : IDisposable
{
    private readonly IHost _host = HostNames.Machine();
    private readonly FileDescriptor _reply = Libc.Eventfd(0, Libc.CloseOnExec);
    private readonly int _replyNumber;
    private readonly PciDevice _device;
    private readonly EduRegisters _registers;

    public EduRig(string address, InterruptKinds kinds)
    {
        _replyNumber = _reply.Number;
        _device = _host.Open(address);
        _registers = _device.Bar(0).As<EduRegisters>();
        _device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = kinds,
            Immediate = EduDriver.Acknowledge(),
            Quiet = EduDriver.Quiet(),
            Delivery = InterruptDelivery.Inline,
            Handler = Answer,
        });
    }

    /// <summary>Has the card interrupt and waits for the answer, again and again.</summary>
    /// <returns>Nanoseconds for each.</returns>
    public double Round(int iterations)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < iterations; i++)
        {
            _registers.RaiseInterrupt.Write(EduInterrupts.Factorial);
            Descriptor.Take(_replyNumber);
        }

        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / iterations;
    }

    public void Dispose()
    {
        _device.Dispose();
        _host.Dispose();
        _reply.Dispose();
    }

    private void Answer(in Interrupt interrupt) => Descriptor.Put(_replyNumber);
}
