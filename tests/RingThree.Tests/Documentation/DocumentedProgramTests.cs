using System.Text.RegularExpressions;
using Xunit;

namespace RingThree.Tests;

/// <summary>The C# of the pages compiles, and prints what the page says.</summary>
public sealed partial class DocumentedProgramTests(DocumentedPrograms programs) : IClassFixture<DocumentedPrograms>
{
    public static TheoryData<string> PagesThatPrint => [.. DocumentedPrograms.Pages.Where(p => Printed(p) is not null).Select(p => p.Path)];

    [Fact]
    public void There_is_a_program_on_the_pages_that_need_one()
    {
        Assert.Superset(new HashSet<string> { "README.md", "docs/registers.md", "docs/interrupts.md", "docs/dma.md", "docs/memory.md", "docs/metal.md", "docs/simulation.md", "docs/recording.md", "docs/show.md", "docs/errors.md" },
            DocumentedPrograms.Pages.Select(p => p.Path).ToHashSet());
        Assert.All((string[])["docs/registers.md", "docs/interrupts.md", "docs/dma.md", "docs/memory.md", "docs/metal.md"], page => Assert.Contains(page, PagesThatPrint.Select(row => row.Data)));
    }

    [Theory]
    [MemberData(nameof(PagesThatPrint))]
    public async Task A_page_prints_what_it_says(string page)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");

        (int status, string output, string errors) = await programs.Run(page);

        Assert.Equal((0, ""), (status, errors));
        Assert.Equal(Printed(DocumentationPage.Find(page)), output.TrimEnd().Split('\n'));
    }

    /// <summary>What the page says that its program prints: the block below a line that ends so.</summary>
    private static IReadOnlyList<string>? Printed(DocumentationPage page) =>
        page.Blocks.SingleOrDefault(b => b.Language == "text" && PrintsPattern().IsMatch(b.Above))?.Lines;

    [GeneratedRegex("prints:$")]
    private static partial Regex PrintsPattern();
}
