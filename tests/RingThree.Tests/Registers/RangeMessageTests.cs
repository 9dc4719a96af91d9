using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Registers;
using RingThree.Samples.Edu;
using Xunit;

namespace RingThree.Tests;

/// <summary>What does not fit is told with the device, the region, what was asked for and what there is, in one number base.</summary>
public sealed class RangeMessageTests : IDisposable
{
    private readonly FakeDevice _fake = new FakeDevice().Add(0, 0x1000, mapped: [(0, 0x1000)]).Add(1, 0x1000).Add(2, 0x100, RegionKind.Port);
    private readonly PciDevice _device;

    public RangeMessageTests() => _device = _fake.Open();

    public static TheoryData<int> Bars => [0, 1];

    public void Dispose() => _device.Dispose();

    [Theory]
    [MemberData(nameof(Bars))]
    public void A_map_that_does_not_fit_is_named_with_its_size_and_the_regions(int bar)
    {
        AssertSays<ArgumentOutOfRangeException>(() => _device.Bar(bar).As<EduRegisters>(0xF80), $"BAR {bar}", "EduRegisters", $"0x{EduRegisters.Size:x} bytes", "0xf80", "0x1000 bytes", "0xf60 at most");
        AssertSays<ArgumentOutOfRangeException>(() => _device.Bar(bar).As<EduRegisters>(ulong.MaxValue - 7), "EduRegisters", "0xfffffffffffffff8");
        AssertSays<ArgumentOutOfRangeException>(() => _device.Bar(bar).As<EduRegisters>(4), "EduRegisters", "0x4", "multiple of 8");
    }

