using System.Diagnostics;
using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Registers;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Runs whose order and time follow from a seed.</summary>
public sealed class SeededRunTests
{
    private static readonly PciId Edu = new(0x1234, 0x11E8);

    [Fact]
    public void An_interrupt_reaches_an_await()
    {
        SeededRun.Replay(1, async world =>
        {
            using SimulatedHost host = world.NewHost().Add(new EduCard());
            using PciDevice device = host.Open(Edu);
            DeviceRegion bar = device.Bar(0);
            await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Msi });

            bar.Write(0x60, 5u);
            Interrupt hit = await session.NextAsync(TimeSpan.FromSeconds(1));

            Assert.Equal(1, hit.Count);
            Assert.Equal(5u, bar.Read<uint>(0x24));
        });
    }

    [Theory]
    [InlineData(InterruptDelivery.Inline)]
    [InlineData(InterruptDelivery.OwnThread)]
    public void A_handler_is_called_and_disable_waits_for_it(InterruptDelivery delivery)
    {
        SoakResult result = SeededRun.Soak(async world =>
        {
            using SimulatedHost host = world.NewHost().Add(new EduCard());
            using PciDevice device = host.Open(Edu);
            DeviceRegion bar = device.Bar(0);
            int calls = 0;
            bool over = false;
            using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
            {
                Kinds = InterruptKinds.Msi,
                Delivery = delivery,
                Handler = (in Interrupt _) =>
                {
                    Assert.False(over);
                    bar.Read<uint>(0x24);
                    bar.Write(0x64, uint.MaxValue);
                    Assert.False(over);
                    calls++;
                },
            });
            for (uint i = 1; i <= 5; i++)
            {
                bar.Write(0x60, i);
                if (i == 3) await world.Yield();
            }

            session.Disable();
            over = true;
            await Task.Delay(TimeSpan.FromSeconds(1), world.Time);
            InterruptCounters c = session.GetCounters();
            Assert.Equal(c.Claimed, c.Handled + c.Lost);
        }, seeds: 300);

        Assert.Null(result.Failure);
        Assert.Equal(300, result.Seeds);
    }

    [Fact]
    public void The_same_seed_does_the_same_and_others_do_otherwise()
    {
        string[] orders = [.. Enumerable.Range(1, 20).Select(Order)];

        Assert.Equal(orders, Enumerable.Range(1, 20).Select(Order));
        Assert.True(orders.Distinct().Count() > 5);

        static string Order(int seed)
        {
            var order = new List<int>();
            SeededRun.Replay(seed, async world =>
            {
                using SimulatedHost host = world.NewHost().Add(new EduCard());
                using PciDevice device = host.Open(Edu);
                DeviceRegion bar = device.Bar(0);
                Task[] all = [.. Enumerable.Range(0, 4).Select(n => world.Run(async () =>
                {
                    for (int i = 0; i < 3; i++)
                    {
                        bar.Write(0x04, (uint)i);
                        order.Add(n);
                        await world.Yield();
                    }
                }))];
                await Task.WhenAll(all);
            });
            return string.Join(',', order);
        }
    }

    [Fact]
    public void A_lost_update_is_found_and_found_again()
    {
        static async Task Racy(SeededWorld world)
        {
            using SimulatedHost host = world.NewHost().Add(new EduCard());
            using PciDevice device = host.Open(Edu);
            DeviceRegion bar = device.Bar(0);
            int shared = 0;
            void Add()
            {
                int seen = shared;
                bar.Read<uint>(0); // another step may come in between here
                shared = seen + 1;
            }

            await Task.WhenAll(world.Run(() => Times(Add)), world.Run(() => Times(Add)));
            Assert.Equal(10, shared);
        }

        SoakResult result = SeededRun.Soak(Racy, seeds: 200);

        Assert.NotNull(result.Failure);
        for (int i = 0; i < 5; i++)
        {
            var again = Assert.Throws<SeedFailedException>(() => SeededRun.Replay(result.Failure!.Seed, Racy));
            Assert.Equal(result.Failure.Message, again.Message);
        }
    }

    [Fact]
    public void A_lock_keeps_others_out_though_steps_are_interrupted_inside_it()
    {
        SoakResult result = SeededRun.Soak(async world =>
        {
            using SimulatedHost host = world.NewHost().Add(new EduCard());
            using PciDevice device = host.Open(Edu);
            DeviceRegion bar = device.Bar(0);
            var gate = new Lock();
            int shared = 0;
            void Add()
            {
                lock (gate)
                {
                    int seen = shared;
                    bar.Read<uint>(0);
                    shared = seen + 1;
                }
            }

            await Task.WhenAll(world.Run(() => Times(Add)), world.Run(() => Times(Add)), world.Run(() => Times(Add)));
            Assert.Equal(15, shared);
        }, seeds: 20);

        Assert.Null(result.Failure);
    }

    [Fact]
    public void Time_is_simulated()
    {
        long started = Stopwatch.GetTimestamp();

        SeededRun.Replay(1, async world =>
        {
            DateTimeOffset before = world.Time.GetUtcNow();
            await Task.Delay(TimeSpan.FromHours(5), world.Time);
            Assert.Equal(TimeSpan.FromHours(5), world.Time.GetUtcNow() - before);
        });

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_test_that_has_left_the_run_is_told_how_to_stay_in_it()
    {
        var never = new TaskCompletionSource();

        var failed = Assert.Throws<SeedFailedException>(() => SeededRun.Replay(1, async _ => await never.Task));

        Assert.Contains("Task.Delay", failed.Message, StringComparison.Ordinal);
        Assert.Contains("world.Time", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wait_that_gets_nothing_ends_at_its_simulated_time()
    {
        SeededRun.Replay(1, async world =>
        {
            using SimulatedHost host = world.NewHost().Add(new EduCard());
            using PciDevice device = host.Open(Edu);
            await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions());
            long before = world.Time.GetTimestamp();

            DeviceException error = await Assert.ThrowsAsync<DeviceException>(() => session.NextAsync(TimeSpan.FromMinutes(10)).AsTask());

            Assert.Equal(DeviceStatus.TimedOut, error.Status);

            Assert.Equal(TimeSpan.FromMinutes(10), world.Time.GetElapsedTime(before));
        });
    }

    [Fact]
    public void A_callers_wait_lets_the_card_go_on()
    {
        SoakResult result = SeededRun.Soak(world =>
        {
            using SimulatedHost host = world.NewHost().Add(new EduCard());
            using PciDevice device = host.Open(Edu);
            DeviceRegion bar = device.Bar(0);
            using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Msi, Delivery = InterruptDelivery.CallerThread });
            bar.Write(0x20, 0x80u); // interrupt when the factorial is done
            bar.Write(0x08, 5u);

            Assert.True(session.Wait(TimeSpan.FromSeconds(1), out _));

            Assert.Equal(120u, bar.Read<uint>(0x08));
            return Task.CompletedTask;
        }, seeds: 50);

        Assert.Null(result.Failure);
    }

    [Fact]
    public void Leaving_the_run_is_an_error_that_says_how_to_stay()
    {
        var error = Assert.Throws<SeedFailedException>(() => SeededRun.Replay(1, async world =>
        {
            using SimulatedHost host = world.NewHost().Add(new EduCard());
            using PciDevice device = host.Open(Edu);
            Exception? thrown = null;
            var other = new Thread(() => thrown = Record.Exception(() => device.Bar(0).Read<uint>(0)));
            other.Start();
            other.Join();
            if (thrown is not null) throw thrown;
            await world.Yield();
        }));

        Assert.Contains("world's Time and Run", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_that_waits_for_what_will_not_come_fails()
    {
        var error = Assert.Throws<SeedFailedException>(() => SeededRun.Replay(1, _ => new TaskCompletionSource().Task));

        Assert.Contains("Nothing can go on", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Removal_reaches_the_driver_in_simulated_time()
    {
        SoakResult result = SeededRun.Soak(async world =>
        {
            using SimulatedHost host = world.NewHost().Add(new EduCard());
            using PciDevice device = host.Open(Edu);
            var told = new TaskCompletionSource<RemovalReason>();
            device.RemovalRequested += notice => told.TrySetResult(notice.Reason);

            host.RequestRemoval("0000:00:02.0");

            Assert.Equal(RemovalReason.Requested, await told.Task);
            await Task.Delay(TimeSpan.FromSeconds(10), world.Time);
            Assert.True(device.IsClosed);
        }, seeds: 50);

        Assert.Null(result.Failure);
    }

    private static async Task Times(Action step)
    {
        for (int i = 0; i < 5; i++)
        {
            step();
            await Task.Yield();
        }
    }
}
