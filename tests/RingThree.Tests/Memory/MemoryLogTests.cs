using RingThree.Hosting;
using RingThree.Memory;
using Xunit;

namespace RingThree.Tests;

/// <summary>Logs as people keep them: by whatever program, cut, of several boots.</summary>
public sealed class MemoryLogTests
{
    private const ulong M = 1 << 20;

    public static TheoryData<string> Prefixes =>
    [
        "kernel: ", "host kernel: ", "Nov 21 18:06:15 host kernel: ", "2026-11-21T18:06:15.123456+00:00 host kernel[0]: ", "Thu Jan  1 00:00:00 1970 kern.notice kernel: ",
        "<6>", "<14>", "kern  :info  : ", "> ", "> > >> ", "\t\t", "\0", "\uFEFF",
        "[2026-11-21 18:06:15.123] ", "[18:06:15.123] ", "[10.631697 3.157934] ", "2026-11-21 18:06:15.123 ", "Nov 21 18:06:15 ", "00:00:01 ", "18:06:15.123> ", "2026-11-21T18:06:15Z ", "  12: ", "ttyUSB0| ", "\e[32m", "\e[0;1;39m", "#033[32m", "^[[32m",
    ];

    /// <summary>The kernel's own time in its forms; none, where printk's times are off.</summary>
    public static TheoryData<string> Stamps =>
    [
        "", "[    0.000000] ", "[0.000000] ", "[\t0.000000][\tT0] ", "[    0.000000] [      T0] ", "[Sat Nov 21 18:06:15 2026] ", "\e[32m[    0.000000] \e[0m\e[33m", "[    0.000000] host kernel: ", "[    0.000000] kernel: ",
    ];

    [Theory]
    [MemberData(nameof(Prefixes))]
    public void Whatever_a_logger_puts_before_a_line(string prefix) => CheckAll(line => prefix + line);

