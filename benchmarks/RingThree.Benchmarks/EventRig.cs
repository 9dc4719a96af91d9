using System.Diagnostics;
using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;

namespace RingThree.Benchmarks;

/// <summary>A session on <see cref="EventHost"/>'s card whose user answers each interrupt on an event descriptor.</summary>
internal sealed class EventRig : IDisposable
{
    private readonly EventHost _host = new();
    private readonly PciDevice _device;
    private readonly InterruptSession _session;
    private readonly FileDescriptor _reply;
    private readonly int _message;
    private readonly int _replyNumber;

    /// <summary>Enables the interrupt and, for the forms without a handler, starts someone who takes it.</summary>
    /// <param name="delivery">The form.</param>
    /// <param name="timeout">For the forms without a handler.</param>
    /// <param name="cancellation">For <see cref="InterruptDelivery.Await"/>.</param>
    public EventRig(InterruptDelivery delivery, TimeSpan timeout, CancellationToken cancellation = default)
    {
        _reply = Libc.Eventfd(0, Libc.CloseOnExec);
        _replyNumber = _reply.Number;
        _device = _host.Open(EventHost.Address);
        _device.Bar(0).Write(EduRegisters.Offsets.InterruptStatus, 1u);
        bool calls = delivery is InterruptDelivery.Inline or InterruptDelivery.OwnThread;
        _session = _device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Msi,
            Immediate = EduDriver.Acknowledge(),
            Delivery = delivery,
            Handler = calls ? Answer : null,
        });
        _message = _host.Opened!.Message!.Number;
        if (delivery == InterruptDelivery.CallerThread) new Thread(() => TakeByWait(timeout)) { IsBackground = true }.Start();
        if (delivery == InterruptDelivery.Await) _ = TakeByAwait(timeout, cancellation);
    }

    /// <summary>Raises and waits for the answer, again and again.</summary>
    /// <returns>Nanoseconds for each.</returns>
    public double Round(int iterations)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < iterations; i++)
        {
            Descriptor.Put(_message);
            Descriptor.Take(_replyNumber);
        }

        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / iterations;
    }

    /// <summary>Throws when the road has not seen every interrupt.</summary>
    public void Check()
    {
        InterruptCounters counters = _session.GetCounters();
        if (counters.Handled == 0 || counters.Handled != counters.Signalled || counters.HandlerCalls != counters.Handled)
            throw new InvalidOperationException($"The road lost interrupts: {counters}.");
    }

    public void Dispose()
    {
        _device.Dispose();
        _reply.Dispose();
        _host.Dispose();
    }

    private void Answer(in Interrupt interrupt) => Descriptor.Put(_replyNumber);

    private void TakeByWait(TimeSpan timeout)
    {
        try
        {
            while (_session.Wait(timeout, out Interrupt interrupt)) Answer(interrupt);
        }
        catch (ObjectDisposedException)
        {
            // The rig is disposed.
        }
    }

    private async Task TakeByAwait(TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            while (true) Answer(await _session.NextAsync(timeout, cancellation));
        }
        catch (ObjectDisposedException)
        {
            // The rig is disposed.
        }
    }
}
