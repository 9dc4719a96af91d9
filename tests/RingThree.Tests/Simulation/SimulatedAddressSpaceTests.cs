using RingThree.Devices;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>DMA reaches what is mapped and nothing else, and every fault is written down.</summary>
public sealed class SimulatedAddressSpaceTests : IDisposable
{
    private const string Place = "0000:00:02.0";
    private readonly BusCard _card = new();
    private readonly SimulatedHost _host;
    private readonly PciDevice _device;

    public SimulatedAddressSpaceTests()
    {
        _host = new SimulatedHost().Add(_card).Add(new EduCard());
        _device = _host.Open(Place);
    }

    private IAddressSpace Space => _device.Dma.AddressSpace;

    public void Dispose()
    {
        _device.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void The_message_window_is_no_place_for_memory() =>
        Assert.All(Space.UsableRanges, r => Assert.True(r.Last.Value < 0xFEE0_0000 || r.First.Value >= 0xFEF0_0000));

    [Fact]
    public void Data_crosses_pages_and_neighbouring_mappings()
    {
        using DmaBuffer first = _device.Dma.Allocate(8192);
        using DmaBuffer second = _device.Dma.Allocate(4096);
        Assert.Equal(first.Address + 8192, second.Address);
        byte[] sent = [.. Enumerable.Range(0, 9000).Select(i => (byte)(i * 3))];
        byte[] back = new byte[sent.Length];

        Assert.True(_card.Store(first.Address + 100, sent));
        Assert.True(_card.Fetch(first.Address + 100, back));

        Assert.Equal(sent, back);
        Assert.Equal(sent[..8092], first.Span[100..].ToArray());
        Assert.Equal(sent[8092..], second.Span[..908].ToArray());
        Assert.Equal(0, second.Span[908]);
        Assert.Empty(_device.Dma.TakeFaults());
    }

    [Fact]
    public void A_write_that_leaves_its_mapping_writes_up_to_there_and_faults_once()
    {
        using DmaBuffer buffer = _device.Dma.Allocate(4096);

        Assert.False(_card.Store(buffer.Address + 4090, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));

        Assert.Equal([1, 2, 3, 4, 5, 6], buffer.Span[4090..].ToArray());
        Assert.Equal([new DmaFault(Place, buffer.Address + 4096, true, "no mapping that allows it")], _device.Dma.TakeFaults());
        Assert.Empty(_device.Dma.TakeFaults());
    }

    [Fact]
    public void A_read_that_leaves_its_mapping_reads_ones_from_there()
    {
        using DmaBuffer buffer = _device.Dma.Allocate(4096);
        buffer.Span.Fill(0x11);
        byte[] data = new byte[6];

        Assert.False(_card.Fetch(buffer.Address + 4094, data));

        Assert.Equal([0x11, 0x11, 0xFF, 0xFF, 0xFF, 0xFF], data);
        Assert.False(Assert.Single(_device.Dma.TakeFaults()).IsWrite);
    }

    [Theory]
    [InlineData(DmaAccess.DeviceReads, true, false)]
    [InlineData(DmaAccess.DeviceWrites, false, true)]
    [InlineData(DmaAccess.Both, true, true)]
    public void The_device_may_do_what_the_mapping_says(DmaAccess access, bool reads, bool writes)
    {
        using DmaBuffer buffer = _device.Dma.Allocate(16, access: access);

        Assert.Equal(reads, _card.Fetch(buffer.Address, new byte[4]));
        Assert.Equal(writes, _card.Store(buffer.Address, [9]));

        Assert.Equal(writes ? 9 : 0, buffer.Span[0]);
        Assert.Equal((reads ? 0 : 1) + (writes ? 0 : 1), _device.Dma.TakeFaults().Count);
    }

    [Fact]
    public void What_was_unmapped_faults()
    {
        // Memory of the caller's first, which stays: were it still mapped, it would be written.
        byte[] memory = new byte[16];
        DmaMapping mapping = _device.Dma.Map(memory);
        Iova former = mapping.Address;
        mapping.Dispose();
        Assert.False(_card.Store(former, [1]));
        Assert.Single(_device.Dma.TakeFaults());
        Assert.Equal(0, memory[0]);

        DmaBuffer buffer = _device.Dma.Allocate(16);
        Iova address = buffer.Address;
        using DmaBuffer other = _device.Dma.Allocate(16);
        buffer.Dispose();

        Assert.False(_card.Store(address, [1]));
        Assert.True(_card.Store(other.Address, [1]));

        Assert.Equal(address, Assert.Single(_device.Dma.TakeFaults()).Address);
    }

    [Fact]
    public void Without_mastering_nothing_is_reached_and_the_fault_says_why()
    {
        using DmaBuffer buffer = _device.Dma.Allocate(16);
        _device.Config.ModifyCommand(PciCommand.BusMaster, PciCommand.None);
        byte[] data = [1, 2];

        Assert.False(_card.Store(buffer.Address, [7]));
        Assert.False(_card.Fetch(buffer.Address, data));

        Assert.Equal([0xFF, 0xFF], data);
        Assert.Equal(0, buffer.Span[0]);
        Assert.All(_device.Dma.TakeFaults(), f => Assert.Contains("mastering", f.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void A_card_that_sleeps_reaches_nothing()
    {
        using DmaBuffer buffer = _device.Dma.Allocate(16);
        PciCapability power = Assert.NotNull(_device.Config.FindCapability(PciCapabilityId.PowerManagement));
        _device.Config.Write16(power.Offset + 4, 3);

        Assert.False(_card.Store(buffer.Address, [7]));

        Assert.Equal(0, buffer.Span[0]);
    }

    [Fact]
    public void A_card_that_was_pulled_out_reaches_nothing()
    {
        using DmaBuffer buffer = _device.Dma.Allocate(16);
        _host.Remove(Place);

        Assert.False(_card.Store(buffer.Address, [7]));

        Assert.Equal(0, buffer.Span[0]);
    }

    [Fact]
    public void Mappings_that_overlap_are_refused()
    {
        var space = new SimulatedAddressSpace();
        space.Map(0x10_0000, 0x3000, new Iova(0x5000), DmaAccess.Both);

        foreach ((ulong at, ulong length) in new (ulong, ulong)[] { (0x5000, 0x3000), (0x4000, 0x2000), (0x7000, 0x1000), (0x6000, 0x1000), (0x4000, 0x8000) })
        {
            Assert.Equal(DeviceStatus.InvalidArgument, Assert.Throws<DeviceException>(() => space.Map(0x20_0000, length, new Iova(at), DmaAccess.Both)).Status);
        }

        space.Map(0x20_0000, 0x1000, new Iova(0x4000), DmaAccess.Both);
        space.Map(0x20_0000, 0x1000, new Iova(0x8000), DmaAccess.Both);
    }

    [Fact]
    public void Only_just_what_was_mapped_can_be_unmapped()
    {
        var space = new SimulatedAddressSpace();
        space.Map(0x10_0000, 0x2000, new Iova(0x5000), DmaAccess.Both);

        Assert.Throws<DeviceException>(() => space.Unmap(new Iova(0x5000), 0x1000));
        Assert.Throws<DeviceException>(() => space.Unmap(new Iova(0x6000), 0x1000));
        space.Unmap(new Iova(0x5000), 0x2000);
        Assert.Throws<DeviceException>(() => space.Unmap(new Iova(0x5000), 0x2000));
    }

    [Fact]
    public void A_log_of_faults_that_nobody_takes_keeps_the_latest()
    {
        using DmaBuffer on = _device.Dma.Allocate(16);
        for (uint i = 0; i < 2000; i++) _card.Store(new Iova(0x4000_0000 + (i * 0x1000)), [1]);

        IReadOnlyList<DmaFault> faults = _device.Dma.TakeFaults();

        Assert.Equal(1024, faults.Count);
        Assert.Equal(new Iova(0x4000_0000 + (1999 * 0x1000)), faults[^1].Address);
        Assert.Equal(new Iova(0x4000_0000 + (976 * 0x1000)), faults[0].Address);
    }

    [Fact]
    public void Devices_can_share_a_space()
    {
        using PciDevice other = _host.Open("0000:00:03.0", new DeviceOpenOptions { Host = new OpenOptions { ShareAddressSpace = Space } });
        using DmaBuffer theirs = other.Dma.Allocate(16);
        using DmaBuffer ours = _device.Dma.Allocate(16);

        Assert.NotEqual(theirs.Address, ours.Address);
        Assert.True(_card.Store(theirs.Address, [5]));
        Assert.Equal(5, theirs.Span[0]);
    }
}
