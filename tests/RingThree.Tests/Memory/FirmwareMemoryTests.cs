using RingThree.Hosting;
using RingThree.Memory;
using Xunit;

namespace RingThree.Tests;

/// <summary>No plan lies over memory that the text says is somebody's, whatever is missing of the text.</summary>
public sealed class FirmwareMemoryTests
{
    private const ulong M = 1 << 20;

    /// <summary>A machine, and the memory of others in it, as its map tells with the kernel's own words left out.</summary>
    private static readonly Dictionary<string, (string Text, (ulong First, ulong Last)[] Others)> Machines = new()
    {
        ["server"] = (FirmwareMaps.Server, [(0x8830_0000, 0x883F_FFFF), (0xF7EA_0000, 0xF7FA_FFFF), (0xF8A3_0000, 0xF8AE_FFFF), (0xF9B0_C998, 0xF9B0_C9CF), (0xEC00_0000, 0xEFFF_FFFF), (0xCC00_0000, 0xEBFF_FFFF)]),
        ["virtual machine"] = (FirmwareMaps.VirtualMachine, [(0x1_3C19_0000, 0x1_3C33_FFFF), (0x1_3F5B_0000, 0x1_3F61_FFFF)]),
        ["debug"] = (FirmwareMaps.Debug, [(0x1_3C19_0000, 0x1_3C33_FFFF), (0x1_3F3B_0000, 0x1_3F61_FFFF)]),
        ["power"] = (FirmwareMaps.Power, [(0x3000_0000, 0x303F_FFFF), (0x31C0_0000, 0x35DF_FFFF), (0x2000_0000_0000, 0x2000_0224_3FFF), (0x2007_FD80_0000, 0x2007_FDFF_FFFF), (0x2007_FF80_0000, 0x2007_FFFF_FFFF)]),
        ["risc-v"] = (FirmwareMaps.RiscV, [(0x8000_0000, 0x8007_FFFF), (0xE800_0000, 0xFFFF_FFFF), (0xC000_0000, 0xC03F_FFFF)]),
        ["risc-v 32"] = (FirmwareMaps.RiscV32, [(0x50F0_0000, 0x50F7_FFFF)]),
        ["old board"] = (FirmwareMaps.OldBoard, [(0x5FD0_0000, 0x5FDF_FFFF), (0x5800_0000, 0x5BFF_FFFF)]),
    };

    public static TheoryData<string> Names => [.. Machines.Keys];

