using RingThree.Hosting;
using RingThree.Memory;
using Xunit;

namespace RingThree.Tests;

/// <summary>Real machines' texts, and what is read from them.</summary>
public sealed class MemoryMapTests
{
    [Fact]
    public void The_manuals_machine_before_and_after_the_reboot()
    {
        PhysicalMemoryMap before = Boot(MemoryMaps.Manual);
        PhysicalMemoryMap after = Boot(MemoryMaps.ManualAfter);

        Assert.Equal(9, before.Ranges.Count);
        Assert.Equal([(0x0, 0x9_F7FF), (0x10_0000, 0x7DCD_FFFF)], Addresses(before.Usable));
        Assert.Empty(before.Withheld);
        Assert.Equal([(0x0, 0x9_F7FF), (0x10_0000, 0x708F_FFFF)], Addresses(after.Usable));
        Assert.Equal([(0x7090_0000, 0x7DCD_FFFF)], Addresses(after.Withheld)); // as the manual says
        Assert.Equal(PhysicalMemoryKind.AcpiNonvolatile, after.Ranges.Single(r => r.Start == 0x7DCE_0000).Kind);
    }

    [Fact]
    public void A_laptop_with_holes_below_4_GiB()
    {
        PhysicalMemoryMap map = Boot(MemoryMaps.Laptop);

        Assert.Equal((MemoryMapSource.BootMessages, 17), (map.Source, map.Ranges.Count));
        Assert.Equal(
            [(0x0, 0x5_7FFF), (0x5_9000, 0x9_DFFF), (0x10_0000, 0xAD85_2FFF), (0xAD85_A000, 0xAE0D_2FFF), (0xAE37_4000, 0xBD8C_5FFF), (0xBDAC_F000, 0xBDE0_0FFF), (0xBEFF_F000, 0xBEFF_FFFF), (0x1_0000_0000, 0x2_2F5F_FFFF)],
            Addresses(map.Usable));
        Assert.Equal(0xBDE0_1000UL, map.FindUsable(0xBDE0_0FFF, 2)!.Value.Last + 1);
        Assert.Null(map.FindUsable(0xBDE0_1000, 0x1000));
    }

    [Fact]
    public void A_server_with_nodes_and_persistent_memory()
    {
        PhysicalMemoryMap map = Boot(MemoryMaps.Server);

        Assert.Equal(["node 0", "node 1"], map.Nodes.Select(n => n.Name).Distinct());
        Assert.Equal(0x40_7FFF_FFFFUL, map.Usable[^1].Last);
        Assert.Equal(PhysicalMemoryKind.Persistent, map.Ranges[^1].Kind);
        Assert.Empty(map.Withheld); // a list that was made anew holds the same
    }

    [Fact]
    public void What_mem_and_memmap_have_taken()
    {
        PhysicalMemoryMap limited = Boot(MemoryMaps.Limited);
        PhysicalMemoryMap holed = Boot(MemoryMaps.Holed);

        Assert.Equal(["mem=512M"], limited.BootSettings);
        Assert.Equal([(0x2000_0000, 0xE7FF_937F)], Addresses(limited.Withheld));
        Assert.Equal(["memmap=16G!4G", "memmap=64M$0xb8000000"], holed.BootSettings);
        Assert.Equal([(0xB800_0000, 0xBBFF_FFFF), (0x1_0000_0000, 0x4_FFFF_FFFF)], Addresses(holed.Withheld));
    }

    [Fact]
    public void The_last_boot_of_several_counts()
    {
        PhysicalMemoryMap map = Boot(MemoryMaps.Limited + MemoryMaps.Holed + MemoryMaps.Laptop);

        Assert.Empty(map.BootSettings);
        Assert.Equal(0x2_2F5F_FFFFUL, map.Usable[^1].Last);
        Assert.Empty(Boot(MemoryMaps.Manual + "[ 0.0] user: 0000000000000000 - 0000000000001\n" + MemoryMaps.Laptop).Problems); // those of another boot
    }

    [Fact]
    public void A_kernel_with_other_words_for_the_same()
    {
        PhysicalMemoryMap map = Boot(MemoryMaps.Recent);

        Assert.Empty(map.Problems);
        Assert.Equal([(0x0, 0x9_EFFF), (0x10_0000, 0x8FFF_FFFF), (0xA000_0000, 0xA40B_6FFF), (0xA974_F000, 0xA974_FFFF), (0x1_0000_0000, 0x8_4C7F_FFFF)], Addresses(map.Usable));
        Assert.Equal([(0x9000_0000, 0x9FFF_FFFF)], Addresses(map.Withheld));
        Assert.Equal(PhysicalMemoryKind.Reserved, map.FirmwareRanges.Single(r => r.Start == 0xFED2_0000).Kind);
    }

    [Fact]
    public void A_xen_domain_is_known_as_one() => Assert.Equal(MemoryMapSource.XenDomain, Boot(MemoryMaps.Xen).Source);

