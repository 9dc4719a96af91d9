using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>
/// A driver's life at random, over three cards: enable, disable, mask, storm, remove, insert, reset, DMA. Whatever the
/// order, the books agree, no callback runs after disable, and nothing is left behind.
/// </summary>
[Collection(nameof(Alone))]
public sealed class RandomWorkloadTests
{
    private const int Seeds = 10_000;
    private static readonly string[] Addresses = ["0000:00:02.0", "0000:00:03.0", "0000:00:04.0"];

    [Fact]
    public void Ten_thousand_seeds_leave_the_books_right_and_nothing_behind()
    {
        SeededRun.Soak(Life, seeds: 200); // threads that are kept, code that is compiled
        int threads = System.Diagnostics.Process.GetCurrentProcess().Threads.Count;
        int descriptors = OperatingSystem.IsLinux() ? Directory.GetFiles("/proc/self/fd").Length : 0;

        SoakResult result = SeededRun.Soak(Life, Seeds, new SeededOptions { FirstSeed = 1000 });

        Assert.Null(result.Failure);
        Assert.Equal(Seeds, result.Seeds);
        TestContext.Current.SendDiagnosticMessage($"{result.Seeds} seeds, {result.Steps} steps in {result.Time.TotalSeconds:0.0} s");
        const int kept = 16 + 8; // lanes' threads are kept for the next run, 16 at most; and the runtime's own come and go
        Assert.InRange(System.Diagnostics.Process.GetCurrentProcess().Threads.Count, 0, threads + kept);
        if (OperatingSystem.IsLinux()) Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, descriptors + 8);
    }

    private static async Task Life(SeededWorld world)
    {
        using SimulatedHost host = world.NewHost();
        BusCard[] cards = [.. Addresses.Select(_ => NewCard())];
        for (int i = 0; i < cards.Length; i++) host.Add(cards[i], Addresses[i]);
        int ended = 0;
        await Task.WhenAll(Enumerable.Range(0, cards.Length).Select(i => world.Run(async () =>
        {
            await Drive(world, host, cards, i);
            ended++;
        })));
        Assert.Equal(cards.Length, ended);
        Assert.All(cards, card => Assert.Equal(0, card.Mapped));
    }

    private static async Task Drive(SeededWorld world, SimulatedHost host, BusCard[] cards, int index)
    {
        for (int life = 0; life < 2; life++)
        {
            using PciDevice device = host.Open(Addresses[index]);
            InterruptSession? session = null;
            var buffers = new List<DmaBuffer>();
            bool disabled = false;
            try
            {
                for (int step = 0; step < 6; step++)
                {
                    switch (world.Random.Next(9))
                    {
                        case 0 when session is null:
                            disabled = false;
                            session = Enable(world, device, () => Assert.False(disabled));
                            break;
                        case 1 when session is not null:
                            session.Disable();
                            disabled = true;
                            Check(session);
                            session = null;
                            break;
                        case 2 when session is not null:
                            session.Mask(0);
                            cards[index].Raise();
                            await world.Yield();
                            session.Unmask(0);
                            break;
                        case 3: // a storm, or as near to one as its kind allows
                            for (int n = 0; n < 8; n++) cards[index].Raise();
                            break;
                        case 4:
                            device.Reset();
                            break;
                        case 5:
                            DmaBuffer buffer = device.Dma.Allocate(64);
                            buffers.Add(buffer);
                            cards[index].Store(buffer.Address, [1, 2, 3]);
                            Assert.Equal(1, buffer.Span[0]);
                            break;
                        case 6 when buffers.Count > 0:
                            Iova gone = buffers[0].Address;
                            buffers[0].Dispose();
                            buffers.RemoveAt(0);
                            Assert.False(cards[index].Store(gone, [9]));
                            break;
                        case 7:
                            device.Bar(0).Read<uint>(0);
                            await world.Yield();
                            break;
                        case 8 when life == 0:
                            host.Remove(Addresses[index]);
                            device.IsPresent();
                            cards[index] = NewCard();
                            host.Add(cards[index], Addresses[index]);
                            step = 6;
                            break;
                    }

                    if (session is not null) Identity(session.GetCounters());
                }
            }
            catch (Exception error) when (device.IsClosed && error is ObjectDisposedException or DeviceException)
            {
                // It was taken out: what was tried then may fail.
            }

            session?.Dispose();
            disabled = true;
            if (session is not null) Check(session);
            foreach (DmaBuffer buffer in buffers) buffer.Dispose();
            device.Dispose();
            await Task.Delay(TimeSpan.FromSeconds(20), world.Time); // whatever was under way has come to an end
        }
    }

    private static InterruptSession Enable(SeededWorld world, PciDevice device, Action callback)
    {
        bool line = world.Random.Next(3) == 0;
        return device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = line ? InterruptKinds.Level : InterruptKinds.Msi,
            StormLimit = 10,
            Delivery = world.Random.Next(2) == 0 ? InterruptDelivery.Inline : InterruptDelivery.OwnThread,
            Immediate = ImmediateStage.FromCallback(_ =>
            {
                callback();
                device.Bar(0).Write(4, 1u); // releases the pin
                return world.Random.Next(4) == 0 ? ImmediateResult.NotOurs : ImmediateResult.ClaimedAndDeferred;
            }),
            Deferred = (in Interrupt _) =>
            {
                callback();
                return (int)world.Random.Next(3);
            },
            Handler = (in Interrupt _) =>
            {
                callback();
                device.Bar(0).Read<uint>(0);
                callback();
            },
        });
    }

    private static void Check(InterruptSession session)
    {
        Assert.True(session.Error is null or DeviceException, session.Error?.ToString());
        InterruptCounters c = session.GetCounters();
        Identity(c);
        Assert.Equal(0, c.Pending);
    }

    private static void Identity(InterruptCounters c)
    {
        Assert.Equal(c.Signalled, c.Rejected + c.Claimed);
        Assert.Equal(c.Claimed, c.EndedEarly + c.Handled + c.Lost + c.Pending);
    }

    private static BusCard NewCard() => new(new CardDefinition(0xFFFF, 1, "bus")
    {
        Bars = new Dictionary<int, CardBar> { [0] = new(0x1000) },
        Pin = 1,
        MsiVectors = 4,
        CanReset = true,
    });
}

/// <summary>Tests that count what the whole process has: nothing else may run beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