    /// <summary>Machine, MiB, address bits; the base, and the settings that are offered.</summary>
    public static TheoryData<string, int, int, ulong, string> Places => new()
    {
        { "server", 1024, 64, 0x87_C000_0000, "mem=33537M" }, // 0x88300000 to 0xffffffff is 1,793 MiB of node ranges, 31 GiB above
        { "debug", 256, 64, 0x1_2C10_0000, "mem=3777M" },
        { "power", 16, 64, 0x2007_FE80_0000, "mem=65512M" },
        { "power", 64, 64, 0x2007_F980_0000, "mem=65432M" },
        { "risc-v", 256, 64, 0xD800_0000, "driver@d8000000 { reg = <0x0 0xd8000000 0x0 0x10000000>; no-map; };" },
        { "risc-v 32", 128, 64, 0x5800_0000, "driver@58000000 { reg = <0x0 0x58000000 0x0 0x8000000>; no-map; }; | mem=384M" },
        { "old board", 32, 64, 0x5DD0_0000, "driver@5dd00000 { reg = <0x0 0x5dd00000 0x0 0x2000000>; no-map; }; | mem=477M" },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void The_highest_place_that_is_nobodys(string machine, int megabytes, int addressBits, ulong expected, string settings)
    {
        PhysicalMemoryMap map = MemoryMapTests.Boot(Machines[machine].Text);
        Assert.Empty(map.Problems);

        MemoryReservation plan = MemoryReservation.Plan(map, (ulong)megabytes * M, addressBits: addressBits);

        Assert.Equal((expected, settings), (plan.Base, string.Join(" | ", plan.Settings.Select(s => s.Text))));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void At_every_size_it_is_nobodys_or_refused(string machine)
    {
        PhysicalMemoryMap map = MemoryMapTests.Boot(Machines[machine].Text);
        for (ulong size = M; size <= 1UL << 36; size *= 2)
        {
            foreach (int bits in (int[])[31, 32, 33, 40, 64]) CheckPlan(machine, map, size, bits);
        }
    }

    /// <summary>The kernel's buffer has lost the first lines, whichever they are. POWER's first ones may be gone without a trace, which a remark says.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void However_much_of_the_beginning_is_lost(string machine)
    {
        string[] lines = Machines[machine].Text.Split('\n');
        for (int lost = 1; lost < lines.Length; lost++)
        {
            string text = string.Join('\n', lines[lost..]);
            if (Read(text) is not { } map) continue;
            if (lines[lost].Contains("OF: reserved mem: 0x", StringComparison.Ordinal) && map.Problems.Count == 0) Assert.Contains(map.Remarks, r => r.Contains("/proc/device-tree/reserved-memory", StringComparison.Ordinal));
            else CheckPlan(machine, map, 16 * M, 64);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Wherever_the_text_is_cut(string machine)
    {
        string text = Machines[machine].Text;
        for (int length = 1; length < text.Length; length++)
        {
            if (Read(text[..length]) is { } map) CheckPlan(machine, map, 2 * M, 64);
        }
    }

    [Fact]
    public void Ranges_that_adjoin_are_not_told_apart_and_the_command_that_does_is_named()
    {
        PhysicalMemoryMap map = MemoryMapTests.Boot(FirmwareMaps.VirtualMachine);

        Assert.Empty(map.Usable);
        DeviceException error = Assert.Throws<DeviceException>(() => MemoryReservation.Plan(map, 64 * M));

        Assert.Equal(DeviceStatus.InvalidArgument, error.Status);
        Assert.Contains("4 GiB in 5 node ranges are RAM or the firmware's", error.Answer, StringComparison.Ordinal);
        Assert.Contains("sudo cat /proc/iomem", error.Advice, StringComparison.Ordinal);
        Assert.Contains("efi=debug", error.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_that_acpi_describes_is_never_told_of_a_device_tree()
    {
        MemoryReservation plan = MemoryReservation.Plan(MemoryMapTests.Boot(FirmwareMaps.Server), 1024 * M);
        MemoryReservation fromTree = MemoryReservation.Plan(MemoryMapTests.Tree(MemoryMaps.Arm + "\n900000000-900000fff : ARMH0011:00\n  900000000-900000fff : ARMH0011:00\n"), 256 * M);

        foreach (MemoryReservation there in (MemoryReservation[])[plan, fromTree])
        {
            BootSetting setting = Assert.Single(there.Settings);
            Assert.Equal("mem", setting.Name);
            Assert.DoesNotContain("tree", string.Join(' ', [setting.Text, setting.Effect, .. setting.Steps, .. there.Notes, .. there.Checks]), StringComparison.OrdinalIgnoreCase);
        }

        Assert.Contains("left out: ", string.Join('\n', plan.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_mem_would_take_nearly_everything_nothing_is_offered()
    {
        DeviceException error = Assert.Throws<DeviceException>(() => MemoryReservation.Plan(MemoryMapTests.Tree("""
            40000000-47ffffff : System RAM
              40210000-4192ffff : Kernel code
            60000000-60000fff : ARMH0011:00
            8080000000-bfffffffff : System RAM
            """), 64 * M, addressBits: 32));

        Assert.Equal(DeviceStatus.NotSupported, error.Status);
        Assert.Contains("mem=, which cuts from the top, would take 254 GiB above 0x44000000 as well", error.Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OF: reserved mem: initialized node ramoops@9ff00000, compatible id removed-dma-pool", "the device tree reserves memory for 'ramoops@9ff00000', and no line says where")]
    [InlineData("OF: reserved mem: not enough space for all defined regions.", "reserves more than this kernel can list")]
    [InlineData("Using PowerNV machine description", "does not print what the firmware of a POWER machine keeps")]
    public void Where_a_place_is_not_told_nothing_is_planned(string line, string reason)
    {
        string text = FirmwareMaps.OldBoard.Replace("[    0.000000] Memory policy: Data cache writealloc", "[    0.000000] " + line, StringComparison.Ordinal);

        DeviceException error = Assert.Throws<DeviceException>(() => MemoryReservation.Plan(MemoryMapTests.Boot(text), 2 * M));

        Assert.Contains(reason, error.Answer, StringComparison.Ordinal);
        Assert.Contains("/proc/", error.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_range_and_one_without_the_kernels_prefix_are_read()
    {
        PhysicalMemoryMap map = MemoryMapTests.Boot(FirmwareMaps.OldBoard.Replace("Memory policy: Data cache writealloc", "OF: reserved mem: 0x50000000..0x4fffffff (0 KiB) map non-reusable none@50000000\n0x5e000000..0x5e0fffff (1024 KiB) nomap non-reusable tee@5e000000", StringComparison.Ordinal));

        Assert.Empty(map.Problems);
        Assert.Contains(map.Ranges, r => r is { Name: "tee@5e000000", Start: 0x5E00_0000, Last: 0x5E0F_FFFF });
        Assert.DoesNotContain(map.Occupied, r => r.Name == "none@50000000");
    }

    [Fact]
    public void A_kernel_that_does_not_list_what_the_tree_reserves_is_told_so()
    {
        Assert.Contains(MemoryReservation.Plan(MemoryMapTests.Boot(FirmwareMaps.OldBoard), 2 * M).Notes, n => n.Contains("from 6.3 on", StringComparison.Ordinal));
        Assert.Empty(MemoryMapTests.Boot(FirmwareMaps.RiscV).Remarks);
        Assert.Empty(MemoryMapTests.Boot(FirmwareMaps.OldBoard.Replace("Memory policy: Data cache writealloc", "OF: reserved mem: Reserved memory: No reserved-memory node in the DT", StringComparison.Ordinal)).Remarks);
    }

    /// <summary>What x86 takes out of its list without printing it anew, in the words of 2009 and of now; and it is not offered as kept from the system.</summary>
    [Theory]
    [InlineData("[    0.005769] e820: update [mem 0x7c000000-0x7c0fffff] usable ==> reserved")]
    [InlineData("[    0.000000] e820 update range: 000000007c000000 - 000000007c100000 (usable) ==> (reserved)")]
    [InlineData("[    0.000000] e820: remove [mem 0x7c000000-0x7c0fffff] usable")]
    [InlineData("[    0.000000] Reserving 1MB of memory at 1984MB for crashkernel (System RAM: 2011MB)")]
    [InlineData("[    0.000000] crashkernel reserved: 0x000000007c000000 - 0x000000007c100000 (1 MB)")]
    [InlineData("[    0.000000] ACPI: SSDT 0x000000007C000000 100000 (v02 A      B        00000001 INTL 20160527)")]
    [InlineData("[    0.000000] kvm [1]: Reserved 1 MiB at 0x7c000000")]
    public void What_the_kernel_takes_later_is_planned_around(string line)
    {
        PhysicalMemoryMap map = MemoryMapTests.Boot(MemoryMaps.Manual + line + "\n");

        Assert.Empty(map.Withheld);
        MemoryReservation plan = MemoryReservation.Plan(map, 150 * M);
        Assert.True(plan.Last < 0x7C00_0000, plan.Last.ToString("x", null));
        Assert.Equal(0x7460_0000UL, MemoryReservation.Plan(MemoryMapTests.Boot(MemoryMaps.Manual + line.Replace("==> reserved", "==> usable", StringComparison.Ordinal).Replace("7c", "8c", StringComparison.OrdinalIgnoreCase).Replace("1984MB", "2240MB", StringComparison.Ordinal) + "\n"), 150 * M).Base);
    }

    [Fact]
    public void Reserved_memory_within_the_ram_of_a_tree_is_planned_around()
    {
        PhysicalMemoryMap map = MemoryMapTests.Tree(MemoryMaps.Arm);

        Assert.Equal(0xF7F0_0000UL, MemoryReservation.Plan(map, M, addressBits: 32).Base); // below f8000000-fbffffff : reserved
        Assert.Equal(0x8_FFF0_0000UL, MemoryReservation.Plan(map, M).Base);
    }

    [Fact]
    public void A_tree_of_power_does_not_tell_and_one_without_its_beginning_is_damaged()
    {
        DeviceException error = Assert.Throws<DeviceException>(() => MemoryReservation.Plan(MemoryMapTests.Tree("00000000-7ffffffff : System RAM\n600c000000000-600c07ffeffff : /pciex@600c3c0000000\n"), M));
        Assert.Contains("shows nothing of what is in its RAM", error.Answer, StringComparison.Ordinal);
        Assert.Contains("begins too late", Assert.Single(MemoryMapTests.Tree("  01000000-02209987 : Kernel code\n100000000-63fffffff : System RAM\n").Problems), StringComparison.Ordinal);
        Assert.Contains("begins too late", Assert.Single(MemoryMapTests.Tree("00000-bfffffff : System RAM\n100000000-63fffffff : System RAM\n").Problems), StringComparison.Ordinal);
    }

    private static PhysicalMemoryMap? Read(string text)
    {
        try
        {
            return MemoryMapTests.Boot(text);
        }
        catch (DeviceException error)
        {
            Assert.Equal(DeviceStatus.NotFound, error.Status);
            return null;
        }
    }

    private static void CheckPlan(string machine, PhysicalMemoryMap map, ulong size, int bits)
    {
        try
        {
            MemoryReservation plan = MemoryReservation.Plan(map, size, addressBits: bits);
            Assert.DoesNotContain(Machines[machine].Others, o => o.First <= plan.Last && plan.Base <= o.Last);
        }
        catch (DeviceException error)
        {
            Assert.True(error.Status is DeviceStatus.NoResources or DeviceStatus.InvalidArgument or DeviceStatus.NotSupported, error.Message);
        }
    }
}
