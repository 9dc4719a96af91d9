using RingThree.Hosting;
using RingThree.Memory;
using Xunit;

namespace RingThree.Tests;

/// <summary>Single lines that say that memory is somebody's: whole they are planned around, cut nothing is planned.</summary>
public sealed class SomebodysMemoryTests
{
    private const ulong Wanted = 64 << 20;
    private const ulong Free = 0x3C00_0000; // where it goes when no line says anything
    private const int LeastOfLine = 8; // what is shorter may be the beginning of anything

    private const string Machine = """
        [    0.000000] Linux version 6.1.0-13-amd64 (x) #1 SMP
        [    0.000000] Command line: BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro
        [    0.000000] BIOS-provided physical RAM map:
        [    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
        [    0.000000] BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved
        [    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable
        [    0.000000] BIOS-e820: [mem 0x00000000fffc0000-0x00000000ffffffff] reserved
        [    0.000000] NX (Execute Disable) protection: active

        """;

    /// <summary>Whole lines, and the memory that they say is somebody's. Of all but a few, no beginning can be taken for a whole line.</summary>
    public static TheoryData<string, ulong, ulong> Lines => new()
    {
        { "e820: update [mem 0x30000000-0x3fffffff] usable ==> reserved", 0x3000_0000, 0x3FFF_FFFF },
        { "e820: remove [mem 0x30000000-0x3fffffff] usable", 0x3000_0000, 0x3FFF_FFFF },
        { "e820 update range: 0000000030000000 - 0000000040000000 (usable) ==> (reserved)", 0x3000_0000, 0x3FFF_FFFF },
        { "e820 remove range: 0000000030000000 - 0000000040000000 (usable)", 0x3000_0000, 0x3FFF_FFFF },
        { "cma: Reserved 256 MiB at 0x0000000030000000", 0x3000_0000, 0x3FFF_FFFF },
        { "cma: Reserved 256 MiB at 0x0000000030000000 on node -1", 0x3000_0000, 0x3FFF_FFFF },
        { "cma: Reserved 256 MiB at 30000000", 0x3000_0000, 0x3FFF_FFFF },
        { "crashkernel reserved: 0x0000000030000000 - 0x0000000040000000 (256 MB)", 0x3000_0000, 0x3FFF_FFFF },
        { "crashkernel low memory reserved: 0x30000000 - 0x40000000 (256 MB)", 0x3000_0000, 0x3FFF_FFFF },
        { "Reserving 256MB of memory at 768MB for crashkernel (System RAM: 1023MB)", 0x3000_0000, 0x3FFF_FFFF },
        { "Reserving 256MB of low memory at 768MB for crashkernel (low RAM limit: 4096MB)", 0x3000_0000, 0x3FFF_FFFF },
        { "Reserved memory: created DMA memory pool at 0x0000000030000000, size 256 MiB", 0x3000_0000, 0x3FFF_FFFF },
        { "CMA memory pool at 0x0000000030000000, size 256 MiB", 0x3000_0000, 0x3FFF_FFFF },
        { "software IO TLB: Reserved memory: created restricted DMA pool at 0x0000000030000000, size 256 MiB", 0x3000_0000, 0x3FFF_FFFF },
        { "OF: reserved mem: allocated memory for 'linux,cma' node: base 0x0000000030000000, size 256 MiB", 0x3000_0000, 0x3FFF_FFFF },
        { "OF: fdt: Reserved memory: reserved region for node 'tee@30000000': base 0x0000000030000000, size 256 MiB", 0x3000_0000, 0x3FFF_FFFF },
        { "OF: reserved mem: 0x0000000030000000..0x000000003fffffff (262144 KiB) nomap non-reusable tee@30000000", 0x3000_0000, 0x3FFF_FFFF },
        { "ACPI: Reserving DSDT table memory at [mem 0x3ff00000-0x3fffffff]", 0x3FF0_0000, 0x3FFF_FFFF },
        { "Reserving Intel graphics memory at [mem 0x30000000-0x3fffffff]", 0x3000_0000, 0x3FFF_FFFF },
        { "Reserving Intel graphics stolen memory at [mem 0x30000000-0x3fffffff]", 0x3000_0000, 0x3FFF_FFFF },
        { "efi: mem00: [Runtime Data       |RUN|  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000030000000-0x000000003fffffff] (256MB)", 0x3000_0000, 0x3FFF_FFFF },
        { "efi: mem107: [Conventional Memory|   |  |SP|  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000030000000-0x000000003fffffff] (256MB)", 0x3000_0000, 0x3FFF_FFFF },
        { "efi: mem01: [ACPI Reclaim Memory|   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000030000000-0x000000003fffffff] (256MB)", 0x3000_0000, 0x3FFF_FFFF },
        { "efi: mem02: [ACPI Memory NVS    |   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000030000000-0x000000003fffffff] (256MB)", 0x3000_0000, 0x3FFF_FFFF },
        { "efi: mem03: [Unaccepted         |   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000030000000-0x000000003fffffff] (256MB)", 0x3000_0000, 0x3FFF_FFFF },
        { "efi: mem04: type=6, attr=0x800000000000000f, range=[0x0000000030000000-0x0000000040000000) (256MB)", 0x3000_0000, 0x3FFF_FFFF },
        { "efi: Remove mem64: MMIO range=[0x30000000-0x3fffffff] (256MB) from e820 map", 0x3000_0000, 0x3FFF_FFFF },
        { "efi: Not removing mem65: MMIO range=[0x3ffff000-0x3fffffff] (4KB) from e820 map", 0x3FFF_F000, 0x3FFF_FFFF },
        { "efi_fake_mem: add attr=0x0000000000040000 to [mem 0x0000000030000000-0x000000003fffffff]", 0x3000_0000, 0x3FFF_FFFF },
        { "DMAR: RMRR base: 0x0000003c000000 end: 0x0000003fffffff", 0x3C00_0000, 0x3FFF_FFFF },
        { "DMAR: [Firmware Bug]: No firmware reserved region can cover this RMRR [0x000000003c000000-0x000000003fffffff], contact BIOS vendor for fixes", 0x3C00_0000, 0x3FFF_FFFF },
        { "DMAR: [Firmware Bug]: Your BIOS is broken; bad RMRR [0x000000003c000000-0x000000003fffffff]", 0x3C00_0000, 0x3FFF_FFFF },
        { "Your BIOS is broken; bad RMRR [0x000000003c000000-0x000000003fffffff]", 0x3C00_0000, 0x3FFF_FFFF },
        { "DMAR: Setting identity map for device 0000:00:1d.0 [0x3c000000 - 0x3fffffff]", 0x3C00_0000, 0x3FFF_FFFF },
        { "AMD-Vi: IVMD_TYPE_ALL range_start: 0x30000000 range_end: 0x3fffffff flags: 1", 0x3000_0000, 0x3FFF_FFFF },
        { "AMD-Vi: IVMD_TYPE_RANGE\t\tdevid_start: 0000:00:00.0 devid_end: 0000:ff:1f.6 range_start: 0000000030000000 range_end: 0000000040000000 flags: 9", 0x3000_0000, 0x3FFF_FFFF },
        { "sgx: EPC section 0x30000000-0x3fffffff", 0x3000_0000, 0x3FFF_FFFF },
        { "SEV-SNP: RMP table physical range [0x0000000030000000 - 0x000000003fffffff]", 0x3000_0000, 0x3FFF_FFFF },
        { "SEV-SNP: RMP segment 0 physical address [0x30000000 - 0x3fffffff] covering [0x0 - 0xfffffffff]", 0x3000_0000, 0x3FFF_FFFF },
        { "tboot: found shared page at phys addr 0x3ff00000:", 0x3FF0_0000, 0x3FF0_0FFF },
        { "esrt: Reserving ESRT space from 0x000000003f000000 to 0x0000000040000000.", 0x3F00_0000, 0x3FFF_FFFF },
        { "ramoops: using 0x100000@0x3ff00000, ecc: 0", 0x3FF0_0000, 0x3FFF_FFFF },
        { "kvm [1]: Reserved 16 MiB at 0x3f000000", 0x3F00_0000, 0x3FFF_FFFF },
        { "foo: reserved [mem 0x30000000-0x3fffffff flags 0x200]", 0x3000_0000, 0x3FFF_FFFF },
        { "foo: reserved 0x0000000030000000 - 0x0000000040000000.", 0x3000_0000, 0x3FFF_FFFF },
    };

