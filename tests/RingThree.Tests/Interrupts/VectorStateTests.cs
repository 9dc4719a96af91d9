using FsCheck;
using FsCheck.Fluent;
using RingThree.Interrupts;
using Xunit;

namespace RingThree.Tests;

/// <summary>The books of one vector: the two identities hold after every step, whatever the steps are.</summary>
public sealed class VectorStateTests
{
    public enum Kind
    {
        Reject,
        EndEarly,
        Claim,
        Begin,
        Settle,
        Call,
        Mask,
        Unmask,
        End,
    }

    public sealed record Step(Kind Kind, int Count, int Calls, bool Stopping);

    [Fact]
    public void The_counters_agree_after_every_step() => Properties.ForAll(
        Steps(),
        steps =>
        {
            var vector = new VectorState(2, Plan(1));
            var told = new long[3]; // rejected, ended early, claimed
            long? batch = null;
            long signals = 0;
            bool over = false;
            foreach (Step step in steps)
            {
                InterruptCounters before = vector.Snapshot();
                bool signal = step.Kind is Kind.Reject or Kind.EndEarly or Kind.Claim;
                if (signal) signals += step.Count;
                if (signal && vector.TryHold(step.Count))
                {
                    Assert.Equal(before.Held + step.Count, vector.Snapshot().Held);
                }
                else
                {
                    Apply(vector, step, told, ref batch, ref over);
                }

                Check(vector.Snapshot(), told, signals, over);
            }
        },
        tests: 2000,
        shrink: Properties.Shorter);

    [Fact]
    public void A_batch_is_what_was_claimed_when_it_began()
    {
        var vector = new VectorState(0, Plan(2));
        vector.Claim(3, [1, 2]);
        vector.Claim(4, [5, 6]);

        long count = vector.BeginBatch(out ReadOnlyMemory<ulong> values);
        vector.Claim(10, [7, 8]);

        Assert.Equal(7, count);
        Assert.Equal([5UL, 6UL], values.ToArray());
        Assert.True(vector.Settle(count, calls: 1, stopping: false));
        Assert.Equal(new InterruptCounters(17, 0, 17, 0, 7, 0, 10), vector.Snapshot());
    }

    [Fact]
    public void A_batch_that_gets_no_call_ended_early()
    {
        var vector = new VectorState(0, Plan(0));
        vector.Claim(2, []);

        Assert.False(vector.Settle(vector.BeginBatch(out _), calls: 0, stopping: false));

        Assert.Equal(new InterruptCounters(2, 0, 2, 2, 0, 0, 0), vector.Snapshot());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_batch_that_the_end_overtakes_is_lost(bool endedBeforeSettling)
    {
        var vector = new VectorState(0, Plan(0));
        vector.Claim(2, []);
        long count = vector.BeginBatch(out _);
        if (endedBeforeSettling) vector.End();

        Assert.False(vector.Settle(count, calls: 3, stopping: !endedBeforeSettling));
        vector.End();

        Assert.Equal(new InterruptCounters(2, 0, 2, 0, 0, 2, 0), vector.Snapshot());
    }

    [Fact]
    public void What_is_claimed_after_the_end_is_lost()
    {
        var vector = new VectorState(0, Plan(0));
        vector.End();

        vector.Claim(5, []);

        Assert.Equal(new InterruptCounters(5, 0, 5, 0, 0, 5, 0), vector.Snapshot());
    }

    [Fact]
    public void Held_signals_are_taken_once_and_only_when_unmasked()
    {
        var vector = new VectorState(0, Plan(0)) { Masked = true };

        Assert.True(vector.TryHold(2));
        Assert.True(vector.TryHold(3));
        Assert.Equal(0, vector.TakeHeld());
        Assert.Equal(new InterruptCounters { Held = 5 }, vector.Snapshot());
        vector.Masked = false;

        Assert.False(vector.TryHold(1));
        Assert.Equal(5, vector.TakeHeld());
        Assert.Equal(0, vector.TakeHeld());
    }

    [Fact]
    public void Counters_add_up_field_by_field()
    {
        var a = new InterruptCounters(1, 2, 3, 4, 5, 6, 7) { HandlerCalls = 8, Held = 9 };
        var b = new InterruptCounters(10, 20, 30, 40, 50, 60, 70) { HandlerCalls = 80, Held = 90 };

        Assert.Equal(new InterruptCounters(11, 22, 33, 44, 55, 66, 77) { HandlerCalls = 88, Held = 99 }, a + b);
    }

    /// <summary>One step as an executor makes it: a batch is settled before the next begins.</summary>
    private static void Apply(VectorState vector, Step step, long[] told, ref long? batch, ref bool over)
    {
        switch (step.Kind)
        {
            case Kind.Reject:
                vector.Reject(step.Count);
                told[0] += step.Count;
                break;
            case Kind.EndEarly:
                vector.EndEarly(step.Count);
                told[1] += step.Count;
                break;
            case Kind.Claim:
                vector.Claim(step.Count, [(ulong)step.Count]);
                told[2] += step.Count;
                break;
            case Kind.Begin when batch is null:
                batch = vector.BeginBatch(out _);
                Assert.Equal(vector.Snapshot().Pending, batch);
                break;
            case Kind.Settle when batch is { } count:
                Assert.Equal(step.Calls > 0 && !over && !step.Stopping, vector.Settle(count, step.Calls, step.Stopping));
                batch = null;
                break;
            case Kind.Call:
                vector.CountCall();
                break;
            case Kind.Mask or Kind.Unmask:
                vector.Masked = step.Kind == Kind.Mask;
                told[2] += Claimed(vector);
                break;
            case Kind.End:
                vector.End();
                over = true;
                break;
        }
    }

    private static long Claimed(VectorState vector)
    {
        long held = vector.TakeHeld();
        if (held > 0) vector.Claim(held, [0]);
        return held;
    }

    private static void Check(InterruptCounters c, long[] told, long signals, bool over)
    {
        Assert.Equal(c.Signalled, c.Rejected + c.Claimed);
        Assert.Equal(c.Claimed, c.EndedEarly + c.Handled + c.Lost + c.Pending);
        Assert.Equal(signals, c.Signalled + c.Held);
        Assert.Equal(told[0], c.Rejected);
        Assert.Equal(told[1] + told[2], c.Claimed);
        Assert.All([c.EndedEarly - told[1], c.Handled, c.Lost, c.Pending, c.Held], count => Assert.True(count >= 0));
        if (over) Assert.Equal(0, c.Pending);
        else Assert.Equal(0, c.Lost);
    }

    private static Gen<Step[]> Steps() => Gen.Choose(1, 60).SelectMany(count => Gen.ArrayOf(
        from kind in Gen.Frequency(
            (3, Gen.Constant(Kind.Reject)), (3, Gen.Constant(Kind.EndEarly)), (8, Gen.Constant(Kind.Claim)), (6, Gen.Constant(Kind.Begin)), (6, Gen.Constant(Kind.Settle)),
            (2, Gen.Constant(Kind.Call)), (2, Gen.Constant(Kind.Mask)), (3, Gen.Constant(Kind.Unmask)), (1, Gen.Constant(Kind.End)))
        from signals in Gen.Choose(1, 1000)
        from calls in Gen.Choose(0, 3)
        from stopping in Gen.Elements(false, false, false, true)
        select new Step(kind, signals, calls, stopping),
        count));

    private static VectorPlan Plan(int values) => new(null, values, null, null, IsOwn: false);
}
