using Xunit;

namespace RingThree.Tests;

/// <summary>The samples are what a stranger runs first, with whatever argument comes to mind.</summary>
public sealed class SampleTests
{
    [Theory]
    [InlineData("first-interrupt", "10! = 3628800")]
    [InlineData("own-card", "channel 2 = 21")]
    [InlineData("soak", "the same failure, step for step")]
    [InlineData("record-replay", "expected: write 0xa, 32 bits, to BAR 0 + 0x8; the driver: write 0xc")]
    public async Task A_sample_runs_on_its_simulated_card(string sample, string answer)
    {
        (int status, string output, string errors) = await Repository.Run("", Repository.Find("samples/" + sample, sample));

        Assert.Equal((0, ""), (status, errors));
        Assert.Contains(answer, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("first-interrupt", "", "names no device")]
    [InlineData("first-interrupt", "sim:nope", "There is no simulated card")]
    [InlineData("first-interrupt", "sim:nvme", "no edu card (1234:11e8)")]
    [InlineData("first-interrupt", "ffff:ff:1f.7", "there is no such function")]
    [InlineData("own-card", "", "not a PCI address")]
    [InlineData("own-card", "sim:edu", "not a PCI address")]
    [InlineData("own-card", "ffff:ff:1f.7", "there is no such function")]
    public async Task A_sample_tells_in_one_line_what_is_wrong(string sample, string argument, string answer)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");

        (int status, string output, string errors) = await Repository.Run("", Repository.Find("samples/" + sample, sample), argument);

        Assert.Equal((1, ""), (status, output));
        Assert.Contains(answer, errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }
}
