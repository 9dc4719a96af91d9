using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Registers;
using RingThree.Samples.Edu;

namespace RingThree.Conformance;

/// <summary>M14: scan, identify, open, configuration space, BARs of both kinds, and the errors of each.</summary>
public sealed class DeviceTests : RoadTest
{
    [Fact]
    public void Scan_lists_the_cards_with_their_ids()
    {
        IReadOnlyList<DeviceDescription> found = Machine.Host.Scan();
        foreach ((string card, ushort vendor, ushort device, uint type) in ((string, ushort, ushort, uint)[])
            [(Machine.EduA, 0x1234, 0x11E8, 0x00FF00), (Machine.Nvme, 0x1B36, 0x0010, 0x010802), (Machine.E1000e, 0x8086, 0x10D3, 0x020000), (Machine.Xhci, 0x1033, 0x0194, 0x0C0330)])
        {
            DeviceDescription d = Assert.Single(found, f => f.Address == Machine.AddressOf(card));
            Assert.Equal((vendor, device, type), (d.VendorId, d.DeviceId, d.ClassCode));
        }

        Assert.Equal(found.Select(f => f.Address).Order(StringComparer.Ordinal), found.Select(f => f.Address));
    }

    [Fact]
    public void A_device_opens_by_id_when_there_is_one_and_says_so_when_there_are_more_or_none()
    {
        using (PciDevice nvme = Machine.Host.Open(new PciId(0x1B36, 0x0010))) Assert.Equal(Machine.AddressOf(Machine.Nvme), nvme.Address);
        DeviceException many = Assert.Throws<DeviceException>(() => Machine.Host.Open(EduDriver.Id));
        Assert.Contains(Machine.AddressOf(Machine.EduA), many.Message, StringComparison.Ordinal);
        Assert.Contains(Machine.AddressOf(Machine.EduB), many.Message, StringComparison.Ordinal);
        DeviceException none = Assert.Throws<DeviceException>(() => Machine.Host.Open(new PciId(0xDEAD, 0xBEEF)));
        Assert.Equal(DeviceStatus.NotFound, none.Status);
        Assert.Contains("dead:beef", none.Message, StringComparison.Ordinal);
        Assert.Equal(DeviceStatus.NotFound, Assert.Throws<DeviceException>(() => Machine.Host.Open("0000:00:1e.7")).Status);
    }

    [Fact]
    public void A_device_has_one_user()
    {
        using (PciDevice first = Machine.Host.Open(Machine.AddressOf(Machine.EduA)))
        {
            DeviceException busy = Assert.Throws<DeviceException>(() => Machine.Host.Open(first.Address));
            Assert.Equal(DeviceStatus.Busy, busy.Status);
            Assert.Contains(first.Address, busy.Message, StringComparison.Ordinal);
            Assert.Equal(0x010000EDu, first.Bar(0).Read<uint>(0)); // the refusal disturbed nothing
        }

        for (int i = 0; i < 20; i++) Machine.Host.Open(Machine.AddressOf(Machine.EduA)).Dispose();
    }

