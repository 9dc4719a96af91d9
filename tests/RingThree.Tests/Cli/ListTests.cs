using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace RingThree.Tests;

/// <summary><c>ring3 list</c> beside what else the machine says.</summary>
public sealed partial class ListTests
{
    private static string Program => Repository.Find("src/RingThree.Cli", "ring3");

    [Fact]
    public async Task The_short_way_to_the_list_prints_what_the_long_one_does()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");

        (int status, string output, string errors) = await Repository.Run("", Program, "list");

        Assert.Equal((status, output, errors), await Repository.Run("", Program, "list", "--host", "machine"));
        Assert.Equal(0, status);
    }

    [Fact]
    public async Task Messages_are_counted_as_lspci_counts_them()
    {
        Assert.SkipUnless(Environment.UserName == "root" && File.Exists("/usr/bin/lspci"), "needs root and lspci");
        (_, string json, _) = await Repository.Run("", Program, "list", "--json");
        (_, string lspci, _) = await Repository.Shell("lspci -D -vv");

        // A block for each function; "MSI: Enable- Count=1/4", "MSI-X: Enable+ Count=65".
        Dictionary<string, string> blocks = lspci.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).ToDictionary(b => b.Trim()[..b.Trim().IndexOf(' ', StringComparison.Ordinal)]);
        JsonElement[] devices = [.. JsonDocument.Parse(json).RootElement.EnumerateArray()];
        Assert.Equal(blocks.Count, devices.Length);
        foreach (JsonElement device in devices)
        {
            string block = blocks[device.GetProperty("address").GetString()!];
            JsonElement interrupts = device.GetProperty("interrupts");
            Assert.Equal(Count(MsiPattern(), block), interrupts.GetProperty("msi").GetInt32());
            Assert.Equal(Count(MsiXPattern(), block), interrupts.GetProperty("msix").GetInt32());
        }
    }

    private static int Count(Regex pattern, string block) => pattern.Match(block) is { Success: true } match ? int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"MSI: Enable. Count=\d+/(?<count>\d+)")]
    private static partial Regex MsiPattern();

    [GeneratedRegex(@"MSI-X: Enable. Count=(?<count>\d+)")]
    private static partial Regex MsiXPattern();
}
