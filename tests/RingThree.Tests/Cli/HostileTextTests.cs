using System.Text.RegularExpressions;
using Xunit;

namespace RingThree.Tests;

/// <summary>ring3 with arguments, files and names of files that would change a terminal: none of its commands hands any of it on.</summary>
public sealed partial class HostileTextTests : IDisposable
{
    /// <summary>As an argument can be: a colour, an end of line, a turn of direction, a C1 control.</summary>
    private const string Hostile = "a\u001b[31mb\nc\td\u202ee\u009bf";

    private readonly string _folder = Directory.CreateTempSubdirectory("ring3-hostile").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task No_command_hands_on_what_an_argument_holds()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a shell");
        (_, string help, _) = await Run(["--help"]);
        string[] commands = [.. CommandLine().Matches(help[help.IndexOf("Commands:", StringComparison.Ordinal)..]).Select(m => m.Groups[1].Value).Distinct()];
        Assert.True(commands.Length >= 14, string.Join(' ', commands));

        foreach (string command in (string[])["", .. commands])
        {
            string[] name = command.Length == 0 ? [] : [command];
            await Check([.. name, Hostile]);
            await Check([.. name, "--" + Hostile, Hostile]);
            if (command is "read" or "write" or "watch" or "listen") await Check([.. name, "sim:edu", Hostile, Hostile]);
        }
    }

    /// <summary>Each option of each command with values that hardly one takes: a failure that says so, and never a defect of ring3.</summary>
    [Fact]
    public async Task No_option_takes_a_value_that_makes_no_sense_for_a_defect()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a shell");
        var arguments = new Dictionary<string, string[]> { ["read"] = ["sim:edu", "bar0+0"], ["write"] = ["sim:edu", "bar0+8", "0"], ["watch"] = ["sim:edu", "bar0+0"], ["listen"] = ["sim:edu"], ["monitor"] = [], ["memory"] = [], ["show"] = ["sim:edu"], ["doctor"] = [], ["map"] = ["nothing.svd"], ["list"] = [], ["demo"] = [] };
        int tried = 0;
        foreach ((string command, string[] rest) in arguments)
        {
            (_, string help, _) = await Run([command, "--help"]);
            foreach (Match option in WithValue().Matches(help))
            {
                foreach (string value in (string[])[Hostile, "abc", "99999999999999999999"])
                {
                    (int status, string output, string errors) = await Run([command, .. rest, option.Groups[1].Value, value]);
                    Assert.True(status is 1 or 2 || (command, option.Groups[1].Value) is ("doctor", "--rules"), $"{command} {option.Groups[1].Value} '{value}': {status}\n{output}{errors}");
                    Assert.DoesNotContain("a defect of ring3", errors, StringComparison.Ordinal);
                    foreach (string line in (output + errors).Split('\n')) ForeignTextTests.AssertPlain(line);
                    tried++;
                }
            }
        }

        Assert.True(tried >= 60, $"{tried}");
    }

    [Theory]
    [InlineData("read sim:edu bar0+0 --count 0x2", 0)]
    [InlineData("read sim:edu bar0+0 --width 0x20", 0)]
    [InlineData("read sim:edu bar0+0 --count abc", 2)]
    [InlineData("read sim:edu bar0+0 --count 0", 2)]
    [InlineData("read sim:edu bar0+0 --width 0x", 2)]
    [InlineData("listen sim:edu --vectors abc", 2)]
    [InlineData("listen sim:edu --count 0", 2)]
    public async Task Numbers_of_options_are_decimal_or_hexadecimal(string line, int expected)
    {
        (int status, _, string errors) = await Run(line.Split(' '));
        Assert.Equal((expected, expected == 0 ? 0 : 1), (status, errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
    }

    /// <summary>Texts of each kind that files can be read from, each under a name that is no better.</summary>
    [Theory]
    [InlineData("memory", "--dmesg", "BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] type \u0000\u001b[2J\nBIOS-e820: [mem 0x40000000-\u001b[31m\n")]
    [InlineData("memory", "--dmesg", "Linux version 6.1\nMachine model: a\u001b[31m\nOF: reserved mem: 0x80000000..0x800fffff (1024 KiB) map non-reusable b\u001b[2J\u202e\nEarly memory node ranges\n  node   0: [mem 0x80000000-0xbfffffff]\nInitmem\n")]
    [InlineData("memory", "--iomem", "00000000-0000ffff : a\u001b[31m\u0007\n00100000-bfffffff : System RAM\n  00100000-001fffff : b\u001b[2J\n")]
    [InlineData("memory", "--windows", "0x1000 0x1000\n0x2000 \u001b[31m5\u0000\n")]
    [InlineData("show", "--dump", "00:00.0 Host \u001b[31mbridge\n00: 86 80 \u001b[2J 12\n")]
    [InlineData("map", null, "{\"name\": \"a\\u001b[31m\", \"registers\": [{\"name\": \"b\\u001b[2J\", \"at\": \"bar0\"}]}")]
    [InlineData("map", null, "<device><name>\u202ea</name><addressUnitBits>\u202e9</addressUnitBits></device>")]
    [InlineData("map", null, "\u001b[31m{")]
    public async Task No_command_hands_on_what_a_file_holds(string command, string? option, string text)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a shell");
        string file = Path.Combine(_folder, Hostile);
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);

        await Check(option is null ? [command, file] : [command, option, file]);
        if (command == "memory") await Check([command, option!, file, "--reserve", "16M"]);
        if (command == "map") await Check(["read", "sim:edu", Hostile, "--map", file]);
    }

    private static async Task Check(string[] arguments)
    {
        (_, string output, string errors) = await Run(arguments);
        foreach (string text in (string[])[output, errors])
        {
            Assert.DoesNotContain("a defect of ring3", text, StringComparison.Ordinal);
            foreach (string line in text.Split('\n')) ForeignTextTests.AssertPlain(line);
        }
    }

    private static Task<(int Status, string Output, string Errors)> Run(string[] arguments) => Repository.Run("", Repository.Find("src/RingThree.Cli", "ring3"), arguments);

    [GeneratedRegex(@"^  ([a-z]+)\b", RegexOptions.Multiline)]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"^  (--[a-z-]+)[^<\n]*<", RegexOptions.Multiline)]
    private static partial Regex WithValue();
}
