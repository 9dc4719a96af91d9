using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The token that is cancelled when a device has left or was closed.</summary>
public sealed class GoneTests
{
    private static readonly PciId Edu = new(0x1234, 0x11E8);
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_card_that_is_pulled_cancels_it_once_it_is_noticed()
    {
        using SimulatedHost host = new SimulatedHost().Add(new EduCard());
        using PciDevice device = host.Open(Edu);
        CancellationToken gone = device.Gone;
        Assert.False(gone.IsCancellationRequested);
        Task loop = Task.Delay(Timeout.Infinite, gone);

        host.Remove(device.Address);
        device.IsPresent();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loop.WaitAsync(Ample, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void So_does_closing_even_for_who_asks_later()
    {
        using SimulatedHost host = new SimulatedHost().Add(new EduCard());
        PciDevice device = host.Open(Edu);
        PciDevice other;
        CancellationToken gone = device.Gone;
        device.Dispose();
        Assert.True(gone.WaitHandle.WaitOne(Ample));
        using (other = host.Open(Edu)) Assert.False(other.Gone.IsCancellationRequested);
        Assert.True(other.Gone.WaitHandle.WaitOne(Ample));
    }

    [Fact]
    public void A_registration_that_throws_harms_nobody()
    {
        using SimulatedHost host = new SimulatedHost().Add(new EduCard());
        PciDevice device = host.Open(Edu);
        using var called = new ManualResetEventSlim();
        device.Gone.Register(called.Set);
        device.Gone.Register(static () => throw new FormatException());

        device.Dispose();

        Assert.True(called.Wait(Ample, TestContext.Current.CancellationToken));
    }
}
