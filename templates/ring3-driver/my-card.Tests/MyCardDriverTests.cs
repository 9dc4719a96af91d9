using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace MyCard.Tests;

/// <summary>The driver at work on the simulated card.</summary>
public sealed class MyCardDriverTests
{
    private static readonly uint[] TimesSeven = [7, 14, 21, 28, 35, 42, 49, 56];

    [Theory]
    [InlineData(InterruptKinds.Msi)]
    [InlineData(InterruptKinds.Level)]
    public async Task A_measurement_ends_with_an_interrupt(InterruptKinds kinds)
    {
        using SimulatedHost host = new SimulatedHost().Add(new MyCardModel());
        using PciDevice card = host.Open(MyCardDriver.Id);
        await using var driver = new MyCardDriver(card, kinds);

        Assert.Equal(TimesSeven, await driver.MeasureAsync(gain: 7));
        Assert.Equal(MyCardEvents.None, driver.Registers.Events.Read()); // acknowledged
    }

    /// <summary>
    /// What a thread, an interrupt or a slow card could do to the driver, one of these orders does. Time is simulated. A seed
    /// that fails is named, and fails again in the same way: SeededRun.Replay(seed, ...).
    /// </summary>
    [Fact]
    public void It_works_in_whatever_order_things_happen()
    {
        for (int seed = 1; seed <= 200; seed++)
        {
            SeededRun.Replay(seed, async world =>
            {
                using SimulatedHost host = world.NewHost().Add(new MyCardModel());
                using PciDevice card = host.Open(MyCardDriver.Id);
                await using var driver = new MyCardDriver(card);
                for (int i = 0; i < 3; i++) Assert.Equal(TimesSeven, await driver.MeasureAsync(gain: 7));
            });
        }
    }

    [Fact]
    public void A_card_that_does_not_interrupt_is_told_of() => SeededRun.Replay(seed: 1, async world =>
    {
        using SimulatedHost host = world.NewHost().Add(new MyCardModel());
        host.Faults.OnMessage("my-card").Once().Drop(); // faults on demand
        using PciDevice card = host.Open(MyCardDriver.Id);
        await using var driver = new MyCardDriver(card);

        DeviceException lost = await Assert.ThrowsAsync<DeviceException>(() => driver.MeasureAsync(gain: 7));
        Assert.Equal(DeviceStatus.TimedOut, lost.Status);
        Assert.Equal(TimesSeven, await driver.MeasureAsync(gain: 7)); // the next one is as before
    });
}
