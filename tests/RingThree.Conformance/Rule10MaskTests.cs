using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Transfers;

namespace RingThree.Conformance;

/// <summary>Rule 10: message vectors are masked in software; signals wait, and arrive as one batch.</summary>
public sealed class Rule10MaskTests : RoadTest
{
    [Theory]
    [InlineData(InterruptDelivery.Inline)]
    [InlineData(InterruptDelivery.OwnThread)]
    public void Signals_of_a_masked_vector_wait_and_arrive_as_one_batch(InterruptDelivery delivery)
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        var runs = new List<(int, long)>();
        var calls = new List<(int, long)>();
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Slots = 4,
            Waiters = 2,
            Delivery = delivery,
            Immediate = ImmediateStage.FromCallback(c =>
            {
                lock (runs) runs.Add((c.Vector, c.Count));
                return ImmediateResult.ClaimedAndDeferred;
            }),
            Handler = (in Interrupt i) =>
            {
                lock (calls) calls.Add((i.Vector, i.Count));
            },
        });
        session.Mask(2);
        for (int i = 0; i < 25; i++) session.Trigger(2);
        session.Trigger(0); // the same waiter's other vector is not held up
        session.Trigger(1);
        Machine.Until(() => session.GetCounters(2).Held == 25 && session.GetCounters().Handled == 2, "25 wait, two others pass");
        Assert.Equal(0, session.GetCounters(2).Signalled);
        session.Unmask(2);
        Machine.Until(() => session.GetCounters(2).Handled == 25, "they arrive");
        Machine.Until(() => session.GetCounters().HandlerCalls == 3, "in one call");
        Assert.Contains((2, 25), runs);
        Assert.Contains((2, 25), calls);
        Assert.Equal(0, session.GetCounters(2).Held);
        session.Trigger(2);
        Machine.Until(() => session.GetCounters(2).Handled == 26, "and later ones at once");
    }

    [Fact]
    public async Task Unmask_wakes_an_awaiting_caller_and_a_waiting_one()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        await using (InterruptSession session = device.Interrupts.Enable(new InterruptOptions()))
        {
            session.Mask(0);
            session.Trigger(0);
            session.Trigger(0);
            Task<Interrupt> next = session.NextAsync(Machine.Patience).AsTask();
            Machine.Until(() => session.GetCounters().Held == 2, "both wait");
            Assert.False(next.IsCompleted);
            session.Unmask(0);
            Assert.Equal(2, (await next).Count);
        }

        using InterruptSession low = device.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.CallerThread });
        low.Mask(0);
        low.Trigger(0);
        Assert.False(low.Wait(TimeSpan.FromMilliseconds(30), out _));
        low.Unmask(0);
        Assert.True(low.Wait(Machine.Patience, out Interrupt interrupt));
        Assert.Equal(1, interrupt.Count);
    }

    [Fact]
    public void Masking_and_unmasking_under_load_loses_and_doubles_nothing()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        long seen = 0;
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Slots = 2,
            Handler = (in Interrupt i) => Interlocked.Add(ref seen, i.Count),
        });
        const int rounds = 5000;
        var masking = new Thread(() =>
        {
            for (int i = 0; i < rounds; i++)
            {
                session.Mask(i & 1);
                session.Unmask(i & 1);
            }
        });
        masking.Start();
        for (int i = 0; i < rounds; i++) session.Trigger(0, 2);
        masking.Join();
        session.Unmask(0);
        session.Unmask(1);
        Machine.Until(() => session.GetCounters().Handled == 2 * rounds, "every signal arrives");
        Machine.Until(() => Interlocked.Read(ref seen) == 2 * rounds, "every signal is handled once");
    }
}
