using System.Text.RegularExpressions;
using Xunit;

namespace RingThree.Tests;

/// <summary>The guide's code, pasted into a project of its own, compiles without a warning and does what it says.</summary>
public sealed partial class GuideTests
{
    private const string ProjectFile = "mydriver.csproj";

    [Fact]
    public async Task The_guide_compiles_in_order_and_runs()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        using var project = new GeneratedProject("mydriver");
        foreach ((string name, string text) in Paste().Where(file => file.Key != ProjectFile)) project.Write(name, text);
        project.Write(ProjectFile, Regex.Replace(Paste()[ProjectFile], "(?s)<ItemGroup>.*</ItemGroup>", GeneratedProject.References));

        await project.Build();
        (int status, string output, string errors) = await project.Run();

        Assert.Equal((0, ""), (status, errors));
        Assert.Equal(Expected(), output.TrimEnd().Split('\n'));
    }

    [Fact]
    public void The_projects_that_the_guide_refers_to_are_there()
    {
        string[] paths = [.. ReferencePattern().Matches(Paste()[ProjectFile]).Select(match => match.Groups["path"].Value)];

        Assert.Equal(2, paths.Length);
        Assert.DoesNotContain("/RingThree/src", File.ReadAllText(Path.Combine(Repository.Root, "docs", "guide.md")), StringComparison.Ordinal); // a clone may have any name
        Assert.All(paths, path => Assert.True(File.Exists(Path.Combine(Repository.Root, path)), path));
    }

    [Fact]
    public void The_guide_is_read_in_one_go()
    {
        Assert.InRange(File.ReadAllLines(Path.Combine(Repository.Root, "docs", "guide.md")).Length, 100, 300);
    }

    /// <summary>The blocks of code by file: the one that the line above names, or else the program.</summary>
    internal static Dictionary<string, string> Paste() => DocumentationPage.Find("docs/guide.md").Blocks
        .Where(block => block.Language is "csharp" or "xml")
        .GroupBy(block => FilePattern().Match(block.Above) is { Success: true } name ? name.Groups["file"].Value : "Program.cs")
        .ToDictionary(file => file.Key, file => string.Join('\n', file.Select(block => block.Text)) + '\n');

    /// <summary>What the guide says that its program prints.</summary>
    private static IReadOnlyList<string> Expected() => DocumentationPage.Find("docs/guide.md").Blocks
        .Single(block => block.Language == "text" && block.Above.EndsWith("prints:", StringComparison.Ordinal)).Lines;

    [GeneratedRegex(@"`mydriver/(?<file>[\w.]+)`:$")]
    private static partial Regex FilePattern();

    [GeneratedRegex(@"ProjectReference Include=""\$\(Clone\)/(?<path>[^""]+)""")]
    private static partial Regex ReferencePattern();
}
