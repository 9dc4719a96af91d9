using System.Buffers.Binary;
using RingThree.Pci;
using RingThree.Registers;
using Xunit;

namespace RingThree.Tests;

/// <summary>Register kinds on memory that is mapped (BAR 1) and on memory that is not (BAR 0): the same values, one access each.</summary>
public sealed class RegisterTests : IDisposable
{
    private const int Size = 0x100;
    private const ulong Start = 0x40;
    private readonly FakeDevice _fake = new FakeDevice().Add(0, Size).Add(1, Size, mapped: [(0, Size)]);
    private readonly PciDevice _device;

    public RegisterTests() => _device = _fake.Open();

    [Flags]
    public enum Bits : ushort
    {
        None = 0,
        Low = 1,
        High = 0x8000,
    }

    public enum Huge : ulong
    {
        None = 0,
        Top = 1UL << 63,
    }

    public static TheoryData<int> Bars => [0, 1];

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Mapped_windows_make_no_call_to_the_host()
    {
        RegisterWindow window = Window(1);

        new Register<uint>(window, 0).Modify(0, 0xF0);
        new WriteOneToClearRegister<byte>(window, 4).ReadAndClear();

        Assert.True(window.IsMapped);
        Assert.False(Window(0).IsMapped);
        Assert.Empty(_fake.Accesses);
        Assert.Equal(0xF0, _fake[1].Bytes[(int)Start]);
    }

