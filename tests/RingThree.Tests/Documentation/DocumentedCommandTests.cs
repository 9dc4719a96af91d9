using System.Text.RegularExpressions;
using Xunit;

namespace RingThree.Tests;

/// <summary>
/// The command lines of the documentation. Those with simulated cards are run as they are; of the others the device is
/// exchanged for one that no machine has, so that the command line alone is tried and no machine is touched.
/// </summary>
public sealed partial class DocumentedCommandTests
{
    private const int WrongUsage = 2;

    /// <summary>Page, command, and the output that the page shows below it.</summary>
    public static TheoryData<string, string, string> Commands
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (DocumentationPage page in DocumentationPage.All)
            {
                foreach (DocumentationBlock block in page.Blocks.Where(b => b.Language == "console"))
                {
                    for (int i = 0; i < block.Lines.Count; i++)
                    {
                        if (CommandOf(block.Lines[i]) is not { } command) continue;
                        IEnumerable<string> output = block.Lines.Skip(i + 1).TakeWhile(l => l.Length > 0 && CommandOf(l) is null && !OtherCommandPattern().IsMatch(l));
                        rows.Add(page.Path, command, string.Join('\n', output));
                    }
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_command_line_is_one(string page, string command, string shown)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        bool simulated = command.Contains(" sim:", StringComparison.Ordinal);
        string line = AddressPattern().Replace(command, "ffff:ff:1f.7");
        if (!simulated) line = IdPattern().Replace(line, " fffe:fffe");
        if (line.StartsWith("ring3 watch ", StringComparison.Ordinal)) line += " --timeout 1";
        if (line.StartsWith("ring3 monitor", StringComparison.Ordinal)) line = "TMPDIR=/nowhere " + line; // where no program of this machine is found

        (int status, string output, string errors) = await Repository.Shell(
            $"ring3() {{ '{Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet"}' '{Repository.Find("src/RingThree.Cli", "ring3")}' \"$@\"; }}; cd '{Repository.Root}'; USER=nobody; {line}");

        Assert.True(simulated ? status == 0 : status != WrongUsage, $"{page}: {line}: {status}: {errors}");
        Assert.DoesNotContain("defect", errors, StringComparison.Ordinal);
        if (simulated && shown.Length > 0) Assert.Equal(shown, output.TrimEnd());
    }

    [Fact]
    public void There_are_command_lines()
    {
        string[] commands = [.. Commands.Select(row => row.Data.Item2)];

        Assert.InRange(commands.Length, 25, 200);
        Assert.DoesNotContain(commands, c => c.Contains("--follow", StringComparison.Ordinal)); // it would stay
        foreach (string name in (string[])["list", "show", "memory", "doctor", "read", "write", "watch", "map", "listen", "monitor", "bind", "unbind", "demo"])
            Assert.Contains(commands, c => c.StartsWith("ring3 " + name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_in_a_sentence_has_the_options_it_names()
    {
        var help = new Dictionary<string, string>();
        foreach (DocumentationPage page in DocumentationPage.All)
        {
            foreach (string[] words in page.CodeInText.Where(c => c.StartsWith("ring3 ", StringComparison.Ordinal)).Select(c => QuotedPattern().Replace(c, "TEXT").Split(' ')))
            {
                if (!help.TryGetValue(words[1], out string? text))
                {
                    (int status, text, _) = await CommandTests.Run(words[1], "--help");
                    Assert.True(status == 0 && text.Contains($"ring3 {words[1]} ", StringComparison.Ordinal), $"{page}: ring3 {words[1]}");
                    help.Add(words[1], text);
                }

                Assert.All(words.Where(w => w.StartsWith("--", StringComparison.Ordinal)), option => Assert.Matches($@"(^|[ ,]){Regex.Escape(option)}\b", text));
            }
        }

        Assert.InRange(help.Count, 8, 20);
    }

    /// <summary>The line as a call of ring3, without what the shell does with its output; null when it is none.</summary>
    private static string? CommandOf(string line)
    {
        string text = CallPattern().Replace(line, "ring3 ");
        return text.StartsWith("ring3 ", StringComparison.Ordinal) && !text.StartsWith("ring3 demo:", StringComparison.Ordinal)
            ? ShellPattern().Match(text).Value.TrimEnd()
            : null;
    }

    [GeneratedRegex(@"^(sudo )?(dotnet run --project src/RingThree\.Cli -- |ring3 )")]
    private static partial Regex CallPattern();

    /// <summary>Up to a pipe, a redirection or a comment that no quotes hold.</summary>
    [GeneratedRegex("""^("[^"]*"|'[^']*'|[^|>#"'])*""")]
    private static partial Regex ShellPattern();

    [GeneratedRegex(@"^(sudo|alias|dotnet|lspci|modprobe|\./|tests/)")]
    private static partial Regex OtherCommandPattern();

    [GeneratedRegex(@"\b([0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]\b")]
    private static partial Regex AddressPattern();

    [GeneratedRegex(" [0-9a-f]{4}:[0-9a-f]{4}(?= |$)")]
    private static partial Regex IdPattern();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex QuotedPattern();
}
