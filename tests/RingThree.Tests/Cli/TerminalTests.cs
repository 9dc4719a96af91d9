using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace RingThree.Tests;

/// <summary>ring3 on a terminal, in a pipe, and without privilege: colours and progress for eyes alone, the same words and statuses everywhere.</summary>
public sealed partial class TerminalTests
{
    private const string Escape = "\e[";
    private static readonly string Program = Repository.Find("src/RingThree.Cli", "ring3");
    private static readonly string Ranges = Path.Combine(Repository.Root, "tests", "RingThree.Tests", "Memory", "windows-ranges.txt");
    private static readonly string Map = Path.Combine(Repository.Root, "samples", "edu", "edu.svd");

    /// <summary>Each command with something that works.</summary>
    public static TheoryData<string> Working =>
    [
        "list", "list --host sim", "list --json", "show sim:nvme", "show sim:nvme --json", "read sim:edu bar0+0 --count 4", "write sim:edu bar0+4 1",
        "watch sim:edu bar0+0 STATUS --map '" + Map + "' --timeout 0.3", "watch sim:edu bar0+0 --timeout 0.3 --json", "map '" + Map + "'",
        "listen sim:edu --ack 'r32 bar0+0x24; mask 0xffffffff; wb32 bar0+0x64' --stimulus 'w32 bar0+0x60 1 @100Hz' --count 5 --timeout 30",
        "demo", "demo --json", "completion bash",
        "memory --windows '" + Ranges + "' --reserve 10M", "memory --windows '" + Ranges + "' --json",
    ];

    /// <summary>Each command with a mistake of each kind, and its exit status.</summary>
    public static TheoryData<int, string> Failing => new()
    {
        { 2, "nothing" }, { 2, "list --host moon" }, { 2, "list extra" }, { 2, "show" }, { 2, "show moon:edu" }, { 1, "show ffff:ff:1f.7" }, { 1, "show --dump /nowhere" },
        { 2, "read sim:edu" }, { 2, "read sim:edu bar0" }, { 2, "read sim:nope bar0+0" }, { 1, "read ffff:ff:1f.7 bar0+0" }, { 1, "read 1234:abcd bar0+0" }, { 1, "read sim:edu bar5+0" },
        { 2, "write sim:edu bar0+0" }, { 1, "write ffff:ff:1f.7 bar0+0 1" }, { 2, "watch sim:edu" }, { 1, "watch ffff:ff:1f.7 bar0+0" }, { 2, "map" }, { 1, "map /nowhere" },
        { 2, "listen" }, { 1, "listen ffff:ff:1f.7" }, { 1, "listen sim:edu --count 1 --timeout 0.2" }, { 2, "doctor moon" }, { 1, "doctor ffff:ff:1f.7" },
        { 2, "bind" }, { 2, "bind moon" }, { 1, "bind ffff:ff:1f.7" }, { 2, "unbind" }, { 1, "unbind ffff:ff:1f.7" }, { 2, "demo moon" }, { 1, "demo sim:nvme" }, { 1, "demo ffff:ff:1f.7" }, { 2, "completion cmd" },
        { 1, "memory --dmesg /nowhere" }, { 2, "memory --dmesg ''" }, { 2, "memory --dmesg a --iomem b" }, { 2, "memory --reserve much" }, { 2, "memory --reserve 0" }, { 2, "memory --reserve 99999999999T" },
        { 2, "memory --bits 32" }, { 2, "memory --reserve 1M --bits 70" }, { 2, "memory --reserve 1M --align 3M" }, { 2, "memory extra" }, { 1, "memory --iomem '" + Ranges + "'" }, { 1, "memory --windows '" + Map + "'" },
        { 2, "monitor ''" }, { 2, "monitor --bad" }, { 2, "monitor 1 2" }, { 2, "monitor 0" }, { 2, "monitor 99999999999" }, { 2, "monitor --section MOON" }, { 2, "monitor --section ''" }, { 2, "monitor --level loud" },
        { 2, "monitor --interval 1x" }, { 2, "monitor --interval 0" }, { 2, "monitor --for 0" }, { 2, "monitor --for" }, { 2, "monitor --count 0" }, { 1, "monitor 2000000000" },
    };

