using System.Collections.Concurrent;
using System.Globalization;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;
using RingThree.Tests;

namespace RingThree.Conformance;

/// <summary>The latency mode: real-time priority and pinning, a bounded busy wait, and what is measured.</summary>
public sealed class LatencyTests : RoadTest
{
    private static readonly TimeSpan Busy = LatencyMode.LongestBusyWait;

    [Theory]
    [InlineData(InterruptDelivery.Inline)]
    [InlineData(InterruptDelivery.OwnThread)]
    public void The_system_schedules_the_roads_threads_as_asked_or_says_why_not(InterruptDelivery delivery)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "threads' scheduling is read from /proc");
        PciDevice device = Machine.Open(Machine.Nvme);
        var reports = new ConcurrentQueue<InterruptReport>();
        string? started = null;
        var options = new InterruptOptions
        {
            Slots = 2,
            Waiters = 2,
            Delivery = delivery,
            Latency = new LatencyMode { RealTimePriority = 30, Processors = [0] },
            Report = reports.Enqueue,
            Handler = (in Interrupt _) =>
            {
                var thread = new Thread(() => Volatile.Write(ref started, RoadThread.Read("/proc/thread-self").Policy));
                thread.Start();
                thread.Join();
            },
        };
        using InterruptSession session = device.Interrupts.Enable(options);
        session.Trigger(0, 2);
        Machine.Until(() => session.GetCounters().Handled == 2 && Volatile.Read(ref started) is not null, "interrupts are handled");

        if (!Machine.IsGuest)
        {
            Machine.Until(() => !reports.IsEmpty, "the refusal is reported");
            InterruptReport report = Assert.Single(reports);
            Assert.Equal(InterruptReportKind.LatencyRefused, report.Kind);
            Assert.Contains("does not schedule threads", report.Message, StringComparison.Ordinal);
            return;
        }

        Assert.Empty(reports);
        RoadThread[] threads = [.. RoadThread.All().Where(t => t.Policy == RoadThread.Fifo)];
        string[] priorities = delivery == InterruptDelivery.Inline ? ["30", "30"] : ["29", "29", "30", "30"];
        Assert.Equal(priorities, threads.Select(t => t.Priority).Order());
        Assert.All(threads, t => Assert.Equal("0", t.Processors));
        Assert.Equal("0", started); // SCHED_OTHER: a handler's own threads are ordinary
    }

    [Fact]
    [Trait("Host", "guest")]
    public void A_processor_that_the_machine_lacks_is_reported_and_interrupts_work()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        var reports = new ConcurrentQueue<InterruptReport>();
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Latency = new LatencyMode { Processors = [5000] },
            Report = reports.Enqueue,
            Handler = (in Interrupt _) => { },
        });
        session.Trigger(0);
        Machine.Until(() => session.GetCounters().HandlerCalls == 1 && !reports.IsEmpty, "handled, and the refusal reported");
        string message = Assert.Single(reports).Message;
        Assert.Contains("sched_setaffinity(5000) answered EINVAL", message, StringComparison.Ordinal);
        Assert.Contains("may use processors 0", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(InterruptKinds.Level)]
    [InlineData(InterruptKinds.Msi)]
    public void Signals_that_come_during_the_busy_wait_are_found_without_sleeping(InterruptKinds kind)
    {
        const int rounds = 200;
        (PciDevice device, EduRegisters edu) = OpenEdu();
        int left = rounds;
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = kind,
            Immediate = Acknowledge,
            Delivery = InterruptDelivery.Inline,
            Latency = new LatencyMode { BusyWait = Busy },
            Handler = (in Interrupt _) =>
            {
                if (--left > 0) Raise(edu);
            },
        });
        Raise(edu);
        Machine.Until(() => session.GetCounters().HandlerCalls == rounds, "each handler raises the next");

        LatencySnapshot latency = session.GetLatency();
        Assert.Equal(rounds, latency.Wakeups);
        // On one processor a device emulated by another thread may be late by more than the busy wait.
        Assert.InRange(latency.Polled, rounds / 2, rounds - 1);
        Assert.Equal((rounds, 0), (latency.AfterWake.Count, latency.AfterTrigger.Count));
    }

    [Fact]
    public void A_callers_thread_finds_them_too_and_allocates_nothing()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.CallerThread, Latency = new LatencyMode { BusyWait = Busy } });
        int interrupts = 0;
        long allocated = Allocations.OfSteady(() =>
        {
            for (int i = 0; i < 1000; i++, interrupts++)
            {
                session.Trigger(0);
                Assert.True(session.Wait(Machine.Patience, out _));
            }
        });
        Assert.Equal(0, allocated);
        LatencySnapshot latency = session.GetLatency();
        Assert.Equal((interrupts, interrupts - 1), (latency.Wakeups, latency.Polled));
    }

    [Fact]
    public void The_busy_wait_ends_and_from_then_on_no_processor_time_is_used()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "threads' own processor time is read from /proc");
        PciDevice device = Machine.Open(Machine.Nvme);
        using InterruptSession session = EnablePolling(device);
        Thread.Sleep(200);
        long before = RoadThread.All().Sum(t => t.Ticks);
        Thread.Sleep(1000);
        // Ticks of 10 ms: a waiter that went on polling would use about a hundred.
        Assert.InRange(RoadThread.All().Sum(t => t.Ticks) - before, 0, 5);
    }

    [Fact]
    public void Disable_and_unmask_reach_a_waiter_that_polls()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        for (int round = 0; round < 30; round++)
        {
            using InterruptSession session = EnablePolling(device);
            session.Mask(0);
            session.Trigger(0);
            Machine.Until(() => session.GetCounters().Held == 1, "the signal is held");
            session.Unmask(0);
            Machine.Until(() => session.GetCounters().HandlerCalls == 2, "what was held is handled");
            session.Disable();
        }
    }

    [Fact]
    public async Task Every_delivery_is_measured_from_the_wake_up_and_from_the_trigger()
    {
        const int rounds = 300;
        foreach (InterruptDelivery delivery in Enum.GetValues<InterruptDelivery>())
        {
            LatencySnapshot latency = await Measure(delivery, new LatencyMode(), rounds);
            Assert.Equal((rounds, 0), (latency.Wakeups, latency.Polled));
            Assert.Equal((rounds, rounds), (latency.AfterWake.Count, latency.AfterTrigger.Count));
            Assert.True(latency.P50 <= latency.P99 && latency.P99 <= latency.P999 && latency.P999 <= latency.Max);
            Assert.InRange(latency.AfterTrigger.Max, TimeSpan.FromTicks(1), Machine.Patience);
            // Each way from the trigger contains the one from the wake-up; percentiles are rounded up by at most 1/32.
            Assert.True(latency.AfterTrigger.P50 * 33 / 32 >= latency.AfterWake.P50 - TimeSpan.FromTicks(1), $"{latency}");
            Assert.True(latency.AfterTrigger.Max >= latency.AfterWake.Max, $"{latency}");
        }
    }

    [Fact]
    public async Task What_a_mode_does_shows_in_the_figures()
    {
        const int rounds = 2000;
        var modes = new (string Name, LatencyMode Mode)[]
        {
            ("none", new LatencyMode()),
            ("SCHED_FIFO 30", new LatencyMode { RealTimePriority = 30 }),
            ("busy wait", new LatencyMode { BusyWait = Busy }),
            ("both", new LatencyMode { RealTimePriority = 30, BusyWait = Busy }),
        };
        foreach (InterruptDelivery delivery in (InterruptDelivery[])[InterruptDelivery.Inline, InterruptDelivery.CallerThread])
        {
            foreach ((string name, LatencyMode mode) in modes)
            {
                // On one processor a waiter that polls holds up the thread that triggers.
                if (Environment.ProcessorCount == 1 && delivery == InterruptDelivery.Inline && mode.BusyWait > TimeSpan.Zero) continue;
                LatencySnapshot latency = await Measure(delivery, mode, rounds);
                TestContext.Current.TestOutputHelper?.WriteLine($"{delivery}, {name}: {Words(latency)}");
                Assert.Equal(rounds, latency.AfterTrigger.Count);
                if (mode.BusyWait == TimeSpan.Zero) Assert.Equal(0, latency.Polled);
                else if (delivery == InterruptDelivery.CallerThread) Assert.Equal(rounds - 1, latency.Polled);
                else Assert.InRange(latency.Polled, 1, rounds - 1);
            }
        }
    }

    /// <summary>A session whose waiter polls, as it has just handled an interrupt.</summary>
    private InterruptSession EnablePolling(PciDevice device)
    {
        InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Delivery = InterruptDelivery.Inline,
            Handler = (in Interrupt _) => { },
            Latency = new LatencyMode { BusyWait = Busy },
        });
        session.Trigger(0);
        Machine.Until(() => session.GetCounters().HandlerCalls == 1, "the signal is handled");
        return session;
    }

    /// <summary>One interrupt by software after another, each after the one before was handled.</summary>
    private async Task<LatencySnapshot> Measure(InterruptDelivery delivery, LatencyMode mode, int rounds)
    {
        using PciDevice device = Machine.Open(Machine.Nvme);
        using var handled = new SemaphoreSlim(0);
        bool handler = delivery is InterruptDelivery.Inline or InterruptDelivery.OwnThread;
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Delivery = delivery,
            Latency = mode,
            Handler = handler ? (in Interrupt _) => handled.Release() : null,
        });
        for (int i = 0; i < rounds; i++)
        {
            session.Trigger(0);
            if (handler) Assert.True(handled.Wait(Machine.Patience));
            else if (delivery == InterruptDelivery.Await) await session.NextAsync(Machine.Patience);
            else Assert.True(session.Wait(Machine.Patience, out _));
        }

        return session.GetLatency();
    }

    private static string Words(LatencySnapshot latency) => string.Create(CultureInfo.InvariantCulture,
        $"polled {latency.Polled}/{latency.Wakeups}; after wake {Words(latency.AfterWake)}; after trigger {Words(latency.AfterTrigger)}");

    private static string Words(LatencyPercentiles p) => string.Create(CultureInfo.InvariantCulture,
        $"{p.P50.TotalMicroseconds:0.0} / {p.P99.TotalMicroseconds:0.0} / {p.P999.TotalMicroseconds:0.0} / {p.Max.TotalMicroseconds:0.0} us");
}
