using RingThree.Hosting;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The waiter of the simulated host does as every waiter does.</summary>
public sealed class SimulatedWaiterTests : InterruptWaiterTests
{
    private SimulatedWaiter? _simulated;

    [Fact]
    public void Signals_after_the_end_are_dropped()
    {
        Action signal = Route(0);
        Waiter.Dispose();

        signal();

        Assert.Equal(0, Waiter.Wait(new InterruptSignal[1], TimeSpan.FromSeconds(30)));
    }

    private protected override IInterruptWaiter CreateWaiter() => _simulated = new SimulatedWaiter();

    private protected override Action Route(int tag)
    {
        _ = Waiter;
        SimulatedWaiter waiter = _simulated!;
        waiter.Prepare(tag);
        return () => waiter.Signal(tag);
    }
}