    [Theory]
    [MemberData(nameof(Working))]
    public async Task What_goes_into_a_pipe_has_no_escape_and_says_the_same_as_on_a_terminal(string arguments)
    {
        SkipUnlessThereAreTerminals();

        (int status, string piped, _) = await Pipe(arguments);
        (int onTerminal, string shown) = await OnTerminal(arguments);

        Assert.Equal((0, 0), (status, onTerminal));
        Assert.DoesNotContain('\e', piped);
        Assert.DoesNotContain('\r', piped);
        if (arguments.Contains("--json", StringComparison.Ordinal)) Assert.DoesNotContain('\e', (await OnTerminal(arguments + " 2> /dev/null")).Output);
        if (!IsLive(arguments)) Assert.Equal(WithoutTimes(piped), WithoutTimes(Plain(shown)));
    }

    [Theory]
    [MemberData(nameof(Failing))]
    public async Task A_mistake_is_one_line_on_standard_error_wherever_that_goes(int expected, string arguments)
    {
        SkipUnlessThereAreTerminals();

        (int status, string output, string errors) = await Pipe(arguments);
        (int onTerminal, string shown) = await OnTerminal(arguments);

        Assert.Equal((expected, expected), (status, onTerminal));
        string line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => l.StartsWith("ring3: ", StringComparison.Ordinal) && !l.Contains(" listening", StringComparison.Ordinal));
        Assert.DoesNotContain("a defect of ring3", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.Contains(line, Plain(shown), StringComparison.Ordinal);
        if (expected == 2) Assert.Equal("", output);
    }

