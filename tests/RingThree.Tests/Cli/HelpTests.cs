using RingThree.DefaultHosts;
using Xunit;

namespace RingThree.Tests;

/// <summary>What ring3 says to who does not know it yet: its help, and what was probably meant.</summary>
public sealed class HelpTests
{
    [Fact]
    public async Task Ring3_alone_prints_the_help()
    {
        (int status, string output, string errors) = await CommandTests.Run();

        Assert.Equal((0, ""), (status, errors));
        Assert.Equal((await CommandTests.Run("--help")).Output, output);
    }

    [Fact]
    public async Task The_help_has_a_line_for_each_command_that_fits_a_terminal()
    {
        (_, string output, _) = await CommandTests.Run("--help");

        string[] lines = output.Split('\n');
        string[] commands = [.. lines.SkipWhile(l => l != "Commands:").Skip(1).TakeWhile(l => l.Length > 0)];
        Assert.InRange(commands.Length, 14, 40);
        Assert.All(commands, c => Assert.Matches("^  [a-z]+ .*[.]$", c));
        Assert.All(lines, l => Assert.InRange(l.Length, 0, 85));
        Assert.DoesNotContain("Example", output, StringComparison.Ordinal);
        foreach (string name in commands.Select(c => c.Trim().Split(' ')[0]))
        {
            (int status, string own, _) = await CommandTests.Run("help", name);
            Assert.Equal(0, status);
            Assert.Contains($"ring3 {name}", own, StringComparison.Ordinal);
            Assert.Contains("Example: ", own, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("'lsit' is not a command. Did you mean 'list'? See: ring3 --help", "lsit")]
    [InlineData("'lsit' is not a command. Did you mean 'list'? See: ring3 --help", "help", "lsit")]
    [InlineData("offset 0x1 is not a multiple of the access width", "read", "sim:edu", "bar0+1")]
    [InlineData("'SHOW' is not a command. Did you mean 'show'? See: ring3 --help", "SHOW", "sim:edu")]
    [InlineData("'comp' is not a command. Did you mean 'completion'? See: ring3 --help", "comp", "bash")]
    [InlineData("'doctro' is not a command. Did you mean 'doctor'? See: ring3 --help", "doctro", "--json")]
    [InlineData("'frobnicate' is not a command. See: ring3 --help", "frobnicate")]
    [InlineData("Unrecognized option '--hlep'. Did you mean '--help'? See: ring3 --help", "--hlep")]
    [InlineData("Unrecognized option '--hlep'. Did you mean '--help'? See: ring3 list --help", "list", "--hlep")]
    [InlineData("Unrecognized option '--jsn'. Did you mean '--json'? See: ring3 show --help", "show", "sim:edu", "--jsn")]
    [InlineData("Unrecognized option '-json'. Did you mean '--json'? See: ring3 doctor --help", "doctor", "-json")]
    [InlineData("Unrecognized option '--sectoin'. Did you mean '--section'? See: ring3 monitor --help", "monitor", "--sectoin", "INT")]
    [InlineData("Unrecognized option '--timout'. Did you mean '--timeout'? See: ring3 listen --help", "listen", "sim:edu", "--timout", "3")]
    [InlineData("Unrecognized option '--wdith'. Did you mean '--width'? See: ring3 read --help", "read", "sim:edu", "bar0+0", "--wdith", "8")]
    [InlineData("Unrecognized option '--zzzzz'. See: ring3 bind --help", "bind", "0000:00:1f.7", "--zzzzz")]
    [InlineData("Unrecognized argument 'extra'. See: ring3 list --help", "list", "extra")]
    [InlineData("Give a device, --dump FILE or --diff BEFORE", "show")]
    [InlineData("There is no simulated card 'sim:eud'. Did you mean 'sim:edu'? There are sim:edu, ", "show", "sim:eud")]
    [InlineData("There is no simulated card 'sim:linecard'. Did you mean 'sim:line-card'? There are ", "read", "sim:linecard", "bar0+0")]
    [InlineData("'nvme' names no device. Did you mean 'sim:nvme'? Give an address ", "show", "nvme")]
    [InlineData("'moon' names no device. Give an address ", "show", "moon")]
    public async Task A_mistyped_word_gets_the_word_that_was_meant(string expected, params string[] arguments)
    {
        (int status, string output, string errors) = await CommandTests.Run(arguments);

        Assert.Equal((2, ""), (status, output));
        Assert.StartsWith("ring3: " + expected, errors, StringComparison.Ordinal);
        Assert.Equal(errors.Length - 1, errors.IndexOf('\n', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, "", "--for", "150ms")]
    [InlineData(0, "", "--for", "0.1s")]
    [InlineData(0, "", "--for", "0.1")]
    [InlineData(0, "", "--timeout", "100ms")]
    [InlineData(0, "", "--timeout", "0.1")]
    [InlineData(0, "", "--for", "0.002m", "--interval", "20ms")]
    [InlineData(0, "", "--for", "0.1", "--interval", "20")]
    [InlineData(2, "'soon' is not a time; use 200ms, 10s, 5m or 2h.", "--for", "soon")]
    [InlineData(2, "'10x' is not a time; use 200ms, 10s, 5m or 2h.", "--for", "10x")]
    [InlineData(2, "'mm' is not a time; use 200ms, 10s, 5m or 2h.", "--for", "mm")]
    [InlineData(2, "'' is not a time; use 200ms, 10s, 5m or 2h.", "--for", "")]
    [InlineData(2, "--for is more than 0 and at most 1000000s.", "--for", "0s")]
    [InlineData(2, "--for is more than 0 and at most 1000000s.", "--for", "1000h")]
    [InlineData(2, "--timeout is more than 0 and at most 1000000s.", "--timeout", "-1s")]
    [InlineData(2, "--interval is 1ms to 3600s.", "--interval", "0")]
    [InlineData(2, "--interval is 1ms to 3600s.", "--interval", "2h")]
    public async Task Times_are_written_with_their_unit(int expected, string reason, params string[] options)
    {
        (int status, _, string errors) = await CommandTests.Run(["watch", "sim:edu", "bar0+0", .. options]);

        Assert.Equal(expected, status);
        Assert.Equal(reason.Length == 0 ? "" : $"ring3: {reason} See: ring3 watch --help\n", errors);
    }

    [Theory]
    [InlineData("listen", "--for")]
    [InlineData("watch", "--for")]
    [InlineData("watch", "--interval")]
    [InlineData("monitor", "--for")]
    [InlineData("monitor", "--interval")]
    public async Task Every_time_is_such_a_one(string command, string option)
    {
        string[] places = command switch { "listen" => ["sim:edu"], "watch" => ["sim:edu", "bar0+0"], _ => [] };

        (int status, _, string errors) = await CommandTests.Run([command, .. places, option, "1parsec"]);

        Assert.Equal((2, $"ring3: '1parsec' is not a time; use 200ms, 10s, 5m or 2h. See: ring3 {command} --help\n"), (status, errors));
    }

    [Theory]
    [InlineData("list", "lst", "list", "listen")]
    [InlineData("listen", "listn", "list", "listen")]
    [InlineData("listen", "liste", "list", "listen")]
    [InlineData(null, "", "list", "listen")]
    [InlineData(null, "x", "list", "listen")]
    [InlineData(null, "li", "list", "listen")]
    [InlineData("read", "raed", "read", "write")]
    public void The_nearest_name_is_the_one_with_the_fewest_corrections(string? expected, string text, params string[] known) => Assert.Equal(expected, NearName.Of(text, known));
}
