using System.Runtime.InteropServices;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Registers;
using Xunit;

namespace RingThree.Tests;

/// <summary>What a region checks before it lets an access through.</summary>
public sealed class RegionAccessTests : IDisposable
{
    private const int Size = 0x400;
    private readonly FakeDevice _fake = new FakeDevice().Add(0, Size).Add(1, Size, mapped: [(0, Size)]).Add(2, 0x20, RegionKind.Port);
    private readonly PciDevice _device;

    public RegionAccessTests() => _device = _fake.Open();

    public static TheoryData<int> Bars => [0, 1];

    public void Dispose() => _device.Dispose();

    [Theory]
    [MemberData(nameof(Bars))]
    public void An_access_beyond_the_end_is_refused(int bar)
    {
        DeviceRegion region = _device.Bar(bar);
        foreach (ulong offset in new ulong[] { Size, Size + 8, ulong.MaxValue - 7, ulong.MaxValue - 15, 1UL << 63, ulong.MaxValue & ~7UL })
        {
            AssertRefused(() => region.Read<byte>(offset));
            AssertRefused(() => region.Read<ulong>(offset));
            AssertRefused(() => region.Write<uint>(offset, 1));
            AssertRefused(() => region.Window(offset, 8));
            AssertRefused(() => region.ReadBlock(offset, new uint[1]));
            AssertRefused(() => region.WriteBlock<uint>(offset, [1]));
            AssertRefused(() => region.ReadBlock(offset, new uint[1], sameAddress: true));
        }

        AssertRefused(() => region.Read<byte>(ulong.MaxValue));
        Assert.Empty(_fake.Accesses);
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void A_block_or_window_whose_end_lies_beyond_is_refused_as_a_whole(int bar)
    {
        DeviceRegion region = _device.Bar(bar);

        AssertRefused(() => region.ReadBlock(Size - 8, new uint[3]));
        AssertRefused(() => region.WriteBlock<uint>(Size - 8, [1, 2, 3]));
        AssertRefused(() => region.Window(8, Size));
        AssertRefused(() => region.Window(8, ulong.MaxValue));
        AssertRefused(() => region.Window(Size - 8, 9));

        Assert.Empty(_fake.Accesses);
        Assert.False(region.Read<ulong>(Size - 8) != 0);
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void The_last_bytes_can_be_reached(int bar)
    {
        DeviceRegion region = _device.Bar(bar);

        region.Write(Size - 1, (byte)0x11);
        region.Write(Size - 4, (ushort)0x2233);
        region.WriteBlock<byte>(Size - 2, [0x44]);

        Assert.Equal(0x1144_2233u, region.Read<uint>(Size - 4));
        Assert.Equal(8u, region.Window(Size - 8, 8).Length);
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void An_access_that_is_not_aligned_is_refused(int bar)
    {
        DeviceRegion region = _device.Bar(bar);

        AssertRefused(() => region.Read<ushort>(1));
        AssertRefused(() => region.Read<uint>(2));
        AssertRefused(() => region.Write(4, 1UL));
        AssertRefused(() => region.ReadBlock(2, new uint[1]));
        AssertRefused(() => region.WriteBlock<uint>(2, [1], sameAddress: true));
        AssertRefused(() => region.Window(4, 8));
        Assert.Empty(_fake.Accesses);
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void A_value_of_no_bus_width_is_refused(int bar)
    {
        DeviceRegion region = _device.Bar(bar);

        AssertNamesType<ThreeBytes>(() => region.Read<ThreeBytes>(0));
        AssertNamesType<ThreeBytes>(() => region.Write(0, default(ThreeBytes)));
        AssertNamesType<Guid>(() => region.Read<Guid>(0));
        AssertNamesType<decimal>(() => region.Write(0, 1m));
        AssertNamesType<Guid>(() => region.ReadBlock(0, new Guid[2]));
        AssertNamesType<ThreeBytes>(() => region.WriteBlock<ThreeBytes>(0, [default], sameAddress: true));
        Assert.Empty(_fake.Accesses);
    }

    [Fact]
    public void A_block_of_a_wrong_type_is_refused_for_its_type_not_for_its_offset() =>
        AssertNamesType<ThreeBytes>(() => _device.Bar(0).ReadBlock(4, new ThreeBytes[2]));

    [Fact]
    public void A_struct_of_a_bus_width_is_one_access()
    {
        _device.Bar(0).Write(8, new Pair { Low = 0x1111, High = 0x2222 });

        Assert.Equal([BusAccess.Write(4, 8, 0x2222_1111)], _fake.Accesses);
        Assert.Equal(0x2222, _device.Bar(0).Read<Pair>(8).High);
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void An_empty_block_or_window_touches_nothing(int bar)
    {
        DeviceRegion region = _device.Bar(bar);

        region.ReadBlock(0, Span<uint>.Empty);
        region.WriteBlock(Size, ReadOnlySpan<uint>.Empty);

        Assert.Equal(0u, region.Window(Size, 0).Length);
        AssertRefused(() => region.Window(Size + 8, 0));
        Assert.Empty(_fake.Accesses);
    }

    [Fact]
    public void Ports_and_configuration_space_take_no_64_bits()
    {
        DeviceRegion ports = _device.Bar(2);
        AssertTooWide(ports, "BAR 2", () => ports.Read<ulong>(8));
        AssertTooWide(ports, "BAR 2", () => ports.Write(8, 1L));
        AssertTooWide(ports, "BAR 2", () => ports.ReadBlock(8, new ulong[2]));
        AssertTooWide(ports, "BAR 2", () => ports.WriteBlock<ulong>(8, [1], sameAddress: true));
        AssertTooWide(ports, "BAR 2", () => new Register<ulong>(ports.Window(0, 0x20), 8).Read());
        AssertTooWide(ports, "BAR 2", () => new Register<ulong>(ports.Window(8, 8), 0).Write(1));
        AssertTooWide(_device.Config.Region, "configuration space", () => _device.Config.Region.Read<ulong>(8));
        AssertTooWide(_device.Config.Region, "configuration space", () => _device.Config.Region.Write(8, 1UL));
        Assert.Empty(_fake.Accesses);
        ports.Write(8, 1u);
        Assert.Equal(1u, ports.Read<uint>(8));

        static void AssertTooWide(DeviceRegion region, string name, Action access)
        {
            var error = Assert.Throws<DeviceException>(access);
            Assert.Equal(DeviceStatus.InvalidArgument, error.Status);
            Assert.Equal(region.Description.Name, name);
            Assert.Contains($"64 bits of {name} at 0x8", error.Operation, StringComparison.Ordinal);
            Assert.Contains("at most 32 bits at once", error.Answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_refusal_names_device_region_and_place()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>("offset", () => _device.Bar(2).Read<uint>(0x20));

        Assert.Contains("0000:00:07.0 BAR 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("0x20", error.Message, StringComparison.Ordinal);
        Assert.Contains("4 bytes at 0x20", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ports_are_told_from_memory()
    {
        Assert.True(_device.Bar(2).IsPort);
        Assert.False(_device.Bar(0).IsPort);
    }

    private static void AssertRefused(Action access) => Assert.Throws<ArgumentOutOfRangeException>("offset", access);

    private static void AssertNamesType<T>(Action access)
    {
        var error = Assert.Throws<ArgumentException>(access);
        Assert.Contains(typeof(T).ToString(), error.Message, StringComparison.Ordinal);
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct ThreeBytes
    {
        internal byte A;
        internal ushort B;
    }

    private struct Pair
    {
        internal ushort Low;
        internal ushort High;
    }
}
