using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>Work that no immediate stage interrupts.</summary>
public sealed class SynchronizeTests : IDisposable
{
    private static readonly PciId Id = new(0x10EE, 0x7024);
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    private readonly SimulatedHost _host = new SimulatedHost().Add(GenericCard.Parse("id=10ee:7024,bar0=4K,msix=8"));
    private readonly PciDevice _device;
    private int _inside;
    private int _stages;

    public SynchronizeTests() => _device = _host.Open(Id);

    public void Dispose()
    {
        _device.Dispose();
        _host.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void No_stage_runs_meanwhile_and_none_is_lost(int waiters)
    {
        using InterruptSession session = Enable(waiters);
        int meanwhile = 0;
        for (int i = 0; i < 50; i++)
        {
            session.Trigger(0, 6);
            session.Synchronize(() =>
            {
                int before = Volatile.Read(ref _stages);
                session.Trigger(0, 6);
                Thread.SpinWait(2000);
                meanwhile += Volatile.Read(ref _stages) - before + Volatile.Read(ref _inside);
            });
        }

        Assert.Equal(0, meanwhile);
        Assert.True(SpinWait.SpinUntil(() => session.GetCounters().Claimed == 600, Ample), $"{session.GetCounters()}");
    }

    [Fact]
    public void Of_one_vector_it_leaves_other_waiters_alone()
    {
        using InterruptSession session = Enable(waiters: 2);
        session.Vector(0).Synchronize(() =>
        {
            session.Trigger(0, 2);
            Assert.True(SpinWait.SpinUntil(() => session.GetCounters(1).Claimed == 1, Ample));
            Assert.Equal(0, session.GetCounters(0).Claimed);
        });
        Assert.True(SpinWait.SpinUntil(() => session.GetCounters(0).Claimed == 1, Ample));
    }

    [Fact]
    public void It_may_be_nested_throw_and_disable()
    {
        InterruptSession session = Enable(waiters: 2);
        Assert.Throws<FormatException>(() => session.Synchronize(() => session.Synchronize(() => session.Vector(1).Synchronize(() => throw new FormatException()))));
        session.Trigger(0, 2);
        Assert.True(SpinWait.SpinUntil(() => session.GetCounters().Claimed == 2, Ample));

        session.Synchronize(() =>
        {
            session.Trigger(0, 2);
            session.Disable();
        });

        Assert.False(session.IsEnabled);
        bool ran = false;
        session.Synchronize(() => ran = true); // there is nothing left to keep out
        Assert.True(ran);
    }

    [Fact]
    public void A_stage_may_call_it()
    {
        InterruptSession? session = null;
        int ran = 0;
        using InterruptSession enabled = _device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.MsiX,
            Immediate = ImmediateStage.FromCallback(_ =>
            {
                SpinWait.SpinUntil(() => Volatile.Read(ref session) is not null);
                session!.Synchronize(() => ran++);
                return ImmediateResult.ClaimedAndDeferred;
            }),
        });
        Volatile.Write(ref session, enabled);
        enabled.Trigger(0);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref ran) == 1, Ample));
    }

    [Fact]
    public async Task Inside_a_later_waiters_stage_all_vectors_are_refused()
    {
        InterruptSession? session = null;
        using InterruptSession enabled = _device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.MsiX,
            Slots = 2,
            Waiters = 2,
            Immediate = ImmediateStage.FromCallback(_ =>
            {
                SpinWait.SpinUntil(() => Volatile.Read(ref session) is not null);
                session!.Vector(1).Synchronize(() => { });
                session.Synchronize(() => { });
                return ImmediateResult.ClaimedAndDeferred;
            }),
        });
        Volatile.Write(ref session, enabled);
        enabled.Trigger(1);

        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(() => enabled.Completion.WaitAsync(Ample, TestContext.Current.CancellationToken));
        Assert.Contains("of waiter 1. There, use the vector's own", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stage_that_does_not_return_ends_the_wait()
    {
        using var release = new ManualResetEventSlim();
        using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.MsiX,
            DisableTime = TimeSpan.FromMilliseconds(200),
            Immediate = ImmediateStage.FromCallback(_ =>
            {
                Interlocked.Increment(ref _inside);
                release.Wait();
                return ImmediateResult.ClaimedAndDeferred;
            }),
        });
        session.Trigger(0);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _inside) == 1, Ample));

        DeviceException late = Assert.Throws<DeviceException>(() => session.Synchronize(() => { }));

        Assert.Equal(DeviceStatus.TimedOut, late.Status);
        Assert.Contains("keeping the immediate stage from running failed: it has not returned within 0.2 s", late.Message, StringComparison.Ordinal);
        release.Set();
        Assert.True(SpinWait.SpinUntil(() => session.GetCounters().Claimed == 1, Ample));
        session.Synchronize(() => { });
    }

    [Fact]
    public void A_banked_register_is_safe_in_every_seed_and_replays()
    {
        for (int seed = 1; seed <= 100; seed++) Assert.Equal(SeededRun.Replay(seed, Banked), SeededRun.Replay(seed, Banked));
    }

    [Fact]
    public void It_allocates_nothing()
    {
        using InterruptSession session = Enable(waiters: 2);
        Assert.Equal(0, Allocations.OfSteady(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                session.Synchronize(this, static test => test._inside = 0);
                session.Vector(1).Synchronize(this, static test => test._inside = 0);
            }
        }));
    }

    /// <summary>A bank bit switches what one offset means; a stage that ran between the switch and the access would read the other bank.</summary>
    private static async Task Banked(SeededWorld world)
    {
        using SimulatedHost host = world.NewHost().Add(new EduCard());
        using PciDevice device = host.Open(new PciId(0x1234, 0x11E8));
        bool isOther = false;
        int wrong = 0;
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions
        {
            Kinds = InterruptKinds.Msi,
            Immediate = ImmediateStage.FromCallback(_ =>
            {
                if (isOther) wrong++;
                device.Bar(0).Read<uint>(0x24);
                return ImmediateResult.ClaimedAndDeferred;
            }),
        });
        for (int i = 0; i < 5; i++)
        {
            device.Bar(0).Write(0x60, 1u);
            session.Synchronize(() =>
            {
                isOther = true;
                device.Bar(0).Read<uint>(0x00);
                device.Bar(0).Read<uint>(0x00);
                isOther = false;
            });
            await session.NextAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(0, wrong);
    }

    private InterruptSession Enable(int waiters) => _device.Interrupts.Enable(new InterruptOptions
    {
        Kinds = InterruptKinds.MsiX,
        Slots = 6,
        Waiters = waiters,
        Immediate = ImmediateStage.FromCallback(_ =>
        {
            Interlocked.Increment(ref _inside);
            Interlocked.Increment(ref _stages);
            Thread.SpinWait(500);
            Interlocked.Decrement(ref _inside);
            return ImmediateResult.Claimed;
        }),
    });
}