    [Fact]
    public void A_window_that_reaches_beyond_its_mapping_goes_through_the_host_as_a_whole()
    {
        FakeDevice fake = new FakeDevice().Add(0, 0x3000, mapped: [(0, 0x1000), (0x1000, 0x1000)]);
        using PciDevice device = fake.Open();
        RegisterWindow window = device.Bar(0).Window(0x1800, 0x1000);

        new Register<uint>(window, 0).Write(1);
        new Register<uint>(window, 0xFFC).Write(2);

        Assert.False(window.IsMapped);
        Assert.False(device.Bar(0).Window(0x800, 0x1000).IsMapped);
        Assert.True(device.Bar(0).Window(0x1800, 0x800).IsMapped);
        Assert.Equal([BusAccess.Write(4, 0x1800, 1), BusAccess.Write(4, 0x27FC, 2)], fake.Accesses);
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void Each_width_touches_just_its_bytes(int bar)
    {
        RegisterWindow window = Window(bar);
        _fake[bar].Bytes.Fill(0xEE);

        new Register<byte>(window, 1).Write(0x11);
        new Register<ushort>(window, 2).Write(0x2222);
        new Register<uint>(window, 8).Write(0x3333_3333);
        new Register<ulong>(window, 16).Write(0x4444_4444_4444_4444);

        Assert.Equal("EE112222EEEEEEEE33333333EEEEEEEE4444444444444444EE", Convert.ToHexString(_fake[bar].Bytes.Slice((int)Start, 25)));
        if (bar != 0) return;
        Assert.Equal(
            [BusAccess.Write(1, 0x41, 0x11), BusAccess.Write(2, 0x42, 0x2222), BusAccess.Write(4, 0x48, 0x3333_3333), BusAccess.Write(8, 0x50, 0x4444_4444_4444_4444)],
            _fake.Accesses);
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void A_read_is_one_access_and_little_endian(int bar)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_fake[bar].Bytes[(int)Start..], 0x1122_3344_5566_7788);

        Assert.Equal(0x1122_3344_5566_7788u, new Register<ulong>(Window(bar), 0).Read());
        Assert.Equal(0x5566_7788u, new ReadOnlyRegister<uint>(Window(bar), 0).Read());
        Assert.Equal(0x3344, new ReadOnlyRegister<ushort>(Window(bar), 4).Read());
        Assert.Equal(unchecked((sbyte)0x88), new ReadOnlyRegister<sbyte>(Window(bar), 0).Read());
        Assert.Equal(bar == 0 ? 4 : 0, _fake.Accesses.Count);
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void An_enum_is_accessed_by_the_width_under_it(int bar)
    {
        RegisterWindow window = Window(bar);

        new Register<Bits>(window, 2).Write(Bits.High);
        new Register<Bits>(window, 2).Modify(clear: Bits.High, set: Bits.Low);
        new WriteOnlyRegister<Huge>(window, 8).Write(Huge.Top);

        Assert.Equal(Bits.Low, new ReadOnlyRegister<Bits>(window, 2).Read());
        Assert.Equal(Huge.Top, new Register<Huge>(window, 8).Read());
        Assert.Equal(0x0001_0000u, BinaryPrimitives.ReadUInt32LittleEndian(_fake[bar].Bytes[(int)Start..]));
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void Modify_clears_then_sets_in_two_accesses(int bar)
    {
        var register = new Register<uint>(Window(bar), 0);
        register.Write(0xFF00_00FF);

        register.Modify(clear: 0xF000_000F, set: 0x0000_0F01);

        Assert.Equal(0x0F00_0FF1u, register.Read());
        if (bar == 0) Assert.Equal([BusAccess.Read(4, Start, 0xFF00_00FF), BusAccess.Write(4, Start, 0x0F00_0FF1)], _fake.Accesses.Skip(1).Take(2));
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void Clear_writes_ones_and_reads_nothing(int bar)
    {
        new WriteOneToClearRegister<uint>(Window(bar), 4).Clear(0x18);

        Assert.Equal(0x18, _fake[bar].Bytes[(int)Start + 4]);
        if (bar == 0) Assert.Equal([BusAccess.Write(4, Start + 4, 0x18)], _fake.Accesses);
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void Read_and_clear_clears_just_what_it_read(int bar)
    {
        _fake[bar].Bytes[(int)Start] = 0x5A;

        Assert.Equal(0x5A, new WriteOneToClearRegister<byte>(Window(bar), 0).ReadAndClear());
        if (bar == 0) Assert.Equal([BusAccess.Read(1, Start, 0x5A), BusAccess.Write(1, Start, 0x5A)], _fake.Accesses);
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void A_row_has_its_stride_and_its_bounds(int bar)
    {
        var row = new RegisterArray<ushort>(Window(bar), 4, count: 3, stride: 8);

        for (int i = 0; i < row.Count; i++) row[i].Write((ushort)(i + 1));

        Assert.Equal([1, 2, 3], new[] { 4, 12, 20 }.Select(at => (int)_fake[bar].Bytes[(int)Start + at]));
        Assert.Throws<ArgumentOutOfRangeException>("index", () => row[3]);
        Assert.Throws<ArgumentOutOfRangeException>("index", () => row[-1]);
        Assert.Throws<ArgumentOutOfRangeException>("index", () => row[int.MinValue]);
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void Blocks_rise_and_fifos_stay(int bar)
    {
        DeviceRegion region = _device.Bar(bar);
        ushort[] read = new ushort[3];
        ushort[] fifo = new ushort[2];

        region.WriteBlock<ushort>(0x10, [1, 2, 3]);
        region.WriteBlock<ushort>(0x20, [8, 9], sameAddress: true);
        region.ReadBlock<ushort>(0x10, read);
        region.ReadBlock<ushort>(0x20, fifo, sameAddress: true);

        Assert.Equal([1, 2, 3], read);
        Assert.Equal([9, 9], fifo);
        Assert.Equal(0, _fake[bar].Bytes[0x22]);
        if (bar == 0) Assert.Equal([0x10, 0x12, 0x14, 0x20, 0x20, 0x10, 0x12, 0x14, 0x20, 0x20], _fake.Accesses.Select(a => (int)a.Offset));
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void No_access_allocates(int bar)
    {
        _fake[bar].IsLogging = false;
        RegisterWindow window = Window(bar);

        Assert.Equal(0, Allocations.OfSteady(() => Touch(window, 5000)));
    }

    private static void Touch(RegisterWindow window, int times)
    {
        var plain = new Register<uint>(window, 0);
        var flags = new Register<Bits>(window, 4);
        var status = new WriteOneToClearRegister<ulong>(window, 8);
        var row = new RegisterArray<byte>(window, 16, 4, 2);
        Span<uint> values = stackalloc uint[4];
        for (int i = 0; i < times; i++)
        {
            plain.Write(plain.Read() + 1);
            flags.Modify(Bits.Low, Bits.High);
            status.ReadAndClear();
            row[i & 3].Write((byte)i);
            window.Region.Write(0, window.Region.Read<uint>(0));
            window.Region.ReadBlock(0, values);
            window.Region.WriteBlock<uint>(0, values, sameAddress: true);
        }
    }

    private RegisterWindow Window(int bar) => _device.Bar(bar).Window(Start, 0x40);
}