    [Fact]
    public void Configuration_space_reads_at_every_width_and_has_the_capabilities()
    {
        PciDevice device = Machine.Open(Machine.E1000e);
        Assert.Equal(0x10D38086u, device.Config.Read32(0));
        Assert.Equal((ushort)0x8086, device.Config.Read16(0));
        Assert.Equal((byte)0xD3, device.Config.Read8(2));
        Assert.True(device.Config.FindCapability(PciCapabilityId.Msi) is not null);
        Assert.True(device.Config.FindCapability(PciCapabilityId.MsiX) is not null);
        Assert.Null(device.Config.FindCapability(PciCapabilityId.VitalProductData));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Config.Read32(device.Config.Size));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Config.Read32(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Config.Read32(-4));
    }

    [Fact]
    public void The_hosts_parts_of_configuration_space_are_not_the_users()
    {
        PciDevice device = Machine.Open(Machine.EduA);
        uint id = device.Config.Read32(0);
        byte pin = device.Config.Read8(0x3D);
        device.Config.Write32(0, 0);
        device.Config.Write8(0x3D, 4);
        Assert.Equal((id, pin), (device.Config.Read32(0), device.Config.Read8(0x3D)));
        uint bar = device.Config.Read32(0x10);
        device.Config.Write32(0x10, 0xFFFF_FFFF); // sizing: the BAR answers with its size, and nothing moves
        Assert.Equal(0xFFF0_0000u, device.Config.Read32(0x10));
        device.Config.Write32(0x10, bar);
        Assert.Equal(0x010000EDu, device.Bar(0).Read<uint>(0));
    }

    [Fact]
    public void Bars_have_their_sizes_and_kinds_and_absent_ones_are_null()
    {
        PciDevice device = Machine.Open(Machine.E1000e);
        Assert.Equal((ulong)0x20000, device.Bar(0).Size);
        Assert.Equal((ulong)0x20, device.Bar(2).Size);
        Assert.True(device.Bar(2).IsPort);
        Assert.False(device.Bar(0).IsPort);
        Assert.Null(device.Bars[4]);
        DeviceException error = Assert.Throws<DeviceException>(() => device.Bar(4));
        Assert.Contains("BAR 0 (Memory, 0x20000 bytes)", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Bar(6));
    }

    [Fact]
    public void Ports_are_read_and_written()
    {
        PciDevice device = Machine.Open(Machine.E1000e);
        DeviceRegion ports = device.Bar(2);
        ports.Write<uint>(0, 0x0008); // IOADDR: the register that IODATA reaches (82574 data sheet, 10.1.1.5)
        Assert.Equal(0x0008u, ports.Read<uint>(0));
    }

    [Fact]
    public void The_MSI_X_table_is_the_hosts()
    {
        PciDevice device = Machine.Open(Machine.Nvme);
        DeviceRegion bar = device.Bar(0);
        RegionPart table = Assert.Single(bar.Description.Parts, p => p.Kind == RegionPartKind.MsixTable);
        Assert.Equal(65ul * 16, table.Length);
        Assert.Equal(uint.MaxValue, bar.Read<uint>(table.Offset));
        DeviceException error = Assert.Throws<DeviceException>(() => bar.Write<uint>(table.Offset + 12, 0));
        Assert.Equal(DeviceStatus.ProtectedRange, error.Status);
        Assert.Throws<DeviceException>(() => bar.Window(table.Offset & ~7ul, 8));
        using Interrupts.InterruptSession session = device.Interrupts.Enable(new Interrupts.InterruptOptions { Handler = (in Interrupts.Interrupt _) => { } });
        session.Trigger(0);
        Machine.Until(() => session.GetCounters().Handled == 1, "the table was not harmed");
    }

    [Fact]
    public void Accesses_beyond_a_bar_or_not_aligned_are_refused()
    {
        PciDevice device = Machine.Open(Machine.EduA);
        DeviceRegion bar = device.Bar(0);
        Assert.Throws<ArgumentOutOfRangeException>(() => bar.Read<uint>(bar.Size));
        Assert.Throws<ArgumentOutOfRangeException>(() => bar.Read<uint>(bar.Size - 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => bar.Read<uint>(ulong.MaxValue - 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => bar.Read<uint>(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => bar.Write(bar.Size, 1u));
        Assert.Throws<ArgumentOutOfRangeException>(() => bar.As<EduRegisters>(bar.Size - 8));
        Assert.Throws<ArgumentException>(() => bar.Read<(uint, uint, uint)>(0));
    }

    [Fact]
    public async Task The_driver_computes_factorials_by_interrupt_of_each_kind()
    {
        PciDevice device = Machine.Open(Machine.EduA);
        foreach (Interrupts.InterruptKinds kind in (Interrupts.InterruptKinds[])[Interrupts.InterruptKinds.Level, Interrupts.InterruptKinds.Msi])
        {
            await using var edu = new EduDriver(device, kind);
            Assert.True(edu.Identify());
            uint factorial = 1;
            for (uint n = 1; n <= 12; n++)
            {
                factorial *= n;
                Assert.Equal(factorial, await edu.FactorialAsync(n));
            }
        }
    }
}
