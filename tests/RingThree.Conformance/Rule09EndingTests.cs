using System.Diagnostics;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;
using RingThree.Transfers;

namespace RingThree.Conformance;

/// <summary>Rule 9: after disable, dispose or removal returns, no callback runs; and each of them returns.</summary>
public sealed class Rule09EndingTests : RoadTest
{
    public static TheoryData<InterruptDelivery> Deliveries => [.. Enum.GetValues<InterruptDelivery>()];

    [Theory]
    [InlineData(InterruptDelivery.Inline)]
    [InlineData(InterruptDelivery.OwnThread)]
    public void No_callback_runs_after_disable_has_returned(InterruptDelivery delivery)
    {
        for (int round = 0; round < 30; round++)
        {
            using PciDevice device = Machine.Host.Open(Machine.AddressOf(Machine.Nvme));
            bool over = false;
            int late = 0;
            void Check()
            {
                if (Volatile.Read(ref over)) Interlocked.Increment(ref late);
            }

            using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
            {
                Slots = 4,
                Waiters = 2,
                Delivery = delivery,
                Immediate = ImmediateStage.FromCallback(_ =>
                {
                    Check();
                    return ImmediateResult.ClaimedAndDeferred;
                }),
                Deferred = (in Interrupt _) =>
                {
                    Check();
                    return 1;
                },
                Handler = (in Interrupt _) =>
                {
                    Check();
                    Thread.SpinWait(500);
                    Check();
                },
            });
            using var stop = new CancellationTokenSource();
            var load = new Thread(() =>
            {
                while (!stop.IsCancellationRequested)
                {
                    try
                    {
                        session.Trigger(0, 4);
                    }
                    catch (Exception e) when (e is DeviceException or ObjectDisposedException)
                    {
                        return; // disabled
                    }
                }
            });
            load.Start();
            Machine.Until(() => session.GetCounters().Handled > 5, "the load runs");
            session.Disable();
            Volatile.Write(ref over, true);
            Thread.Sleep(2);
            stop.Cancel();
            load.Join();
            Assert.Equal(0, late);
            InterruptCounters c = session.GetCounters();
            AssertIdentity(c);
            Assert.Equal(0, c.Pending);
        }
    }

    [Theory]
    [InlineData(InterruptDelivery.Inline, false)]
    [InlineData(InterruptDelivery.OwnThread, false)]
    [InlineData(InterruptDelivery.OwnThread, true)]
    public void A_callback_that_has_disabled_is_waited_for_by_everyone_else(InterruptDelivery delivery, bool dispose)
    {
        using PciDevice device = Machine.Host.Open(Machine.AddressOf(Machine.Nvme));
        InterruptSession? session = null;
        using var disabled = new ManualResetEventSlim();
        bool done = false;
        session = device.Interrupts.Enable(new InterruptOptions
        {
            Delivery = delivery,
            Handler = (in Interrupt _) =>
            {
                SpinWait.SpinUntil(() => Volatile.Read(ref session) is not null);
                if (dispose) device.Dispose();
                else session!.Disable();
                disabled.Set();
                Thread.Sleep(200);
                Volatile.Write(ref done, true);
            },
        });
        session.Trigger(0);
        Assert.True(disabled.Wait(Machine.Patience));

        session.Disable();

        Assert.True(Volatile.Read(ref done));
    }

    [Fact]
    public void A_callback_that_closes_the_device_while_another_thread_does_holds_nobody_up()
    {
        PciDevice device = Machine.Host.Open(Machine.AddressOf(Machine.Nvme));
        using var inside = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Handler = (in Interrupt _) =>
            {
                inside.Set();
                go.Wait();
                device.Dispose();
            },
        });
        session.Trigger(0);
        Assert.True(inside.Wait(Machine.Patience));
        long started = Stopwatch.GetTimestamp();
        var closer = new Thread(device.Dispose);
        closer.Start();
        Machine.Until(() => device.IsClosed, "the other thread closes");

        go.Set();

        Assert.True(closer.Join(Machine.Patience));
        Assert.True(Stopwatch.GetElapsedTime(started) < new InterruptOptions().DisableTime, "one waited for the other");
    }

    [Fact]
    public async Task Disable_waits_for_the_deferred_stage_of_an_await()
    {
        using PciDevice device = Machine.Host.Open(Machine.AddressOf(Machine.Nvme));
        using var inside = new ManualResetEventSlim();
        bool done = false;
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Deferred = (in Interrupt _) =>
            {
                inside.Set();
                Thread.Sleep(200);
                Volatile.Write(ref done, true);
                return 1;
            },
        });
        session.Trigger(0);
        Machine.Until(() => session.GetCounters().Claimed == 1, "the signal has come");
        Task waiting = Task.Run(async () => await session.NextAsync(Machine.Patience), TestContext.Current.CancellationToken);
        Assert.True(inside.Wait(Machine.Patience, TestContext.Current.CancellationToken));

        session.Disable();

        Assert.True(Volatile.Read(ref done));
        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => waiting);
    }

    [Theory]
    [InlineData(InterruptDelivery.Inline)]
    [InlineData(InterruptDelivery.OwnThread)]
    public void Disable_from_inside_each_callback_works(InterruptDelivery delivery)
    {
        foreach (string where in (string[])["immediate", "deferred", "handler"])
        {
            using PciDevice device = Machine.Host.Open(Machine.AddressOf(Machine.Nvme));
            InterruptSession? session = null;
            int after = 0;
            void At(string here)
            {
                if (session is { IsEnabled: false }) after++;
                else if (here == where) session!.Disable();
            }

            session = device.Interrupts.Enable(new InterruptOptions
            {
                Delivery = delivery,
                Immediate = ImmediateStage.FromCallback(_ =>
                {
                    SpinWait.SpinUntil(() => Volatile.Read(ref session) is not null);
                    At("immediate");
                    return ImmediateResult.ClaimedAndDeferred;
                }),
                Deferred = (in Interrupt _) =>
                {
                    At("deferred");
                    return 3;
                },
                Handler = (in Interrupt _) => At("handler"),
            });
            session.Trigger(0);
            Assert.True(session.Completion.Wait(Machine.Patience), $"disable inside {where}");
            session.Dispose();
            Assert.Equal(0, after);
            Assert.Null(session.Error);
            AssertIdentity(session.GetCounters());
        }
    }

    [Fact]
    public void Disable_twice_at_once_and_again_all_return()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        for (int round = 0; round < 20; round++)
        {
            InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Handler = (in Interrupt _) => Thread.Sleep(1) });
            session.Trigger(0);
            Task[] all = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(session.Disable))];
            Assert.True(Task.WaitAll(all, Machine.Patience));
            session.Disable();
            Assert.False(session.IsEnabled);
        }
    }

    [Fact]
    public void Two_handlers_that_disable_at_once_do_not_wait_for_each_other()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        for (int round = 0; round < 10; round++)
        {
            InterruptSession? session = null;
            using var both = new Barrier(2);
            session = device.Interrupts.Enable(new InterruptOptions
            {
                Slots = 2,
                Waiters = 2,
                Delivery = InterruptDelivery.Inline,
                Handler = (in Interrupt _) =>
                {
                    both.SignalAndWait(Machine.Patience);
                    session!.Disable();
                },
            });
            long started = Stopwatch.GetTimestamp();
            session.Trigger(0, 2);
            Assert.True(session.Completion.Wait(Machine.Patience));
            session.Disable();
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(8), "one of them waited for the limit");
        }
    }

    [Fact]
    public void A_callback_that_does_not_return_is_named_when_disables_time_is_up()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            DisableTime = TimeSpan.FromMilliseconds(200),
            Handler = (in Interrupt _) =>
            {
                entered.Set();
                leave.Wait(Machine.Patience);
            },
        });
        session.Trigger(0);
        Assert.True(entered.Wait(Machine.Patience));
        DeviceException error = Assert.Throws<DeviceException>(session.Disable);
        Assert.Equal(DeviceStatus.TimedOut, error.Status);
        Assert.Contains(device.Address, error.Message, StringComparison.Ordinal);
        leave.Set();
        using InterruptSession next = device.Interrupts.Enable(new InterruptOptions()); // nothing is left locked
    }

    [Fact]
    public void Disable_during_a_storm_returns()
    {
        (PciDevice device, EduRegisters edu) = OpenEdu();
        for (int round = 0; round < 10; round++)
        {
            InterruptSession session = device.Interrupts.Enable(new InterruptOptions
            {
                Kinds = InterruptKinds.Level,
                Immediate = ClaimOnly,
                StormLimit = int.MaxValue, // never found: it rages until disable
                Handler = (in Interrupt _) => { },
            });
            Raise(edu);
            Machine.Until(() => session.GetCounters().Signalled > 50, "it storms");
            session.Disable();
            long then = session.GetCounters().Signalled;
            edu.AcknowledgeInterrupt.Write(EduInterrupts.All);
            Assert.Equal(then, session.GetCounters().Signalled);
        }
    }

    [Theory]
    [InlineData("immediate")]
    [InlineData("deferred")]
    [InlineData("handler")]
    public void A_callback_that_throws_ends_its_own_session_with_that_error_and_nothing_else(string where)
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        PciDevice other = Machine.Open(Machine.E1000e);
        using InterruptSession bystander = other.Interrupts.Enable(new InterruptOptions { Handler = (in Interrupt _) => { } });
        var thrown = new InvalidOperationException("from a callback");
        void At(string here)
        {
            if (here == where) throw thrown;
        }

        InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Immediate = ImmediateStage.FromCallback(_ =>
            {
                At("immediate");
                return ImmediateResult.ClaimedAndDeferred;
            }),
            Deferred = (in Interrupt _) =>
            {
                At("deferred");
                return 1;
            },
            Handler = (in Interrupt _) => At("handler"),
        });
        session.Trigger(0);
        Machine.Until(() => session.Completion.IsCompleted, "the session ends");
        Assert.Same(thrown, session.Error);
        Assert.Same(thrown, session.Completion.Exception!.InnerException);
        Assert.False(session.IsEnabled);
        bystander.Trigger(0);
        Machine.Until(() => bystander.GetCounters().Handled == 1, "another device's session goes on");
        using InterruptSession next = device.Interrupts.Enable(new InterruptOptions { Handler = (in Interrupt _) => { } });
        next.Trigger(0);
        Machine.Until(() => next.GetCounters().Handled == 1, "the device itself is fine");
    }

    [Fact]
    public async Task Waits_end_with_the_session()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        InterruptSession session = device.Interrupts.Enable(new InterruptOptions());
        Task<Interrupt> awaited = session.NextAsync(Timeout.InfiniteTimeSpan).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => session.NextAsync(Machine.Patience).AsTask()); // one at a time
        await Task.Delay(20);
        session.Disable();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => awaited.WaitAsync(Machine.Patience));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.NextAsync(Machine.Patience).AsTask());
        Assert.Throws<ObjectDisposedException>(() => session.Trigger(0));

        InterruptSession low = device.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.CallerThread });
        Task waiting = Task.Run(() => low.Wait(Timeout.InfiniteTimeSpan, out _));
        await Task.Delay(20);
        low.Disable();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(Machine.Patience));
    }

    [Fact]
    public async Task A_wait_ends_by_cancellation_and_by_time_and_the_session_goes_on()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions());
        using var cancel = new CancellationTokenSource(30);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.NextAsync(Machine.Patience, cancel.Token).AsTask());
        DeviceException error = await Assert.ThrowsAsync<DeviceException>(() => session.NextAsync(TimeSpan.FromMilliseconds(30)).AsTask());
        Assert.Equal(DeviceStatus.TimedOut, error.Status);
        Assert.Contains(device.Address, error.Message, StringComparison.Ordinal);
        Assert.Equal(DeviceStatus.TimedOut, (await Assert.ThrowsAsync<DeviceException>(() => session.NextAsync(TimeSpan.Zero).AsTask())).Status);
        for (int i = 0; i < 100; i++)
        {
            ValueTask<Interrupt> next = session.NextAsync(Machine.Patience);
            session.Trigger(0);
            Assert.Equal(1, (await next).Count);
        }
    }

    [Theory]
    [MemberData(nameof(Deliveries))]
    public void Closing_the_device_ends_the_session(InterruptDelivery delivery)
    {
        bool handler = delivery is InterruptDelivery.Inline or InterruptDelivery.OwnThread;
        PciDevice device = Machine.Open(Machine.Nvme);
        InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Delivery = delivery,
            Handler = handler ? (in Interrupt _) => device.Dispose() : null, // from inside, where there is a handler
        });
        session.Trigger(0);
        if (!handler) device.Dispose();
        Assert.True(session.Completion.Wait(Machine.Patience));
        Machine.Until(() => device.IsClosed, "closed");
        Machine.Until(() => TryReopen(), "it can be opened again");
    }

    private bool TryReopen()
    {
        try
        {
            using PciDevice again = Machine.Host.Open(Machine.AddressOf(Machine.Nvme));
            return again.IsPresent();
        }
        catch (DeviceException e) when (e.Status == DeviceStatus.Busy)
        {
            return false; // the handler is still at closing it
        }
    }
}
