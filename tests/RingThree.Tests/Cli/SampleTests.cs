using Xunit;

namespace RingThree.Tests;

/// <summary>The samples are what a stranger runs first, with whatever argument comes to mind.</summary>
public sealed class SampleTests
{
    [Theory]
    [InlineData("first-interrupt", "10! = 3628800")]
    [InlineData("sixty-lines", "DMA there and back: 5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A")]
    [InlineData("queues", "8 queues on 8 vectors: 8000 sums, all right")]
    [InlineData("shared-line", "0000:00:06.0: 100 interrupts taken")]
    [InlineData("own-card", "channel 2 = 21")]
    [InlineData("nvme-like", "64 blocks written and read back on 4 queues: all the same")]
    [InlineData("uart16550", "Sixteen bytes fit into a FIFO, and these are more.")]
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
    [InlineData("queues", "sim:edu", "no queue card (1af4:10f0)")]
    [InlineData("shared-line", "0000:00:02.0", "Two addresses are needed")]
    [InlineData("uart16550", "0000:00:02.0", "Two addresses are needed")]
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

    [Fact]
    public void The_driver_in_sixty_lines_has_no_more()
    {
        Assert.InRange(File.ReadAllLines(Path.Combine(Repository.Root, "samples", "sixty-lines", "Program.cs")).Length, 30, 60);
    }

    [Fact]
    public void Each_sample_has_its_line_in_the_readme()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

        Assert.All(Directory.GetDirectories(Path.Combine(Repository.Root, "samples")), folder => Assert.Contains($"(samples/{Path.GetFileName(folder)}", readme, StringComparison.Ordinal));
    }
}