    public static TheoryData<string> CutLines =>
    [
        "e820: update [mem 0x30000000-0x3fff", "e820: remove [mem 0x3000", "e820: update [mem 0x30000000-0x3fffffff] usable ==> res", "cma: Reserved 256 MiB at 0x", "cma: Reserved 256 MiB at 0x0000000030", "cma: Reserved 256 MiB at 0x00000000",
        "crashkernel reserved: 0x0000000030000000 - 0x00000", "Reserved memory: created DMA memory pool at 0x00000000", "ACPI: Reserving DSDT table memory at [mem 0x3f", "Reserving Intel graphics stolen memory at [mem 0x30",
        "ACPI: DSDT 0x00000000", "ACPI: DSDT 0x000000003FF00000 0", "ACPI: FACS 0x000000003FF00000 00004", "ACPI: DSDT 00000000", "efi: mem00: [Runtime Da", "efi: TPMEventLog=0x", "efi: ACPI=0x3ff00000 TPMEventL", "AMD-Vi: IVMD_TYPE_ALL range_start: 0x3", "user: [mem", "BIOS-e82",
    ];

    /// <summary>What a kernel places anew at every boot, or what is no RAM.</summary>
    public static TheoryData<string> LinesOfNobody =>
    [
        "RAMDISK: [mem 0x3f000000-0x3fffffff]", "Allocated new RAMDISK: [mem 0x3f000000-0x3fffffff]", "NODE_DATA(0) allocated [mem 0x3ffd5000-0x3fffffff]", "software IO TLB: mapped [mem 0x000000003c000000-0x0000000040000000] (64MB)",
        "PM: hibernation: Registered nosave memory: [mem 0x3c000000-0x3fffffff]", "[mem 0x40000000-0xfffbffff] available for PCI devices", "e820: reserve RAM buffer [mem 0x3c000000-0x3fffffff]", "e820: last_pfn = 0x40000 max_arch_pfn = 0x400000000",
        "x86/PAT: Configuration [0-7]: WB  WC  UC- UC  WB  WP  UC- WT", "MTRR map: 4 entries (3 fixed + 1 variable; max 19), built from 8 variable MTRRs", "reserving inaccessible SNB gfx pages", "Memory: 993164K/1048056K available (14339K kernel code, 54632K reserved, 0K cma-reserved)",
        "pstore: Registered ramoops as persistent store backend", "ramoops: using module parameters", "cma: Failed to reserve 64 MiB", "hugetlb: reserved 512 MiB on node 0", "DMAR: DRHD base: 0x000000fed90000 flags: 0x0", "ACPI: Interpreter enabled", "efi: Processing EFI memory map:", "efi: EFI v2.70 by EDK II",
        "efi: mem05: [Boot Data          |   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000030000000-0x000000003fffffff] (256MB)", "efi: mem06: [Conventional Memory|   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] range=[0x0000000030000000-0x000000003fffffff] (256MB)", "efi: mem07: type=7, attr=0xf, range=[0x0000000030000000-0x0000000040000000) (256MB)",
        "system 00:05: [io  0x0a00-0x0a2f] has been reserved", "foo: 2 pages reserved, flags 0x0 - 0x1 (0x3)", "SEV-SNP: Segmented RMP using 64GB segments", "e820: update [mem 0x30000000-0x3fffffff] reserved ==> usable",
    ];

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_whole_line_is_planned_around(string line, ulong first, ulong last)
    {
        PhysicalMemoryMap map = MemoryMapTests.Boot(Machine + Stamped(line));

        Assert.Empty(map.Problems);
        MemoryReservation plan = MemoryReservation.Plan(map, Wanted);
        Assert.True(plan.Last < first, $"0x{plan.Base:x} lies over 0x{first:x}-0x{last:x}");
    }

