using System.Diagnostics.Tracing;
using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.PlugIns;
using RingThree.Samples.Edu;
using RingThree.Simulation;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>What is told of interrupts, and what it costs when nobody listens.</summary>
[Collection(nameof(Alone))]
public sealed class InterruptEventTests : IDisposable
{
    private const string Place = "0000:00:1b.0";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly SimulatedHost _host = new SimulatedHost().Add(new EduCard(), Place);
    private readonly PciDevice _device;

    public InterruptEventTests() => _device = _host.Open(Place);

    private EduRegisters Edu => _device.Bar(0).As<EduRegisters>();

    public void Dispose()
    {
        _device.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void A_session_is_enabled_and_ends_with_its_counters()
    {
        using var listener = new MonitorListener(EventLevel.Informational, MonitorSections.Interrupts, devices: Place);
        using (InterruptSession session = Enable()) Take(session, 3);

        Assert.Equal(["InterruptsEnabled", "InterruptsDisabled"], listener.Names);
        Assert.Matches($"^{Place} [0-9]+ Msi 1 1 CallerThread$", listener.Fields("InterruptsEnabled"));
        Assert.Matches($"^{Place} [0-9]+ 3 0 3 3 0$", listener.Fields("InterruptsDisabled"));
        Assert.Equal(listener.Only("InterruptsEnabled").Payload![1], listener.Only("InterruptsDisabled").Payload![1]);
    }

    [Fact]
    public void What_cannot_be_enabled_has_a_reason()
    {
        using var listener = new MonitorListener(EventLevel.Error, MonitorSections.Interrupts, devices: Place);
        Assert.Throws<DeviceException>(() => _device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Edge }));

        Assert.Equal(["InterruptsRefused"], listener.Names);
        Assert.StartsWith($"{Place}: no interrupts: enabling interrupts (allowed: Edge) failed", listener.Words("InterruptsRefused"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_callback_that_throws_ends_its_session_with_a_reason()
    {
        using var listener = new MonitorListener(EventLevel.Informational, MonitorSections.Interrupts, devices: Place);
        using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Msi,
            Delivery = InterruptDelivery.Inline,
            Handler = (in Interrupt _) => throw new InvalidOperationException("the handler's mistake"),
        });
        session.Trigger(0);
        Assert.True(SpinWait.SpinUntil(() => listener.Names.Contains("InterruptsDisabled"), Patience));

        Assert.Equal(["InterruptsEnabled", "InterruptsFailed", "InterruptsDisabled"], listener.Names);
        Assert.EndsWith(" InvalidOperationException: the handler's mistake", listener.Fields("InterruptsFailed"), StringComparison.Ordinal);
        Assert.Equal(EventLevel.Error, listener.Only("InterruptsFailed").Level);
    }

    [Fact]
    public void A_storm_is_an_error_and_another_report_a_warning()
    {
        using var listener = new MonitorListener(EventLevel.Warning, MonitorSections.Interrupts, devices: Place);
        Edu.RaiseInterrupt.Write((EduInterrupts)1);
        using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Level,
            Delivery = InterruptDelivery.Inline,
            Handler = (in Interrupt _) => { },
        });
        Assert.True(SpinWait.SpinUntil(() => listener.Names.Contains("InterruptStorm"), Patience));

        Assert.Equal((EventLevel.Error, EventLevel.Warning), (listener.Only("InterruptStorm").Level, listener.Only("InterruptReported").Level));
        Assert.Contains("has been left masked", listener.Fields("InterruptStorm"), StringComparison.Ordinal);
        Assert.Contains(" PendingAtEnable 0 ", listener.Fields("InterruptReported"), StringComparison.Ordinal);
    }

    [Fact]
    public void Counters_come_at_once_and_again_until_nobody_listens_or_the_session_ends()
    {
        using InterruptSession session = Enable();
        Take(session, 2);
        using (var listener = new MonitorListener(EventLevel.Informational, MonitorSections.Interrupts, "0.05", devices: Place))
        {
            Assert.True(SpinWait.SpinUntil(() => listener.Heard.Count(e => e.EventName == "InterruptsCounted") >= 3, Patience));
            EventWrittenEventArgs counted = listener.Heard.First(e => e.EventName == "InterruptsCounted");
            Assert.Equal([Place, session.Number, "Msi", 1, 2L, 0L, 2L, 0L, 2L, 0L, 0L, 0L], counted.Payload!);
            session.Dispose();
            int before = listener.Heard.Count(e => e.EventName == "InterruptsCounted");
            using InterruptSession other = Enable();
            Assert.True(SpinWait.SpinUntil(() => listener.Heard.Count(e => Equals(e.Payload![1], other.Number) && e.EventName == "InterruptsCounted") >= 3, Patience));
            Assert.InRange(listener.Heard.Count(e => Equals(e.Payload![1], session.Number) && e.EventName == "InterruptsCounted"), before, before + 1); // one may have been under way
        }

        using var late = new MonitorListener(EventLevel.Error, MonitorSections.Interrupts, "0.05", devices: Place);
        Assert.False(DebugMonitor.IsEnabled(EventLevel.Informational, MonitorSections.Interrupts)); // so nothing counts
    }

    [Fact]
    public void Each_run_of_an_immediate_stage_is_told_to_whoever_traces()
    {
        using var listener = new MonitorListener(EventLevel.Verbose, MonitorSections.Interrupts, devices: Place);
        using InterruptSession session = Enable();
        Take(session, 2);

        Assert.Equal(2, listener.Names.Count(n => n == "ImmediateStageRan"));
        EventWrittenEventArgs ran = listener.Heard.First(e => e.EventName == "ImmediateStageRan");
        Assert.Equal([Place, session.Number, 0, 1L, "ClaimedAndDeferred"], ran.Payload!);
    }

    [Fact]
    public void With_nobody_listening_any_more_nothing_is_allocated()
    {
        using (new MonitorListener()) Assert.True(MonitorSwitch.TracesInterrupts);
        Assert.False(MonitorSwitch.TracesInterrupts);
        using InterruptSession session = Enable();
        using IDisposable registered = KernelPlugIns.Register("silent", new Silent());
        using PlugInHandle plugIn = KernelPlugIns.Open("silent", new PlugInDevice(_device), 0);
        PreparedProgram program = _device.Prepare(EduDriver.Acknowledge());
        ulong[] values = new ulong[1];
        EduRegisters edu = Edu;
        Assert.Equal(0, Allocations.OfSteady(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                edu.RaiseInterrupt.Write((EduInterrupts)1);
                if (!session.Wait(Patience, out _)) throw new TimeoutException();
                plugIn.Call(1, 0);
                program.Run(values);
                DebugMonitor.Write(EventLevel.Verbose, "", "nothing");
            }
        }));
    }

    private InterruptSession Enable() => _device.Interrupts.Enable(new InterruptOptions
    {
        Kinds = InterruptKinds.Msi,
        Delivery = InterruptDelivery.CallerThread,
        Immediate = EduDriver.Acknowledge(),
    });

    private void Take(InterruptSession session, int interrupts)
    {
        for (int i = 0; i < interrupts; i++)
        {
            Edu.RaiseInterrupt.Write((EduInterrupts)1);
            Assert.True(session.Wait(Patience, out _));
        }
    }

    private sealed class Silent : PlugInSession, IKernelPlugIn
    {
        public uint InterfaceVersion => KernelPlugIns.InterfaceVersion;

        public IPlugInSession? Open(PlugInDevice device, nint openData) => this;
    }
}
