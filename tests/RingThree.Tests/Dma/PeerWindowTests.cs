using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Pci;
using Xunit;

namespace RingThree.Tests;

/// <summary>A window of one device mapped for another's DMA: it is reached as long as the first one is open.</summary>
public sealed class PeerWindowTests : IDisposable
{
    private readonly FakeAddressSpace _space = new((0, (1UL << 39) - 1));
    private readonly FakeDevice _peer = new FakeDevice { Description = new DeviceDescription("0000:00:08.0", 0x1234, 0x11E8) }.Add(0, 0x2000, mapped: [(0, 0x2000)]);
    private readonly PciDevice _window;
    private readonly PciDevice _device;

    public PeerWindowTests()
    {
        _window = _peer.Open();
        _device = new FakeDevice { AddressSpace = _space }.Open();
    }

    private nuint Address => _window.Bar(0).MappedAddress;

    public void Dispose()
    {
        _device.Dispose();
        _window.Dispose();
    }

    [Fact]
    public void It_ends_before_the_host_has_the_window_back()
    {
        using DmaMapping mapping = _device.Dma.Map(Address, 0x1000);
        Assert.Equal(Address, Assert.Single(_space.Mappings.Values).Memory);
        _space.Note = _peer.Note;

        _window.Dispose();

        Assert.Empty(_space.Mappings);
        Assert.True(Array.IndexOf(_peer.Events, "unmap 4096") is >= 0 and var at && at < Array.IndexOf(_peer.Events, "dispose"));
        mapping.Dispose(); // which has nothing left to do
        Assert.Single(_peer.Events, e => e == "unmap 4096");
    }

    [Fact]
    public void After_that_it_is_refused()
    {
        nuint address = Address;
        Registers.DeviceRegion held = Hold();
        _window.Dispose();

        DeviceException error = Assert.Throws<DeviceException>(() => _device.Dma.Map(address, 0x1000));

        Assert.Equal((DeviceStatus.InvalidArgument, "its device is closed"), (error.Status, error.Answer));
        Assert.Contains("0000:00:08.0 BAR 0", error.Operation, StringComparison.Ordinal);
        Assert.Empty(_space.Mappings);
        GC.KeepAlive(held);
    }

    [Fact]
    public void A_window_that_does_not_decode_is_refused_and_taken_when_it_does()
    {
        nuint address = Address;
        _window.Config.ModifyCommand(PciCommand.MemorySpace, PciCommand.None);
        Assert.Contains("does not decode now", Assert.Throws<DeviceException>(() => _device.Dma.Map(address, 0x1000)).Answer, StringComparison.Ordinal);

        _window.Config.ModifyCommand(PciCommand.None, PciCommand.MemorySpace);
        using DmaMapping mapping = _device.Dma.Map(address, 0x1000);
        Assert.Single(_space.Mappings);
    }

    [Fact]
    public void More_than_the_window_is_refused()
    {
        Assert.Contains("beyond", Assert.Throws<DeviceException>(() => _device.Dma.Map(Address + 0x1000, 0x2000)).Answer, StringComparison.Ordinal);
        Assert.Contains("beyond", Assert.Throws<DeviceException>(() => _device.Dma.Map(Address - 0x1000, 0x2000)).Answer, StringComparison.Ordinal);
        Assert.Empty(_space.Mappings);
    }

    [Fact]
    public void One_that_its_user_ended_is_not_ended_again()
    {
        DmaMapping first = _device.Dma.Map(Address, 0x1000);
        first.Dispose();
        DmaMapping second = _device.Dma.Map(Address, 0x2000);

        _window.Dispose();

        Assert.Empty(_space.Mappings);
        second.Dispose();
    }

    [Fact]
    public void The_device_that_reaches_it_may_close_first()
    {
        _device.Dma.Map(Address, 0x1000);
        _device.Dispose();
        Assert.Empty(_space.Mappings);

        _window.Dispose();
        Assert.Contains("dispose", _peer.Events);
    }

    [Fact]
    public void A_host_that_does_not_let_go_keeps_the_window_from_nothing()
    {
        _device.Dma.Map(Address, 0x1000);
        _device.Dma.Map(Address + 0x1000, 0x1000);
        _space.Mappings.Remove(_space.Mappings.Keys.Min()); // the host refuses to unmap that one

        _window.Dispose();

        Assert.Empty(_space.Mappings);
        Assert.Contains("dispose", _peer.Events);
    }

    [Fact]
    public void Other_memory_is_nobodys_window()
    {
        using DmaMapping mapping = _device.Dma.Map(new byte[0x1000].AsMemory());
        _window.Dispose();
        Assert.Single(_space.Mappings);
    }

    private Registers.DeviceRegion Hold() => _window.Bar(0);
}