    [Theory]
    [MemberData(nameof(CutLines))]
    public void A_cut_line_is_damage(string line)
    {
        foreach (string text in (string[])[Machine + Stamped(line), Machine + "[    0.004000] " + line, Within(line)])
        {
            DeviceException error = Assert.Throws<DeviceException>(() => MemoryReservation.Plan(MemoryMapTests.Boot(text), Wanted));

            Assert.Equal(DeviceStatus.InvalidArgument, error.Status);
            Assert.Contains("is the text cut?", error.Answer, StringComparison.Ordinal);
            Assert.Contains("journalctl -k -b", error.Advice, StringComparison.Ordinal);
        }
    }

    /// <summary>At every character, at the end of the text and within its list.</summary>
    [Theory]
    [MemberData(nameof(Lines))]
    public void Wherever_a_line_is_cut_no_plan_lies_over_its_memory(string line, ulong first, ulong last)
    {
        for (int length = LeastOf(line); length < line.Length; length++)
        {
            if (line[..length].TrimEnd().Length < LeastOfLine) continue;
            foreach (string text in (string[])[Machine + Stamped(line[..length]), Machine + "[    0.004000] " + line[..length], Within(line[..length])])
            {
                if (Plan(text) is { } plan) Assert.True(plan.Last < first || plan.Base > last, $"0x{plan.Base:x} lies over 0x{first:x}-0x{last:x}: {line[..length]}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(LinesOfNobody))]
    public void A_line_about_nobodys_memory_changes_no_plan(string line)
    {
        PhysicalMemoryMap map = MemoryMapTests.Boot(Machine + Stamped(line));

        Assert.Empty(map.Problems);
        Assert.Equal(Free, MemoryReservation.Plan(map, Wanted).Base);
    }

    /// <summary>Tables whose length is not told keep what a table may need; the last number of a line may have had more digits.</summary>
    [Fact]
    public void Tables_of_efi_are_kept_where_the_line_says_they_are()
    {
        const string line = "efi: TPMEventLog=0x3ff00000 RNG=0x3fe00000 MEMRESERVE=0x3fd00000";
        for (int length = line.Length; length > line.IndexOf("RNG", StringComparison.Ordinal); length--)
        {
            foreach (string end in (string[])["\n", ""])
            {
                if (Plan(Machine + "[    0.000000] " + line[..length] + end) is not { } plan) continue;
                ulong[] tables = [0x3FF0_0000, length > 38 ? 0x3FE0_0000u : 0, length == line.Length ? 0x3FD0_0000u : 0];
                Assert.DoesNotContain(tables, t => plan.Base <= t && t <= plan.Last);
            }
        }

        Assert.Equal(0x3BD0_0000UL, MemoryReservation.Plan(MemoryMapTests.Boot(Machine + line + " \n"), Wanted).Base);
        PhysicalMemoryMap spaced = MemoryMapTests.Boot(Machine + "efi: RNG=0x3fe00000 \n");
        Assert.DoesNotContain(spaced.Occupied, r => r.Name.Contains("if that is cut", StringComparison.Ordinal));
        PhysicalMemoryMap cut = MemoryMapTests.Boot(Machine + "efi: RNG=0x3fe\n");
        Assert.True(MemoryReservation.Plan(cut, 16 << 20).Base >= 0x3FF0_0000 - (16 << 20) - 0x20_0000);
        Assert.Contains(cut.Occupied, r => r is { Start: 0x3FE0_0000, Name: "EFI RNG, if that is cut" });
    }

    [Fact]
    public void A_line_that_does_not_say_where_is_a_doubt_with_the_command_that_tells()
    {
        DeviceException error = Assert.Throws<DeviceException>(() => MemoryReservation.Plan(MemoryMapTests.Boot(Machine + "cma: Reserved 256 MiB in 2 ranges\n"), Wanted));

        Assert.Equal(DeviceStatus.InvalidArgument, error.Status);
        Assert.Contains("'cma: Reserved 256 MiB in 2 ranges' does not say where", error.Answer, StringComparison.Ordinal);
        Assert.Contains("sudo cat /proc/iomem", error.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void More_lines_than_are_kept_are_a_doubt()
    {
        DeviceException error = Assert.Throws<DeviceException>(() => MemoryReservation.Plan(MemoryMapTests.Boot(Machine + string.Concat(Enumerable.Repeat("foo: reserved [mem 0x1000-0x1fff]\n", 9000)) + "cma: Reserved 256 MiB at 0x0000000030000000\n"), Wanted));

        Assert.Contains("more ranges", error.Answer, StringComparison.Ordinal);
        Assert.Contains("/proc/iomem", error.Advice, StringComparison.Ordinal);
    }

    /// <summary>A machine with a device tree, and the lines of its pools.</summary>
    [Theory]
    [InlineData("CMA memory pool at 0x0000000070000000, size 2")]
    [InlineData("ramoops: using 0x100000@0x7f")]
    [InlineData("Reserved memory: created CMA memory pool at 0x0000000070000000, size 256 M")]
    [InlineData("OF: reserved mem: reserved region for node 'tee@5e000000': base 0x5e00")]
    [InlineData("OF: reserved mem: somebody's words at 0x5e000000, size 2")]
    [InlineData("mmode_resv1@50f00000 (0x50f00000--0x50f40000) overlaps with opensbi@50f00000 (0x50f00000--0x5")]
    [InlineData("efi:   0x000040000000-0x000137ffffff [Runtime Da")]
    [InlineData("0x5e000000..0x5e0f")]
    public void Cut_lines_of_a_device_tree_are_damage(string line)
    {
        string text = FirmwareMaps.OldBoard.Replace("Memory policy: Data cache writealloc", line, StringComparison.Ordinal);

        DeviceException error = Assert.Throws<DeviceException>(() => MemoryReservation.Plan(MemoryMapTests.Boot(text), 2 << 20));

        Assert.Contains("is the text cut?", error.Answer, StringComparison.Ordinal);
    }

    private static int LeastOf(string line)
    {
        int pool = line.IndexOf("Reserved memory: ", StringComparison.Ordinal);
        return line.StartsWith("kvm", StringComparison.Ordinal) || line.StartsWith("foo", StringComparison.Ordinal) ? line.IndexOf("0x", StringComparison.Ordinal) + 7 // nothing but its numbers is known of such a line
            : pool > 0 ? pool + "Reserved memory: c".Length : line.StartsWith("Reserved memory: ", StringComparison.Ordinal) || line.StartsWith("OF: ", StringComparison.Ordinal) ? "OF: reserved mem: a".Length : line.StartsWith("DMAR: [", StringComparison.Ordinal) || line.StartsWith("software", StringComparison.Ordinal) ? 24 : LeastOfLine;
    }

    private static string Stamped(string line) => $"[    0.004000] {line}\n";

    private static string Within(string line) => Machine.Replace("[    0.000000] BIOS-e820: [mem 0x00000000fffc", Stamped(line) + "[    0.000000] BIOS-e820: [mem 0x00000000fffc", StringComparison.Ordinal);

    private static MemoryReservation? Plan(string text)
    {
        try
        {
            return MemoryReservation.Plan(MemoryMapTests.Boot(text), Wanted);
        }
        catch (DeviceException error)
        {
            Assert.Equal(DeviceStatus.InvalidArgument, error.Status);
            return null;
        }
    }
}
