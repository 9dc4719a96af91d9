using System.Text.RegularExpressions;
using RingThree.Hosting;
using RingThree.Interrupts;
using Xunit;

namespace RingThree.Tests;

/// <summary>docs/errors.md has every error, and its example messages are what the library says.</summary>
public sealed partial class ErrorCatalogueTests
{
    private static readonly DocumentationPage Page = DocumentationPage.Find("docs/errors.md");

    public static TheoryData<string> Headings => [.. Provocations.All.Keys];

    [Theory]
    [MemberData(nameof(Headings))]
    public async Task A_message_is_what_the_library_says(string heading)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        var provoked = new List<string>();
        foreach (Func<Task<string>> provoke in Provocations.All[heading]) provoked.Add(await provoke());

        Assert.Equal(provoked, Page.Blocks.Where(b => b.Language == "text" && b.Heading == "### " + heading).Select(b => b.Text));
    }

    [Fact]
    public void Every_status_has_its_section_and_its_message()
    {
        string[] sections = [.. Page.Text.Where(l => l.StartsWith("### ", StringComparison.Ordinal)).Select(l => l[4..])];

        Assert.Equal(sections.Distinct(), sections);
        Assert.All(Enum.GetNames<DeviceStatus>(), name => Assert.Contains(name, sections));
        Assert.All(Enum.GetNames<DeviceStatus>().Except([nameof(DeviceStatus.Success)]), name => Assert.Contains(name, Provocations.All.Keys));
        Assert.All(Page.Blocks.Where(b => b.Language == "text" && b.Heading.StartsWith("### ", StringComparison.Ordinal)), b => Assert.Contains(b.Heading[4..], Provocations.All.Keys));
    }

    [Fact]
    public void Every_report_is_there()
    {
        Assert.All(Enum.GetNames<InterruptReportKind>(), name => Assert.Contains(Page.Text, l => l.StartsWith($"| `{name}` |", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_diagnostic_is_there_by_its_rule()
    {
        string rules = File.ReadAllText(Path.Combine(Repository.Root, "src", "RingThree.Generators", "Rules.cs"));
        string[] expected = [.. RulePattern().Matches(rules).Select(m => $"{m.Groups["id"].Value} {m.Groups["title"].Value}")];
        string[] shown = [.. Page.Text.Select(l => RowPattern().Match(l)).Where(m => m.Success).Select(m => $"{m.Groups["id"].Value} {m.Groups["title"].Value.Trim('`')}")];

        Assert.True(expected.Length >= 16, rules);
        Assert.Equal(expected, shown);
    }

    [GeneratedRegex("\"(?<id>RT[0-9]{4})\", \"(?<title>[^\"]+)\"")]
    private static partial Regex RulePattern();

    [GeneratedRegex(@"^\| (?<id>RT[0-9]{4}) \| (?<title>[^|]+) \|")]
    private static partial Regex RowPattern();
}
