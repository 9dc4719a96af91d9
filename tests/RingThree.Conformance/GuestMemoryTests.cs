using RingThree.Hosting;
using RingThree.Memory;

namespace RingThree.Conformance;

/// <summary>Reserved memory on a real kernel: what only it can say.</summary>
[Trait("Host", "guest")]
public sealed class GuestMemoryTests
{
    /// <summary>The kernel keeps a list of how physical pages are mapped (arch/x86/mm/pat/memtype.c).</summary>
    [Theory]
    [InlineData(true, "write-back")]
    [InlineData(false, "uncached-minus")]
    public void The_kernel_maps_it_cached_or_not_as_asked(bool cached, string expected)
    {
        const string list = "/sys/kernel/debug/x86/pat_memtype_list";
        if (!File.Exists(list)) GuestProgram.Shell("mount -t debugfs none /sys/kernel/debug");
        using var machine = new Machine();
        using ReservedMemory memory = ReservedMemory.Open(machine.Host, Machine.ReservedBase, Machine.ReservedLength, cached);
        string[] lines = [.. File.ReadLines(list).Where(l => l.Contains("0x0000000020000000", StringComparison.Ordinal))];
        Assert.NotEmpty(lines);
        Assert.All(lines, l => Assert.Contains(expected, l, StringComparison.Ordinal));
    }

    [Fact]
    public void Memory_is_not_mapped_cached_and_uncached_at_once()
    {
        using var machine = new Machine();
        using (ReservedMemory first = ReservedMemory.Open(machine.Host, Machine.ReservedBase, Machine.ReservedLength, cached: true, exclusive: false))
        {
            DeviceException error = Assert.Throws<DeviceException>(() => ReservedMemory.Open(machine.Host, Machine.ReservedBase + 0x10_0000, 0x1000, cached: false, exclusive: false));
            Assert.Equal(DeviceStatus.Busy, error.Status);
            Assert.Contains("mapped cached", error.Advice, StringComparison.Ordinal);
        }

        using ReservedMemory then = ReservedMemory.Open(machine.Host, Machine.ReservedBase, Machine.ReservedLength, cached: false);
    }

    [Fact]
    public void The_tool_shows_it_and_finds_the_next_place()
    {
        string output = GuestProgram.Ring3Does("memory", "--reserve", "64M").Output;
        Assert.Contains("kept from the system: 0x20000000-0x20ffffff", output, StringComparison.Ordinal);
        Assert.Contains("memmap=64M$0x3b", output, StringComparison.Ordinal); // the last 64 MiB of a gigabyte, but for what the firmware has
    }

    [Fact]
    public void Dmesg_and_iomem_say_the_same()
    {
        PhysicalMemoryMap tree;
        using (StreamReader text = File.OpenText("/proc/iomem")) tree = PhysicalMemoryMap.ReadResourceTree(text, "/proc/iomem");
        var boot = PhysicalMemoryMap.ReadBootMessages(new StringReader(GuestProgram.Shell("dmesg")), "dmesg");
        Assert.Empty(tree.Problems);
        Assert.Empty(boot.Problems);
        Assert.Equal(MemoryMapSource.ResourceTree, tree.Source);
        // The kernel keeps the first page from itself later than it prints the list.
        Assert.Equal(boot.Usable.Where(r => r.Start >= 0x10_0000).Select(r => (r.Start, r.Last)), tree.Usable.Where(r => r.Start >= 0x10_0000).Select(r => (r.Start, r.Last)));
        using var machine = new Machine();
        Assert.Equal(boot.Withheld.Select(r => (r.Start, r.Last)), machine.Host.ReadMemoryMap()!.Withheld.Select(r => (r.Start, r.Last)));
    }
}
