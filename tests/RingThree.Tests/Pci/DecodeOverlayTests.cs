using RingThree.Hosting;
using RingThree.Pci;
using Xunit;

namespace RingThree.Tests;

/// <summary>The overlay comes before the device stops answering, and goes only when it answers again.</summary>
public sealed class DecodeOverlayTests : IDisposable
{
    private const int Power = 0x50;
    private const int PowerControl = Power + 4;
    private readonly FakeDevice _fake = new FakeDevice { CanReset = true }.Add(0, 0x1000, mapped: [(0, 0x1000)]).Add(2, 0x2000, mapped: [(0, 0x1000), (0x1000, 0x1000)]);
    private readonly PciDevice _device;

    public DecodeOverlayTests()
    {
        _fake.Configuration.Bytes[0x06] = 0x10;
        _fake.Configuration.Bytes[0x34] = Power;
        _fake.Configuration.Bytes[Power] = 0x01;
        _device = _fake.Open();
        _fake.ForgetEvents();
    }

    public static TheoryData<int, uint> WritesThatEndDecoding => new() { { 1, 0 }, { 2, 0x0004 }, { 4, 0x0000_0405 }, { 2, 0 } };

    public void Dispose() => _device.Dispose();

    [Fact]
    public void Opening_switches_decoding_on() => Assert.Equal(PciCommand.MemorySpace, _device.Config.ReadCommand());

    [Theory]
    [MemberData(nameof(WritesThatEndDecoding))]
    public void Decoding_off_overlays_first(int width, uint value)
    {
        WriteConfiguration(0x04, width, value);

        Assert.Equal(["overlay BAR 0", "overlay BAR 2", "overlay BAR 2", $"write {width} at 0x4: 0x{value:x}"], _fake.Events);
        Assert.Equal(uint.MaxValue, _device.Bar(0).Read<uint>(0x10));
        Assert.Equal(byte.MaxValue, _device.Bar(2).Read<byte>(0x1FFF));
    }

    [Fact]
    public void Decoding_on_restores_last()
    {
        _device.Bar(0).Write(0x10, 0x1234u);
        _device.Config.Write16(0x04, 0);
        _fake.ForgetEvents();

        _device.Config.Write16(0x04, 2);

        Assert.Equal(["write 2 at 0x4: 0x2", "restore BAR 0", "restore BAR 2", "restore BAR 2"], _fake.Events);
        Assert.Equal(0x1234u, _device.Bar(0).Read<uint>(0x10));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Leaving_d0_overlays_first_and_coming_back_restores_last(int state)
    {
        _device.Config.Write16(PowerControl, (ushort)state);
        Assert.Equal(["overlay BAR 0", "overlay BAR 2", "overlay BAR 2", $"write 2 at 0x54: 0x{state:x}"], _fake.Events);
        _fake.ForgetEvents();

        _device.Config.Write8(PowerControl, 0);
        Assert.Equal(["write 1 at 0x54: 0x0", "restore BAR 0", "restore BAR 2", "restore BAR 2"], _fake.Events);
    }

    [Fact]
    public void Both_reasons_must_be_over_before_the_device_shows_again()
    {
        _device.Config.Write16(0x04, 0);
        _device.Config.Write32(PowerControl, 3);
        _fake.ForgetEvents();

        _device.Config.Write16(0x04, 2);
        Assert.Equal(["write 2 at 0x4: 0x2"], _fake.Events);

        _device.Config.Write32(PowerControl, 0);
        Assert.Contains("restore BAR 0", _fake.Events);
    }

    [Theory]
    [InlineData(0x05, 1, 0x04)]
    [InlineData(0x06, 2, 0xFFFF)]
    [InlineData(0x0C, 4, 0)]
    [InlineData(0x55, 1, 0x03)]
    [InlineData(0x50, 4, 0)]
    public void A_write_beside_the_registers_that_matter_is_only_a_write(int offset, int width, uint value)
    {
        WriteConfiguration(offset, width, value);

        Assert.Equal([$"write {width} at 0x{offset:x}: 0x{value:x}"], _fake.Events);
    }

    [Fact]
    public void A_command_that_keeps_decoding_on_does_not_overlay()
    {
        _device.Config.ModifyCommand(PciCommand.None, PciCommand.BusMaster | PciCommand.InterruptDisable);

        Assert.Equal(["write 2 at 0x4: 0x406"], _fake.Events);
    }

    [Fact]
    public void A_command_that_is_as_wanted_already_is_not_written()
    {
        _device.Config.ModifyCommand(PciCommand.BusMaster, PciCommand.MemorySpace);

        Assert.Empty(_fake.Events);
    }

    [Fact]
    public void The_region_view_of_configuration_space_is_guarded_too()
    {
        _device.Config.Region.WriteBlock<ushort>(0x02, [0, 0]);

        Assert.Equal(["write 2 at 0x2: 0x0", "overlay BAR 0", "overlay BAR 2", "overlay BAR 2", "write 2 at 0x4: 0x0"], _fake.Events);
    }

    [Fact]
    public void A_transfer_program_that_writes_the_command_register_is_guarded_too()
    {
        _device.Prepare(new Transfers.TransferProgramBuilder().Write16(PciNumbering.Configuration, 0x04, 0).Build()).Run([]);

        Assert.Equal(["overlay BAR 0", "overlay BAR 2", "overlay BAR 2", "write 2 at 0x4: 0x0"], _fake.Events);
    }

    [Fact]
    public void A_reset_is_covered_from_before_it_begins_until_after_it_ends()
    {
        _device.Reset();

        Assert.Equal(["overlay BAR 0", "overlay BAR 2", "overlay BAR 2", "reset", "restore BAR 0", "restore BAR 2", "restore BAR 2"], _fake.Events);
    }

    [Fact]
    public void A_device_that_left_stays_covered()
    {
        _fake.Present = false;
        Assert.False(_device.IsPresent());

        _device.Config.Write16(0x04, 2);

        Assert.DoesNotContain("restore BAR 0", _fake.Events);
        Assert.Equal(uint.MaxValue, _device.Bar(0).Read<uint>(0));
    }

    [Fact]
    public void A_device_that_is_asleep_when_it_is_opened_is_covered_at_once()
    {
        FakeDevice fake = new FakeDevice().Add(0, 0x1000, mapped: [(0, 0x1000)]);
        _fake.Configuration.Bytes.CopyTo(fake.Configuration.Bytes);
        fake.Configuration.Bytes[PowerControl] = 3;

        using PciDevice device = fake.Open();

        Assert.Equal(uint.MaxValue, device.Bar(0).Read<uint>(0));
        device.Config.Write16(PowerControl, 0);
        Assert.Equal(0u, device.Bar(0).Read<uint>(0));
    }

    private void WriteConfiguration(int offset, int width, uint value)
    {
        switch (width)
        {
            case 1: _device.Config.Write8(offset, (byte)value); break;
            case 2: _device.Config.Write16(offset, (ushort)value); break;
            default: _device.Config.Write32(offset, value); break;
        }
    }
}
