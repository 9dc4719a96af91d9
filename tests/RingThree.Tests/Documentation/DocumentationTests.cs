using Xunit;

namespace RingThree.Tests;

/// <summary>What the documentation shows is so: its blocks and its links.</summary>
public sealed class DocumentationTests
{
    private static readonly string[] Languages = ["console", "csharp", "json", "text", "xml"];

    public static TheoryData<string> Pages => [.. DocumentationPage.All.Select(p => p.Path)];

    /// <summary>An indented block has no language, so nobody could tell code from a message.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_block_names_its_language(string path)
    {
        DocumentationPage page = DocumentationPage.Find(path);

        Assert.All(page.Blocks, block => Assert.Contains(block.Language, Languages));
        Assert.All(page.Text, line => Assert.False(line.StartsWith("    ", StringComparison.Ordinal), line));
        Assert.DoesNotContain(page.Blocks, block => block.Language == "text" && block.Lines.Any(line => line.StartsWith("using ", StringComparison.Ordinal) || line.EndsWith(';')));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_leads_somewhere(string path)
    {
        DocumentationPage page = DocumentationPage.Find(path);
        foreach (string link in page.Links.Where(l => !l.StartsWith("https://", StringComparison.Ordinal)))
        {
            string[] parts = link.Split('#');
            string target = parts[0].Length == 0 ? path : Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(path)!, parts[0]));
            Assert.True(Path.Exists(Path.Combine(Repository.Root, target)), $"{path}: {link}");
            if (parts.Length > 1) Assert.Contains(parts[1], DocumentationPage.Find(target).Anchors);
        }
    }

    [Fact]
    public void The_readme_links_every_page()
    {
        string[] links = [.. DocumentationPage.Find("README.md").Links];

        Assert.All(DocumentationPage.All.Skip(1), page => Assert.Contains(page.Path, links));
    }
}
