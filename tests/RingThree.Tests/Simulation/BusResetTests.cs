using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Registers;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The reset of everything on a bus, and a card that comes back as another.</summary>
public sealed class BusResetTests
{
    [Fact]
    public void A_bus_reset_reaches_all_on_the_bus_and_says_so_first()
    {
        using var host = new SimulatedHost();
        host.AddBridge("0000:00:0c.0", isConventional: true);
        host.Add(GenericCard.Parse("id=10ee:7024,bar0=4K"), "0000:01:01.0").Add(GenericCard.Parse("id=10ee:7024,bar0=4K"), "0000:01:05.0");
        using PciDevice first = host.Open("0000:01:01.0");
        using PciDevice second = host.Open("0000:01:05.0");
        Assert.Equal(["0000:01:01.0", "0000:01:05.0"], first.GetBusResetReach());
        DeviceRegion[] bars = [first.Bar(0), second.Bar(0)];
        foreach (DeviceRegion each in bars) each.Write(8, 0x1234u);
        Assert.All(bars, b => Assert.Equal(0x1234u, b.Read<uint>(8)));

        first.ResetBus();

        // As after power on, and where they were: what the kernel had written to configuration space is back.
        Assert.All(bars, b => Assert.Equal(0u, b.Read<uint>(8)));
    }

    [Fact]
    public void On_a_root_bus_there_is_none()
    {
        using var host = new SimulatedHost().Add(new EduCard());
        using PciDevice device = host.Open(new PciId(0x1234, 0x11E8));
        Assert.Null(device.GetBusResetReach());
        var error = Assert.Throws<DeviceException>(device.ResetBus);
        Assert.Equal(DeviceStatus.NotSupported, error.Status);
        device.Dispose();
        Assert.Throws<ObjectDisposedException>(device.ResetBus);
        Assert.Throws<ObjectDisposedException>(() => device.GetBusResetReach());
    }

    /// <summary>An FPGA: it leaves while it is loaded, and comes back with other BARs. One program sees it through.</summary>
    [Fact]
    public async Task A_card_that_is_loaded_anew_is_opened_again_by_the_same_program()
    {
        using var host = new SimulatedHost();
        var arrived = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = new TaskCompletionSource<RemovalReason>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Add(GenericCard.Parse("id=10ee:7024,bar0=4K,msi=1"), "0000:00:11.0");
        using PciDevice before = host.Open(new PciId(0x10EE, 0x7024));
        before.RemovalRequested += notice => left.TrySetResult(notice.Reason);
        using IDisposable watch = host.Watch(c =>
        {
            if (c.Kind == DeviceChangeKind.Arrived) arrived.TrySetResult(c.Device.Address);
        })!;
        before.Bar(0).Write(0u, 1u);

        host.Remove("0000:00:11.0");
        Assert.False(before.IsPresent());
        await left.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(uint.MaxValue, before.Bar(0).Read<uint>(0));
        host.Add(GenericCard.Parse("id=10ee:7024,bar0=64K,bar2=1M,msix=8"), "0000:00:11.0");

        string address = await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        using PciDevice after = host.Open(address);
        Assert.Equal((0x1_0000ul, 0x10_0000ul), (after.Bar(0).Size, after.Bar(2).Size));
        Assert.Equal(0u, after.Bar(0).Read<uint>(0));
        Assert.Equal(uint.MaxValue, before.Bar(0).Read<uint>(0)); // the old one's registers stay dead
    }
}
