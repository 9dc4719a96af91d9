using System.Globalization;
using FsCheck.Fluent;
using RingThree.Hosting;
using RingThree.Memory;
using Xunit;

namespace RingThree.Tests;

/// <summary>Texts that are cut, damaged, or of something else: told where it is wrong, and never a plan.</summary>
public sealed class MemoryDamageTests
{
    private const ulong Wanted = 64 << 20;

    [Theory]
    [InlineData("")]
    [InlineData("\n\n\n")]
    [InlineData("Lorem ipsum dolor sit amet, BIOS-e820 consectetur")]
    [InlineData("[    0.000000] usb 1-1: new device\n[    0.1] user: root has logged in\n")]
    [InlineData("\0\0\0\u001b[31m\uFFFF")]
    public void Nonsense_is_no_map(string text)
    {
        Assert.Equal(DeviceStatus.NotFound, Assert.Throws<DeviceException>(() => MemoryMapTests.Boot(text)).Status);
        Assert.Equal(DeviceStatus.NotFound, Assert.Throws<DeviceException>(() => MemoryMapTests.Tree(text)).Status);
        DeviceException error = Assert.Throws<DeviceException>(() => MemoryMapTests.Windows(text));
        Assert.Equal(DeviceStatus.NotFound, error.Status);
        Assert.DoesNotContain('\u001b', error.Message);
    }

