using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;

namespace RingThree.Conformance;

/// <summary>Rule 2, later: vectors that are added to a session while it runs, where the host can add them and where it cannot.</summary>
public sealed class Rule02GrowingTests : RoadTest
{
    public static TheoryData<bool> AddsMsixVectors => Machine.AddsMsixVectors;

    [Theory]
    [MemberData(nameof(AddsMsixVectors))]
    public void New_vectors_are_heard_and_the_old_ones_keep_their_books(bool adds)
    {
        PciDevice device = Open(Machine.Nvme, adds);
        long[] heard = new long[65];
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Slots = 2,
            Waiters = 2,
            Handler = (in Interrupt i) => Interlocked.Add(ref heard[i.Vector], i.Count),
        });
        Assert.Equal(adds, session.GrowsWithoutGap);
        session.Trigger(0, 2);
        Machine.Until(() => session.GetCounters().Handled == 2, "both vectors are heard");
        foreach (int slots in (int[])[3, 3, 8, 65])
        {
            Assert.Equal(slots, session.Grow(slots));
            Assert.Equal((slots, slots - 1), (session.VectorCount, session.VectorOf(slots - 1)));
            long before = session.GetCounters().Handled;
            session.Trigger(0, slots);
            Machine.Until(() => session.GetCounters().Handled == before + slots, $"all {slots} vectors are heard");
        }

        Assert.Equal([5L, 5, 4, .. Enumerable.Repeat(2L, 5), .. Enumerable.Repeat(1L, 57)], heard);
        for (int v = 0; v < 65; v++) Assert.Equal(heard[v], session.GetCounters(v).Handled);
        Assert.Equal(2, session.WaiterCount);
    }

    [Theory]
    [MemberData(nameof(AddsMsixVectors))]
    public void There_are_as_many_as_the_device_has_and_slots_share_the_rest(bool adds)
    {
        PciDevice device = Open(Machine.E1000e, adds);
        InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Handler = (in Interrupt _) => { } });
        Assert.Equal(5, session.Grow(9));
        Assert.Equal([0, 1, 2, 3, 4, 0, 1, 2, 3], Enumerable.Range(0, 9).Select(session.VectorOf));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.VectorOf(9));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Grow(8));
        Assert.Equal(5, session.Grow(12));
        session.Trigger(0, 5);
        Machine.Until(() => session.GetCounters().Handled == 5, "all are heard");
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => session.Grow(13));
        using InterruptSession again = device.Interrupts.Enable(new InterruptOptions { Slots = 5 });
        Assert.Equal(5, again.VectorCount);
    }

    [Theory]
    [MemberData(nameof(AddsMsixVectors))]
    public void What_is_masked_stays_masked_and_what_waits_is_not_lost(bool adds)
    {
        PciDevice device = Open(Machine.Nvme, adds);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Slots = 2, Handler = (in Interrupt _) => { } });
        session.Mask(1);
        session.Trigger(1);
        Machine.Until(() => session.GetCounters(1).Held == 1, "the signal is held");
        session.Grow(4);
        session.Trigger(1);
        session.Trigger(3);
        Machine.Until(() => session.GetCounters(3).Handled == 1 && session.GetCounters(1).Held == 2, "the new vector is heard, the masked one is held");
        Assert.Equal(0, session.GetCounters(1).Signalled);
        session.Unmask(1);
        Machine.Until(() => session.GetCounters(1).Handled == 2, "what waited arrives");
    }

    [Fact]
    public void Where_there_is_no_gap_nothing_that_signals_meanwhile_is_lost()
    {
        if (Machine.IsGuest && !Machine.KernelAddsMsixVectors) return; // this kernel makes a gap, in which triggers are refused
        PciDevice device = Open(Machine.Nvme, true);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Waiters = 1, Handler = (in Interrupt _) => { } });
        long triggered = 0;
        bool done = false;
        var signaller = new Thread(() =>
        {
            while (!Volatile.Read(ref done))
            {
                session.Trigger(0);
                triggered++;
            }
        });
        signaller.Start();
        try
        {
            Machine.Until(() => Volatile.Read(ref triggered) > 0, "signals come"); // else all may be added before the thread has begun
            for (int slots = 2; slots <= 65; slots++) Assert.Equal(slots, session.Grow(slots));
        }
        finally
        {
            Volatile.Write(ref done, true);
            signaller.Join();
        }

        Assert.True(triggered > 0);
        Machine.Until(() => session.GetCounters(0).Handled == triggered, $"{triggered} signals are handled, now {session.GetCounters(0).Handled}");
        Assert.Null(session.Error);
    }

    [Theory]
    [MemberData(nameof(AddsMsixVectors))]
    public void A_handler_may_grow_its_own_session(bool adds)
    {
        PciDevice device = Open(Machine.Nvme, adds);
        InterruptSession? session = null;
        session = device.Interrupts.Enable(new InterruptOptions { Handler = (in Interrupt i) => session!.Grow(i.Vector + 2) });
        using (session)
        {
            for (int v = 0; v < 10; v++)
            {
                session.Trigger(v);
                Machine.Until(() => session.VectorCount == v + 2, $"the handler of vector {v} has added one");
            }

            Assert.Null(session.Error);
        }
    }

    [Theory]
    [InlineData(Machine.Xhci, InterruptKinds.Msi, 2, 16, 16)]
    [InlineData(Machine.Xhci, InterruptKinds.Msi, 1, 3, 3)]
    [InlineData(Machine.EduA, InterruptKinds.Msi, 1, 4, 1)]
    [InlineData(Machine.EduA, InterruptKinds.Level, 1, 4, 1)]
    public void Kinds_that_cannot_be_added_to_grow_as_far_as_they_go(string card, InterruptKinds kind, int slots, int more, int vectors)
    {
        PciDevice device = Open(card, true);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = kind, Slots = slots, Handler = (in Interrupt _) => { } });
        Assert.Equal(vectors, session.Grow(more));
        if (kind == InterruptKinds.Msi) Assert.False(session.GrowsWithoutGap);
        session.Trigger(0, vectors);
        Machine.Until(() => session.GetCounters().Handled == vectors, "all are heard");
    }

    [Theory]
    [Trait("Host", "sim")]
    [InlineData(false, 3, 3)]
    [InlineData(true, 3, 3)]
    [InlineData(false, 2, 2)]
    [InlineData(true, 2, 2)]
    public void Fewer_granted_than_asked_is_success_with_the_smaller_count(bool adds, int most, int vectors)
    {
        Machine.Sim!.MaximumVectors = most;
        PciDevice device = Open(Machine.Nvme, adds);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Slots = 2, Handler = (in Interrupt _) => { } });
        Assert.Equal(vectors, session.Grow(5));
        Assert.Equal(4 % vectors, session.VectorOf(4));
        session.Trigger(0, vectors);
        Machine.Until(() => session.GetCounters().Handled == vectors, "all that were granted are heard");
        Assert.Equal(vectors, session.Grow(6)); // and what was refused has left nothing behind
        session.Trigger(0, vectors);
        Machine.Until(() => session.GetCounters().Handled == 2 * vectors, "still");
    }

    private PciDevice Open(string card, bool adds)
    {
        if (Machine.Sim is { } sim) sim.AddsMsixVectors = adds;
        return Machine.Open(card);
    }
}
