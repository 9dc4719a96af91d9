using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Platform;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Cards that nothing enumerates, when things go wrong: late and lost signals, cards that leave, models that fail.</summary>
public sealed class PlatformFaultTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(30);
    private readonly SimulatedHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Late_transitions_arrive_once_each_in_their_order()
    {
        SeededRun.Replay(1, async world =>
        {
            using SimulatedHost host = world.NewHost();
            var button = new ButtonCard();
            host.Add(button).Faults.OnMessage("button-card").Delay(Late);
            using PlatformDevice card = host.Open(button.Resources);
            using InterruptSession session = card.Interrupts.Enable(new InterruptOptions());

            button.Press(bounces: 3);
            button.Release();
            Assert.Equal(0, session.GetCounters().Signalled);
            await Task.Delay(2 * Late, world.Time);

            Assert.Equal(8, session.GetCounters().Signalled);
        });
    }

    [Fact]
    public void What_comes_after_a_late_transition_is_seen_after_it()
    {
        SeededRun.Replay(1, async world =>
        {
            using SimulatedHost host = world.NewHost();
            var button = new ButtonCard();
            host.Add(button).Faults.OnMessage("button-card").Once().Delay(Late);
            using PlatformDevice card = host.Open(button.Resources);
            using InterruptSession session = card.Interrupts.Enable(new InterruptOptions());

            button.Press(); // late
            button.Release(); // cannot overtake it
            await Task.Delay(2 * Late, world.Time);
            Assert.Equal(2, session.GetCounters().Signalled);

            button.Press();
            await Task.Delay(Late, world.Time);
            Assert.Equal(3, session.GetCounters().Signalled);
        });
    }

    [Fact]
    public void A_late_signal_of_a_card_that_has_left_does_not_arrive()
    {
        SeededRun.Replay(1, async world =>
        {
            using SimulatedHost host = world.NewHost();
            var one = new ButtonCard();
            var two = new ButtonCard();
            host.Add(one).Add(two).Faults.OnMessage("button-card").Once().Delay(Late);
            using PlatformDevice card = host.Open(new PlatformResources("line").Gpio(3));
            using InterruptSession session = card.Interrupts.Enable(new InterruptOptions());

            one.Press();
            host.Remove(one);
            await Task.Delay(2 * Late, world.Time);
            two.Press(); // not hidden behind a pull that nobody makes
            two.Release();
            two.Press();
            await Task.Delay(Late, world.Time);

            Assert.Equal(2, session.GetCounters().Signalled);
        });
    }

    [Fact]
    public void A_level_line_whose_assertion_was_lost_is_driven_again_by_the_next_one()
    {
        var card = new LevelCard();
        _host.Add(card).Faults.OnMessage("level-card").Once().Drop();
        using PlatformDevice driver = _host.Open(card.Resources);
        using InterruptSession session = driver.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.CallerThread });

        card.Raise();
        Assert.False(session.Wait(TimeSpan.FromMilliseconds(50), out _));
        card.Raise();
        Assert.True(session.Wait(Patience, out _));
    }

    [Fact]
    public void What_a_model_without_registers_throws_is_told_to_its_driver_and_to_whoever_moves_it()
    {
        var card = new FailingCard();
        _host.Add(card);
        using PlatformDevice driver = _host.Open(card.Resources);
        using InterruptSession session = driver.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.CallerThread });

        card.FailSoon();

        Assert.True(SpinWait.SpinUntil(() => Record.Exception(() => driver.IsPresent()) is InvalidOperationException { Message: var m } && m.Contains("the model of card 'failing' failed", StringComparison.Ordinal), Patience));
        Assert.Contains("planted", Assert.Throws<InvalidOperationException>(() => session.Wait(TimeSpan.FromMilliseconds(10), out _)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(card.Pull);
    }

    [Fact]
    public void A_line_that_is_active_at_power_on_is_and_a_card_may_begin_by_itself()
    {
        var card = new EarlyCard();
        _host.Add(card);
        using PlatformDevice driver = _host.Open(card.Resources);
        using InterruptSession session = driver.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.CallerThread });

        Assert.True(session.Wait(Patience, out _));
        Assert.True(SpinWait.SpinUntil(() => card.HasBegun, Patience));
    }

    [Fact]
    public void A_card_that_was_taken_out_leaves_its_place_to_another()
    {
        var card = new IsaCard();
        _host.Add(card);
        using PlatformDevice driver = _host.Open(card.Resources);
        Assert.Equal(0x4953, driver.Region(1).Read<ushort>(4));

        Assert.Contains("plugged in already", Assert.Throws<InvalidOperationException>(() => _host.Add(card)).Message, StringComparison.Ordinal);
        _host.Remove(card);
        Assert.Equal(ushort.MaxValue, driver.Region(1).Read<ushort>(4));
        Assert.Throws<InvalidOperationException>(() => _host.Remove(card));
        _host.Add(new IsaCard());
        Assert.Equal(0x4953, driver.Region(1).Read<ushort>(4));
    }

    [Theory]
    [InlineData(0xC000_0000, 0x300)]
    [InlineData(0xD_0000, 0x1000)]
    public void Addresses_that_are_PCIs_are_refused(ulong memory, int port)
    {
        var error = Assert.Throws<InvalidOperationException>(() => _host.Add(new IsaCard(memory, port)));

        Assert.Contains("those addresses are PCI's", error.Message, StringComparison.Ordinal);
        Assert.Contains("ports below 0x1000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_keeps_its_status_and_its_remedy()
    {
        using PlatformDevice one = _host.Open(new PlatformResources("one").Irq(5));
        using PlatformDevice two = _host.Open(new PlatformResources("two").Irq(5));
        using InterruptSession session = one.Interrupts.Enable(new InterruptOptions());

        var error = Assert.Throws<DeviceException>(() => two.Interrupts.Enable(new InterruptOptions()));

        Assert.Equal(DeviceStatus.Busy, error.Status);
        Assert.Contains("set the card's jumper to a free line", error.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Binding_and_closing_at_once_leaves_the_line_free()
    {
        for (int i = 0; i < 300; i++)
        {
            IHostedDevice device = _host.OpenDevice("x,irq=5", OpenOptions.Default);
            using IInterruptWaiter waiter = device.CreateWaiter();
            var binding = new Thread(() => Record.Exception(() => device.Bind(PlatformNumbering.Edges, [new VectorRoute(waiter, 0)])));
            binding.Start();
            device.Dispose();
            binding.Join();

            using IHostedDevice next = _host.OpenDevice("y,irq=5", OpenOptions.Default);
            using IInterruptWaiter other = next.CreateWaiter();
            Assert.Equal(1, next.Bind(PlatformNumbering.Edges, [new VectorRoute(other, 0)]));
        }
    }

    [Fact]
    public void A_group_is_bound_once_with_as_many_routes_as_it_has_lines()
    {
        using IHostedDevice device = _host.OpenDevice("x,irq=5", OpenOptions.Default);
        using IInterruptWaiter waiter = device.CreateWaiter();

        Assert.Equal(1, device.Bind(PlatformNumbering.Edges, [new VectorRoute(waiter, 0), new VectorRoute(waiter, 1)]));
        Assert.Equal(1, device.Bind(PlatformNumbering.Edges, [new VectorRoute(waiter, 0)]));
        Assert.Throws<InvalidOperationException>(() => device.Bind(PlatformNumbering.Edges, [new VectorRoute(waiter, 0)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Bind(5, [new VectorRoute(waiter, 0)]));
    }

    private sealed class LevelCard() : SimulatedPlatformCard(new PlatformResources("level-card").Irq(11, LineTrigger.Level))
    {
        internal void Raise()
        {
            lock (ModelGate) SetLine(true);
        }
    }

    private sealed class FailingCard() : SimulatedPlatformCard(new PlatformResources("failing").Gpio(9))
    {
        internal void FailSoon()
        {
            lock (ModelGate) After(TimeSpan.FromMilliseconds(1), () => throw new NotSupportedException("planted"));
        }

        internal void Pull()
        {
            lock (ModelGate) SetLine(true);
        }
    }

    private sealed class EarlyCard : SimulatedPlatformCard
    {
        internal EarlyCard()
            : base(new PlatformResources("early").Irq(11, LineTrigger.Level)) => SetLine(true);

        internal volatile bool HasBegun;

        protected override void OnPluggedIn() => After(TimeSpan.FromMilliseconds(1), () => HasBegun = true);
    }
}
