using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>What a card does later: resets and the model itself call it off, for certain.</summary>
public sealed class LaterWorkTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("function")]
    [InlineData("power")]
    [InlineData("bus")]
    public void A_reset_calls_later_work_off_but_what_is_to_survive_it(string kind)
    {
        SeededRun.Replay(1, async world =>
        {
            var card = new TimedCard(kind);
            using SimulatedHost host = world.NewHost();
            string address = $"0000:{host.AddBridge("0000:00:1c.0"):x2}:00.0";
            using PciDevice device = host.Add(card, address).Open(address);
            card.Begin(5, survivesReset: false);
            card.Begin(6, survivesReset: true);

            if (kind == "bus")
            {
                foreach (uint control in (uint[])[0x40, 0]) host.RootComplex.WriteConfiguration(PciAddress.Parse("0000:00:1c.0"), 0x3E, 2, control);
            }
            else
            {
                device.Reset();
            }

            card.Begin(7, survivesReset: false);
            await Task.Delay(TimeSpan.FromMilliseconds(100), world.Time);
            Assert.Equal([6, 7], card.Done);
        });
    }

    [Fact]
    public void Work_that_waits_to_enter_the_model_is_called_off_too()
    {
        var card = new TimedCard("function");
        using SimulatedHost host = new SimulatedHost().Add(card);
        using PciDevice device = host.Open("0000:00:02.0");
        lock (card.ModelGate)
        {
            card.Begin(0, survivesReset: false);
            IDisposable second = card.Begin(0, survivesReset: true);
            Thread.Sleep(50); // both are at the gate, or else have not begun
            device.Reset();
            second.Dispose();
        }

        card.Begin(1, survivesReset: false);
        Assert.True(SpinWait.SpinUntil(() => card.Done.Length > 0, Patience));
        Assert.Equal([1], card.Done);
    }

    [Fact]
    public void Before_it_is_plugged_in_a_card_has_no_time() =>
        Assert.Throws<InvalidOperationException>(() => new TimedCard("function").Begin(1, survivesReset: false));

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(50 * TimeSpan.TicksPerDay)]
    [InlineData(TimeSpan.TicksPerDay + 1)]
    [InlineData(-1)]
    [InlineData(-TimeSpan.TicksPerMillisecond)] // Timeout.InfiniteTimeSpan
    public void A_time_that_is_none_names_the_card(long ticks)
    {
        var card = new TimedCard("function");
        using SimulatedHost host = new SimulatedHost().Add(card);
        AssertRefused(card);
        SeededRun.Replay(1, async world =>
        {
            var other = new TimedCard("function");
            using SimulatedHost machine = world.NewHost().Add(other);
            AssertRefused(other);
            await Task.Delay(TimeSpan.FromMilliseconds(1), world.Time);
            Assert.Empty(other.Done);
        });

        void AssertRefused(TimedCard refusing)
        {
            var error = Assert.Throws<ArgumentOutOfRangeException>("delay", () => refusing.Begin(TimeSpan.FromTicks(ticks)));
            Assert.Contains("0000:00:02.0 ('timed')", error.Message, StringComparison.Ordinal);
            Assert.Contains("0 to a day", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_day_is_not_too_long()
    {
        SeededRun.Replay(1, async world =>
        {
            var card = new TimedCard("function");
            using SimulatedHost host = world.NewHost().Add(card);
            card.Begin(TimeSpan.FromDays(1));
            card.Begin(TimeSpan.Zero);
            await Task.Delay(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1), world.Time);
            Assert.Single(card.Done);
            await Task.Delay(TimeSpan.FromSeconds(2), world.Time);
            Assert.Equal(2, card.Done.Length);
        });
    }

    [Fact]
    public void A_timer_of_simulated_time_takes_no_longer_times_than_the_systems()
    {
        SeededRun.Replay(1, world =>
        {
            Assert.Throws<ArgumentOutOfRangeException>("dueTime", () => world.Time.CreateTimer(_ => { }, null, TimeSpan.MaxValue, Timeout.InfiniteTimeSpan));
            Assert.Throws<ArgumentOutOfRangeException>("period", () => world.Time.CreateTimer(_ => { }, null, TimeSpan.Zero, TimeSpan.MaxValue));
            return Task.CompletedTask;
        });
    }

    private sealed class TimedCard(string reset) : SimulatedCard(new CardDefinition(0xFFFF, 4, "timed")
    {
        Bars = new Dictionary<int, CardBar> { [0] = new(0x1000) },
        CanReset = reset == "power",
        Express = reset == "function" ? new ExpressDefinition() : null,
    })
    {
        private readonly List<int> _done = [];

        internal int[] Done
        {
            get
            {
                lock (ModelGate) return [.. _done];
            }
        }

        internal IDisposable Begin(TimeSpan delay) => After(delay, () => _done.Add(0));

        internal IDisposable Begin(int milliseconds, bool survivesReset) => After(TimeSpan.FromMilliseconds(milliseconds), () => _done.Add(milliseconds), survivesReset);
    }
}
