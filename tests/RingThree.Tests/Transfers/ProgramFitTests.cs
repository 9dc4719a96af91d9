using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>What a device refuses of a program, before any of it runs.</summary>
public sealed class ProgramFitTests : IDisposable
{
    private const ulong TableOffset = 0x100;
    private const ulong PendingOffset = 0x180;
    private readonly FakeDevice _fake;
    private readonly PciDevice _device;

    public ProgramFitTests()
    {
        _fake = new FakeDevice { InterruptGroups = [new(InterruptGroupKind.Level, 1, InterruptGroupAbilities.Maskable, "INTx")] }
            .Add(0, 0x200, parts: [new(RegionPartKind.MsixTable, TableOffset, 0x40), new(RegionPartKind.MsixPending, PendingOffset, 8), new(RegionPartKind.NotMappable, 0x1F0, 8)])
            .Add(1, 0x20, RegionKind.Port)
            .Add(2, 0x20, abilities: RegionAbilities.Read)
            .Add(3, 0x20, abilities: RegionAbilities.Write)
            .Add(PciNumbering.Rom, 0x40, RegionKind.Rom, RegionAbilities.Read);
        _device = _fake.Open();
        _fake.ForgetEvents();
    }

    private static TransferProgramBuilder Builder => new();

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(int.MaxValue)]
    public void A_region_that_is_not_there_is_refused(int region)
    {
        DeviceException error = AssertRefused(Builder.Read32(0, 0).Write32(region, 0, 1), command: 1);

        Assert.Contains("BAR 0 (Memory, 0x200 bytes)", error.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_beyond_the_end_is_refused()
    {
        AssertRefused(Builder.Read32(0, 0x200), command: 0);
        AssertRefused(Builder.Read64(0, ulong.MaxValue - 7), command: 0);
        AssertRefused(Builder.Write8(1, 0x20, 1), command: 0);
        AssertRefused(Builder.ReadBlock(4, 1, 0x18, 3), command: 0);
        AssertRefused(Builder.WriteBlock(8, 0, 0x1F8, [1, 2]), command: 0);
        AssertRefused(Builder.ReadBlock(8, 0, 0, int.MaxValue), command: 0);
        AssertRefused(Builder.Read32(PciNumbering.Configuration, 256), command: 0);
    }

    [Fact]
    public void What_ends_at_the_last_byte_fits()
    {
        TransferProgram program = Builder.Read64(0, 0x1F8).ReadBlock(4, 1, 0x18, 2).ReadBlock(4, 1, 0x1C, 100, sameAddress: true).Read32(PciNumbering.Configuration, 252).Build();

        Assert.Equal(104, _device.Prepare(program).ValueCount);
    }

    [Fact]
    public void Sixty_four_bits_are_refused_on_ports_and_configuration_space()
    {
        Assert.Contains("32-bit", AssertRefused(Builder.Read64(1, 0), command: 0).Advice, StringComparison.Ordinal);
        AssertRefused(Builder.Write64(1, 0, 1), command: 0);
        AssertRefused(Builder.Read64(PciNumbering.Configuration, 0x40), command: 0);
        AssertRefused(Builder.Read8(0, 0).WriteBack64(PciNumbering.Configuration, 0x40), command: 1);
    }

    [Fact]
    public void Abilities_that_a_region_lacks_are_refused()
    {
        AssertRefused(Builder.Write32(2, 0, 1), command: 0);
        AssertRefused(Builder.Read32(2, 0).WriteBack32(2, 0), command: 1);
        AssertRefused(Builder.WriteBlock(4, PciNumbering.Rom, 0, [1]), command: 0);
        AssertRefused(Builder.Read32(3, 0), command: 0);
    }

    [Theory]
    [InlineData(TableOffset)]
    [InlineData(TableOffset + 0x3C)]
    [InlineData(PendingOffset)]
    public void The_msi_x_parts_are_refused(ulong offset)
    {
        AssertRefused(Builder.Write32(0, offset, 1), command: 0, DeviceStatus.ProtectedRange);
        AssertRefused(Builder.Read32(0, 0).Mask(1).WriteBack32(0, offset), command: 2, DeviceStatus.ProtectedRange);
    }

    [Fact]
    public void A_block_that_reaches_into_the_msi_x_table_is_refused() =>
        AssertRefused(Builder.WriteBlock(4, 0, TableOffset - 4, [1, 2]), command: 0, DeviceStatus.ProtectedRange);

    [Fact]
    public void Beside_the_msi_x_parts_all_is_well() =>
        Assert.Equal(4, _device.Prepare(Builder.Read32(0, TableOffset - 4).Read32(0, TableOffset + 0x40).Read32(0, PendingOffset + 8).Read64(0, 0x1F0).Build()).ValueCount);

    [Fact]
    public void Enabling_a_program_that_does_not_fit_touches_nothing()
    {
        TransferProgram wrong = Builder.Write32(0, 0, 1).Write32(0, 0x200, 1).Build();

        Assert.Throws<DeviceException>(() => _device.Interrupts.Enable(new InterruptOptions { Immediate = wrong }));
        Assert.Throws<DeviceException>(() => _device.Interrupts.Enable(new InterruptOptions { Quiet = wrong }));

        Assert.Empty(_fake.Accesses);
        Assert.Empty(_fake.Events);
        Assert.Null(_device.Interrupts.Current);
    }

    private DeviceException AssertRefused(TransferProgramBuilder builder, int command, DeviceStatus status = DeviceStatus.InvalidArgument)
    {
        TransferProgram program = builder.Build();

        var error = Assert.Throws<DeviceException>(() => _device.Prepare(program));

        Assert.Equal(status, error.Status);
        Assert.Equal(FakeDevice.Place, error.Device);
        Assert.Contains($"command {command} of the transfer program", error.Message, StringComparison.Ordinal);
        Assert.Contains(program.Commands[command].Kind.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Contains($"offset 0x{program.Commands[command].Offset:x}", error.Message, StringComparison.Ordinal);
        Assert.NotEqual("", error.Advice);
        Assert.Empty(_fake.Accesses);
        return error;
    }
}
