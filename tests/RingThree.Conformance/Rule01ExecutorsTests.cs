using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;
using RingThree.Transfers;

namespace RingThree.Conformance;

/// <summary>Rule 1: who runs what, on which thread.</summary>
public sealed class Rule01ExecutorsTests : RoadTest
{
    [Theory]
    [InlineData(InterruptKinds.Level)]
    [InlineData(InterruptKinds.Msi)]
    public void An_acknowledge_arrives_while_a_handler_is_still_running(InterruptKinds kind)
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        using var entered = new SemaphoreSlim(0);
        using var leave = new ManualResetEventSlim();
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = kind,
            Immediate = Acknowledge,
            Handler = (in Interrupt _) =>
            {
                entered.Release();
                leave.Wait(Machine.Patience);
            },
        });
        try
        {
            Raise(edu);
            Assert.True(entered.Wait(Machine.Patience));
            for (uint i = 1; i <= 20; i++)
            {
                Raise(edu, i);
                Machine.Until(() => edu.InterruptStatus.Read() == 0, $"acknowledge {i} while the handler runs");
            }

            Assert.Equal(0, entered.CurrentCount); // the handler was in its first call all the while
        }
        finally
        {
            leave.Set();
        }

        Machine.Until(() => session.GetCounters().Handled == 21, "the rest reaches the handler");
    }

    [Fact]
    public void An_inline_handler_runs_on_the_waiters_thread_and_one_of_its_own_does_not()
    {
        foreach (InterruptDelivery delivery in (InterruptDelivery[])[InterruptDelivery.Inline, InterruptDelivery.OwnThread])
        {
            using PciDevice device = Machine.Open(Machine.Nvme);
            int immediate = 0;
            int handler = 0;
            using var done = new ManualResetEventSlim();
            using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
            {
                Delivery = delivery,
                Immediate = ImmediateStage.FromCallback(_ =>
                {
                    immediate = Environment.CurrentManagedThreadId;
                    return ImmediateResult.ClaimedAndDeferred;
                }),
                Handler = (in Interrupt _) =>
                {
                    handler = Environment.CurrentManagedThreadId;
                    done.Set();
                },
            });
            session.Trigger(0);
            Assert.True(done.Wait(Machine.Patience));
            Assert.Equal(delivery == InterruptDelivery.Inline, immediate == handler);
            Assert.NotEqual(Environment.CurrentManagedThreadId, immediate);
        }
    }

    [Fact]
    public void A_callers_thread_runs_the_immediate_stage_and_fetches_the_interrupt()
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        int immediate = 0;
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Delivery = InterruptDelivery.CallerThread,
            Immediate = ImmediateStage.FromCallback(context =>
            {
                immediate = Environment.CurrentManagedThreadId;
                context.Values[0] = (ulong)edu.InterruptStatus.Read();
                edu.AcknowledgeInterrupt.Write(EduInterrupts.All);
                return ImmediateResult.ClaimedAndDeferred;
            }, valueCount: 1),
        });
        Assert.False(session.Wait(TimeSpan.FromMilliseconds(50), out _));
        Raise(edu, 0x42);
        Assert.True(session.Wait(Machine.Patience, out Interrupt interrupt));
        Assert.Equal(Environment.CurrentManagedThreadId, immediate);
        Assert.Equal(0x42u, interrupt.Values.Span[0]);
        Assert.Equal(1, interrupt.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Each_vector_belongs_to_one_waiter(int waiters)
    {
        using PciDevice device = Machine.Open(Machine.E1000e);
        var threads = new System.Collections.Concurrent.ConcurrentDictionary<int, HashSet<int>>();
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Slots = 5,
            Waiters = waiters,
            Delivery = InterruptDelivery.Inline,
            Handler = (in Interrupt i) => threads.GetOrAdd(i.Vector, _ => []).Add(Environment.CurrentManagedThreadId),
        });
        for (int round = 0; round < 20; round++)
        {
            session.Trigger(0, 5);
            Machine.Until(() => session.GetCounters().Handled == 5 * (round + 1), "all five are handled");
        }

        Assert.Equal(waiters, session.WaiterCount);
        Assert.All(threads.Values, t => Assert.Single(t));
        Assert.Equal(waiters, threads.Values.SelectMany(t => t).Distinct().Count());
    }

    [Fact]
    public async Task An_interrupt_wakes_who_awaits_it_without_an_end_already()
    {
        using PciDevice device = Machine.Open(Machine.Nvme);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.Await });
        for (int i = 0; i < 3; i++)
        {
            var wait = session.NextAsync(Timeout.InfiniteTimeSpan).AsTask();
            Assert.False(wait.IsCompleted);
            session.Trigger(0);
            Assert.Same(wait, await Task.WhenAny(wait, Task.Delay(Machine.Patience)));
            Assert.Equal(1, (await wait).Count);
        }
    }

    [Fact]
    public async Task The_deferred_stage_says_how_often_the_handler_runs_in_every_delivery()
    {
        foreach (InterruptDelivery delivery in Enum.GetValues<InterruptDelivery>())
        {
            using PciDevice device = Machine.Open(Machine.Nvme);
            int calls = 0;
            int next = 0;
            bool handler = delivery is InterruptDelivery.Inline or InterruptDelivery.OwnThread;
            using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
            {
                Delivery = delivery,
                Deferred = (in Interrupt _) => next++ % 4, // 0, 1, 2, 3 calls in turn
                Handler = handler ? (in Interrupt i) =>
                {
                    Assert.Equal(next - 1, i.Calls);
                    calls++;
                }
                : null,
            });
            for (int i = 0; i < 4; i++)
            {
                session.Trigger(0);
                // Each trigger is to be a batch of its own.
                if (delivery != InterruptDelivery.CallerThread) Machine.Until(() => session.GetCounters().Claimed == i + 1, "the signal is claimed");
                for (int call = 0; !handler && call < i; call++)
                {
                    Interrupt interrupt;
                    if (delivery == InterruptDelivery.Await) interrupt = await session.NextAsync(Machine.Patience);
                    else Assert.True(session.Wait(Machine.Patience, out interrupt));
                    Assert.Equal(call, interrupt.Call);
                    Assert.Equal(i, interrupt.Calls);
                    calls++;
                }

                if (delivery == InterruptDelivery.CallerThread && i == 0) Assert.False(session.Wait(TimeSpan.Zero, out _));
                if (delivery == InterruptDelivery.Await && i == 0)
                    Assert.Equal(DeviceStatus.TimedOut, (await Assert.ThrowsAsync<DeviceException>(() => session.NextAsync(TimeSpan.FromMilliseconds(50)).AsTask())).Status);
                Machine.Until(() => session.GetCounters().HandlerCalls == (i * (i + 1)) / 2, "the calls of this batch");
                Machine.Until(() => session.GetCounters().Pending == 0, "the batch is settled");
            }

            InterruptCounters c = session.GetCounters();
            Assert.Equal((4, 1, 3), (c.Claimed, c.EndedEarly, c.Handled));
            Machine.Until(() => Volatile.Read(ref calls) == 6, "the last call ends: it is counted as it begins");
            AssertIdentity(c);
            Assert.Null(session.Error);
        }
    }

    [Fact]
    public void The_immediate_stage_answers_mine_and_deferred_independently()
    {
        using PciDevice device = Machine.Open(Machine.Nvme);
        ImmediateResult answer = ImmediateResult.NotOurs;
        int handled = 0;
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Immediate = ImmediateStage.FromCallback(_ => answer),
            Handler = (in Interrupt _) => handled++,
        });
        foreach (ImmediateResult next in (ImmediateResult[])[ImmediateResult.NotOurs, ImmediateResult.Claimed, ImmediateResult.Deferred, ImmediateResult.ClaimedAndDeferred])
        {
            long before = session.GetCounters().Signalled;
            answer = next;
            session.Trigger(0);
            Machine.Until(() => session.GetCounters().Signalled == before + 1, "the signal is answered");
        }

        Machine.Until(() => session.GetCounters().Handled == 1, "one reaches the handler");
        InterruptCounters c = session.GetCounters();
        Assert.Equal((4, 2, 2, 1), (c.Signalled, c.Rejected, c.Claimed, c.EndedEarly));
        Machine.Until(() => handled == 1, "the handler has run once");
    }

    [Fact]
    public void Waiting_burns_no_processor_time()
    {
        using PciDevice device = Machine.Open(Machine.Nvme);
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Slots = 65, Waiters = 4, Handler = (in Interrupt _) => { } });
        session.Trigger(0, session.VectorCount);
        Machine.Until(() => session.GetCounters().Handled == session.VectorCount, "every vector has been heard");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "threads' own processor time is read from /proc");
        Dictionary<string, long> before = RoadThread.All().ToDictionary(t => t.Task, t => t.Ticks);
        Assert.True(before.Count >= 8, $"four waiters and four handler threads, and there are {before.Count}");
        Thread.Sleep(1000);
        // Ticks of 10 ms: a waiter that polled would use about a hundred.
        foreach (RoadThread thread in RoadThread.All()) Assert.InRange(thread.Ticks - before.GetValueOrDefault(thread.Task), 0, 20);
    }
}
