using Xunit;

namespace RingThree.Tests;

/// <summary>What ring3 answers to mistakes: its exit status, and one line on standard error. Run as a program.</summary>
public sealed class ToolTests
{
    private const int Failure = 1;
    private const int WrongUsage = 2;

    [Theory]
    [InlineData("nosuch")]
    [InlineData("--bad")]
    [InlineData("list", "x")]
    [InlineData("bind")]
    [InlineData("bind", "0000:00:1f.7", "--driver")]
    [InlineData("bind", "0000:00:1f.7", "--driver", "")]
    [InlineData("bind", "0000:00:1f.7", "--driver", "../drivers")]
    [InlineData("bind", "0000:00:1f.8")]
    [InlineData("unbind")]
    [InlineData("unbind", "")]
    [InlineData("unbind", ".")]
    [InlineData("unbind", "../slots")]
    [InlineData("unbind", "--bad")]
    [InlineData("demo", "a", "b")]
    [InlineData("demo", "")]
    [InlineData("demo", " ")]
    [InlineData("demo", "--bad")]
    [InlineData("demo", "sim:")]
    [InlineData("demo", "sim:nope")]
    [InlineData("show")]
    [InlineData("show", "")]
    [InlineData("show", "sim:nope")]
    [InlineData("show", "sim:edu", "sim:edu")]
    [InlineData("show", "sim:edu", "--dump", "x")]
    [InlineData("show", "sim:edu", "--bad")]
    [InlineData("show", "sim:isa-card")]
    [InlineData("show", "--dump")]
    [InlineData("show", "--dump", "")]
    [InlineData("show", "--json")]
    [InlineData("monitor", "")]
    [InlineData("monitor", "--section", "INT,")]
    [InlineData("monitor", "--for", "-1s")]
    public async Task Wrong_usage_is_2(params string[] arguments)
    {
        (int status, string output, string errors) = await Run("", arguments);

        Assert.Equal(WrongUsage, status);
        Assert.Empty(output);
        AssertOneLine(errors);
    }

    [Theory]
    [InlineData("demo", "sim:nvme")]
    [InlineData("demo", "ffff:ff:1f.7")]
    [InlineData("bind", "ffff:ff:1f.7")]
    [InlineData("unbind", "ffff:ff:1f.7")]
    [InlineData("bind", "ffff:ff:1f.7", "--group", "--force", "--json")]
    [InlineData("unbind", "ffff:ff:1f.7", "--group", "--force", "--json")]
    [InlineData("show", "ffff:ff:1f.7")]
    [InlineData("show", "fffe:fffe")]
    [InlineData("show", "--dump", "/no/such/file")]
    [InlineData("show", "--dump", "/")]
    [InlineData("read", "sim:queue-card", "bar0+0x3f0")]
    [InlineData("monitor", "2000000000")]
    [InlineData("monitor", "no-such-program", "--json")]
    public async Task What_cannot_be_done_is_1(params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");

        (int status, string output, string errors) = await Run("", arguments);

        Assert.Equal(Failure, status);
        Assert.Empty(output);
        AssertOneLine(errors);
    }

    [Theory]
    [InlineData("ff:1f.7")]
    [InlineData("0000:FF:1f.7")]
    public async Task An_address_may_be_short(string address)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");

        (int status, _, string errors) = await Run("", "unbind", address);

        Assert.Equal(Failure, status);
        Assert.StartsWith("ring3: 0000:ff:1f.7: taking it from its driver failed: there is no such function.", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("demo")]
    [InlineData("--help")]
    [InlineData("--version")]
    public async Task Output_that_cannot_be_written_is_1(string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        foreach (string redirection in (string[])[">&-", ">/dev/full"])
        {
            (int status, _, string errors) = await Run(redirection, command);

            Assert.Equal(Failure, status);
            AssertOneLine(errors);
            Assert.Contains("standard output", errors, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("2>&-")]
    [InlineData("2>/dev/full")]
    [InlineData(">&- 2>&-")]
    public async Task Errors_that_cannot_be_written_keep_their_status(string redirection)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");

        Assert.Equal(WrongUsage, (await Run(redirection, "nosuch")).Status);
        Assert.Equal(WrongUsage, (await Run(redirection, "demo", "sim:nope")).Status);
        Assert.Equal(Failure, (await Run(redirection, "demo", "sim:nvme")).Status);
    }

    [Fact]
    public async Task A_reader_that_leaves_early_is_no_failure()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");

        (int status, string output, string errors) = await Run("| head -n 1", "demo");

        Assert.Equal(0, status);
        Assert.StartsWith("ring3 demo: ", output, StringComparison.Ordinal);
        Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(errors);
    }

    [Fact]
    public async Task Help_names_the_exit_statuses()
    {
        (int status, string output, string errors) = await Run("", "--help");

        Assert.Equal(0, status);
        Assert.Contains("Exit status: 0 ", output, StringComparison.Ordinal);
        Assert.Empty(errors);
    }

    [Theory]
    [InlineData("bind")]
    [InlineData("unbind")]
    public async Task Help_of_binding_names_its_options(string command)
    {
        (int status, string output, _) = await Run("", command, "--help");

        Assert.Equal(0, status);
        Assert.All((string[])["--group", "--force", "--json", $"Example: ring3 {command} 0000:03:00.0"], text => Assert.Contains(text, output, StringComparison.Ordinal));
    }

    private static void AssertOneLine(string errors)
    {
        Assert.StartsWith("ring3: ", errors, StringComparison.Ordinal);
        Assert.Equal(errors.TrimEnd().Length, errors.IndexOf('\n', StringComparison.Ordinal));
    }

    private static Task<(int Status, string Output, string Errors)> Run(string redirection, params string[] arguments) =>
        Repository.Run(redirection, Repository.Find("src/RingThree.Cli", "ring3"), arguments);
}
