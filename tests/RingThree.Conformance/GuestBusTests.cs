using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using RingThree.Registers;

namespace RingThree.Conformance;

/// <summary>Mappings, resets and the bus on a real kernel.</summary>
[Trait("Host", "guest")]
public sealed class GuestBusTests
{
    private const string MappedPages = "/sys/kernel/debug/x86/pat_memtype_list";

    /// <summary>The kernel keeps a list of how physical pages are mapped (arch/x86/mm/pat/memtype.c).</summary>
    [Fact]
    public void A_prefetchable_bar_is_mapped_for_write_combining()
    {
        if (!File.Exists(MappedPages)) GuestProgram.Shell("mount -t debugfs none /sys/kernel/debug");
        using var machine = new Machine();
        string address = machine.AddressOf(Machine.Testdev);
        string start = File.ReadAllLines($"/sys/bus/pci/devices/{address}/resource")[2].Split(' ')[0][2..];
        using (PciDevice device = machine.Host.Open(address))
        {
            DeviceMemory memory = device.Bar(2).Map(RegionCaching.WriteCombining);
            Assert.Equal((RegionCaching.WriteCombining, null), (memory.Caching, memory.Answer));
            memory.Write(0x10, new byte[4096]);
            memory.FlushWrites();
            memory.Read(0x10, new byte[4096]);
            Assert.Contains("write-combining", Assert.Single(File.ReadLines(MappedPages), l => l.Contains(start, StringComparison.Ordinal)), StringComparison.Ordinal);
        }

        using PciDevice again = machine.Host.Open(address);
        Assert.Equal(RegionCaching.Uncached, again.Bar(2).Map().Caching);
    }

    [Fact]
    public void What_is_mapped_already_or_not_prefetchable_stays_uncached_with_the_reason()
    {
        using var machine = new Machine();
        using PciDevice device = machine.Host.Open(machine.AddressOf(Machine.Testdev));
        device.Bar(2).Read<uint>(0);
        Assert.Contains("Call Map before", device.Bar(2).Map(RegionCaching.WriteCombining).Answer, StringComparison.Ordinal);
        Assert.Equal(RegionCaching.Uncached, device.Bar(0).Map(RegionCaching.WriteCombining).Caching);
    }

    [Fact]
    public void Configuration_of_a_closed_function_is_written_by_the_kernels_file()
    {
        using var machine = new Machine();
        string address = machine.AddressOf(Machine.EduB);
        byte line = machine.Host.PeekConfiguration(address)!.Value.Span[0x3C];
        machine.Host.PokeConfiguration(address, 0x3C, [0x5A]);
        Assert.Equal(0x5A, machine.Host.PeekConfiguration(address)!.Value.Span[0x3C]);
        machine.Host.PokeConfiguration(address, 0x3C, [line]);
        Assert.Equal(DeviceStatus.InvalidArgument, Assert.Throws<DeviceException>(() => machine.Host.PokeConfiguration(address, 0x1000, [0])).Status);
    }

    [Fact]
    public void A_bus_reset_names_who_is_on_the_bus_and_resets_them()
    {
        using var machine = new Machine();
        string first = machine.AddressOf(Machine.EduBridge1), second = machine.AddressOf(Machine.EduBridge2);
        GuestProgram.Ring3Refuses($"resets {second} too", "reset", first, "--bus");
        using (PciDevice device = machine.Open(Machine.EduBridge1))
        using (PciDevice neighbour = machine.Open(Machine.EduBridge2))
        {
            Assert.Equal([first, second], device.GetBusResetReach()!.Order());
            device.ResetBus();
            // Configuration space is as it was: both answer at their addresses.
            Assert.Equal([0x0100_00EDu, 0x0100_00EDu], [device.Bar(0).Read<uint>(0), neighbour.Bar(0).Read<uint>(0)]);
        }

        Assert.Contains($"its bus was reset, with {second}", GuestProgram.Ring3Does("reset", first, "--bus", "--force").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_card_on_a_root_bus_has_no_bus_reset()
    {
        using var machine = new Machine();
        Assert.Null(machine.Open(Machine.EduA).GetBusResetReach());
        GuestProgram.Ring3Refuses("root bus", "reset", machine.AddressOf(Machine.EduB), "--bus");
    }

    /// <summary>As after an FPGA has been loaded: it is gone, it is back, the same program opens it again.</summary>
    [Fact]
    public void A_card_that_is_removed_and_found_again_is_opened_again_by_the_same_program()
    {
        using var machine = new Machine();
        string address = machine.AddressOf(Machine.EduBridge2);
        var reasons = new List<RemovalReason>();
        PciDevice before = machine.Host.Open(address);
        before.RemovalRequested += notice =>
        {
            lock (reasons) reasons.Add(notice.Reason);
            notice.Device.Dispose();
        };
        Assert.Equal($"{address}: removed\n", GuestProgram.Ring3Does("remove", address).Output);
        Assert.Equal([RemovalReason.Requested], reasons);
        Assert.Equal(uint.MaxValue, before.Bar(0).Read<uint>(0));
        Assert.DoesNotContain(machine.Host.Scan(), d => d.Address == address);

        Assert.StartsWith(address, GuestProgram.Ring3Does("rescan").Output, StringComparison.Ordinal);
        Assert.Empty(new BusControl().Rescan());
        machine.Host.Binding!.SetDriver(address, machine.Host.Binding.RequiredDriver);
        using PciDevice after = machine.Host.Open(address);
        Assert.Equal(0x0100_00EDu, after.Bar(0).Read<uint>(0));
    }
}
