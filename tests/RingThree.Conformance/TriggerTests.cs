using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;

namespace RingThree.Conformance;

/// <summary>Every vector by software trigger: routing and counts, with one waiter and with more.</summary>
public sealed class TriggerTests : RoadTest
{
    [Theory]
    [InlineData(Machine.Nvme, InterruptKinds.MsiX, 65, 1)]
    [InlineData(Machine.Nvme, InterruptKinds.MsiX, 65, 2)]
    [InlineData(Machine.E1000e, InterruptKinds.MsiX, 5, 1)]
    [InlineData(Machine.E1000e, InterruptKinds.MsiX, 5, 2)]
    [InlineData(Machine.Xhci, InterruptKinds.Msi, 16, 1)]
    [InlineData(Machine.Xhci, InterruptKinds.Msi, 16, 2)]
    [InlineData(Machine.Xhci, InterruptKinds.Msi, 16, 16)]
    public void Every_vector_arrives_as_itself_and_every_signal_once(string card, InterruptKinds kind, int vectors, int waiters)
    {
        PciDevice device = Machine.Open(card);
        long[] seen = new long[vectors];
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = kind,
            Slots = vectors,
            Waiters = waiters,
            Delivery = InterruptDelivery.Inline,
            Handler = (in Interrupt i) => Interlocked.Add(ref seen[i.Vector], i.Count),
        });
        Assert.Equal(vectors, session.VectorCount);
        long[] expected = new long[vectors];
        for (int v = 0; v < vectors; v++) // one at a time: each is itself
        {
            session.Trigger(v);
            expected[v]++;
            Machine.Until(() => Interlocked.Read(ref seen[v]) == expected[v], $"vector {v}");
            Assert.Equal(expected, seen);
        }

        var random = new Random(2);
        for (int round = 0; round < 200; round++) // runs of any place and length, without waiting
        {
            int first = random.Next(vectors);
            int count = 1 + random.Next(vectors - first);
            session.Trigger(first, count);
            for (int v = first; v < first + count; v++) expected[v]++;
        }

        Machine.Until(() => session.GetCounters().Handled == expected.Sum(), "all of them");
        Machine.Until(() => seen.Sum() == expected.Sum(), "all handlers are done");
        Assert.Equal(expected, seen);
        for (int v = 0; v < vectors; v++) Assert.Equal(expected[v], session.GetCounters(v).Handled);
    }

    [Fact]
    public void A_line_can_be_triggered_too()
    {
        PciDevice device = Machine.Open(Machine.EduA);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Level, Handler = (in Interrupt _) => { } });
        for (int i = 1; i <= 500; i++)
        {
            session.Trigger(0);
            Machine.Until(() => session.GetCounters().Handled == i, $"signal {i}");
        }

        Assert.Equal(0, session.LastMessage);
    }

    [Fact]
    public void A_vector_that_is_not_there_is_refused()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Slots = 3 });
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Trigger(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Trigger(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Trigger(1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Trigger(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.GetCounters(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Mask(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.VectorOf(3));
    }
}
