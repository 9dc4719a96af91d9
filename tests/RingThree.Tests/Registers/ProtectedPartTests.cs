using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Registers;
using Xunit;

namespace RingThree.Tests;

/// <summary>The MSI-X table and pending bits inside a BAR are the host's.</summary>
public sealed class ProtectedPartTests : IDisposable
{
    private const ulong Table = 0x1000;
    private const ulong Pending = 0x2000;
    private readonly FakeDevice _fake;
    private readonly PciDevice _device;
    private readonly DeviceRegion _bar;

    public ProtectedPartTests()
    {
        RegionPart[] parts = [new(RegionPartKind.MsixTable, Table, 0x30), new(RegionPartKind.MsixPending, Pending, 8), new(RegionPartKind.NotMappable, 0x2800, 0x10)];
        _fake = new FakeDevice().Add(0, 0x3000, mapped: [(0, 0x1000), (0x2000, 0x1000)], parts: parts);
        _device = _fake.Open();
        _bar = _device.Bar(0);
    }

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(Table)]
    [InlineData(Table + 0x2C)]
    [InlineData(Pending)]
    [InlineData(Pending + 4)]
    public void Writing_there_is_refused(ulong offset)
    {
        var error = Assert.Throws<DeviceException>(() => _bar.Write(offset, 1u));

        Assert.Equal(DeviceStatus.ProtectedRange, error.Status);
        Assert.Equal(FakeDevice.Place, error.Device);
        Assert.Contains(offset < Pending ? "MSI-X table" : "MSI-X pending bits", error.Answer, StringComparison.Ordinal);
        Assert.Contains("BAR 0", error.Operation, StringComparison.Ordinal);
        Assert.Empty(_fake.Accesses);
    }

    [Fact]
    public void Reading_there_is_the_hosts_business()
    {
        _bar.Read<uint>(Table);
        _bar.Read<ulong>(Table + 8);

        Assert.Equal([BusAccess.Read(4, Table, 0), BusAccess.Read(8, Table + 8, 0)], _fake.Accesses);
    }

    [Theory]
    [InlineData(Table - 8, 16)]
    [InlineData(Table + 0x28, 16)]
    [InlineData(0, 0x3000)]
    [InlineData(Table, 1)]
    [InlineData(Pending - 8, 9)]
    public void Registers_cannot_be_laid_over_it(ulong offset, ulong length) =>
        Assert.Equal(DeviceStatus.ProtectedRange, Assert.Throws<DeviceException>(() => _bar.Window(offset, length)).Status);

    [Theory]
    [InlineData(0, Table)]
    [InlineData(Table + 0x30, Pending - Table - 0x30)]
    [InlineData(Pending + 8, 0x3000 - Pending - 8)]
    public void Registers_can_be_laid_beside_it(ulong offset, ulong length) => Assert.Equal(length, _bar.Window(offset, length).Length);

    [Fact]
    public void A_window_over_mapped_and_unmapped_bytes_goes_through_the_host()
    {
        Assert.True(_bar.Window(0, 0x1000).IsMapped);
        Assert.True(_bar.Window(0x2008, 0xFF8).IsMapped);
        Assert.False(_bar.Window(0x1030, 0xFD0).IsMapped);
    }

    [Fact]
    public void A_part_that_just_cannot_be_mapped_can_be_written()
    {
        _bar.Write(0x2800, 7u);

        Assert.Equal(7u, _bar.Read<uint>(0x2800));
    }

    [Fact]
    public void A_block_that_reaches_into_it_is_refused_before_its_first_value_is_written()
    {
        _fake[0].Bytes[(int)Table - 8] = 0x55;

        Assert.Throws<DeviceException>(() => _bar.WriteBlock<uint>(Table - 8, [1, 2, 3, 4]));

        Assert.Equal(0x55u, _bar.Read<uint>(Table - 8));
    }

    [Fact]
    public void A_fifo_there_cannot_be_written() => Assert.Throws<DeviceException>(() => _bar.WriteBlock<uint>(Table, [1, 2], sameAddress: true));
}
