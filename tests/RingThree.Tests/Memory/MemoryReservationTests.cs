using RingThree.Hosting;
using RingThree.Memory;
using Xunit;

namespace RingThree.Tests;

/// <summary>Where memory is reserved on real machines, and what the boot loaders are told.</summary>
public sealed class MemoryReservationTests
{
    private const ulong M = 1 << 20;

    /// <summary>Map, MiB wanted, address bits, alignment in MiB (0: none); base, and the settings that are offered.</summary>
    public static TheoryData<string, int, int, int, ulong, string> Places => new()
    {
        { "manual", 150, 64, 0, 0x7460_0000, "memmap=150M$0x74600000 | mem=1862M" },
        { "manual, already reserved", 150, 64, 0, 0x6730_0000, "memmap=150M$0x67300000 | mem=1651M" },
        { "laptop", 512, 64, 0, 0x2_0F60_0000, "memmap=512M$0x20f600000 | mem=8438M" },
        { "laptop", 512, 32, 0, 0x8D80_0000, "memmap=512M$0x8d800000" }, // the highest piece of that size; above 4 GiB is too much to lose
        { "laptop", 200, 32, 0, 0xB100_0000, "memmap=200M$0xb1000000" },
        { "laptop", 3, 32, 0, 0xBDB0_0000, "memmap=3M$0xbdb00000" },
        { "server", 4096, 64, 1024, 0x3F_8000_0000, "memmap=4096M$0x3f80000000 | mem=260096M" },
        { "mem=", 64, 64, 0, 0x1C00_0000, "memmap=64M$0x1c000000 | mem=448M" },
        { "memmap=", 1024, 64, 0, 0x5_0000_0000, "memmap=1024M$0x500000000 | mem=20480M" },
        { "memmap=", 1, 32, 0, 0xBFE0_0000, "memmap=1M$0xbfe00000" }, // beside the hole that is there already
        { "recent", 1024, 64, 0, 0x8_0C80_0000, "memmap=1024M$0x80c800000 | mem=32968M" },
        { "recent", 48, 32, 0, 0xA100_0000, "memmap=48M$0xa1000000" },
        { "tree", 150, 32, 0, 0xB6A0_0000, "memmap=150M$0xb6a00000" },
        { "arm", 256, 64, 0, 0x8_F000_0000, "driver@8f0000000 { reg = <0x8 0xf0000000 0x0 0x10000000>; no-map; }; | mem=3776M" },
        { "arm", 256, 32, 256, 0xE000_0000, "driver@e0000000 { reg = <0x0 0xe0000000 0x0 0x10000000>; no-map; };" },
        { "windows", 10, 64, 0, 0x1F5F_0000, "removememory 10 | truncatememory 0x1f5f0000" },
        { "windows", 10, 64, 16, 0x1F00_0000, "removememory 16 | truncatememory 0x1f000000" },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void The_highest_place_that_is_large_enough(string map, int megabytes, int addressBits, int alignment, ulong expected, string settings)
    {
        MemoryReservation plan = MemoryReservation.Plan(Map(map), (ulong)megabytes * M, (ulong)alignment * M, addressBits);

        Assert.Equal((expected, (ulong)megabytes * M), (plan.Base, plan.Size));
        Assert.Equal(settings, string.Join(" | ", plan.Settings.Select(s => s.Text)));
        Assert.True(plan.From.Start <= plan.Base && plan.Last <= plan.From.Last);
        Assert.NotEmpty(plan.Checks);
        Assert.All(plan.Settings, s => Assert.NotEmpty(s.Steps));
    }

    /// <summary>Every machine's text, every size: what is planned lies in usable memory, on its boundary, below the card's limit, and nothing higher does.</summary>
    [Fact]
    public void On_every_machine_every_size_fits_or_is_refused()
    {
        foreach (string name in (string[])["manual", "manual, already reserved", "laptop", "server", "mem=", "memmap=", "recent", "tree", "arm", "windows"])
        {
            PhysicalMemoryMap map = Map(name);
            PhysicalMemoryRange[] kept = [.. map.Occupied.Where(r => r.Kind == PhysicalMemoryKind.Reserved)];
            IReadOnlyList<PhysicalMemoryRange> free = AddressSet.Subtract(map.Usable, kept);
            for (ulong size = M; size <= 1UL << 40; size *= 3)
            {
                foreach (int bits in (int[])[28, 32, 36, 64])
                {
                    MemoryReservation plan;
                    try
                    {
                        plan = MemoryReservation.Plan(map, size, addressBits: bits);
                    }
                    catch (DeviceException error)
                    {
                        Assert.Equal(DeviceStatus.NoResources, error.Status);
                        continue;
                    }

                    ulong limit = bits == 64 ? ulong.MaxValue : (1UL << bits) - 1;
                    Assert.True(plan.Last <= limit && plan.Base >= MemoryReservation.LowestBase);
                    Assert.Contains(free, r => r.Start <= plan.Base && plan.Last <= r.Last);
                    Assert.True(plan.LeftToSystem >= MemoryReservation.LeastLeft);
                    Assert.DoesNotContain(kept, r => r.Start <= plan.Last && plan.Base <= r.Last);
                    Assert.DoesNotContain(free, r => Math.Min(r.Last, limit) > plan.Last && (long)(Math.Min(r.Last, limit) - Math.Max(r.Start, plan.Last + 1)) >= (long)(size + (2 * M))); // nothing higher has room
                }
            }
        }
    }

    [Fact]
    public void A_dollar_sign_is_written_as_each_boot_loader_needs_it()
    {
        IReadOnlyList<string> steps = MemoryReservation.Plan(Map("manual"), 150 * M).Settings[0].Steps;

        Assert.Contains(steps, s => s.StartsWith("/etc/default/grub:", StringComparison.Ordinal) && s.Contains(@" memmap=150M\\\$0x74600000", StringComparison.Ordinal));
        Assert.Contains(steps, s => s.StartsWith("in grub.cfg", StringComparison.Ordinal) && s.EndsWith(@" memmap=150M\$0x74600000", StringComparison.Ordinal));
        Assert.Contains(steps, s => s.EndsWith(": memmap=150M$0x74600000", StringComparison.Ordinal));
        Assert.Contains(steps, s => s.EndsWith(": memmap=150M%0x74600000-1+2", StringComparison.Ordinal));
    }

    /// <summary>The shell that reads /etc/default/grub, and GRUB's own script after it, each take their backslashes away.</summary>
    [Fact]
    public async Task What_is_written_into_the_grub_file_reaches_grub_as_it_must()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a shell");
        string step = MemoryReservation.Plan(Map("manual"), 150 * M).Settings[0].Steps[0];
        string line = step[(step.IndexOf(": ", StringComparison.Ordinal) + 2)..];

        (int status, string output, _) = await Repository.Shell($"cat > /tmp/grub.$$ <<'END'\n{line}\nEND\n. /tmp/grub.$$; rm /tmp/grub.$$; printf '%s' \"$GRUB_CMDLINE_LINUX\"");

        Assert.Equal((0, @"... memmap=150M\$0x74600000"), (status, output)); // as grub.cfg has it
    }

