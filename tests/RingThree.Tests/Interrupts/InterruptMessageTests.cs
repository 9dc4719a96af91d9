using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>What cannot be is told with the device, the option or the method that was written, and what can be.</summary>
public sealed class InterruptMessageTests : IDisposable
{
    private const string Place = "0000:00:02.0";
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);
    private readonly SimulatedHost _host = new SimulatedHost().Add(new BusCard());
    private readonly PciDevice _device;

    public InterruptMessageTests() => _device = _host.Open(Place);

    public static TheoryData<string, string, InterruptOptions> WrongOptions => new()
    {
        { "InterruptOptions.Slots is 0", "1 or more", new InterruptOptions { Slots = 0 } },
        { "InterruptOptions.Waiters is 65", "1 to 64", new InterruptOptions { Waiters = 65 } },
        { "InterruptOptions.StormLimit is 1", "2 or more", new InterruptOptions { StormLimit = 1 } },
        { "InterruptOptions.DisableTime is -00:00:01", "0 to 24 days", new InterruptOptions { DisableTime = TimeSpan.FromSeconds(-1) } },
        { "InterruptOptions.Kinds is 64", "Level, Edge, Msi, MsiX", new InterruptOptions { Kinds = (InterruptKinds)64 } },
        { "InterruptOptions.Delivery is 99", "CallerThread", new InterruptOptions { Delivery = (InterruptDelivery)99 } },
        { "Delivery Inline", "Set Handler", new InterruptOptions { Delivery = InterruptDelivery.Inline } },
        { "LatencyMode.RealTimePriority is 100", "0 to 99", new InterruptOptions { Latency = new LatencyMode { RealTimePriority = 100 } } },
        { "LatencyMode.Processors[1] is -1", "0 to 8191", new InterruptOptions { Latency = new LatencyMode { Processors = [0, -1] } } },
        { "LatencyMode.BusyWait is 00:00:01", "0 to 10 ms", new InterruptOptions { Latency = new LatencyMode { BusyWait = TimeSpan.FromSeconds(1) } } },
    };

    public void Dispose()
    {
        _device.Dispose();
        _host.Dispose();
    }

    [Theory]
    [MemberData(nameof(WrongOptions), DisableDiscoveryEnumeration = true)]
    public void An_option_is_named_as_the_user_wrote_it(string what, string can, InterruptOptions options) =>
        AssertSays<ArgumentException>(() => _device.Interrupts.Enable(options), what, can);

    [Theory]
    [InlineData(InterruptKinds.MsiX, "the card has no MSI-X; MSI (4)")]
    [InlineData(InterruptKinds.Edge, "the card has no edge; MSI (4)")]
    [InlineData(InterruptKinds.MsiX | InterruptKinds.Edge, "the card has no MSI-X, no edge; MSI (4)")]
    public void A_kind_that_the_card_does_not_have_is_told_with_what_it_has(InterruptKinds kinds, string answer)
    {
        var error = Assert.Throws<DeviceException>(() => _device.Interrupts.Enable(new InterruptOptions { Kinds = kinds }));

        Assert.Contains(answer, error.Answer, StringComparison.Ordinal);
        Assert.Contains("INTx (1)", error.Answer, StringComparison.Ordinal);
        Assert.Contains("InterruptKinds.Msi | InterruptKinds.Level", error.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_card_without_interrupts_says_so()
    {
        using PciDevice silent = new FakeDevice().Add(0, 0x100).Open();
        var error = Assert.Throws<DeviceException>(() => silent.Interrupts.Enable(new InterruptOptions()));

        Assert.Contains("the card has no interrupts", error.Answer, StringComparison.Ordinal);
        Assert.Contains("Poll it", error.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kind_that_is_there_and_not_granted_is_not_missing()
    {
        _host.MaximumVectors = 0;
        using var _ = Reopened(out PciDevice device);
        var error = Assert.Throws<DeviceException>(() => device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Msi | InterruptKinds.MsiX }));

        Assert.Contains("the card has no MSI-X; MSI: the host grants no vector of 4", error.Answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Vectors_slots_and_waiters_that_are_not_there_name_the_method_and_the_range()
    {
        using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions { Slots = 4, Waiters = 2 });

        AssertSays<ArgumentOutOfRangeException>(() => session.VectorOf(5), "VectorOf(5)", "InterruptOptions.Slots = 4", "slots are 0 to 3");
        AssertSays<ArgumentOutOfRangeException>(() => session.VectorOf(-1), "VectorOf(-1)", "0 to 3");
        AssertSays<ArgumentOutOfRangeException>(() => session.Trigger(7), "Trigger(7)", "no vector 7", "4 of Msi", "vectors are 0 to 3");
        AssertSays<ArgumentOutOfRangeException>(() => session.Trigger(-1), "Trigger(-1)", "no vector -1");
        AssertSays<ArgumentOutOfRangeException>(() => session.Trigger(2, 3), "Trigger(2, 3)", "no vector 4");
        AssertSays<ArgumentOutOfRangeException>(() => session.Trigger(2, int.MaxValue), "Trigger(2, 2147483647)", "0 to 3");
        AssertSays<ArgumentOutOfRangeException>(() => session.Trigger(0, 0), "Trigger(0, 0)", "1 vector or more");
        AssertSays<ArgumentOutOfRangeException>(() => session.Mask(4), "Mask(4)", "0 to 3");
        AssertSays<ArgumentOutOfRangeException>(() => session.Unmask(4), "Unmask(4)", "0 to 3");
        AssertSays<ArgumentOutOfRangeException>(() => session.GetCounters(4), "GetCounters(4)", "0 to 3");
        AssertSays<ArgumentOutOfRangeException>(() => session.TrySetAffinity(4, [0], out _), "TrySetAffinity(4)", "0 to 3");
        AssertSays<ArgumentOutOfRangeException>(() => { _ = session.NextAsync(2, Short).AsTask(); }, "NextAsync", "waiter 2", "waiters are 0 to 1");
        AssertSays<ArgumentOutOfRangeException>(() => { _ = session.NextAsync(TimeSpan.FromDays(25)).AsTask(); }, "time-out of NextAsync is 25.00:00:00", "0 to 24 days", "InfiniteTimeSpan");
        AssertSays<InvalidOperationException>(() => session.Wait(Short, out _), "delivers by Await", "Delivery = CallerThread");
    }

    [Fact]
    public void Where_there_is_one_it_is_called_the_only_one()
    {
        using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions());

        AssertSays<ArgumentOutOfRangeException>(() => session.VectorOf(5), "slot 0 is the only one");
        AssertSays<ArgumentOutOfRangeException>(() => session.Trigger(7), "vector 0 is the only one");
    }

    [Fact]
    public async Task A_wait_whose_time_is_up_has_the_status_for_it_and_its_parts()
    {
        await using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions());
        foreach (TimeSpan time in (TimeSpan[])[TimeSpan.Zero, Short])
        {
            var error = await Assert.ThrowsAsync<DeviceException>(() => session.NextAsync(time, TestContext.Current.CancellationToken).AsTask());

            Assert.Equal(DeviceStatus.TimedOut, error.Status);
            Assert.Equal(Place, error.Device);
            Assert.Equal("waiting for an interrupt", error.Operation);
            Assert.Contains("no Msi interrupt came within", error.Answer, StringComparison.Ordinal);
            Assert.Contains("has not signalled", error.Advice, StringComparison.Ordinal);
        }

        Assert.True(session.IsEnabled);
        Assert.Null(session.Error);
    }

    [Fact]
    public async Task A_wait_after_an_interrupt_says_again()
    {
        await using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions());
        session.Trigger(0);
        await session.NextAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<DeviceException>(() => session.NextAsync(Short, TestContext.Current.CancellationToken).AsTask());

        Assert.Contains("so far 1 signalled, 1 claimed", error.Answer, StringComparison.Ordinal);
        Assert.Contains("has not signalled again", error.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_on_a_line_that_a_storm_left_masked_has_the_status_for_that()
    {
        using PciDevice card = StormyHost(out SimulatedHost host, out BusCard model);
        using (host)
        {
            await using InterruptSession session = card.Interrupts.Enable(new InterruptOptions
            {
                Kinds = InterruptKinds.Level,
                StormLimit = 20,
                Immediate = TransferText.Parse("r32 bar0+0; mask 1"),
                Deferred = static (in Interrupt _) => 0,
            });
            model.Assert(true);
            Assert.True(SpinWait.SpinUntil(() => session.GetCounters().Signalled >= 20, TimeSpan.FromSeconds(20)));
            DeviceException error;
            do error = await Assert.ThrowsAsync<DeviceException>(() => session.NextAsync(Short, TestContext.Current.CancellationToken).AsTask());
            while (error.Status == DeviceStatus.TimedOut);

            Assert.Equal(DeviceStatus.InterruptStorm, error.Status);
            Assert.Contains("left masked at this device", error.Answer, StringComparison.Ordinal);
            Assert.Contains("Unmask(0)", error.Advice, StringComparison.Ordinal);
            Assert.True(session.IsEnabled);
        }
    }

    private static PciDevice StormyHost(out SimulatedHost host, out BusCard model)
    {
        model = new BusCard();
        host = new SimulatedHost().Add(model);
        return host.Open(Place);
    }

    private SimulatedHost Reopened(out PciDevice device)
    {
        _device.Dispose();
        device = _host.Open(Place);
        return _host;
    }

    private static void AssertSays<TError>(Action use, params string[] words)
        where TError : Exception
    {
        var error = Assert.ThrowsAny<TError>(use);
        Assert.StartsWith(Place, error.Message, StringComparison.Ordinal);
        foreach (string word in words) Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Actual value", error.Message, StringComparison.Ordinal);
    }
}