    [Fact]
    public async Task Colours_are_for_terminals_that_have_them_and_users_who_want_them()
    {
        SkipUnlessThereAreTerminals();

        Assert.Contains("\e[32mok\e[0m", (await OnTerminal("demo")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[32m", (await OnTerminal("demo", "NO_COLOR=1")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Escape, (await OnTerminal("demo", "TERM=dumb")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_is_drawn_over_itself_and_no_row_is_longer_than_the_terminal()
    {
        SkipUnlessThereAreTerminals();

        (int status, string output) = await OnTerminal($"watch sim:edu STATUS IDENTIFICATION --map '{Map}' --interval 50 --timeout 0.5", "", "stty cols 60;");

        Assert.Equal(0, status);
        Assert.Contains("\e[2A\e[J", output, StringComparison.Ordinal);
        Assert.All(Plain(output).Split('\n'), row => Assert.InRange(row.Length, 0, 60));
    }

    [Fact]
    public async Task A_table_has_no_more_rows_than_the_terminal()
    {
        SkipUnlessThereAreTerminals();

        (int status, string output) = await OnTerminal($"watch sim:edu {string.Join(' ', Enumerable.Range(0, 10).Select(n => $"cfg+{4 * n}"))} --interval 50 --timeout 0.5", "", "stty rows 6 cols 80;");
        (_, string fits) = await OnTerminal("watch sim:edu cfg+0 cfg+4 cfg+8 cfg+12 cfg+16 --interval 50 --timeout 0.5", "", "stty rows 6 cols 80;");

        Assert.Equal(0, status);
        Assert.Contains("cfg+0xc", output, StringComparison.Ordinal);
        Assert.DoesNotContain("cfg+0x10", output, StringComparison.Ordinal);
        Assert.Contains("... and 6 more\n\e[5A\e[J", output, StringComparison.Ordinal);
        Assert.Contains("\e[5A\e[J", fits, StringComparison.Ordinal);
        Assert.DoesNotContain(" more", fits, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_stays_above_the_table()
    {
        SkipUnlessThereAreTerminals();

        (int status, string output) = await OnTerminal("listen sim:edu --kind intx --stimulus 'w32 bar0+0x60 1' --timeout 3");

        Assert.Equal(1, status);
        int report = output.IndexOf("has been left masked", StringComparison.Ordinal);
        Assert.InRange(report, 0, output.IndexOf("received ", StringComparison.Ordinal));
        Assert.StartsWith("vector ", output[(output.IndexOf('\n', report) + 1)..], StringComparison.Ordinal); // nothing goes up over it
    }

    [Fact]
    public async Task Without_privilege_what_needs_none_works_and_the_rest_says_so()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && File.Exists("/usr/bin/setpriv"), "needs to start as root, to become somebody else");
        string folder = Directory.CreateTempSubdirectory("ringthree-nobody-").FullName;
        try
        {
            await Repository.Shell($"cp -r '{Path.GetDirectoryName(Program)}/.' '{folder}' && chmod -R a+rX '{folder}'");
            Task<(int Status, string Output, string Errors)> Nobody(string arguments) =>
                Repository.Shell($"setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/tmp dotnet '{folder}/ring3.dll' {arguments}");

            Assert.Equal(0, (await Nobody("list")).Status);
            Assert.Equal((0, "0x010000ed\n", ""), await Nobody("read sim:edu bar0+0"));
            Assert.Equal(0, (await Nobody("demo")).Status);
            (int status, string output, string errors) = await Nobody("doctor --json");
            Assert.Equal((1, ""), (status, errors)); // nobody may open nothing
            Assert.Contains(JsonDocument.Parse(output).RootElement.EnumerateArray(), c => c.GetProperty("state").GetString() == "FAILED");
            (status, output, errors) = await Nobody("memory --reserve 1M");
            Assert.Equal((1, ""), (status, output));
            Assert.Contains("Run it as root", Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
            foreach (string arguments in (string[])["bind", "unbind"])
            {
                string? function = Directory.Exists("/sys/bus/pci/devices") ? Directory.GetFileSystemEntries("/sys/bus/pci/devices").Select(f => Path.GetFileName(f)!).FirstOrDefault(f => !f.EndsWith("00:00.0", StringComparison.Ordinal)) : null;
                (status, _, errors) = await Nobody($"{arguments} {function ?? "ffff:ff:1f.7"}");
                Assert.Equal(1, status);
                // What is in no isolation group cannot be bound by anybody, which is said first.
                bool isolated = Directory.Exists($"/sys/bus/pci/devices/{function}/iommu_group");
                Assert.Contains(function is null ? "there is no such function" : arguments == "bind" && !isolated ? "it is in no isolation group" : $"sudo ring3 {arguments} {function}", Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Every_command_has_an_example_and_json()
    {
        (_, string help, _) = await CommandTests.Run("--help");
        string[] commands = [.. CommandPattern().Matches(help[help.IndexOf("Commands:", StringComparison.Ordinal)..]).Select(m => m.Groups[1].Value)];

        Assert.True(commands.Length >= 12, help);
        foreach (string command in commands)
        {
            (int status, string text, _) = await CommandTests.Run(command, "--help");
            Assert.Equal(0, status);
            Assert.Contains($"Example: ring3 {command}", text, StringComparison.Ordinal);
            Assert.True(command == "completion" || text.Contains("--json", StringComparison.Ordinal), command); // a shell's script is what it is
        }
    }

    private static void SkipUnlessThereAreTerminals() => Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "needs script(1), of bsdutils");

    private static bool IsLive(string arguments) => arguments.StartsWith("watch", StringComparison.Ordinal) || arguments.StartsWith("listen", StringComparison.Ordinal);

    private static Task<(int Status, string Output, string Errors)> Pipe(string arguments) => Repository.Shell($"dotnet '{Program}' {arguments} | cat");

    /// <summary>Runs it on a pseudo-terminal, of which both streams are.</summary>
    private static async Task<(int Status, string Output)> OnTerminal(string arguments, string environment = "", string before = "")
    {
        string command = $"{before} env -u NO_COLOR TERM=xterm {environment} dotnet '{Program}' {arguments}".Replace("\"", "\\\"", StringComparison.Ordinal);
        (int status, string output, _) = await Repository.Shell($"script -qec \"{command}\" /dev/null < /dev/null");
        // The runtime sets a terminal's keypad up before the first word, whatever the program.
        return (status, output.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\e[?1h\e=", "", StringComparison.Ordinal));
    }

    /// <summary>Without colours, and without what was drawn over.</summary>
    private static string Plain(string text) => OverdrawnPattern().Replace(EscapePattern().Replace(text, ""), "");

    private static string WithoutTimes(string text) => TimePattern().Replace(text, " ? us");

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]|\e[=>]")]
    private static partial Regex EscapePattern();

    [GeneratedRegex(@"[^\n]*\r")]
    private static partial Regex OverdrawnPattern();

    [GeneratedRegex(@" *[0-9.]+ us( each +)?")] // with the padding on both sides, as a time has more digits or fewer
    private static partial Regex TimePattern();

    [GeneratedRegex(@"^  ([a-z]+) ", RegexOptions.Multiline)]
    private static partial Regex CommandPattern();
}