    [Theory]
    [InlineData("BIOS-e820: [mem 0x0000000100000000-0x00000006", "line 10: '[mem 0x0000000100000000-0x00000006' is no range; is the text cut?")]
    [InlineData("BIOS-e820: [mem 0x0000000100000000-0x000000063fffffff] usa", "line 10: 'usa' is no kind of memory")]
    [InlineData("BIOS-e820: [mem 0x0000000100000000-0x000000063fffffff] ", "line 10: '' is no kind of memory")]
    [InlineData("BIOS-e820: 0000000100000000 - 00000006", "is no range")]
    [InlineData("BIOS-e820: 0000000100000000 - 0000000640000000 (usab", "is no range")]
    [InlineData("BIOS-e820: [mem 0x0000000200000000-0x0000000100000000] usable", "line 10: 0x200000000 to 0x100000000 ends before it starts")]
    [InlineData("BIOS-e820: [mem 0x10000000000000000-0x1ffffffffffffffff] usable", "is no range")]
    [InlineData("BIOS-e820: 1000000000000000000 - 2000000000000000000 (usable)", "is no range")]
    [InlineData("user: [mem 0x0000000000100000-", "line 10: '[mem 0x0000000000100000-' is no range")]
    [InlineData("Command line: root=/dev/sda1 mem=1800M", "the list that this makes (user: ...) is missing")]
    public void A_damaged_line_is_told_and_nothing_is_planned(string line, string problem)
    {
        PhysicalMemoryMap map = MemoryMapTests.Boot(MemoryMaps.Manual + line);

        Assert.Contains(problem, Assert.Single(map.Problems), StringComparison.Ordinal);
        DeviceException error = Assert.Throws<DeviceException>(() => MemoryReservation.Plan(map, Wanted));
        Assert.Equal(DeviceStatus.InvalidArgument, error.Status);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_begins_too_late_is_damaged() =>
        Assert.Contains("the firmware's own list (BIOS-e820) is missing", Assert.Single(MemoryMapTests.Boot(MemoryMaps.ManualAfter[MemoryMaps.ManualAfter.IndexOf("user: ", StringComparison.Ordinal)..]).Problems), StringComparison.Ordinal);

    [Theory]
    [InlineData("00100000-bfff", "ends before it starts")]
    [InlineData("00100000-bfffffff", "is no entry")]
    [InlineData("00100000 : System RAM", "is no entry")]
    [InlineData("100000000000000000-1ffffffffffffffff : System RAM", "is no entry")]
    public void A_damaged_entry_of_the_tree(string line, string problem)
    {
        PhysicalMemoryMap map = MemoryMapTests.Tree(MemoryMaps.Arm + "\n" + line + (line.EndsWith("bfff", StringComparison.Ordinal) ? " : System RAM" : ""));

        Assert.Contains(problem, Assert.Single(map.Problems), StringComparison.Ordinal);
        Assert.Throws<DeviceException>(() => MemoryReservation.Plan(map, Wanted));
    }

    [Theory]
    [InlineData("1000000", "is not base and length")]
    [InlineData("0x1000000 1eff0000", "hexadecimal numbers are written with 0x")]
    [InlineData("01000000 1eff0000", "hexadecimal numbers are written with 0x")]
    [InlineData("00100000 00f00000", "hexadecimal numbers are written with 0x")]
    [InlineData("0x1000000 0", "a length is not 0")]
    [InlineData("-1 5", "is not base and length")]
    [InlineData("0xffffffffffffffff 2", "more than there are addresses")]
    [InlineData("99999999999999999999 1", "is not base and length")]
    [InlineData("1.5 2.5", "is not base and length")]
    public void A_damaged_row_of_windows(string row, string problem)
    {
        Assert.Contains("line 1: ", Assert.Throws<DeviceException>(() => MemoryMapTests.Windows(row)).Answer, StringComparison.Ordinal);
        PhysicalMemoryMap map = MemoryMapTests.Windows(MemoryMaps.Windows + row);
        Assert.Contains(problem, Assert.Single(map.Problems), StringComparison.Ordinal);
        Assert.Throws<DeviceException>(() => MemoryReservation.Plan(map, Wanted));
    }

    [Fact]
    public void The_last_address_there_is()
    {
        PhysicalMemoryMap map = MemoryMapTests.Windows("0x100000 0xfffffffffff00000");
        Assert.Equal(ulong.MaxValue, map.Usable[0].Last);
        Assert.Equal(0xFFFF_FFFF_F000_0000, MemoryReservation.Plan(map, 1 << 28, 1 << 28).Base + (1 << 28)); // the last byte alone is left out of reach
        PhysicalMemoryMap all = MemoryMapTests.Boot("BIOS-e820: [mem 0x0-0xffffffffffffffff] usable");
        Assert.Equal(ulong.MaxValue, all.Usable[0].Length);
        Assert.NotNull(all.FindUsable(ulong.MaxValue, 1));
        Assert.NotNull(all.FindUsable(ulong.MaxValue, ulong.MaxValue));
    }

    [Fact]
    public void Overlapping_ranges_are_used_only_where_all_say_so()
    {
        PhysicalMemoryMap map = MemoryMapTests.Boot("BIOS-e820: [mem 0x100000-0x8fffffff] usable\nBIOS-e820: [mem 0x80000000-0x9fffffff] usable\nBIOS-e820: [mem 0x84000000-0x84ffffff] reserved\nBIOS-e820: [mem 0x9ffff000-0xa0000fff] ACPI data\n");

        Assert.Empty(map.Problems);
        Assert.Equal([(0x10_0000, 0x83FF_FFFF), (0x8500_0000, 0x9FFF_EFFF)], MemoryMapTests.Addresses(map.Usable));
        Assert.Equal(0x9BF0_0000UL, MemoryReservation.Plan(map, Wanted).Base);
    }

    [Fact]
    public void However_long_a_text_is_it_ends()
    {
        DeviceException error = Assert.Throws<DeviceException>(() => PhysicalMemoryMap.ReadBootMessages(new Endless("BIOS-e820: [mem 0x100000-0x8fffffff] usable\n"), "endless"));
        Assert.Contains("more than 65536 ranges", error.Answer, StringComparison.Ordinal);
        error = Assert.Throws<DeviceException>(() => PhysicalMemoryMap.ReadBootMessages(new Endless("word "), "endless")); // one line
        Assert.Contains("larger than 64 Mi characters", error.Answer, StringComparison.Ordinal);
        error = Assert.Throws<DeviceException>(() => PhysicalMemoryMap.ReadResourceTree(new Endless("x\n"), "endless"));
        Assert.Contains("larger than 64 Mi characters", error.Answer, StringComparison.Ordinal);
        error = Assert.Throws<DeviceException>(() => PhysicalMemoryMap.ReadWindowsList(new Endless("1 x\n"), "endless"));
        Assert.Contains("larger than 64 Mi characters", error.Answer, StringComparison.Ordinal);
        PhysicalMemoryMap map = MemoryMapTests.Tree(MemoryMaps.Arm + "\n" + string.Concat(Enumerable.Repeat("x\n", 100_000)));
        Assert.Equal(20, map.Problems.Count);
    }

    /// <summary>Whatever is done to a text, nothing but the one exception comes out, and no range that wraps.</summary>
    [Fact]
    public void No_text_does_harm() => Properties.ForAll(Gen.Choose(0, int.MaxValue - 1), CheckDamage, tests: 1500);

    /// <summary>Seeds for which it did: a kind of memory with a NUL in it came into a message by way of a range.</summary>
    [Theory]
    [InlineData(1564364362)]
    public void No_text_that_did_harm_does_so_again(int seed) => CheckDamage(seed);

    /// <summary>Differences of ranges against bits of one word.</summary>
    [Fact]
    public void Usable_memory_is_what_only_usable_ranges_hold()
    {
        Properties.ForAll(Gen.Choose(0, int.MaxValue - 1), seed =>
        {
            var random = new Random(seed);
            UInt128 usable = 0;
            UInt128 other = 0;
            ulong from = random.Next(2) == 0 ? 0 : ulong.MaxValue - 127; // at either end of the addresses
            var lines = new List<string>();
            for (int i = random.Next(1, 12); i > 0; i--)
            {
                int start = random.Next(128);
                int last = random.Next(start, Math.Min(start + 40, 128));
                bool isUsable = random.Next(3) > 0;
                UInt128 bits = (UInt128.MaxValue >> (127 - (last - start))) << start;
                if (isUsable) usable |= bits;
                else other |= bits;
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"BIOS-e820: [mem 0x{from + (ulong)start:x}-0x{from + (ulong)last:x}] {(isUsable ? "usable" : "reserved")}"));
            }

            PhysicalMemoryMap map = MemoryMapTests.Boot(string.Join('\n', lines));

            UInt128 seen = 0;
            foreach (PhysicalMemoryRange range in map.Usable) seen |= (UInt128.MaxValue >> (127 - (int)(range.Last - range.Start))) << (int)(range.Start - from);
            Assert.Equal(usable & ~other, seen);
        }, tests: 2000);
    }

    private static void CheckDamage(int seed)
    {
        string[] texts = [MemoryMaps.Holed, MemoryMaps.ManualAfter, MemoryMaps.Tree, MemoryMaps.Arm, MemoryMaps.Windows];
        var random = new Random(seed);
        char[] text = texts[random.Next(texts.Length)].ToCharArray();
        for (int i = random.Next(20); i >= 0; i--) text[random.Next(text.Length)] = "0f-[]:x \n(,$\0\u0660"[random.Next(14)];
        string damaged = new(text, 0, random.Next(text.Length) + 1);
        foreach (Func<string, PhysicalMemoryMap> read in (Func<string, PhysicalMemoryMap>[])[MemoryMapTests.Boot, MemoryMapTests.Tree, MemoryMapTests.Windows])
        {
            try
            {
                PhysicalMemoryMap map = read(damaged);
                Assert.All(map.Ranges.Concat(map.Usable).Concat(map.Withheld), r => Assert.True(r.Start <= r.Last));
                MemoryReservation plan = MemoryReservation.Plan(map, Wanted);
                Assert.True(map.Usable.Any(r => r.Start <= plan.Base && plan.Last <= r.Last), damaged);
            }
            catch (DeviceException error)
            {
                Assert.DoesNotContain(error.Message, char.IsControl);
            }
        }
    }

    private sealed class Endless(string piece) : TextReader
    {
        private int _at;

        public override int Read(char[] buffer, int index, int count)
        {
            for (int i = 0; i < count; i++) buffer[index + i] = piece[_at++ % piece.Length];
            return count;
        }
    }
}
