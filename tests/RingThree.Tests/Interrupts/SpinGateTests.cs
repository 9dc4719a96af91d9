using RingThree.Interrupts;
using Xunit;

namespace RingThree.Tests;

public sealed class SpinGateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private SpinGate _gate;
    private long _first;
    private long _second;
    private int _torn;

    [Fact]
    public void Two_threads_are_never_inside_together()
    {
        const int rounds = 300_000;
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < rounds; i++)
            {
                _gate.Enter();
                if (_first != _second) _torn++;
                _first++;
                if ((i & 0xFFF) == 0) Thread.Yield();
                _second++;
                _gate.Exit();
            }
        }))];

        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) Assert.True(thread.Join(Patience));

        Assert.Equal(0, _torn);
        Assert.Equal(2 * rounds, _first);
        Assert.Equal(2 * rounds, _second);
    }

    [Fact]
    public void Who_comes_second_waits_until_the_first_has_left()
    {
        _gate.Enter();
        using var inside = new ManualResetEventSlim();
        var second = new Thread(() =>
        {
            _gate.Enter();
            _second = _first;
            _gate.Exit();
            inside.Set();
        });
        second.Start();
        SpinWait.SpinUntil(() => second.ThreadState != ThreadState.Unstarted, Patience);
        Thread.Sleep(20);
        Assert.False(inside.IsSet);

        _first = 7;
        _gate.Exit();

        Assert.True(inside.Wait(Patience));
        Assert.Equal(7, _second);
    }

    [Fact]
    public void Entering_allocates_nothing()
    {
        Assert.Equal(0, Allocations.OfSteady(() =>
        {
            for (int i = 0; i < 5000; i++)
            {
                _gate.Enter();
                _gate.Exit();
            }
        }));
    }
}