    [Fact]
    public void A_map_that_reaches_into_the_hosts_part_is_named()
    {
        var fake = new FakeDevice().Add(0, 0x1000, parts: [new RegionPart(RegionPartKind.MsixTable, 0x80, 0x40)]);
        using PciDevice device = fake.Open();

        var error = Assert.Throws<DeviceException>(() => device.Bar(0).As<EduRegisters>());

        Assert.Equal(DeviceStatus.ProtectedRange, error.Status);
        Assert.Contains("laying EduRegisters over bytes 0x0 to 0x9f", error.Operation, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void An_access_beyond_the_region_is_told_in_one_base(int bar)
    {
        AssertSays<ArgumentOutOfRangeException>(() => _device.Bar(bar).Read<uint>(0x1000), $"BAR {bar}: 0x4 bytes at 0x1000", "0x1000 bytes");
        AssertSays<ArgumentOutOfRangeException>(() => _device.Bar(bar).WriteBlock<uint>(0xFC0, new uint[20]), "0x50 bytes at 0xfc0", "0x1000 bytes");
        AssertSays<ArgumentOutOfRangeException>(() => _device.Bar(bar).Window(0x800, 0x1000), "a window of 0x1000 bytes", "0x800");
        Assert.Contains("0x1000 bytes", _device.Bar(bar).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void An_index_beyond_a_row_names_the_maps_register(int bar)
    {
        RowRegisters map = _device.Bar(bar).As<RowRegisters>(0x100);

        foreach (int index in (int[])[-1, 8, int.MaxValue, int.MinValue])
            AssertSays<ArgumentOutOfRangeException>(() => { _ = map.Channels[index]; }, $"BAR {bar}", $"index {index} ", "RowRegisters.Channels has registers 0 to 7");
        AssertSays<ArgumentOutOfRangeException>(() => { _ = new RegisterArray<uint>(_device.Bar(bar).Window(0x100, 0x40), 0x10, 4, 4)[4]; }, "index 4 ", "0x110", "0 to 3");
        AssertSays<ArgumentOutOfRangeException>(() => { _ = new RegisterArray<uint>(_device.Bar(bar).Window(0x100, 0x40), 0x10, -3, 4)[0]; }, "has no registers");
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void A_register_by_hand_beyond_its_window_is_told_with_the_windows_place(int bar)
    {
        RegisterWindow window = _device.Bar(bar).Window(0x400, 0x10);

        AssertSays<ArgumentOutOfRangeException>(() => new Register<uint>(window, 0x10).Read(), $"BAR {bar}", "at 0x10 ", "0x10 bytes", "0x400");
        AssertSays<ArgumentOutOfRangeException>(() => new Register<uint>(window, 0x2).Write(1), "at 0x2 ", "multiple");
    }

    [Fact]
    public void Sixty_four_bits_of_ports_name_the_maps_register()
    {
        var error = Assert.Throws<DeviceException>(() => _device.Bar(2).As<RowRegisters>().Wide.Read());

        Assert.Contains("at 0x80 (RowRegisters.Wide)", error.Operation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_BAR_and_a_configuration_offset_that_cannot_be_name_the_device()
    {
        foreach (int index in (int[])[-1, 6, int.MaxValue])
            AssertSays<ArgumentOutOfRangeException>(() => _device.Bar(index), $"no BAR {index}", "0 to 5", "BAR 0 (Memory, 0x1000 bytes)");
        AssertSays<ArgumentOutOfRangeException>(() => _device.Config.Read32(-4), "configuration space", "-0x4", "0x0 to 0xff");
        AssertSays<ArgumentOutOfRangeException>(() => _device.Config.Read32(0x100), "configuration space", "0x4 bytes at 0x100");
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void What_is_no_register_in_a_map_is_none_by_offset_or_by_hand_either(int bar)
    {
        DeviceRegion region = _device.Bar(bar);
        RegisterWindow window = region.Window(0, 0x10);

        AssertSays<ArgumentException>(() => region.Read<bool>(0), "System.Boolean", "read a byte");
        AssertSays<ArgumentException>(() => region.Write(0, true), "System.Boolean");
        AssertSays<ArgumentException>(() => region.ReadBlock(0, new bool[2]), "System.Boolean");
        AssertSays<ArgumentException>(() => region.WriteBlock<bool>(0, [true]), "System.Boolean");
        AssertSays<ArgumentException>(() => new Register<bool>(window, 0).Read(), "System.Boolean");
        AssertSays<ArgumentException>(() => new Register<bool>(window, 0).Write(true), "System.Boolean");
        AssertSays<ArgumentException>(() => new WriteOneToClearRegister<bool>(window, 0).ReadAndClear(), "System.Boolean");
        AssertSays<ArgumentException>(() => region.Read<char>(0), "System.Char");
        AssertSays<ArgumentException>(() => region.Read<float>(0), "System.Single");
        AssertSays<ArgumentException>(() => region.Read<double>(0), "System.Double");
        AssertSays<ArgumentException>(() => region.Read<nint>(0), "System.IntPtr");
        AssertSays<ArgumentException>(() => new Register<nuint>(window, 0).Read(), "System.UIntPtr");
        Assert.Empty(_fake.Accesses);
        Assert.Equal(sbyte.MinValue, Written(sbyte.MinValue));
        Assert.Equal(short.MinValue, Written(short.MinValue));
        Assert.Equal(-2, Written(-2));
        Assert.Equal(long.MinValue, Written(long.MinValue));
        Assert.Equal(DayOfWeek.Friday, Written(DayOfWeek.Friday));

        T Written<T>(T value)
            where T : unmanaged
        {
            region.Write(8, value);
            return new Register<T>(window, 8).Read();
        }
    }

    private static void AssertSays<TError>(Action use, params string[] words)
        where TError : Exception
    {
        var error = Assert.Throws<TError>(use);
        Assert.StartsWith(FakeDevice.Place, error.Message, StringComparison.Ordinal);
        foreach (string word in words) Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Actual value", error.Message, StringComparison.Ordinal); // it would say the number again, in decimal
    }
}

/// <summary>A map with a row and a wide register.</summary>
[RegisterMap(Size = 0x100)]
public readonly partial struct RowRegisters
{
    /// <summary>A row.</summary>
    [Register(0x40, Count = 8, Stride = 8)] public partial RegisterArray<uint> Channels { get; }

    /// <summary>64 bits.</summary>
    [Register(0x80)] public partial Register<ulong> Wide { get; }
}
