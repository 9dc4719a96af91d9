using System.Diagnostics;
using RingThree.Devices;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Faults on demand: what matches, when it applies, what then happens.</summary>
public sealed class FaultTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly SimulatedHost _host = new();
    private readonly BusCard _card = new();
    private readonly PciDevice _device;

    public FaultTests()
    {
        _host.Add(_card).Add(new EduCard());
        _device = _host.Open("0000:00:02.0");
    }

    public void Dispose()
    {
        _device.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void A_read_is_answered_otherwise_so_often_and_then_no_more()
    {
        FaultRule rule = _host.Faults.OnRead("bus", 0, 0x10).After(1).Times(2).Answer(0xDEAD);

        Assert.Equal([0x1111_1111u, 0xDEADu, 0xDEADu, 0x1111_1111u], Enumerable.Range(0, 4).Select(_ => _device.Bar(0).Read<uint>(0x10)));
        Assert.Equal(0x1111_1111u, _device.Bar(0).Read<uint>(0x14));
        Assert.Equal((4, 2), (rule.Seen, rule.Applied));
    }

    [Fact]
    public void Another_card_is_not_meant()
    {
        _host.Faults.OnRead("bus").Drop();
        using PciDevice edu = _host.Open(new PciId(0x1234, 0x11E8));

        Assert.Equal(uint.MaxValue, _device.Bar(0).Read<uint>(0));
        Assert.Equal(0x010000EDu, edu.Bar(0).Read<uint>(0));
    }

    [Fact]
    public void A_register_is_meant_by_its_name()
    {
        var card = new NamedCard();
        _host.Add(card, "0000:00:09.0");
        using PciDevice device = _host.Open("0000:00:09.0");
        _host.Faults.OnRead("named", "status").Alter(value => value | 0x100);

        Assert.Equal(0x107u, device.Bar(0).Read<uint>(4));
        Assert.Equal(5u, device.Bar(0).Read<uint>(0));
        _host.Faults.Clear();
        Assert.Equal(7u, device.Bar(0).Read<uint>(4));
    }

    [Fact]
    public void A_write_is_dropped_altered_repeated_or_comes_later()
    {
        var card = new NamedCard();
        _host.Add(card, "0000:00:09.0");
        using PciDevice device = _host.Open("0000:00:09.0");
        _host.Faults.OnWrite("named", "Control").Once().Drop();
        _host.Faults.OnWrite("named", "Control").Once().Alter(value => value + 1);
        _host.Faults.OnWrite("named", "Control").Once().Repeat(3);
        _host.Faults.OnWrite("named", "Control").Once().Delay(TimeSpan.FromMilliseconds(30));

        for (uint i = 10; i < 15; i++) device.Bar(0).Write(8, i);

        Assert.Equal([12u, 12u, 12u, 12u, 14u], card.Written.Take(5));
        Assert.True(SpinWait.SpinUntil(() => card.Written.Count == 6, Patience));
        Assert.Equal(13u, card.Written[5]);
    }

    [Fact]
    public void A_message_is_lost_doubled_late_or_led_astray()
    {
        using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Msi, Slots = 4, Delivery = InterruptDelivery.CallerThread });
        _host.Faults.OnMessage("bus").Once().Drop();
        _host.Faults.OnMessage("bus", vector: 2).Once().Repeat();
        _host.Faults.OnMessage("bus", vector: 1).Once().Alter(data => data ^ 1);
        _host.Faults.OnMessage("bus", vector: 3).Once().Delay(TimeSpan.FromMilliseconds(50));

        _card.Send(0);
        Assert.False(session.Wait(TimeSpan.Zero, out _));
        _card.Send(2);
        Assert.True(session.Wait(TimeSpan.Zero, out Interrupt doubled));
        Assert.Equal((2, 2), (doubled.Vector, doubled.Count));
        _card.Send(1);
        Assert.True(session.Wait(TimeSpan.Zero, out Interrupt astray));
        Assert.Equal(0, astray.Vector);
        _card.Send(3);
        Assert.False(session.Wait(TimeSpan.Zero, out _));
        Assert.True(session.Wait(Patience, out Interrupt late));
        Assert.Equal(3, late.Vector);
    }

    [Fact]
    public void Dma_fails_is_lost_or_altered()
    {
        using DmaBuffer buffer = _device.Dma.Allocate(16);
        _host.Faults.OnDma("bus").Once().Fail();
        _host.Faults.OnDmaWrite("bus").Once().Drop();
        _host.Faults.OnDmaWrite("bus").Once().Alter(value => value ^ 0xFF);

        Assert.False(_card.Store(buffer.Address, [1]));
        Assert.Contains("asked for", Assert.Single(_device.Dma.TakeFaults()).Reason, StringComparison.Ordinal);
        Assert.True(_card.Store(buffer.Address, [1]));
        Assert.Equal(0, buffer.Span[0]);
        Assert.True(_card.Store(buffer.Address, [1]));
        Assert.Equal(0xFE, buffer.Span[0]);
        Assert.True(_card.Store(buffer.Address, [1]));
        Assert.Equal(1, buffer.Span[0]);
    }

    [Fact]
    public void A_read_may_take_its_time()
    {
        _host.Faults.OnRead("bus").Once().Delay(TimeSpan.FromMilliseconds(80));
        long started = Stopwatch.GetTimestamp();

        Assert.Equal(0x1111_1111u, _device.Bar(0).Read<uint>(0));

        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(70));
    }

    [Fact]
    public void The_card_is_gone_at_the_hundredth_access()
    {
        _host.Faults.OnAccess("bus").After(99).Once().RemoveCard();

        uint[] read = [.. Enumerable.Range(0, 102).Select(_ => _device.Bar(0).Read<uint>(0))];

        Assert.All(read[..99], value => Assert.Equal(0x1111_1111u, value));
        Assert.All(read[99..], value => Assert.Equal(uint.MaxValue, value));
        Assert.False(_device.IsPresent());
    }

    [Fact]
    public void A_failure_is_reported_as_an_error_of_the_card()
    {
        var card = new BusCard(new CardDefinition(0x10EE, 1, "express") { Bars = new Dictionary<int, CardBar> { [0] = new(0x1000) }, Express = new ExpressDefinition() });
        _host.Add(card, "0000:00:09.0");
        using PciDevice device = _host.Open("0000:00:09.0");
        RemovalReason? reason = null;
        device.RemovalRequested += notice => reason = notice.Reason;
        _host.Faults.OnRead("express").Once().Fail();

        Assert.Equal(uint.MaxValue, device.Bar(0).Read<uint>(0));

        Assert.True(SpinWait.SpinUntil(() => device.IsClosed, Patience));
        Assert.Equal(RemovalReason.Error, reason);
    }

    [Fact]
    public void A_chance_is_drawn_from_a_seed()
    {
        _host.Faults.OnRead("bus").WithChance(0.3).Drop();
        string first = Draw();
        string second = Draw();

        Assert.Equal(first, second);
        Assert.InRange(first.Count(c => c == 'x'), 20, 45);

        string Draw()
        {
            _host.Faults.Seed(42);
            return string.Concat(Enumerable.Range(0, 100).Select(_ => _device.Bar(0).Read<uint>(0) == uint.MaxValue ? 'x' : '.'));
        }
    }

    [Fact]
    public void A_rule_that_makes_no_sense_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _host.Faults.OnRead("bus").WithChance(1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => _host.Faults.OnRead("bus").Times(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _host.Faults.OnRead("bus").After(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _host.Faults.OnRead("bus").Repeat(1));
        Assert.Throws<ArgumentException>(() => _host.Faults.OnRead(""));
        Assert.Throws<InvalidOperationException>(() => _host.Faults.OnRead("bus").Drop().Fail());
    }

    [Fact]
    public void A_seeded_run_draws_chances_from_its_own_seed()
    {
        string[] drawn = [Draw(3, null), Draw(4, null), Draw(3, null), Draw(3, 42), Draw(4, 42)];

        Assert.Equal(drawn[0], drawn[2]);
        Assert.NotEqual(drawn[0], drawn[1]);
        Assert.Equal(drawn[3], drawn[4]);

        static string Draw(int seed, int? own)
        {
            string drawn = "";
            SeededRun.Replay(seed, world =>
            {
                using SimulatedHost host = world.NewHost().Add(new BusCard());
                using PciDevice device = host.Open("0000:00:02.0");
                host.Faults.OnRead("bus").WithChance(0.5).Drop();
                if (own is { } other) host.Faults.Seed(other);
                drawn = string.Concat(Enumerable.Range(0, 64).Select(_ => device.Bar(0).Read<uint>(0) == uint.MaxValue ? 'x' : '.'));
                return Task.CompletedTask;
            });
            return drawn;
        }
    }

    [Fact]
    public void A_rule_reads_as_it_was_written()
    {
        FaultPlan plan = _host.Faults;
        plan.OnRead("edu", "Statos").Once().Drop();
        plan.OnWrite("edu", 0, 0x98).After(2).Times(3).Alter(value => value + 1);
        plan.OnAccess("edu").WithChance(0.25).RemoveCard();
        plan.OnMessage("edu", 4).Repeat();
        plan.OnMessage("0000:00:02.0").Repeat(5);
        plan.OnDma("edu").Delay(TimeSpan.FromMilliseconds(1.5));
        plan.OnDmaRead("edu").Fail();
        plan.OnDmaWrite("edu").Once();
        plan.OnRead("edu").Answer(0xDEAD);

        Assert.Equal(
            [
                "OnRead(\"edu\", \"Statos\").Once().Drop()",
                "OnWrite(\"edu\", 0, 0x98).After(2).Times(3).Alter(...)",
                "OnAccess(\"edu\").WithChance(0.25).RemoveCard()",
                "OnMessage(\"edu\", 4).Repeat()",
                "OnMessage(\"0000:00:02.0\").Repeat(5)",
                "OnDma(\"edu\").Delay(TimeSpan.FromMilliseconds(1.5))",
                "OnDmaRead(\"edu\").Fail()",
                "OnDmaWrite(\"edu\").Once() without an action, such as Drop()",
                "OnRead(\"edu\").Answer(0xdead)",
            ],
            plan.Rules.Select(r => r.ToString()));
    }

    [Fact]
    public void Rules_that_matched_nothing_are_named()
    {
        FaultPlan plan = _host.Faults;
        plan.ThrowIfUnused();
        FaultRule used = plan.OnRead("bus", 0, 0).After(1).Drop();
        FaultRule wrongCard = plan.OnRead("buss").Drop();
        FaultRule wrongRegister = plan.OnRead("bus", "Statos").Once().Drop();
        FaultRule wrongVector = plan.OnMessage("bus", 99).Drop();
        FaultRule nothing = plan.OnRead("bus");

        _device.Bar(0).Read<uint>(0); // seen, though the rule has not applied yet
        _device.Bar(0).Read<uint>(8);

        Assert.DoesNotContain(used, plan.Unused);
        Assert.Equal([wrongCard, wrongRegister, wrongVector, nothing], plan.Unused);
        var error = Assert.Throws<InvalidOperationException>(plan.ThrowIfUnused);
        Assert.StartsWith("4 of 5 fault rules matched nothing: OnRead(\"buss\").Drop(); OnRead(\"bus\", \"Statos\").Once().Drop(); OnMessage(\"bus\", 99).Drop(); OnRead(\"bus\") without an action, such as Drop(). ", error.Message, StringComparison.Ordinal);
        plan.Clear();
        plan.ThrowIfUnused();
    }

    private sealed class NamedCard : SimulatedCard
    {
        internal NamedCard()
            : base(new CardDefinition(0x10EE, 2, "named") { Bars = new Dictionary<int, CardBar> { [0] = new(0x100) } })
        {
            Register<uint>(0, 0, "Id").Constant(5);
            Register<uint>(0, 4, "Status").Constant(7);
            Register<uint>(0, 8, "Control").OnWrite(Written.Add);
        }

        internal List<uint> Written { get; } = [];
    }
}
