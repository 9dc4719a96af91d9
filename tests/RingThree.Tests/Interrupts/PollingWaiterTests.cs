using System.Diagnostics;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The waiter of a latency mode does as every waiter does, and looks for signals before it sleeps.</summary>
public sealed class PollingWaiterTests : InterruptWaiterTests
{
    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(5);
    private readonly SimulatedWaiter _simulated = new();
    private readonly LatencyMeter _meter = new(TimeProvider.System);

    [Fact]
    public void After_a_signal_the_next_one_is_found_without_sleeping()
    {
        var inner = new ScriptedWaiter { Signals = { [0] = 1, [40] = 2 } };
        using var waiter = new PollingWaiter(inner, TimeSpan.FromDays(1), TimeProvider.System, _meter);
        var signals = new InterruptSignal[1];

        Assert.Equal(1, waiter.Wait(signals, Timeout.InfiniteTimeSpan));
        Assert.Equal(1, waiter.Wait(signals, Timeout.InfiniteTimeSpan));

        Assert.Equal(2, signals[0].Count);
        Assert.Equal(1, inner.Sleeps);
        Assert.Equal(41, inner.Calls);
        Assert.Equal((2, 1), (_meter.Wakeups, _meter.Polled));
    }

    [Fact]
    public void It_sleeps_when_the_time_is_over_and_polls_again_only_after_a_signal()
    {
        var inner = new ScriptedWaiter { Signals = { [0] = 1 } };
        using var waiter = new PollingWaiter(inner, Busy, TimeProvider.System, _meter);
        var signals = new InterruptSignal[1];
        waiter.Wait(signals, Timeout.InfiniteTimeSpan);
        long started = Stopwatch.GetTimestamp();

        Assert.Equal(0, waiter.Wait(signals, Timeout.InfiniteTimeSpan));

        Assert.True(Stopwatch.GetElapsedTime(started) >= Busy);
        Assert.Equal(2, inner.Sleeps);
        int calls = inner.Calls;
        Assert.Equal(0, waiter.Wait(signals, Timeout.InfiniteTimeSpan));
        Assert.Equal((calls + 1, 3), (inner.Calls, inner.Sleeps));
        Assert.Equal((1, 0), (_meter.Wakeups, _meter.Polled));
    }

    [Fact]
    public void A_shorter_time_out_ends_the_polling()
    {
        var inner = new ScriptedWaiter { Signals = { [0] = 1 } };
        using var waiter = new PollingWaiter(inner, TimeSpan.FromDays(1), TimeProvider.System, _meter);
        waiter.Wait(new InterruptSignal[1], Timeout.InfiniteTimeSpan);

        Assert.Equal(0, waiter.Wait(new InterruptSignal[1], TimeSpan.FromMilliseconds(3)));

        Assert.Equal(1, inner.Sleeps); // what was left of the time-out was nothing
    }

    [Fact]
    public void Without_a_busy_wait_it_only_sleeps()
    {
        var inner = new ScriptedWaiter { Signals = { [0] = 1, [1] = 1, [2] = 1 } };
        using var waiter = new PollingWaiter(inner, TimeSpan.Zero, TimeProvider.System, _meter);

        for (int i = 0; i < 3; i++) waiter.Wait(new InterruptSignal[1], Timeout.InfiniteTimeSpan);

        Assert.Equal((3, 3), (inner.Calls, inner.Sleeps));
        Assert.Equal((3, 0), (_meter.Wakeups, _meter.Polled));
    }

    [Fact]
    public void A_wake_up_that_a_poll_took_is_not_lost()
    {
        // The waker comes at any moment of the polling; a lost one would leave the wait asleep for good.
        using var waiter = new PollingWaiter(_simulated, TimeSpan.FromMicroseconds(200), TimeProvider.System, _meter);
        _simulated.Prepare(0);
        var signals = new InterruptSignal[1];
        for (int i = 0; i < 2000; i++)
        {
            _simulated.Signal(0);
            while (waiter.Wait(signals, TimeSpan.FromSeconds(30)) == 0)
            {
                // A wake-up of the round before.
            }

            int spins = i % 300;
            Task waker = Task.Run(() =>
            {
                Thread.SpinWait(spins);
                waiter.Wake();
            });
            long started = Stopwatch.GetTimestamp();
            Assert.Equal(0, waiter.Wait(signals, TimeSpan.FromSeconds(30)));
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20), $"round {i}: the wake-up was lost");
            Assert.True(waker.Wait(TimeSpan.FromSeconds(30)));
        }
    }

    private protected override IInterruptWaiter CreateWaiter() => new PollingWaiter(_simulated, Busy, TimeProvider.System, _meter);

    private protected override Action Route(int tag)
    {
        _simulated.Prepare(tag);
        return () => _simulated.Signal(tag);
    }

    /// <summary>Has signals at the calls that the script says; sleeps for no time.</summary>
    private sealed class ScriptedWaiter : IInterruptWaiter
    {
        /// <summary>By the number of the call, how often tag 0 has signalled.</summary>
        public Dictionary<int, long> Signals { get; } = [];

        public int Calls { get; private set; }

        /// <summary>Calls that would have slept.</summary>
        public int Sleeps { get; private set; }

        public int Wait(Span<InterruptSignal> signals, TimeSpan timeout)
        {
            if (timeout != TimeSpan.Zero) Sleeps++;
            if (!Signals.TryGetValue(Calls++, out long count)) return 0;
            signals[0] = new InterruptSignal(0, count);
            return 1;
        }

        public void Wake()
        {
        }

        public void Dispose()
        {
        }
    }
}
