using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Configuration space as the bus shows it, and what its bits do to the card.</summary>
public sealed class SimulatedConfigurationTests : IDisposable
{
    private readonly SimulatedHost _host = new SimulatedHost().Add(MemoryCard.Nvme()).Add(MemoryCard.E1000e()).Add(MemoryCard.Xhci());
    private readonly PciDevice _nvme;
    private readonly PciDevice _network;
    private readonly PciDevice _usb;

    public SimulatedConfigurationTests()
    {
        _nvme = _host.Open("0000:00:02.0");
        _network = _host.Open("0000:00:03.0");
        _usb = _host.Open("0000:00:04.0");
    }

    public void Dispose()
    {
        _nvme.Dispose();
        _network.Dispose();
        _usb.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void Bars_size_as_on_the_bus()
    {
        for (int bar = 0x10; bar <= 0x24; bar += 4)
        {
            _nvme.Config.Write32(bar, uint.MaxValue);
            _network.Config.Write32(bar, uint.MaxValue);
        }

        Assert.Equal([0xFFFF_C004u, uint.MaxValue, 0u, 0u, 0u, 0u], Bars(_nvme));
        Assert.Equal([0xFFFE_0000u, 0xFFFE_0000u, 0xFFFF_FFE1u, 0xFFFF_C000u, 0u, 0u], Bars(_network));
    }

    [Fact]
    public void The_ids_and_the_class_cannot_be_written()
    {
        for (int at = 0; at < 0x10; at += 4)
        {
            if (at != 0x04) _nvme.Config.Write32(at, 0);
        }

        Assert.Equal(0x0010_1B36u, _nvme.Config.Read32(0x00));
        Assert.Equal(0x0108_0202u, _nvme.Config.Read32(0x08));
    }

    [Fact]
    public void Only_command_bits_that_the_card_has_can_be_set()
    {
        _nvme.Config.Write16(0x04, ushort.MaxValue);
        _network.Config.Write16(0x04, ushort.MaxValue);

        // QEMU's cards have them all; one of one's own has those of its BARs.
        Assert.Equal(PciCommand.IoSpace | PciCommand.MemorySpace | PciCommand.BusMaster | PciCommand.SystemError | PciCommand.InterruptDisable, _nvme.Config.ReadCommand());
        using PciDevice own = new SimulatedHost().Add(new BusCard()).Open("0000:00:02.0");
        own.Config.Write16(0x04, ushort.MaxValue);
        Assert.Equal(PciCommand.MemorySpace | PciCommand.BusMaster | PciCommand.InterruptDisable, own.Config.ReadCommand());
    }

    [Fact]
    public void Capabilities_say_what_the_card_has()
    {
        Assert.Equal([PciCapabilityId.MsiX, PciCapabilityId.Express, PciCapabilityId.PowerManagement], _nvme.Config.Capabilities.Select(c => (PciCapabilityId)c.Id));
        Assert.Equal(
            [PciCapabilityId.PowerManagement, PciCapabilityId.Msi, PciCapabilityId.Express, PciCapabilityId.MsiX],
            _network.Config.Capabilities.Where(c => !c.IsExtended).Select(c => (PciCapabilityId)c.Id));
        int msiX = _network.Config.FindCapability(PciCapabilityId.MsiX)!.Value.Offset;
        int msi = _usb.Config.FindCapability(PciCapabilityId.Msi)!.Value.Offset;
        Assert.Equal(4, _network.Config.Read16(msiX + 2)); // five entries, less one
        Assert.Equal(3u, _network.Config.Read32(msiX + 4)); // at the start of BAR 3
        Assert.Equal(0x2003u, _network.Config.Read32(msiX + 8));
        Assert.Equal(4, (_usb.Config.Read16(msi + 2) >> 1) & 7); // sixteen messages
    }

    [Fact]
    public void Regions_tell_the_msi_x_parts()
    {
        RegionDescription bar = _nvme.Bar(0).Description;

        Assert.Equal([new(RegionPartKind.MsixTable, 0x2000, 65 * 16), new RegionPart(RegionPartKind.MsixPending, 0x3000, 16)], bar.Parts);
        Assert.Equal(RegionAbilities.Read | RegionAbilities.Write | RegionAbilities.Address64, bar.Abilities);
        Assert.Null(_nvme.Bars[1]);
        Assert.True(_network.Bar(2).IsPort);
    }

    [Fact]
    public void The_msi_x_table_reads_ones_and_the_pending_bits_none()
    {
        Assert.Equal(ulong.MaxValue, _nvme.Bar(0).Read<ulong>(0x2000));
        Assert.Equal(ulong.MaxValue, _nvme.Bar(0).Read<ulong>(0x2000 + (65 * 16) - 8));
        Assert.Equal(0u, _nvme.Bar(0).Read<ulong>(0x2000 + (65 * 16)));
        Assert.Equal(0u, _nvme.Bar(0).Read<ulong>(0x3000));
    }

    [Fact]
    public void Memory_and_ports_answer_while_their_own_bit_is_set()
    {
        _network.Bar(0).Write(0, 0x1111u);
        _network.Bar(2).Write(0, 0x2222u);

        _network.Config.ModifyCommand(PciCommand.MemorySpace, PciCommand.None);
        Assert.Equal(uint.MaxValue, _network.Bar(0).Read<uint>(0));
        Assert.Equal(0x2222u, _network.Bar(2).Read<uint>(0));
        _network.Bar(0).Write(0, 0x3333u);

        _network.Config.ModifyCommand(PciCommand.IoSpace, PciCommand.MemorySpace);
        Assert.Equal(0x1111u, _network.Bar(0).Read<uint>(0));
        Assert.Equal(uint.MaxValue, _network.Bar(2).Read<uint>(0));
    }

    [Fact]
    public void A_card_that_sleeps_does_not_answer_and_forgets_nothing()
    {
        int control = _nvme.Config.FindCapability(PciCapabilityId.PowerManagement)!.Value.Offset + 4;
        _nvme.Bar(0).Write(8, 0x1234u);

        _nvme.Config.Write16(control, 3);
        Assert.Equal(uint.MaxValue, _nvme.Bar(0).Read<uint>(8));
        Assert.True(_nvme.IsPresent());

        _nvme.Config.Write16(control, 0);
        Assert.Equal(0x1234u, _nvme.Bar(0).Read<uint>(8));
    }

    [Fact]
    public void A_reset_clears_the_cards_registers()
    {
        _nvme.Bar(0).Write(8, 0x1234u);

        _nvme.Reset();

        Assert.Equal(0u, _nvme.Bar(0).Read<uint>(8));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(64)]
    public void Any_run_of_configuration_bytes_can_be_read_through_the_host(int length)
    {
        byte[] whole = new byte[256];
        byte[] part = new byte[length];
        _usb.Host.Read(PciNumbering.Configuration, 0, whole);

        _usb.Host.Read(PciNumbering.Configuration, 1, part);

        Assert.Equal(whole[1..(length + 1)], part);
    }

    private static uint[] Bars(PciDevice device) => [.. Enumerable.Range(0, 6).Select(bar => device.Config.Read32(0x10 + (4 * bar)))];
}