    [Fact]
    public void Without_e820_there_are_nodes()
    {
        var map = Boot("[ 0.0] Linux version 6.1\n[ 0.0] Early memory node ranges\n[ 0.0]   node   0: [mem 0x0000000080000000-0x00000000fbffffff]\n[ 0.0]   node   1: [mem 0x0000000880000000-0x00000008ffffffff]\n[ 0.0] Kernel command line: console=ttyS0 mem=4G\n");

        Assert.Equal(MemoryMapSource.NodeMessages, map.Source);
        Assert.Equal([(0x8000_0000, 0xFBFF_FFFF), (0x8_8000_0000, 0x8_FFFF_FFFF)], Addresses(map.Usable));
        Assert.Equal(["mem=4G"], map.BootSettings);
    }

    [Theory]
    [InlineData("<6>[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x00000000bfffffff] usable")]
    [InlineData("kern  :info  : [    0.000000] BIOS-e820: [mem 0x0000000000100000-0x00000000bfffffff] usable")]
    [InlineData("[Sat Nov 21 18:06:15 2026] BIOS-e820: [mem 0x0000000000100000-0x00000000bfffffff] usable")]
    [InlineData("[    0.000000] [      T0] BIOS-e820: [mem 0x0000000000100000-0x00000000bfffffff] usable")]
    [InlineData("2026-11-21T18:06:15+00:00 host kernel: [    0.000000] BIOS-e820: [mem 0x0000000000100000-0x00000000bfffffff] usable\r")]
    public void Whatever_stands_before_the_kernels_words(string line) => Assert.Equal([(0x10_0000, 0xBFFF_FFFF)], Addresses(Boot(line).Usable));

    [Fact]
    public void A_resource_tree_of_x86()
    {
        PhysicalMemoryMap map = Tree(MemoryMaps.Tree);

        Assert.Equal(MemoryMapSource.ResourceTree, map.Source);
        Assert.Equal([(0x1000, 0x9_FBFF), (0x10_0000, 0xBFFF_FFFF), (0x1_0000_0000, 0x6_3FFF_FFFF)], Addresses(map.Usable));
        Assert.Contains(map.Occupied, r => r is { Name: "Crash kernel", Start: 0xAF00_0000 });
        Assert.DoesNotContain(map.Ranges, r => r.Name == "0000:00:04.0");
    }

    [Fact]
    public void A_resource_tree_of_arm()
    {
        PhysicalMemoryMap map = Tree(MemoryMaps.Arm);

        Assert.Equal(MemoryMapSource.OtherResourceTree, map.Source);
        Assert.Equal([(0x8000_0000, 0x8FFF_FFFF), (0x9100_0000, 0xFBFF_FFFF), (0x8_8000_0000, 0x8_FFFF_FFFF)], Addresses(map.Usable));
    }

    [Fact]
    public void Ram_inside_another_entry_is_ram()
    {
        PhysicalMemoryMap map = Tree("100000000-1ffffffff : Persistent Memory\n  140000000-17fffffff : dax0.0\n    140000000-17fffffff : System RAM (kmem)\n");

        Assert.Equal([(0x1_4000_0000, 0x1_7FFF_FFFF)], Addresses(map.Usable));
        Assert.Equal([(0x1_0000_0000, 0x1_3FFF_FFFF), (0x1_8000_0000, 0x1_FFFF_FFFF)], Addresses(map.Ranges.Where(r => r.Kind == PhysicalMemoryKind.Persistent)));
    }

    [Fact]
    public void Hidden_addresses_are_an_error_with_what_to_do()
    {
        DeviceException error = Assert.Throws<DeviceException>(() => Tree(MemoryMaps.Hidden));

        Assert.Equal(DeviceStatus.AccessDenied, error.Status);
        Assert.Contains("every address in it is 0", error.Answer, StringComparison.Ordinal);
        Assert.Contains("root", error.Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0x1000000 0x1eff0000")]
    [InlineData("16777216,520028160")]
    [InlineData("\uFEFF1000000h ; 1EFF0000H ; read/write")]
    [InlineData("\"0x01000000\"\t\"0x1eff0000\"\r")]
    public void Windows_rows_in_the_ways_people_write_them(string row) => Assert.Equal([(0x100_0000, 0x1FFE_FFFF)], Addresses(Windows(row).Usable));

    [Fact]
    public void Windows_ranges_that_touch_are_one() => Assert.Equal([(0x1000, 0x9_EFFF), (0x10_0000, 0x1FFE_FFFF)], Addresses(Windows(MemoryMaps.Windows).Usable));

    internal static PhysicalMemoryMap Boot(string text) => PhysicalMemoryMap.ReadBootMessages(new StringReader(text), "dmesg.txt");

    internal static PhysicalMemoryMap Tree(string text) => PhysicalMemoryMap.ReadResourceTree(new StringReader(text), "iomem.txt");

    internal static PhysicalMemoryMap Windows(string text) => PhysicalMemoryMap.ReadWindowsList(new StringReader(text), "ranges.txt");

    internal static IEnumerable<(long Start, long Last)> Addresses(IEnumerable<PhysicalMemoryRange> ranges) => ranges.Select(r => ((long)r.Start, (long)r.Last));
}