    [Fact]
    public void A_size_is_rounded_up_to_whole_mebibytes()
    {
        Assert.Equal(M, MemoryReservation.Plan(Map("manual"), 1).Size);
        Assert.Equal(151 * M, MemoryReservation.Plan(Map("manual"), (150 * M) + 1).Size);
    }

    [Theory]
    [InlineData("manual", 4100, 64, "the system uses 2012.5 MiB")] // more than there is
    [InlineData("manual", 1900, 64, "are the least to leave")]
    [InlineData("laptop", 3000, 32, "the largest free piece below 2^32 has 2760 MiB, in 0x100000-0xad852fff")]
    [InlineData("laptop", 64, 24, "there is no piece below 2^24")]
    [InlineData("arm", 256, 31, "there is no piece below 2^31")]
    public void What_does_not_fit_is_refused_with_what_would(string map, int megabytes, int addressBits, string reason)
    {
        DeviceException error = Assert.Throws<DeviceException>(() => MemoryReservation.Plan(Map(map), (ulong)megabytes * M, addressBits: addressBits));

        Assert.Equal(DeviceStatus.NoResources, error.Status);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains($"{megabytes} MiB", error.Operation, StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_xen_domain_nothing_can_be_reserved()
    {
        DeviceException error = Assert.Throws<DeviceException>(() => MemoryReservation.Plan(Map("xen"), M));

        Assert.Equal(DeviceStatus.NotSupported, error.Status);
        Assert.Contains("without Xen", error.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_mean_nothing_are_refused()
    {
        PhysicalMemoryMap map = Map("manual");
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryReservation.Plan(map, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryReservation.Plan(map, M, 3 * M));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryReservation.Plan(map, M, 4096));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryReservation.Plan(map, M, addressBits: 65));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryReservation.Plan(map, M, addressBits: 11));
        Assert.Throws<DeviceException>(() => MemoryReservation.Plan(map, ulong.MaxValue));
        Assert.Throws<DeviceException>(() => MemoryReservation.Plan(map, M, 1UL << 63));
    }

    [Fact]
    public void Notes_say_what_a_person_would_want_to_know()
    {
        Assert.Contains(MemoryReservation.Plan(Map("tree"), 512 * M, addressBits: 32).Notes, n => n.Contains("Crash kernel", StringComparison.Ordinal));
        Assert.Contains(MemoryReservation.Plan(Map("server"), 512 * M).Notes, n => n.StartsWith("memory of node 1;", StringComparison.Ordinal));
        Assert.Contains(MemoryReservation.Plan(Map("server"), 512 * M, addressBits: 32).Notes, n => n.StartsWith("memory of node 0;", StringComparison.Ordinal));
        Assert.Contains(MemoryReservation.Plan(Map("mem="), 64 * M).Notes, n => n.Contains("mem=512M: keep that", StringComparison.Ordinal));
        Assert.Contains("kept from the system already, and large enough: 0x70900000-0x7dcdffff (211.9 MiB) usable", MemoryReservation.Plan(Map("manual, already reserved"), 150 * M).Notes);
        Assert.DoesNotContain(MemoryReservation.Plan(Map("manual, already reserved"), 250 * M).Notes, n => n.StartsWith("kept from", StringComparison.Ordinal));
        Assert.Contains(MemoryReservation.Plan(Map("manual"), 1100 * M).Notes, n => n.StartsWith("more than half", StringComparison.Ordinal));
        Assert.Empty(MemoryReservation.Plan(Map("manual"), 150 * M).Notes);
    }

    /// <summary>A setting that cuts from the top would take what lies above, and says so.</summary>
    [Fact]
    public void What_a_cut_from_the_top_takes_besides_is_said()
    {
        PhysicalMemoryMap map = MemoryMapTests.Windows("0x100000 0xbff00000\n0x100000000 0x340000000\n");

        BootSetting low = Assert.Single(MemoryReservation.Plan(map, 256 * M, addressBits: 32).Settings);
        Assert.Equal("truncatememory 0xb0000000", low.Text);
        Assert.Contains("13 GiB above the range are lost", low.Effect, StringComparison.Ordinal);
        Assert.Contains("896 KiB", MemoryReservation.Plan(Map("manual"), 150 * M).Settings[1].Effect, StringComparison.Ordinal);
    }

    private static PhysicalMemoryMap Map(string name) => name switch
    {
        "manual" => MemoryMapTests.Boot(MemoryMaps.Manual),
        "manual, already reserved" => MemoryMapTests.Boot(MemoryMaps.ManualAfter),
        "laptop" => MemoryMapTests.Boot(MemoryMaps.Laptop),
        "server" => MemoryMapTests.Boot(MemoryMaps.Server),
        "mem=" => MemoryMapTests.Boot(MemoryMaps.Limited),
        "memmap=" => MemoryMapTests.Boot(MemoryMaps.Holed),
        "recent" => MemoryMapTests.Boot(MemoryMaps.Recent),
        "xen" => MemoryMapTests.Boot(MemoryMaps.Xen),
        "tree" => MemoryMapTests.Tree(MemoryMaps.Tree),
        "arm" => MemoryMapTests.Tree(MemoryMaps.Arm),
        "windows" => MemoryMapTests.Windows(MemoryMaps.Windows),
        _ => throw new ArgumentException(name),
    };
}
