using System.Diagnostics;
using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;

namespace RingThree.Benchmarks;

/// <summary>An MSI's way from a register write to the handler and back, on a real PCI function, against C on bare VFIO.</summary>
internal sealed class MessageRow : IDisposable
{
    private readonly IHost _host = HostNames.Machine();
    private readonly FileDescriptor _reply = Libc.Eventfd(0, Libc.CloseOnExec);
    private readonly int _replyNumber;
    private readonly PciDevice _device;
    private readonly EduRegisters _registers;

    private MessageRow(string address)
    {
        _replyNumber = _reply.Number;
        _device = _host.Open(address);
        _registers = _device.Bar(0).As<EduRegisters>();
        _device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Msi,
            Immediate = EduDriver.Acknowledge(),
            Quiet = EduDriver.Quiet(),
            Delivery = InterruptDelivery.Inline,
            Handler = Answer,
        });
    }

    public static void Run(Effort effort, string address)
    {
        int iterations = 20_000 / effort.Scale;
        using (var first = new MessageRow(address)) Effort.WarmUp(n => first.Round(n), 10_000);
        Comparison result = effort.Compare(() => effort.RunC("message", address, $"{iterations}"), () =>
        {
            // Only one process can have the group: it is open here for the length of a round.
            using var again = new MessageRow(address);
            again.Round(iterations / 10);
            return again.Round(iterations);
        });
        Rows.Ratio("guest_msi_inline", "guest: MSI to handler (inline) and back", result, bar: 1.25);

        using (var last = new MessageRow(address))
            AllocationRows.Measure("guest_bytes_interrupt_inline", "guest: bytes per interrupt, inline", n => last.Round(n), 100_000);
        using (IHost host = HostNames.Machine())
        using (PciDevice device = host.Open(address))
        {
            AllocationRows.Measure("guest_bytes_configuration_read", "guest: bytes per configuration read", n =>
            {
                for (int i = 0; i < n; i++) device.Config.Read32(0);
            }, 100_000);
        }
    }

    public void Dispose()
    {
        _device.Dispose();
        _host.Dispose();
        _reply.Dispose();
    }

    private double Round(int iterations)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < iterations; i++)
        {
            _registers.RaiseInterrupt.Write(EduInterrupts.Factorial);
            Descriptor.Take(_replyNumber);
        }

        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / iterations;
    }

    private void Answer(in Interrupt interrupt) => Descriptor.Put(_replyNumber);
}
