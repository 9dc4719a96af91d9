using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>Vectors that stand for themselves: an await each, stages and handlers of their own.</summary>
public sealed class InterruptVectorTests : IDisposable
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(30);
    private readonly SimulatedHost _host = new SimulatedHost().Add(GenericCard.Parse("id=10ee:7024,bar0=4K,msix=2048"));
    private readonly PciDevice _device;

    public InterruptVectorTests() => _device = _host.Open(new PciId(0x10EE, 0x7024));

    public static TheoryData<InterruptDelivery> Deliveries => [InterruptDelivery.Await, InterruptDelivery.OwnThread, InterruptDelivery.Inline];

    public void Dispose()
    {
        _device.Dispose();
        _host.Dispose();
    }

    [Theory]
    [MemberData(nameof(Deliveries))]
    public async Task A_vector_that_is_awaited_gets_its_own_and_the_session_the_rest(InterruptDelivery delivery)
    {
        var others = new List<int>();
        await using InterruptSession session = Enable(4, delivery, (in Interrupt interrupt) =>
        {
            lock (others) others.Add(interrupt.Vector);
        });
        ValueTask<Interrupt> second = session.Vector(2).NextAsync(Ample, Cancel);

        session.Trigger(0, 4);

        Interrupt hit = await second;
        Assert.Equal((2, 1L), (hit.Vector, hit.Count));
        if (delivery == InterruptDelivery.Await)
        {
            for (int i = 0; i < 3; i++) others.Add((await session.NextAsync(Ample, Cancel)).Vector);
            Assert.Equal(DeviceStatus.TimedOut, (await Assert.ThrowsAsync<DeviceException>(() => session.NextAsync(Short, Cancel).AsTask())).Status);
        }

        Assert.True(SpinWait.SpinUntil(() => Count(others) == 3, Ample));
        lock (others) Assert.Equal([0, 1, 3], others.Order());
        Assert.Equal(1, session.Vector(2).GetCounters().Handled);
    }

    [Fact]
    public async Task What_came_before_the_first_wait_is_there()
    {
        await using InterruptSession session = Enable(2, InterruptDelivery.Await);
        session.Trigger(1);
        session.Trigger(0);
        Assert.True(SpinWait.SpinUntil(() => session.GetCounters().Signalled == 2, Ample));

        Assert.Equal(1, (await session.Vector(1).NextAsync(Short, Cancel)).Vector);
        Assert.Equal(0, (await session.NextAsync(Short, Cancel)).Vector);
    }

    [Fact]
    public async Task Two_thousand_awaits_take_no_thread_each()
    {
        const int Vectors = 2048;
        await using InterruptSession session = Enable(Vectors, InterruptDelivery.Await);
        Task<Interrupt>[] waits = [.. Enumerable.Range(0, Vectors).Select(v => session.Vector(v).NextAsync(Ample, Cancel).AsTask())];

        session.Trigger(0, Vectors);
        Interrupt[] hits = await Task.WhenAll(waits);

        Assert.Equal(Enumerable.Range(0, Vectors), hits.Select(hit => hit.Vector));
        Assert.Equal(1, session.WaiterCount);
        Assert.Equal(Vectors, session.GetCounters().Handled);
    }

    [Fact]
    public async Task A_time_out_speaks_of_the_vector()
    {
        await using InterruptSession session = Enable(2, InterruptDelivery.Await);
        session.Trigger(0);

        DeviceException late = await Assert.ThrowsAsync<DeviceException>(() => session.Vector(1).NextAsync(Short, Cancel).AsTask());

        Assert.Contains("no MsiX interrupt of vector 1 came within 0.03 s (so far 0 signalled, 0 claimed)", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disabling_ends_every_vectors_wait_and_the_next()
    {
        InterruptSession session = Enable(2, InterruptDelivery.OwnThread, (in Interrupt _) => { });
        Task<Interrupt> wait = session.Vector(1).NextAsync(Timeout.InfiniteTimeSpan, Cancel).AsTask();

        session.Disable();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => wait);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.Vector(1).NextAsync(Ample, Cancel).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.Vector(0).NextAsync(Ample, Cancel).AsTask());
    }

    [Fact]
    public async Task One_wait_of_a_vector_at_a_time()
    {
        await using InterruptSession session = Enable(2, InterruptDelivery.Await);
        ValueTask<Interrupt> wait = session.Vector(1).NextAsync(Ample, Cancel);

        InvalidOperationException twice = Assert.Throws<InvalidOperationException>(() => { _ = session.Vector(1).NextAsync(Ample, Cancel).AsTask(); });

        Assert.Contains("another NextAsync of vector 1", twice.Message, StringComparison.Ordinal);
        session.Vector(1).Trigger();
        Assert.Equal(1, (await wait).Vector);
    }

    [Fact]
    public async Task A_cancelled_wait_loses_nothing()
    {
        await using InterruptSession session = Enable(2, InterruptDelivery.Await);
        using var cancel = new CancellationTokenSource();
        Task<Interrupt> wait = session.Vector(1).NextAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);

        session.Trigger(1);

        Assert.Equal(1, (await session.Vector(1).NextAsync(Ample, Cancel)).Vector);
    }

    [Fact]
    public async Task Enumerating_ends_when_the_session_is_disabled()
    {
        InterruptSession session = Enable(2, InterruptDelivery.Await);
        session.Trigger(1);
        long seen = 0;
        using var limit = new CancellationTokenSource(Ample);

        await foreach (Interrupt interrupt in session.Vector(1).ReadAllAsync(limit.Token))
        {
            seen += interrupt.Count;
            if (seen == 3) session.Disable();
            else session.Trigger(1);
        }

        Assert.Equal(3, seen);
    }

    [Fact]
    public async Task Enumerating_a_whole_session_ends_with_what_ended_it()
    {
        InterruptSession session = _device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.MsiX,
            Deferred = (in Interrupt batch) => batch.Vector == 1 ? throw new FormatException("mine") : 1,
            Slots = 2,
        });
        session.Trigger(0);
        var seen = new List<int>();
        using var limit = new CancellationTokenSource(Ample);

        FormatException error = await Assert.ThrowsAsync<FormatException>(async () =>
        {
            await foreach (Interrupt interrupt in session.ReadAllAsync(limit.Token))
            {
                seen.Add(interrupt.Vector);
                session.Trigger(1);
            }
        });

        Assert.Equal([0], seen);
        Assert.Same(error, session.Error);
    }

    [Fact]
    public async Task Each_vector_has_the_stages_it_was_given()
    {
        var handled = new List<(int Vector, ulong Value)>();
        await using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.MsiX,
            Slots = 3,
            Immediate = Leaves(100),
            Handler = (in Interrupt interrupt) => Note(handled, interrupt),
            ForVector = vector => vector switch
            {
                1 => new VectorOptions { Immediate = Leaves(200, 201), Handler = (in Interrupt interrupt) => Note(handled, interrupt, own: true) },
                2 => new VectorOptions { Deferred = (in Interrupt _) => 2 },
                _ => null,
            },
        });

        session.Trigger(0, 3);

        Assert.True(SpinWait.SpinUntil(() => Count(handled) == 4, Ample));
        lock (handled) Assert.Equal([(-1, 201), (0, 100), (2, 0), (2, 0)], handled.Order().Select(h => (h.Vector, (int)h.Value)));
        InvalidOperationException own = Assert.Throws<InvalidOperationException>(() => { _ = session.Vector(1).NextAsync(Ample, Cancel).AsTask(); });
        Assert.Contains("vector 1 has a handler of its own", own.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_handler_that_the_delivery_would_never_call_is_refused()
    {
        ArgumentException wrong = Assert.Throws<ArgumentException>(() => _device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.MsiX,
            ForVector = static _ => new VectorOptions { Handler = (in Interrupt _) => { } },
        }));

        Assert.Contains("gives vector 0 a handler, and Delivery Await calls none", wrong.Message, StringComparison.Ordinal);
        using InterruptSession session = Enable(1, InterruptDelivery.CallerThread);
        Assert.Throws<InvalidOperationException>(() => { _ = session.Vector(0).NextAsync(Ample, Cancel).AsTask(); });
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Vector(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Vector(-1));
    }

    [Fact]
    public async Task An_interrupt_says_which_slots_it_stands_for()
    {
        using SimulatedHost host = new SimulatedHost().Add(GenericCard.Parse("id=10ee:7025,bar0=4K,msix=4"));
        using PciDevice device = host.Open(new PciId(0x10EE, 0x7025));
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.MsiX, Slots = 10 });
        session.Trigger(1);

        Interrupt hit = await session.NextAsync(Ample, Cancel);
        Assert.Equal([1, 5, 9], hit.Slots.ToArray());
        Assert.Equal([3, 7], session.Vector(3).Slots.ToArray());
        Assert.All(session.Vector(3).Slots.ToArray(), slot => Assert.Equal(3, session.VectorOf(slot)));
        session.Grow(12);
        Assert.Equal([3, 7, 11], session.Vector(3).Slots.ToArray());
    }

    [Fact]
    public async Task Vectors_that_are_added_stand_for_themselves_too()
    {
        await using InterruptSession session = Enable(2, InterruptDelivery.Await);
        ValueTask<Interrupt> before = session.Vector(1).NextAsync(Ample, Cancel);
        session.Grow(6);
        ValueTask<Interrupt> after = session.Vector(5).NextAsync(Ample, Cancel);

        session.Trigger(5);
        session.Trigger(1);

        Interrupt hit = await after;
        Assert.Equal([5], hit.Slots.ToArray());
        Assert.Equal(1, (await before).Vector);
    }

    [Fact]
    public async Task Why_a_session_ended_is_reported_once()
    {
        var reports = new List<InterruptReport>();
        InterruptSession session = _device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.MsiX,
            Handler = (in Interrupt _) => throw new FormatException("mine"),
            Report = reports.Add,
        });
        session.Trigger(0);
        await Assert.ThrowsAsync<FormatException>(() => session.Completion.WaitAsync(Ample, Cancel));
        Assert.True(SpinWait.SpinUntil(() => reports.Count > 0, Ample));

        InterruptReport report = Assert.Single(reports);
        Assert.Equal(InterruptReportKind.CallbackFailed, report.Kind);
        Assert.EndsWith("a callback threw, which ended the session: FormatException: mine", report.Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => session.Trigger(0)); // and the next call says it
    }

    [Fact]
    public void A_seeded_run_of_many_awaits_replays()
    {
        for (int seed = 1; seed <= 30; seed++) Assert.Equal(SeededRun.Replay(seed, Workload), SeededRun.Replay(seed, Workload));

        static async Task Workload(SeededWorld world)
        {
            using SimulatedHost host = world.NewHost().Add(GenericCard.Parse("id=10ee:7024,bar0=4K,msix=8"));
            using PciDevice device = host.Open(new PciId(0x10EE, 0x7024));
            await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.MsiX, Slots = 8, Waiters = 2 });
            Task[] waits = [.. Enumerable.Range(0, 8).Select(v => world.Run(async () =>
            {
                for (int i = 0; i < 3; i++)
                {
                    session.Trigger(v);
                    Assert.Equal(v, (await session.Vector(v).NextAsync(TimeSpan.FromSeconds(1))).Vector);
                }
            }))];
            await Task.WhenAll(waits);
        }
    }

    [Fact]
    public void Steady_awaits_allocate_nothing()
    {
        using InterruptSession session = Enable(2, InterruptDelivery.Await);
        InterruptVector vector = session.Vector(1);
        Assert.Equal(0, Allocations.OfSteady(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                session.Trigger(1);
                var spin = default(SpinWait);
                long signalled = session.GetCounters(1).Signalled;
                while (session.GetCounters(1).Pending == 0 && session.GetCounters(1).Signalled == signalled) spin.SpinOnce(-1);
                ValueTask<Interrupt> hit = vector.NextAsync(Timeout.InfiniteTimeSpan);
                while (!hit.IsCompleted) spin.SpinOnce(-1);
                _ = hit.GetAwaiter().GetResult();
            }
        }));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static ImmediateStage Leaves(params ulong[] values) => ImmediateStage.FromCallback(
        context =>
        {
            values.CopyTo(context.Values);
            return ImmediateResult.ClaimedAndDeferred;
        },
        values.Length);

    private static void Note(List<(int Vector, ulong Value)> handled, in Interrupt interrupt, bool own = false)
    {
        lock (handled) handled.Add((own ? -1 : interrupt.Vector, interrupt.Values.Length == 0 ? 0 : interrupt.Values.Span[^1]));
    }

    private static int Count<T>(List<T> list)
    {
        lock (list) return list.Count;
    }

    private InterruptSession Enable(int slots, InterruptDelivery delivery, InterruptHandler? handler = null) => _device.Interrupts.Enable(new InterruptOptions
    {
        Kinds = InterruptKinds.MsiX,
        Slots = slots,
        Delivery = delivery,
        Handler = delivery is InterruptDelivery.Await or InterruptDelivery.CallerThread ? null : handler,
    });
}
