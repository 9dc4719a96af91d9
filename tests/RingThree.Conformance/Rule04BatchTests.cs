using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Transfers;

namespace RingThree.Conformance;

/// <summary>Rule 4: one wake-up of n signals is one run of the immediate stage, and one batch.</summary>
public sealed class Rule04BatchTests : RoadTest
{
    [Theory]
    [InlineData(Machine.Nvme)]
    [InlineData(Machine.Xhci)]
    public void N_signals_are_one_run_with_n_and_one_handler_call(string card)
    {
        PciDevice device = Machine.Open(card);
        var runs = new List<(int Vector, long Count)>();
        var calls = new List<(int Vector, long Count)>();
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Slots = 4,
            Delivery = InterruptDelivery.Inline,
            Immediate = ImmediateStage.FromCallback(c =>
            {
                runs.Add((c.Vector, c.Count));
                return ImmediateResult.ClaimedAndDeferred;
            }),
            Handler = (in Interrupt i) =>
            {
                calls.Add((i.Vector, i.Count));
                entered.Set();
                leave.Wait(Machine.Patience);
            },
        });
        session.Trigger(0);
        Assert.True(entered.Wait(Machine.Patience)); // the waiter is inside the handler: signals pile up at the host
        for (int i = 0; i < 10; i++) session.Trigger(1);
        for (int i = 0; i < 7; i++) session.Trigger(3);
        leave.Set();
        Machine.Until(() => session.GetCounters().Handled == 18, "all are handled");
        Assert.Equal([(0, 1), (1, 10), (3, 7)], runs.OrderBy(r => r.Vector));
        Assert.Equal([(0, 1), (1, 10), (3, 7)], calls.OrderBy(c => c.Vector));
        Assert.Equal(3, session.GetCounters().HandlerCalls);
    }

    [Fact]
    public void What_is_claimed_while_a_handler_runs_is_its_next_batch_and_the_values_are_the_last_runs()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        ulong run = 0;
        var calls = new List<(long Count, ulong Value)>();
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Delivery = InterruptDelivery.OwnThread,
            Immediate = ImmediateStage.FromCallback(c =>
            {
                c.Values[0] = ++run;
                return ImmediateResult.ClaimedAndDeferred;
            }, valueCount: 1),
            Handler = (in Interrupt i) =>
            {
                calls.Add((i.Count, i.Values.Span[0]));
                entered.Set();
                leave.Wait(Machine.Patience);
            },
        });
        session.Trigger(0);
        Assert.True(entered.Wait(Machine.Patience));
        for (int i = 1; i <= 5; i++)
        {
            session.Trigger(0);
            Machine.Until(() => session.GetCounters().Claimed == i + 1, "the waiter claims while the handler runs");
        }

        leave.Set();
        Machine.Until(() => session.GetCounters().Handled == 6, "all are handled");
        Assert.Equal([(1, 1), (5, 6)], calls);
        Assert.Equal(0, session.LastMessage);
    }
}
