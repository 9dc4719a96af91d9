using FsCheck.Fluent;
using RingThree.Pci;
using RingThree.Registers;
using Xunit;

namespace RingThree.Tests.Generators;

/// <summary>What generated bit fields read and write.</summary>
public sealed class BitFieldTests : IDisposable
{
    private readonly FakeDevice _fake = new FakeDevice().Add(0, 0x10).Add(1, 0x10, mapped: [(0, 0x10)]);
    private readonly PciDevice _device;

    public BitFieldTests() => _device = _fake.Open();

    public static TheoryData<int> Bars => [0, 1];

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Each_field_has_its_own_bits()
    {
        Assert.Equal(0x0000_0001u, new LineControl { Enable = true }.Raw);
        Assert.Equal(0x0000_0030u, new LineControl { Mode = LineMode.Slow }.Raw);
        Assert.Equal(0x0000_F800u, new LineControl { Trim = -1 }.Raw);
        Assert.Equal(0x00FF_0000u, new LineControl { Level = 255 }.Raw);
        Assert.Equal(0x8000_0000u, new LineControl { Overrun = true }.Raw);

        var value = new LineControl(0xA5A5_7ABEu);
        Assert.Equal((false, LineMode.Slow, 15, 0xA5, true), (value.Enable, value.Mode, value.Trim, value.Level, value.Overrun));
        Assert.Equal(-16, new LineControl(0x8000).Trim);
    }

    [Fact]
    public void With_changes_one_field_and_no_other_bit() => Properties.ForAll(Properties.Bits(), bits =>
    {
        var before = new LineControl((uint)bits);

        Assert.Equal(((uint)bits & ~0x30u) | 0x10, (before with { Mode = LineMode.Fast }).Raw);
        Assert.Equal((uint)bits, (before with { Enable = before.Enable, Mode = before.Mode, Trim = before.Trim, Level = before.Level, Overrun = before.Overrun }).Raw);
        Assert.Equal(bits, (new Wide(bits) with { All = bits }).Raw);
    });

    [Fact]
    public void Numbers_of_every_width_come_back() => Properties.ForAll(Gen.Choose(-16, 15), trim =>
        Assert.Equal(trim, (new LineControl(uint.MaxValue) with { Trim = (sbyte)trim }).Trim));

    [Theory]
    [InlineData(-17)]
    [InlineData(16)]
    [InlineData(127)]
    [InlineData(-128)]
    public void A_number_that_does_not_fit_is_refused(int trim)
    {
        ArgumentOutOfRangeException wrong = Assert.Throws<ArgumentOutOfRangeException>(() => new LineControl { Trim = (sbyte)trim });
        Assert.StartsWith($"LineControl.Trim is set to {trim}; it has 5 bits, so it can be -16 to 15.", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Neither_does_an_enum_that_has_more_bits()
    {
        ArgumentOutOfRangeException wrong = Assert.Throws<ArgumentOutOfRangeException>(() => new LineControl { Mode = (LineMode)4 });
        Assert.StartsWith("LineControl.Mode is set to 0x4; it has 2 bits, so it can be 0 to 0x3.", wrong.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LineControl { Mode = (LineMode)(-1) });
    }

    [Theory]
    [MemberData(nameof(Bars))]
    public void An_update_keeps_what_must_be_kept(int bar)
    {
        var register = new Register<LineControl>(_device.Bar(bar).Window(0, 0x10), 4);
        const uint Before = 0xFFFF_FFFF;
        register.Write(new LineControl(Before));
        LineControl given = default;

        LineControl read = register.Update(control =>
        {
            given = control;
            return control with { Mode = LineMode.Fast };
        });

        Assert.Equal(Before, read.Raw); // with every bit, also those that are cleared by ones
        Assert.Equal(0x7EFF_FFFDu, given.Raw); // 31 is cleared by ones, 24 only written, 1 reserved as zero
        Assert.Equal(0x7EFF_FFDDu, register.Read().Raw);

        register.Write(default);
        register.Update(7, static (control, level) => control with { Level = (byte)level, Overrun = true });
        Assert.Equal(0x8007_0004u, register.Read().Raw); // 2 is reserved as one
    }

    [Fact]
    public void An_update_is_one_read_and_one_write_of_the_storages_width()
    {
        var register = new Register<LineControl>(_device.Bar(0).Window(0, 0x10), 4);
        register.Update(static control => control with { Enable = true });

        Assert.Equal([BusAccess.Read(4, 4, 0), BusAccess.Write(4, 4, 5)], _fake.Accesses);
        Assert.Equal(1, RegisterAccess.SizeOf<Narrow>());
    }

    [Fact]
    public void It_shows_its_fields()
    {
        Assert.Equal("0x80070031 Enable=True Mode=Slow Trim=0 Level=7 Start=False Overrun=True", new LineControl(0x8007_0031).ToString());
        Assert.Equal("0x7f Sign=-1", new Narrow(0x7F).ToString());
    }

    [Fact]
    public void It_is_equal_by_its_bits()
    {
        Assert.True(new LineControl(5) == new LineControl(4) with { Enable = true });
        Assert.True(new LineControl(5) != new LineControl(4));
        Assert.Equal(new LineControl(5).GetHashCode(), new LineControl(5).GetHashCode());
        Assert.False(new LineControl(5).Equals((object)5u));
    }

    [Fact]
    public void Steady_use_allocates_nothing()
    {
        var register = new Register<LineControl>(_device.Bar(1).Window(0, 0x10), 4);
        Assert.Equal(0, Allocations.OfSteady(() =>
        {
            for (int i = 0; i < 100; i++) register.Update(i, static (control, level) => control with { Level = (byte)level });
        }));
    }
}
