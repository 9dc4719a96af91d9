using Xunit;

namespace RingThree.Tests;

/// <summary>
/// Programs written for each C# shape of WinDriver's API (tests/shapes), compiled from source against the one assembly and run
/// as their users run them. Each ends with 0 only when all that it checked was right.
/// </summary>
public sealed class ShapeTests
{
    private const string Isa = "an ISA card answers: its signature, and its memory";
    private const string NoIsa = "no ISA card answers: ones everywhere";

    [Theory]
    [InlineData("F10", 160)]
    [InlineData("F16", 90)]
    [InlineData("N15", 220)]
    public async Task A_program_of_each_shape_runs_unedited_on_a_simulated_card(string shape, int leastChecks)
    {
        (int status, string[] lines, string errors) = await Run(shape, "sim:edu");

        Assert.DoesNotContain(lines, line => line.StartsWith("FAILED", StringComparison.Ordinal));
        Assert.Equal((0, ""), (status, errors));
        string[] right = [.. lines.Where(line => line.StartsWith("ok ", StringComparison.Ordinal))];
        Assert.True(right.Length >= leastChecks, $"{right.Length} checks");
        Assert.Equal($"{shape}: {right.Length} right, 0 wrong", lines[^1]);
    }

    [Theory]
    [InlineData("F10", "10! = 3628800", "with the status that was read in the kernel", "the bytes came back", "MarshalWdCardRegister", NoIsa)]
    [InlineData("F16", "11! = 39916800", "with the copied status, and counted, message", "page by page, the same bytes", "a second time is refused")]
    [InlineData("N15", "9! = 362880", "counted, with what was copied", "all of it, in pieces (3 calls, 3000 bytes)", "WDS_IpcRegister: WD_NOT_IMPLEMENTED", NoIsa)]
    public async Task What_a_program_needs_most_is_among_what_it_checks(string shape, params string[] checks)
    {
        (_, string[] lines, _) = await Run(shape, "sim:edu");

        Assert.All(checks, check => Assert.Contains("ok      " + check, lines));
    }

    [Theory]
    [InlineData("F10")]
    [InlineData("N15")]
    public async Task A_card_that_nothing_enumerates_answers_where_it_is(string shape)
    {
        (int status, string[] lines, string errors) = await Run(shape, "sim:edu;sim:isa-card");

        Assert.Equal((0, ""), (status, errors));
        Assert.Contains("ok      " + Isa, lines);
    }

    [Theory]
    [InlineData("F10")]
    [InlineData("F16")]
    [InlineData("N15")]
    public async Task Without_a_card_a_program_ends_with_device_not_found(string shape)
    {
        // The machine's own functions; no edu is among them.
        (int status, string[] lines, _) = await Run(shape, hosts: null);
        Assert.Equal((2, $"{shape}: no card to work with, status 0x2000000f (Device not found)"), (status, lines[^1]));

        (status, lines, _) = await Run(shape, "sim:generic,id=10ee:7024,bar0=64K,msi=4");
        Assert.Equal((2, $"{shape}: no card to work with, status 0x2000000f (Device not found)"), (status, lines[^1]));
    }

    [Theory]
    [InlineData("F10", "nonsense")]
    [InlineData("F16", "sim:edu;nonsense")]
    [InlineData("N15", "sim:nonsense")]
    public async Task Hosts_that_are_nonsense_are_refused_before_anything_is_found(string shape, string hosts)
    {
        (int status, string[] lines, _) = await Run(shape, hosts);

        Assert.Equal((2, $"{shape}: no card to work with, status 0x2000001b (Invalid parameter)"), (status, lines[^1]));
    }

    [Theory]
    [InlineData("F10")]
    [InlineData("F16")]
    [InlineData("N15")]
    public async Task A_card_of_the_same_name_that_is_another_one_fails_what_is_checked(string shape)
    {
        (int status, string[] lines, _) = await Run(shape, "sim:generic,id=1234:11e8,bar0=1M,msi=1");

        Assert.Equal(1, status);
        Assert.Contains(lines, line => line.StartsWith("FAILED  it is an edu card", StringComparison.Ordinal));
        Assert.Equal(", 1 wrong", lines[^1][lines[^1].IndexOf(',', StringComparison.Ordinal)..]);
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_changes_nothing()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full, a disk that is always full");
        (int status, string output, _) = await Repository.Shell($"RINGTHREE_LOG=/dev/full RINGTHREE_HOSTS=sim:edu dotnet '{Repository.Find("tests/shapes/N15", "N15")}'");
        Assert.Equal(0, status);
        Assert.Contains("0 wrong", output, StringComparison.Ordinal);
    }

    /// <summary>Programs of the kinds that engineers have, written from the manual's names alone.</summary>
    [Theory]
    [InlineData("wizard", "sim:line-card", 26, "the whole table is read, by 32 bits", "and read in each size", "counted, by the object that was held")]
    [InlineData("form", "sim:edu", 20, "what was copied for each", "the library's buffer is not the program's to free", "the program's own is")]
    [InlineData("isa", "sim:isa-card", 15, "WDC_IsaDeviceOpen by pointer", "its status, alone and with the control beside it", "as many interrupts as blocks")]
    [InlineData("engine", "sim:dma-card", 30, "an entry for each page, all of the buffer", "it has one range, aligned", "the same bytes", "the same bytes, by transfers")]
    public async Task A_client_of_each_kind_runs_unedited_on_a_simulated_card(string kind, string hosts, int leastChecks, params string[] checks)
    {
        (int status, string output, string errors) = await Repository.RunOn(hosts, Repository.Find("tests/shapes/Clients", "Clients"), kind);
        string[] lines = output.TrimEnd().ReplaceLineEndings("\n").Split('\n');

        Assert.DoesNotContain(lines, line => line.StartsWith("FAILED", StringComparison.Ordinal));
        Assert.Equal((0, ""), (status, errors));
        Assert.All(checks, check => Assert.Contains("ok      " + check, lines));
        int right = lines.Count(line => line.StartsWith("ok ", StringComparison.Ordinal));
        Assert.True(right >= leastChecks, $"{right} checks");
        Assert.Equal($"{kind}: {right} right, 0 wrong", lines[^1]);
    }

    private static async Task<(int Status, string[] Lines, string Errors)> Run(string shape, string? hosts)
    {
        (int status, string output, string errors) = await Repository.RunOn(hosts, Repository.Find("tests/shapes/" + shape, shape));
        return (status, output.TrimEnd().ReplaceLineEndings("\n").Split('\n'), errors);
    }
}