    [Theory]
    [MemberData(nameof(Stamps))]
    public void Whatever_the_kernel_puts_before_a_line(string stamp)
    {
        CheckAll(line => stamp + line.Replace("[    0.000000] ", "", StringComparison.Ordinal));
        CheckAll(line => "Nov 21 18:06:15 host kernel: " + stamp + line.Replace("[    0.000000] ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Colours_within_a_line_and_what_ends_it()
    {
        CheckAll(line => line.Replace("BIOS-e820: ", "\e[33mBIOS-e820: \e[0m", StringComparison.Ordinal).Replace("] usable", "]\e[0m usable\e[K", StringComparison.Ordinal));
        CheckAll(line => line + "\r");
        CheckAll(line => line + "\r\r");
        CheckAll(line => "\r" + line);
    }

    /// <summary>A text pasted after a log, a program's words, a boot that ended at once: a line about Linux' version discards no map.</summary>
    [Theory]
    [InlineData("Linux version 6.8.0-50-generic (buildd@host) (gcc 13.2.0)\n")]
    [InlineData("[    0.000000] Linux version 6.8.0-50-generic (buildd@host)\n[    0.000000] Command line: root=/dev/sda1 mem=64M\n")]
    [InlineData("[    0.000000] Booting Linux on physical CPU 0x0\n[    0.000000] Linux version 6.8.0\n[    0.000000] Machine model: other\n")]
    public void A_later_version_without_a_map_discards_none(string later)
    {
        foreach (string text in (string[])[MemoryMaps.Holed, MemoryMaps.Laptop, FirmwareMaps.RiscV])
        {
            PhysicalMemoryMap alone = MemoryMapTests.Boot(text);
            PhysicalMemoryMap map = MemoryMapTests.Boot(text + later);

            Assert.Equal((alone.Source, string.Join('|', alone.Ranges), string.Join('|', alone.BootSettings)), (map.Source, string.Join('|', map.Ranges), string.Join('|', map.BootSettings)));
            Assert.Empty(map.Problems);
            Assert.Contains("this is the map of the boot before it", Assert.Single(map.Remarks), StringComparison.Ordinal);
            Assert.Contains(map.Remarks[0], MemoryReservation.Plan(map, 16 * M).Notes);
        }
    }

    [Theory]
    [InlineData("[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x00000000", "is no range")]
    [InlineData("[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] usable\n[    0.000000] Command line: mem=64M", "user: ...) is missing")]
    [InlineData("[    0.000000] Command line: elfcorehdr=0x7d000000 memmap=exactmap\n[    0.000000] BIOS-e820: [mem 0x0000000000001000-0x000000000009ffff] usable\n[    0.000000] user: [mem 0x000000006d000000-0x000000007cffffff] usable\n", "capture kernel")]
    public void Of_several_boots_the_last_whole_map_counts_and_the_text_says_so(string damaged, string reason)
    {
        PhysicalMemoryMap map = MemoryMapTests.Boot(MemoryMaps.Limited + MemoryMaps.Holed + "[    0.000000] Linux version 6.1.0\n" + damaged);

        Assert.Equal(["memmap=16G!4G", "memmap=64M$0xb8000000"], map.BootSettings);
        Assert.Empty(map.Problems);
        Assert.Contains(reason, Assert.Single(map.Remarks), StringComparison.Ordinal);
        try
        {
            Assert.Contains(MemoryMapTests.Boot("[    0.000000] Linux version 6.1.0\n" + damaged).Problems, p => p.Contains(reason, StringComparison.Ordinal)); // alone
        }
        catch (DeviceException error)
        {
            Assert.Contains(reason, error.Answer, StringComparison.Ordinal); // not even a range
        }
    }

    [Fact]
    public void Power_lists_reserved_memory_before_the_line_that_begins_a_boot()
    {
        PhysicalMemoryMap twice = MemoryMapTests.Boot(FirmwareMaps.Power + "[  100.000000] systemd-shutdown: bye\n" + FirmwareMaps.Power);

        Assert.Equal(0x2007_FE80_0000UL, MemoryReservation.Plan(twice, 16 * M).Base);
        Assert.Empty(twice.Problems);
    }

    /// <summary>Lines that the buffer lost leave a list that begins too late, or a gap that the kernel tells of.</summary>
    [Fact]
    public void Lost_lines_are_damage()
    {
        string[] lines = MemoryMaps.Laptop.Split('\n');
        Assert.Contains("the first lines of the list 'BIOS-e820' are missing", Assert.Single(MemoryMapTests.Boot(string.Join('\n', lines[8..])).Problems), StringComparison.Ordinal);
        Assert.Contains("the first lines of the list 'user' are missing", Assert.Single(MemoryMapTests.Boot(MemoryMaps.Manual + "user: [mem 0x40000000-0x4fffffff] usable\n").Problems), StringComparison.Ordinal);
        foreach (string loss in (string[])["** 23 printk messages dropped **", "host systemd-journald[214]: Missed 23 kernel messages"])
        {
            Assert.Contains("some of the messages before it are lost", Assert.Single(MemoryMapTests.Boot(string.Join('\n', [.. lines[..6], loss, .. lines[8..]])).Problems), StringComparison.Ordinal);
            Assert.Empty(MemoryMapTests.Boot(MemoryMaps.Laptop + loss + "\n").Problems); // later it takes nothing from the map
        }
    }

    /// <summary>x86 prints node ranges as well; a log that has lost its e820 list is not of another architecture.</summary>
    [Fact]
    public void Node_ranges_alone_are_no_map()
    {
        int nodes = MemoryMaps.Server.IndexOf("Early memory node", StringComparison.Ordinal);
        PhysicalMemoryMap map = MemoryMapTests.Boot(MemoryMaps.Server[nodes..]);

        Assert.Contains("the text begins too late", Assert.Single(map.Problems), StringComparison.Ordinal);
        DeviceException error = Assert.Throws<DeviceException>(() => MemoryReservation.Plan(map, 16 * M));
        Assert.Contains("journalctl -k -b", error.Advice, StringComparison.Ordinal);
        Assert.Contains("/proc/iomem", error.Advice, StringComparison.Ordinal);
        map = MemoryMapTests.Boot("Linux version 6.8\n[    0.1] x86/PAT: Configuration [0-7]: WB  WC  UC- UC  WB  WP  UC- WT\n" + MemoryMaps.Server[nodes..].Replace("Oct 14 15:45:30 node7 kernel: ", "", StringComparison.Ordinal));
        Assert.Contains("the e820 list is missing", Assert.Single(map.Problems), StringComparison.Ordinal);
    }

    private static void CheckAll(Func<string, string> change)
    {
        foreach (string text in (string[])[MemoryMaps.Holed, MemoryMaps.Recent, MemoryMaps.Limited.Replace("\n ", "\n", StringComparison.Ordinal), FirmwareMaps.RiscV, FirmwareMaps.Power, FirmwareMaps.Debug])
        {
            PhysicalMemoryMap plain = MemoryMapTests.Boot(text);
            PhysicalMemoryMap map = MemoryMapTests.Boot(string.Join('\n', text.TrimEnd('\n').Split('\n').Select(change)) + "\n");

            Assert.Empty(map.Problems);
            Assert.Equal((plain.Source, string.Join('|', plain.Ranges), string.Join('|', plain.Usable), string.Join('|', plain.Withheld), string.Join('|', plain.Occupied.Select(o => $"{o.Start:x}-{o.Last:x}")), string.Join('|', plain.BootSettings)),
                (map.Source, string.Join('|', map.Ranges), string.Join('|', map.Usable), string.Join('|', map.Withheld), string.Join('|', map.Occupied.Select(o => $"{o.Start:x}-{o.Last:x}")), string.Join('|', map.BootSettings)));
        }
    }
}
