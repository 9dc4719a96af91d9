using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Handlers that await something.</summary>
public sealed class AsyncHandlerTests : IDisposable
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    private readonly SimulatedHost _host = new SimulatedHost().Add(GenericCard.Parse("id=10ee:7024,bar0=4K,msix=8"));
    private readonly PciDevice _device;

    public AsyncHandlerTests() => _device = _host.Open(new PciId(0x10EE, 0x7024));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _device.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void One_call_at_a_time_and_none_is_lost()
    {
        int inside = 0;
        int most = 0;
        long handled = 0;
        using InterruptSession session = Enable(async (interrupt, cancel) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            await Task.Delay(1, CancellationToken.None);
            Interlocked.Decrement(ref inside);
            Interlocked.Add(ref handled, interrupt.Count);
        });
        for (int i = 0; i < 20; i++) session.Trigger(0, 4);

        Assert.True(SpinWait.SpinUntil(() => Interlocked.Read(ref handled) == 80, Ample));
        Assert.Equal(1, most);
        Assert.Equal(80, session.GetCounters().Handled);
    }

    [Fact]
    public void Disabling_cancels_the_call_and_waits_for_it()
    {
        bool entered = false;
        bool left = false;
        InterruptSession session = Enable(async (_, cancel) =>
        {
            Volatile.Write(ref entered, true);
            try
            {
                await Task.Delay(Timeout.Infinite, cancel);
            }
            finally
            {
                Thread.Sleep(50);
                Volatile.Write(ref left, true);
            }
        });
        session.Trigger(0);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref entered), Ample));

        session.Disable();

        Assert.True(left);
        Assert.Null(session.Error); // what it throws because it was cancelled is no failure
    }

    [Fact]
    public async Task It_may_disable_its_own_session_and_close_its_device()
    {
        InterruptSession? session = null;
        session = Enable(async (_, cancel) =>
        {
            await Task.Yield();
            Volatile.Read(ref session)!.Disable();
            _device.Dispose();
        });
        session.Trigger(0);

        await session.Completion.WaitAsync(Ample, Cancel);
        Assert.Null(session.Error);
        Assert.True(SpinWait.SpinUntil(() => _device.IsClosed, Ample));
    }

    [Fact]
    public async Task What_it_throws_ends_the_session()
    {
        var reports = new List<InterruptReport>();
        using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.MsiX,
            AsyncHandler = async (_, cancel) =>
            {
                await Task.Yield();
                throw new FormatException("mine");
            },
            Report = report =>
            {
                lock (reports) reports.Add(report);
            },
        });
        session.Trigger(0);

        FormatException error = await Assert.ThrowsAsync<FormatException>(() => session.Completion.WaitAsync(Ample, Cancel));

        Assert.Same(error, session.Error);
        Assert.True(SpinWait.SpinUntil(() => reports.Count == 1, Ample));
        Assert.Equal(InterruptReportKind.CallbackFailed, reports[0].Kind);
    }

    [Fact]
    public void One_that_does_not_end_is_reported_and_the_session_ends_all_the_same()
    {
        var never = new TaskCompletionSource();
        bool entered = false;
        InterruptSession session = _device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.MsiX,
            DisableTime = TimeSpan.FromMilliseconds(100),
            AsyncHandler = async (_, cancel) =>
            {
                Volatile.Write(ref entered, true);
                await never.Task;
            },
        });
        session.Trigger(0);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref entered), Ample));

        Assert.Equal(DeviceStatus.TimedOut, Assert.Throws<DeviceException>(session.Disable).Status);
        Assert.False(session.IsEnabled);
        never.SetResult();
    }

    [Fact]
    public void It_stands_alone()
    {
        ArgumentException both = Assert.Throws<ArgumentException>(() => _device.Interrupts.Enable(new InterruptOptions { Handler = (in Interrupt _) => { }, AsyncHandler = static (_, _) => default }));
        Assert.Contains("AsyncHandler is given together with Handler", both.Message, StringComparison.Ordinal);
        ArgumentException inline = Assert.Throws<ArgumentException>(() => _device.Interrupts.Enable(new InterruptOptions { Delivery = InterruptDelivery.Inline, AsyncHandler = static (_, _) => default }));
        Assert.Contains("together with Delivery Inline", inline.Message, StringComparison.Ordinal);
        using InterruptSession session = Enable(static (_, _) => default);
        Assert.Throws<InvalidOperationException>(() => { _ = session.NextAsync(Ample, Cancel).AsTask(); });
    }

    [Fact]
    public async Task A_vector_that_is_awaited_by_itself_leaves_it()
    {
        int handled = 0;
        await using InterruptSession session = Enable((_, cancel) =>
        {
            Interlocked.Increment(ref handled);
            return default;
        });
        ValueTask<Interrupt> own = session.Vector(3).NextAsync(Ample, Cancel);
        session.Trigger(3);
        session.Trigger(1);

        Interrupt hit = await own;
        Assert.Equal(3, hit.Vector);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref handled) == 1, Ample));
    }

    [Fact]
    public void A_level_line_is_open_again_when_it_has_completed()
    {
        using SimulatedHost host = new SimulatedHost().Add(new EduCard());
        using PciDevice device = host.Open(new PciId(0x1234, 0x11E8));
        int handled = 0;
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Level,
            AsyncHandler = async (_, cancel) =>
            {
                await Task.Yield();
                device.Bar(0).Write(0x64, device.Bar(0).Read<uint>(0x24)); // there is no immediate stage that acknowledges it
                Interlocked.Increment(ref handled);
            },
        });
        for (int i = 1; i <= 3; i++)
        {
            device.Bar(0).Write(0x60, 1u);
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref handled) == i, Ample));
        }
    }

    [Fact]
    public void A_seeded_run_replays()
    {
        for (int seed = 1; seed <= 50; seed++) Assert.Equal(SeededRun.Replay(seed, Workload), SeededRun.Replay(seed, Workload));

        static async Task Workload(SeededWorld world)
        {
            using SimulatedHost host = world.NewHost().Add(new EduCard());
            using PciDevice device = host.Open(new PciId(0x1234, 0x11E8));
            int handled = 0;
            await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
            {
                Kinds = InterruptKinds.Msi,
                AsyncHandler = async (interrupt, cancel) =>
                {
                    device.Bar(0).Read<uint>(0x24);
                    await Task.Delay(TimeSpan.FromMilliseconds(1), world.Time, cancel);
                    handled += (int)interrupt.Count;
                },
            });
            for (int i = 0; i < 5; i++)
            {
                device.Bar(0).Write(0x60, 1u);
                await Task.Delay(TimeSpan.FromMilliseconds(3), world.Time);
            }

            Assert.Equal(5, handled);
        }
    }

    private InterruptSession Enable(AsyncInterruptHandler handler) => _device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.MsiX, Slots = 4, AsyncHandler = handler });
}
