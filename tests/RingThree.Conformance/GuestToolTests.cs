using System.Diagnostics;
using RingThree.Pci;

namespace RingThree.Conformance;

/// <summary>The samples on QEMU's cards, and ring3 while its card vanishes.</summary>
[Trait("Host", "guest")]
public sealed class GuestToolTests : RoadTest
{
    private const string AcknowledgeText = "r32 bar0+0x24; mask 0xffffffff; wb32 bar0+0x64";

    [Theory]
    [InlineData("first-interrupt", "10! = 3628800", Machine.EduA)]
    [InlineData("sixty-lines", "DMA there and back: 5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A5A", Machine.EduA)]
    [InlineData("shared-line", "100 interrupts taken, 100 signals claimed", Machine.EduA, Machine.EduB)]
    public void A_sample_runs_unchanged_on_the_metal(string sample, string answer, params string[] cards)
    {
        GuestProgram.Answer ran = GuestProgram.Run("dotnet", [$"/out/samples/{sample}.dll", .. cards.Select(Machine.AddressOf)]);

        Assert.Equal((0, ""), (ran.Status, ran.Errors));
        Assert.Contains(answer, ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_that_was_compiled_ahead_of_time_runs_without_a_runtime()
    {
        GuestProgram.Answer ran = GuestProgram.Run("env", "-i", "/out/native/first-interrupt", Machine.AddressOf(Machine.EduA));

        Assert.Equal((0, ""), (ran.Status, ran.Errors));
        Assert.Contains("10! = 3628800", ran.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("watch", "bar0+0x00", "--interval", "20")]
    [InlineData("listen", "--ack", AcknowledgeText, "--stimulus", "w32 bar0+0x60 1 @20Hz")]
    [InlineData("listen", "--ack", AcknowledgeText)]
    public void A_card_that_is_taken_away_ends_the_command_with_a_reason(string command, params string[] arguments)
    {
        string address = Machine.AddressOf(Machine.EduB);
        using Process running = GuestProgram.StartRing3([command, address, .. arguments, "--timeout", "50"]);
        try
        {
            // Its first word says that it has the card: the value that watch shows, or that listen listens.
            string first = (command == "watch" ? running.StandardOutput : running.StandardError).ReadLine()!;
            Assert.Contains(command == "watch" ? "0x010000ed" : "listening", first, StringComparison.Ordinal);
            File.WriteAllText($"/sys/bus/pci/devices/{address}/remove", "1"); // returns when the program has let go
            GuestProgram.Answer answer = GuestProgram.End(running);

            Assert.Equal(1, answer.Status);
            string line = Assert.Single(answer.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => l.StartsWith("ring3: ", StringComparison.Ordinal));
            Assert.Contains(address, line, StringComparison.Ordinal);
            Assert.DoesNotContain("a defect of ring3", line, StringComparison.Ordinal);
        }
        finally
        {
            if (!running.HasExited) running.Kill();
            File.WriteAllText("/sys/bus/pci/rescan", "1");
            Machine.Until(() => Directory.Exists($"/sys/bus/pci/devices/{address}"), "the card is back");
            GuestProgram.Ring3Does("bind", address);
        }

        using var device = Machine.Host.Open(address);
        Assert.True(device.IsPresent());
    }
}
