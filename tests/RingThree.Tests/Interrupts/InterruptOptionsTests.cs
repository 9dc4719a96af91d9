using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Options that contradict each other are refused before anything is touched.</summary>
public sealed class InterruptOptionsTests : IDisposable
{
    private readonly SimulatedHost _host = new SimulatedHost().Add(new EduCard());
    private readonly PciDevice _device;

    public InterruptOptionsTests() => _device = _host.Open(new PciId(0x1234, 0x11E8));

    public static TheoryData<string, InterruptOptions> Contradictions => new()
    {
        { "a delivery that calls, without a handler", new InterruptOptions { Delivery = InterruptDelivery.OwnThread } },
        { "inline delivery without a handler", new InterruptOptions { Delivery = InterruptDelivery.Inline } },
        { "await with a handler", new InterruptOptions { Delivery = InterruptDelivery.Await, Handler = Ignore } },
        { "the caller's thread with a handler", new InterruptOptions { Delivery = InterruptDelivery.CallerThread, Handler = Ignore } },
        { "no slot", new InterruptOptions { Slots = 0 } },
        { "negative slots", new InterruptOptions { Slots = int.MinValue } },
        { "no waiter", new InterruptOptions { Waiters = 0 } },
        { "too many waiters", new InterruptOptions { Waiters = 65 } },
        { "a storm of one", new InterruptOptions { StormLimit = 1 } },
        { "a negative time", new InterruptOptions { DisableTime = TimeSpan.FromSeconds(-1) } },
        { "a time that no wait takes", new InterruptOptions { DisableTime = TimeSpan.MaxValue } },
        { "a priority below none", Latency(new() { RealTimePriority = -1 }) },
        { "a priority that does not exist", Latency(new() { RealTimePriority = 100 }) },
        { "a negative processor", Latency(new() { Processors = [0, -1] }) },
        { "a processor that no kernel has", Latency(new() { Processors = [LatencyMode.HighestProcessor + 1] }) },
        { "a negative busy wait", Latency(new() { BusyWait = TimeSpan.FromTicks(-1) }) },
        { "a busy wait without bounds", Latency(new() { BusyWait = LatencyMode.LongestBusyWait + TimeSpan.FromTicks(1) }) },
        { "a delivery that does not exist", new InterruptOptions { Delivery = (InterruptDelivery)99 } },
    };

    public void Dispose()
    {
        _device.Dispose();
        _host.Dispose();
    }

    [Theory]
    [MemberData(nameof(Contradictions), DisableDiscoveryEnumeration = true)]
    public void A_contradiction_is_refused_and_nothing_is_enabled(string what, InterruptOptions options)
    {
        _ = what;

        Assert.ThrowsAny<ArgumentException>(() => _device.Interrupts.Enable(options));

        Assert.Null(_device.Interrupts.Current);
        using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions());
        Assert.True(session.IsEnabled);
    }

    [Fact]
    public void The_ends_of_what_a_latency_mode_may_be_are_taken()
    {
        var most = new LatencyMode { RealTimePriority = 99, Processors = [0, LatencyMode.HighestProcessor, 0], BusyWait = LatencyMode.LongestBusyWait };
        foreach (LatencyMode mode in (LatencyMode[])[new(), most])
        {
            using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions { Latency = mode });
            Assert.True(session.IsEnabled);
        }
    }

    [Fact]
    public void No_options_are_refused() => Assert.Throws<ArgumentNullException>(() => _device.Interrupts.Enable(null!));

    [Fact]
    public void Kinds_that_the_card_lacks_are_refused_with_what_it_has()
    {
        var error = Assert.Throws<DeviceException>(() => _device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.MsiX }));

        Assert.Equal(DeviceStatus.NoResources, error.Status);
        Assert.Contains("MSI (1)", error.Answer, StringComparison.Ordinal);
        Assert.Contains("INTx (1)", error.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void One_device_has_one_session()
    {
        using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions());

        var error = Assert.Throws<DeviceException>(() => _device.Interrupts.Enable(new InterruptOptions()));

        Assert.Equal(DeviceStatus.Busy, error.Status);
        Assert.Same(session, _device.Interrupts.Current);
    }

    [Fact]
    public void A_session_waits_by_the_delivery_it_was_enabled_with()
    {
        using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions { Handler = Ignore });

        Assert.Throws<InvalidOperationException>(() => session.Wait(TimeSpan.Zero, out _));
        Assert.Throws<InvalidOperationException>(() => { _ = session.NextAsync(TimeSpan.Zero).AsTask(); });
    }

    [Fact]
    public void The_longest_disable_time_can_be_waited_for_twice()
    {
        InterruptSession session = _device.Interrupts.Enable(new InterruptOptions { DisableTime = TimeSpan.FromDays(24) });

        session.Disable();
        session.Dispose();

        Assert.False(session.IsEnabled);
    }

    private static InterruptOptions Latency(LatencyMode mode) => new() { Latency = mode };

    private static void Ignore(in Interrupt interrupt)
    {
    }
}
