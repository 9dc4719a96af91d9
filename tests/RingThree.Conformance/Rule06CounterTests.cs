using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Transfers;

namespace RingThree.Conformance;

/// <summary>Rule 6: counters are consistent at every moment, and add up exactly.</summary>
public sealed class Rule06CounterTests : RoadTest
{
    [Theory]
    [InlineData(InterruptDelivery.OwnThread)]
    [InlineData(InterruptDelivery.Inline)]
    public void The_identity_holds_in_a_million_samples_under_load(InterruptDelivery delivery)
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        int next = 0;
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Slots = 4,
            Waiters = 2,
            Delivery = delivery,
            Immediate = ImmediateStage.FromCallback(_ => (Interlocked.Increment(ref next) % 5) switch
            {
                0 => ImmediateResult.NotOurs,
                1 => ImmediateResult.Claimed,
                _ => ImmediateResult.ClaimedAndDeferred,
            }),
            Deferred = (in Interrupt b) => (int)(b.Count % 3),
            Handler = (in Interrupt _) => { },
        });
        using var stop = new CancellationTokenSource();
        long fired = 0;
        var load = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                session.Trigger(0, 4);
                fired += 4;
            }
        });
        load.Start();
        try
        {
            InterruptCounters last = default;
            for (int i = 0; i < 1_000_000; i++)
            {
                InterruptCounters c = session.GetCounters(i & 3);
                if (c.Signalled != c.Rejected + c.Claimed || c.Claimed != c.EndedEarly + c.Handled + c.Lost + c.Pending) AssertIdentity(c);
                if ((i & 3) != 0) continue;
                Assert.True(c.Signalled >= last.Signalled && c.Claimed >= last.Claimed && c.Handled >= last.Handled, "a counter ran backwards");
                last = c;
            }
        }
        finally
        {
            stop.Cancel();
            load.Join();
        }

        Machine.Until(() => session.GetCounters() is { Pending: 0 } c && c.Signalled == fired, "every signal is accounted for");
        InterruptCounters end = session.GetCounters();
        Assert.True(end is { Rejected: > 0, EndedEarly: > 0, Handled: > 0 }, $"the load was one-sided: {end}");
        session.Disable();
        AssertIdentity(session.GetCounters());
    }

    [Fact]
    public void What_no_handler_took_is_lost_when_the_session_ends_and_counted_so()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Slots = 2 }); // nobody awaits
        for (int i = 0; i < 10; i++) session.Trigger(0);
        session.Trigger(1);
        Machine.Until(() => session.GetCounters().Pending == 11, "they wait");
        session.Disable();
        InterruptCounters c = session.GetCounters();
        Assert.Equal((11, 11, 0, 11, 0), (c.Signalled, c.Claimed, c.Handled, c.Lost, c.Pending));
        Assert.Equal(10, session.GetCounters(0).Lost);
        Assert.Equal(1, session.GetCounters(1).Lost);
    }

    [Fact]
    public async Task A_batch_says_how_many_signals_it_covers_and_the_last_message_is_named()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Slots = 65 });
        session.Trigger(40);
        Interrupt interrupt = await session.NextAsync(Machine.Patience);
        Assert.Equal((InterruptKind.MsiX, 40, 1L), (interrupt.Kind, interrupt.Vector, interrupt.Count));
        Assert.Equal(40, session.LastMessage);
        for (int i = 0; i < 5; i++) session.Trigger(7);
        Machine.Until(() => session.GetCounters(7).Pending == 5, "five wait");
        interrupt = await session.NextAsync(Machine.Patience);
        Assert.Equal((7, 5L), (interrupt.Vector, interrupt.Count));
        Assert.Equal(7, session.LastMessage);
    }

    [Fact]
    public void A_handler_may_do_anything_user_mode_can()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        string path = Path.GetTempFileName();
        try
        {
            using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
            {
                Handler = (in Interrupt i) => File.AppendAllText(path, $"{i.Kind} {i.Count}\n"),
            });
            session.Trigger(0);
            Machine.Until(() => session.GetCounters().HandlerCalls == 1, "the handler runs");
            session.Disable();
            Assert.Equal("MsiX 1\n", File.ReadAllText(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
