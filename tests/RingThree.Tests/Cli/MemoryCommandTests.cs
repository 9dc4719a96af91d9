using System.Text.Json;
using Xunit;

namespace RingThree.Tests;

/// <summary><c>ring3 memory</c>, run as a program.</summary>
public sealed class MemoryCommandTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task The_manuals_machine()
    {
        await File.WriteAllTextAsync(_file, MemoryMaps.Manual);

        (int status, string output, string errors) = await Memory("", "--dmesg", _file, "--reserve", "150M");

        Assert.Equal((0, ""), (status, errors));
        Assert.Contains("\n0x0000000000100000  0x000000007dcdffff  2011.9 MiB  usable\n", output, StringComparison.Ordinal);
        Assert.Contains("\nbase 0x74600000, size 0x9600000 (150 MiB), from 0x100000-0x7dcdffff; 1862 MiB stay the system's\n", output, StringComparison.Ordinal);
        Assert.Contains("\nreserve it with memmap=150M$0x74600000\n", output, StringComparison.Ordinal);
        Assert.Contains(@" memmap=150M\\\$0x74600000", output, StringComparison.Ordinal);
        Assert.Contains("\nor with mem=1862M\n", output, StringComparison.Ordinal);
        Assert.Contains("after the reboot\n", output, StringComparison.Ordinal);
        Assert.Contains("ReservedMemory.Open(host, 0x74600000, 0x9600000)", output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_file, MemoryMaps.ManualAfter);
        Assert.Contains("\nkept from the system: 0x70900000-0x7dcdffff, 211.9 MiB\n", (await Memory("", "--dmesg", _file)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Windows_ranges_as_json()
    {
        await File.WriteAllTextAsync(_file, MemoryMaps.Windows, System.Text.Encoding.Unicode); // as PowerShell writes it

        (int status, string output, string errors) = await Memory("", "--windows", _file, "--reserve", "10M", "--json");

        Assert.Equal((0, ""), (status, errors));
        using var json = JsonDocument.Parse(output);
        JsonElement plan = json.RootElement.GetProperty("reservation");
        Assert.Equal((0x1F5F_0000, 10 << 20), (plan.GetProperty("base").GetInt64(), plan.GetProperty("size").GetInt64()));
        Assert.Equal(["removememory 10", "truncatememory 0x1f5f0000"], plan.GetProperty("settings").EnumerateArray().Select(s => s.GetProperty("text").GetString()));
        Assert.Equal("windowsList", json.RootElement.GetProperty("kind").GetString());
        (_, output, _) = await Memory("", "--windows", _file);
        Assert.Contains("in use up to 0x1ffeffff: memory that was removed at the top begins at 0x1fff0000\n", output, StringComparison.Ordinal); // the manual's formula
    }

    [Fact]
    public async Task A_tree_from_standard_input()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a shell");
        await File.WriteAllTextAsync(_file, MemoryMaps.Arm);

        (int status, string output, _) = await Memory($"<{_file}", "--iomem", "-", "--reserve", "256M", "--bits", "32", "--align", "256M");

        Assert.Equal(0, status);
        Assert.Contains("driver@e0000000 { reg = <0x0 0xe0000000 0x0 0x10000000>; no-map; };", output, StringComparison.Ordinal);
        Assert.DoesNotContain("usb@2000000", output, StringComparison.Ordinal); // no memory
    }

    [Fact]
    public async Task A_damaged_text_is_shown_as_far_as_it_goes_and_is_1()
    {
        await File.WriteAllTextAsync(_file, MemoryMaps.Manual + "BIOS-e820: [mem 0x0000000100000000-0x0000");

        (int status, string output, string errors) = await Memory("", "--dmesg", _file);
        Assert.Equal(1, status);
        Assert.Contains("0x000000007dcdffff", output, StringComparison.Ordinal);
        Assert.Contains("line 10: ", errors, StringComparison.Ordinal);
        (status, output, errors) = await Memory("", "--dmesg", _file, "--reserve", "150M");
        Assert.Equal(1, status);
        Assert.DoesNotContain("memmap=", output, StringComparison.Ordinal);
        Assert.Contains("the map is damaged: line 10: ", Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    /// <summary>A line that names somebody's memory and is cut, or does not say where it is.</summary>
    [Theory]
    [InlineData("cma: Reserved 256 MiB at 0x", "is the text cut?")]
    [InlineData("cma: Reserved 256 MiB in 2 ranges", "sudo cat /proc/iomem")]
    public async Task Memory_of_somebody_that_is_not_told_is_1(string line, string told)
    {
        await File.WriteAllTextAsync(_file, MemoryMaps.Laptop + line + "\n");

        (int status, string output, string errors) = await Memory("", "--dmesg", _file, "--reserve", "64M");

        Assert.Equal(1, status);
        Assert.DoesNotContain("memmap=", output, StringComparison.Ordinal);
        Assert.Contains(told, errors, StringComparison.Ordinal);
        Assert.Contains("--iomem FILE", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_kernel_hides_is_1_with_what_to_do()
    {
        await File.WriteAllTextAsync(_file, MemoryMaps.Hidden);

        (int status, string output, string errors) = await Memory("", "--iomem", _file);

        Assert.Equal((1, ""), (status, output));
        Assert.Contains("as root", Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("150", "1 MiB")] // bytes
    [InlineData("0x100000", "1 MiB")]
    [InlineData("1g", "1024 MiB")]
    public async Task Sizes_are_read_as_people_write_them(string size, string shown)
    {
        await File.WriteAllTextAsync(_file, MemoryMaps.Manual);

        Assert.Contains($"({shown})", (await Memory("", "--dmesg", _file, "--reserve", size)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task This_machines_own_map()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "needs root");

        (int status, string output, string errors) = await Memory("", "--json");

        Assert.True(status == 0, errors);
        using var json = JsonDocument.Parse(output);
        string tree = await File.ReadAllTextAsync("/proc/iomem", TestContext.Current.CancellationToken);
        Assert.Equal(tree.Split('\n').Count(l => l.EndsWith(": System RAM", StringComparison.Ordinal)), json.RootElement.GetProperty("ranges").EnumerateArray().Count(r => r.GetProperty("kind").GetString() == "usable"));
        Assert.Equal("/proc/iomem", json.RootElement.GetProperty("source").GetString());
    }

    private static Task<(int Status, string Output, string Errors)> Memory(string redirection, params string[] arguments) =>
        Repository.Run(redirection, Repository.Find("src/RingThree.Cli", "ring3"), ["memory", .. arguments]);
}
