using System.Collections.Concurrent;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>A session in a latency mode, on a host that grants it and on ones that do not.</summary>
public sealed class LatencyModeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly LatencyMode RealTime = new() { RealTimePriority = 40, Processors = [0, 1] };

    [Theory]
    [InlineData(InterruptDelivery.Inline, 2)]
    [InlineData(InterruptDelivery.OwnThread, 4)]
    public void Each_of_the_roads_threads_asks_as_it_begins_and_handlers_one_below(InterruptDelivery delivery, int threads)
    {
        FakeDevice card = Card();
        var asked = new ConcurrentQueue<(int Thread, int Priority, string Processors)>();
        card.Prioritizing = (priority, processors) =>
        {
            asked.Enqueue((Environment.CurrentManagedThreadId, priority, string.Join(',', processors)));
            return null;
        };
        using PciDevice device = card.Open();
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Slots = 2,
            Waiters = 2,
            Delivery = delivery,
            Handler = Ignore,
            Latency = RealTime,
            Report = r => Assert.Fail(r.Message),
        });

        Assert.True(SpinWait.SpinUntil(() => asked.Count == threads, Patience));

        Assert.Equal(threads, asked.Select(a => a.Thread).Distinct().Count());
        Assert.All(asked, a => Assert.Equal("0,1", a.Processors));
        Assert.Equal([.. Enumerable.Repeat(39, threads - 2), 40, 40], asked.Select(a => a.Priority).Order());
    }

    [Fact]
    public void A_mode_that_asks_for_no_scheduling_and_a_callers_thread_ask_for_nothing()
    {
        FakeDevice card = Card();
        int asked = 0;
        card.Prioritizing = (_, _) =>
        {
            asked++;
            return null;
        };
        using PciDevice device = card.Open();
        InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.Inline, Handler = Ignore, Latency = new() { BusyWait = TimeSpan.FromMilliseconds(1) } });
        session.Dispose();

        using InterruptSession next = device.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.CallerThread, Latency = RealTime });
        Assert.False(next.Wait(TimeSpan.FromMilliseconds(5), out _));

        Assert.Equal(0, asked);
    }

    [Fact]
    public void A_refusal_is_reported_once_with_the_systems_answer_and_interrupts_work()
    {
        FakeDevice card = Card();
        int asked = 0;
        card.Prioritizing = (_, _) =>
        {
            Interlocked.Increment(ref asked);
            return "EPERM (Operation not permitted)";
        };
        using PciDevice device = card.Open();
        var reports = new ConcurrentQueue<InterruptReport>();
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Handler = Ignore, Latency = RealTime, Report = reports.Enqueue });

        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref asked) == 2 && !reports.IsEmpty, Patience));

        InterruptReport report = Assert.Single(reports);
        Assert.Equal((InterruptReportKind.LatencyRefused, -1), (report.Kind, report.Vector));
        Assert.Equal($"{FakeDevice.Place}: the latency mode's real-time priority 40 and pinning to processors 0, 1 was not granted in full: "
            + "EPERM (Operation not permitted). Interrupts work, without it.", report.Message);
        Assert.True(session.IsEnabled);
    }

    [Fact]
    public void The_simulated_host_schedules_no_threads_and_says_so()
    {
        using SimulatedHost host = new SimulatedHost().Add(MemoryCard.Nvme());
        using PciDevice device = host.Open("0000:00:02.0");
        var reports = new ConcurrentQueue<InterruptReport>();
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Handler = Ignore, Latency = RealTime, Report = reports.Enqueue });

        session.Trigger(0);

        Assert.True(SpinWait.SpinUntil(() => session.GetCounters().HandlerCalls == 1 && !reports.IsEmpty, Patience));
        Assert.Contains("this host does not schedule threads", Assert.Single(reports).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_mode_nothing_is_measured()
    {
        using SimulatedHost host = new SimulatedHost().Add(MemoryCard.Nvme());
        using PciDevice device = host.Open("0000:00:02.0");
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.CallerThread });
        session.Trigger(0);
        Assert.True(session.Wait(Patience, out _));

        Assert.Equal(default, session.GetLatency());
    }

    [Fact]
    public void Rejected_and_held_signals_and_batches_without_a_call_are_not_measured()
    {
        using SimulatedHost host = new SimulatedHost().Add(MemoryCard.Nvme());
        using PciDevice device = host.Open("0000:00:02.0");
        ImmediateAnswer answer = new();
        int calls = 0;
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Delivery = InterruptDelivery.CallerThread,
            Immediate = ImmediateStage.FromCallback(_ => answer.Value),
            Deferred = (in Interrupt _) => calls,
            Latency = new LatencyMode(),
        });
        foreach (ImmediateResult next in (ImmediateResult[])[ImmediateResult.NotOurs, ImmediateResult.Claimed, ImmediateResult.ClaimedAndDeferred])
        {
            answer.Value = next;
            session.Trigger(0);
            Assert.False(session.Wait(TimeSpan.FromMilliseconds(5), out _));
        }

        Assert.Equal(default, session.GetLatency() with { Wakeups = 0 });
        calls = 3; // of which the first counts
        session.Mask(0);
        session.Trigger(0);
        Assert.False(session.Wait(TimeSpan.FromMilliseconds(5), out _));
        session.Unmask(0);
        for (int i = 0; i < 3; i++) Assert.True(session.Wait(Patience, out _));

        LatencySnapshot latency = session.GetLatency();
        Assert.Equal((4, 1, 0), (latency.Wakeups, latency.AfterWake.Count, latency.AfterTrigger.Count));
    }

    [Theory]
    [InlineData(InterruptDelivery.Inline, new[] { 0 }, true)]
    [InlineData(InterruptDelivery.CallerThread, new[] { 0 }, true)]
    [InlineData(InterruptDelivery.OwnThread, new int[0], true)]
    [InlineData(InterruptDelivery.OwnThread, new[] { 0, 1 }, true)]
    [InlineData(InterruptDelivery.OwnThread, new[] { 1, 1 }, false)]
    [InlineData(InterruptDelivery.Await, new[] { 0 }, true)]
    public void A_waiter_does_not_poll_where_it_would_hold_up_the_later_stages(InterruptDelivery delivery, int[] processors, bool polls)
    {
        using PciDevice device = Card().Open();
        bool calls = delivery is InterruptDelivery.Inline or InterruptDelivery.OwnThread;
        var mode = new LatencyMode { Processors = processors, BusyWait = TimeSpan.FromMilliseconds(2) };

        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Delivery = delivery, Handler = calls ? Ignore : null, Latency = mode });

        bool needsAnother = delivery is InterruptDelivery.OwnThread or InterruptDelivery.Await;
        Assert.Equal(polls && !(needsAnother && Environment.ProcessorCount == 1) ? mode.BusyWait : TimeSpan.Zero, session.BusyWait);
    }

    [Fact]
    public void In_a_seeded_run_the_mode_only_measures_in_the_runs_own_time()
    {
        var reports = new List<InterruptReport>();
        SeededRun.Replay(7, async world =>
        {
            using SimulatedHost host = world.NewHost().Add(MemoryCard.Nvme());
            using PciDevice device = host.Open("0000:00:02.0");
            await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
            {
                Latency = RealTime with { BusyWait = LatencyMode.LongestBusyWait },
                Report = reports.Add,
            });
            for (int i = 0; i < 3; i++)
            {
                session.Trigger(0);
                await session.NextAsync(TimeSpan.FromSeconds(1));
            }

            LatencySnapshot latency = session.GetLatency();
            Assert.Equal((3, 0, 3, 3), (latency.Wakeups, latency.Polled, latency.AfterWake.Count, latency.AfterTrigger.Count));
        });

        Assert.Contains("runs the road's work itself", Assert.Single(reports).Message, StringComparison.Ordinal);
    }

    private static FakeDevice Card() => new()
    {
        InterruptGroups = [InterruptGroupDescription.Absent, InterruptGroupDescription.Absent, new(InterruptGroupKind.MsiX, 4, default, "MSI-X")],
    };

    private static void Ignore(in Interrupt interrupt)
    {
    }

    private sealed class ImmediateAnswer
    {
        internal ImmediateResult Value { get; set; }
    }
}
