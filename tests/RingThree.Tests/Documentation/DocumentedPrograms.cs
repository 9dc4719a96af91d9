using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace RingThree.Tests;

/// <summary>
/// The C# of every page but the guide, which is a project of its own: each page is one program, all are built at once.
/// What a page does not show stands in comments of it, "&lt;!-- csharp"; the guide's usings and files are given.
/// </summary>
public sealed partial class DocumentedPrograms : IAsyncLifetime
{
    private const string Guide = "docs/guide.md";
    private GeneratedProject? _project;

    internal static IEnumerable<DocumentationPage> Pages => DocumentationPage.All.Where(p => p.Path != Guide && p.Blocks.Any(b => b.Language == "csharp"));

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsLinux()) return;
        _project = new GeneratedProject("pages");
        Dictionary<string, string> guide = GuideTests.Paste();
        string usings = string.Concat(guide["Program.cs"].Split('\n').Where(IsUsing).Select(u => u + "\n"));
        _project.Write("pages.csproj", Regex.Replace(guide["mydriver.csproj"], "(?s)<ItemGroup>.*</ItemGroup>", GeneratedProject.References));
        foreach ((string file, string text) in guide.Where(f => f.Key is not ("Program.cs" or "mydriver.csproj"))) _project.Write(file, text);
        foreach (string sample in (string[])["edu/EduRegisters.cs", "soak/AdcCard.cs", "soak/AdcDriver.cs"])
            _project.Write(Path.GetFileName(sample), await File.ReadAllTextAsync(Path.Combine(Repository.Root, "samples", sample)));
        foreach (DocumentationPage page in Pages) _project.Write(NameOf(page) + ".cs", Program(page, usings));
        _project.Write("Program.cs", $$"""
            switch (args[0])
            {
            {{string.Concat(Pages.Select(p => $"    case \"{p.Path}\": await Documentation.{NameOf(p)}.Page.RunAsync(args[1..]); break;\n"))}}
                default: return 2;
            }

            return 0;
            """);
        await _project.Build();
    }

    public ValueTask DisposeAsync()
    {
        _project?.Dispose();
        return ValueTask.CompletedTask;
    }

    internal Task<(int Status, string Output, string Errors)> Run(string page) => _project!.Run(page);

    private static string NameOf(DocumentationPage page) => Path.GetFileNameWithoutExtension(page.Path) + "_page";

    private static bool IsUsing(string line) => UsingPattern().IsMatch(line);

    /// <summary>A page as a file: its usings, its statements in order as a method, its types. Errors name the page and the line.</summary>
    private static string Program(DocumentationPage page, string usings)
    {
        var before = new StringBuilder(usings);
        var statements = new StringBuilder();
        var types = new StringBuilder();
        foreach (DocumentationBlock block in page.Blocks.Where(b => b.Language == "csharp"))
        {
            string code = string.Join('\n', block.Lines.Select(l => IsUsing(l) ? "" : l));
            StringBuilder part = TypePattern().IsMatch(code) ? types : statements;
            part.Append($"#line {block.Line} \"{page.Path}\"\n{code}\n");
            foreach (string line in block.Lines.Where(IsUsing)) before.AppendLine(line);
        }

        return $$"""
            {{before}}
            namespace Documentation.{{NameOf(page)}};

            internal static class Page
            {
                internal static async Task RunAsync(string[] args)
                {
                    await Task.Yield();
                    _ = args;
            {{statements}}
                }
            }

            {{types}}
            """;
    }

    [GeneratedRegex(@"^using (static )?[\w.]+;")]
    private static partial Regex UsingPattern();

    /// <summary>After attributes and comments, a type's declaration.</summary>
    [GeneratedRegex(@"\A(\s*(\[.*\]|//.*)\n)*\s*(public|internal) ")]
    private static partial Regex TypePattern();
}
