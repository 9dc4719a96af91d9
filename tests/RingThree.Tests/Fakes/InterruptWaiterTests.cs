using System.Diagnostics;
using RingThree.Hosting;
using Xunit;

namespace RingThree.Tests;

/// <summary>What every waiter does, whatever is behind it. A subclass makes one and says how its tags signal.</summary>
public abstract class InterruptWaiterTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Lazy<IInterruptWaiter> _waiter;
    private readonly Dictionary<int, Action> _signals = [];

    protected InterruptWaiterTests() => _waiter = new Lazy<IInterruptWaiter>(CreateWaiter);

    private protected IInterruptWaiter Waiter => _waiter.Value;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (_waiter.IsValueCreated) Waiter.Dispose();
    }

    [Fact]
    public void Without_signals_a_wait_of_no_time_is_over_at_once() => Assert.Equal(0, Waiter.Wait(new InterruptSignal[1], TimeSpan.Zero));

    [Fact]
    public void A_short_wait_lasts_its_time()
    {
        long started = Stopwatch.GetTimestamp();

        Assert.Equal(0, Waiter.Wait(new InterruptSignal[1], TimeSpan.FromMilliseconds(30)));

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromMilliseconds(29), Patience);
    }

    [Fact]
    public void Signals_of_one_tag_add_up()
    {
        for (int i = 0; i < 5; i++) Signal(3);

        Assert.Equal([new InterruptSignal(3, 5)], Take(4));
        Assert.Empty(Take(4));
    }

    [Fact]
    public void Each_tag_has_its_own_count()
    {
        int[] counts = [4, 0, 1, 7];
        for (int tag = 0; tag < counts.Length; tag++)
        {
            for (int i = 0; i < counts[tag]; i++) Signal(tag);
        }

        Assert.Equal([new(0, 4), new(2, 1), new(3, 7)], Take(4).OrderBy(s => s.Tag));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void More_tags_than_fit_come_with_the_next_waits(int room)
    {
        const int tags = 150;
        for (int tag = 0; tag < tags; tag++)
        {
            for (int i = 0; i <= tag % 3; i++) Signal(tag);
        }

        var seen = new List<InterruptSignal>();
        while (seen.Count < tags)
        {
            InterruptSignal[] some = Take(room);
            Assert.InRange(some.Length, 1, room);
            seen.AddRange(some);
        }

        Assert.Equal(Enumerable.Range(0, tags).Select(tag => new InterruptSignal(tag, 1 + (tag % 3))), seen.OrderBy(s => s.Tag));
        Assert.Empty(Take(room));
    }

    [Fact]
    public void A_signal_ends_a_wait_without_end()
    {
        Action signal = Prepared(0);
        Task<InterruptSignal[]> waiting = WaitElsewhere(Timeout.InfiniteTimeSpan);

        signal();

        Assert.True(waiting.Wait(Patience));
        Assert.Equal([new InterruptSignal(0, 1)], waiting.Result);
    }

    [Fact]
    public void A_signal_ends_a_long_wait_before_its_time()
    {
        Action signal = Prepared(0);
        Task<InterruptSignal[]> waiting = WaitElsewhere(TimeSpan.FromDays(100));

        signal();

        Assert.True(waiting.Wait(Patience));
        Assert.Equal([new InterruptSignal(0, 1)], waiting.Result);
    }

    [Fact]
    public void A_wake_up_ends_a_wait_with_nothing()
    {
        Task<InterruptSignal[]> waiting = WaitElsewhere(Timeout.InfiniteTimeSpan);

        Waiter.Wake();

        Assert.True(waiting.Wait(Patience));
        Assert.Empty(waiting.Result);
    }

    [Fact]
    public void A_wake_up_before_a_wait_ends_that_one_and_no_other()
    {
        Waiter.Wake();
        Waiter.Wake();
        long started = Stopwatch.GetTimestamp();

        Assert.Equal(0, Waiter.Wait(new InterruptSignal[1], Timeout.InfiniteTimeSpan));
        Assert.Equal(0, Waiter.Wait(new InterruptSignal[1], TimeSpan.FromMilliseconds(30)));

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromMilliseconds(29), Patience);
    }

    [Fact]
    public void A_wake_up_and_a_signal_together_end_one_wait()
    {
        Signal(0);
        Waiter.Wake();
        Assert.Equal([new InterruptSignal(0, 1)], Take(4));
        long started = Stopwatch.GetTimestamp();

        Assert.Equal(0, Waiter.Wait(new InterruptSignal[4], TimeSpan.FromMilliseconds(30)));

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromMilliseconds(29), Patience);
    }

    [Fact]
    public void A_wake_up_takes_no_signal_away()
    {
        Signal(0);
        Waiter.Wake();
        Signal(1);

        var seen = new List<InterruptSignal>();
        for (int i = 0; i < 3; i++) seen.AddRange(Take(1));

        Assert.Equal([new(0, 1), new(1, 1)], seen.OrderBy(s => s.Tag));
    }

    [Fact]
    public void A_wake_up_after_the_end_does_nothing()
    {
        Signal(0);
        IInterruptWaiter waiter = Waiter;
        waiter.Dispose();

        waiter.Wake();
        waiter.Dispose();
        waiter.Wake();
    }

    [Fact]
    public void Of_two_producers_no_signal_is_lost()
    {
        const int each = 100_000;
        Action first = Prepared(0);
        Action second = Prepared(1);
        Thread[] producers = [.. new[] { first, second }.Select(signal => new Thread(() =>
        {
            for (int i = 0; i < each; i++) signal();
        }))];
        foreach (Thread producer in producers) producer.Start();

        long[] counts = new long[2];
        var room = new InterruptSignal[2];
        while (counts.Sum() < 2 * each)
        {
            int ready = Waiter.Wait(room, Patience);
            Assert.NotEqual(0, ready);
            foreach (InterruptSignal signal in room.AsSpan(0, ready)) counts[signal.Tag] += signal.Count;
        }

        foreach (Thread producer in producers) Assert.True(producer.Join(Patience));
        Assert.Equal([each, each], counts);
        Assert.Empty(Take(2));
    }

    [Fact]
    public void Waiting_allocates_nothing()
    {
        var room = new InterruptSignal[4];
        Action signal = Prepared(2);

        Assert.Equal(0, Allocations.OfSteady(() => Turn(5000)));

        void Turn(int times)
        {
            for (int i = 0; i < times; i++)
            {
                signal();
                Assert.True(Waiter.Wait(room, Timeout.InfiniteTimeSpan) == 1 && room[0].Count == 1);
            }
        }
    }

    private protected abstract IInterruptWaiter CreateWaiter();

    /// <summary>What makes a tag signal; called once per tag.</summary>
    private protected abstract Action Route(int tag);

    private Action Prepared(int tag)
    {
        _ = Waiter;
        if (!_signals.TryGetValue(tag, out Action? signal)) _signals.Add(tag, signal = Route(tag));
        return signal;
    }

    private void Signal(int tag) => Prepared(tag)();

    private InterruptSignal[] Take(int room)
    {
        var signals = new InterruptSignal[room];
        return signals[..Waiter.Wait(signals, TimeSpan.Zero)];
    }

    private Task<InterruptSignal[]> WaitElsewhere(TimeSpan timeout)
    {
        using var started = new ManualResetEventSlim();
        IInterruptWaiter waiter = Waiter;
        Task<InterruptSignal[]> waiting = Task.Factory.StartNew(
            () =>
            {
                var signals = new InterruptSignal[4];
                started.Set();
                return signals[..waiter.Wait(signals, timeout)];
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Assert.True(started.Wait(Patience));
        return waiting;
    }
}
