using System.Text;
using RingThree.Pci;
using RingThree.Pci.Decoding;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The decoder and the dump reader against the system's lspci, which has been right for many years.</summary>
public sealed class LspciComparisonTests
{
    [Theory]
    [InlineData("-x")]
    [InlineData("-xxx")]
    [InlineData("-xxxx")]
    [InlineData("-xxxx", "-vvv")]
    [InlineData("-xxxx", "-nn", "-D")]
    public void This_machine(params string[] options)
    {
        Assert.SkipUnless(Directory.Exists("/sys/bus/pci/devices"), "this system shows no PCI functions");
        string dump = LspciOracle.Run(options);
        Assert.SkipUnless(dump.Length > 0, "there are no PCI functions here");

        LspciOracle.CompareDump(dump);
    }

    [Fact]
    public void A_machine_in_QEMU() => LspciOracle.CompareDump(MachineDump.Text);

    [Fact]
    public void Simulated_cards()
    {
        var text = new StringBuilder();
        foreach (SimulatedCard card in new SimulatedCard[] { new EduCard(), MemoryCard.Nvme(), MemoryCard.E1000e(), MemoryCard.Xhci(), new SriovCard(), new QueueCard(), new DmaCard(), new LineCard() })
        {
            using SimulatedHost host = new SimulatedHost().Add(card);
            using PciDevice device = host.Open(host.Scan()[0].Address);
            byte[] image = new byte[device.Config.Size];
            for (int at = 0; at < image.Length; at += 4) BitConverter.TryWriteBytes(image.AsSpan(at), device.Config.Read32(at));
            text.Append(ImageBuilder.Dump($"00:{text.Length % 32:x2}.0", image));
        }

        LspciOracle.CompareDump(text.ToString());
    }

    [Fact]
    public void Random_registers_in_sound_lists()
    {
        var random = new Random(20_261);
        var text = new StringBuilder();
        for (int i = 0; i < 200; i++) text.Append(ImageBuilder.Dump($"{i / 32:x2}:{i % 32:x2}.0", RandomFunctions.Make(random)));

        LspciOracle.CompareDump(text.ToString());
    }

    [Fact]
    public void Lists_that_lead_anywhere()
    {
        var random = new Random(20_262);
        var text = new StringBuilder();
        for (int i = 0; i < 200; i++)
        {
            byte[] image = RandomFunctions.Make(random);
            // From one capability to any other: of one that is none lspci may read beyond what it has, and gives up.
            int[] places = [.. PciDecoder.Decode(image).Capabilities.Where(c => !c.Capability.IsExtended).Select(c => (int)c.Capability.Offset)];
            foreach (int place in places.Where(_ => random.Next(4) == 0)) image[place + 1] = (byte)places[random.Next(places.Length)];
            text.Append(ImageBuilder.Dump($"{i / 32:x2}:{i % 32:x2}.0", image));
        }

        Dictionary<PciAddress, string> blocks = LspciOracle.Blocks(LspciOracle.Describe(text.ToString(), "-vvv"));
        int loops = 0;
        foreach (PciDumpFunction function in PciDump.Parse(text.ToString()).Functions)
        {
            PciFunctionDescription decoded = PciDecoder.Decode(function.Image.Span);
            (int[] expected, bool looped) = LspciOracle.StandardList(blocks[function.Address]);
            Assert.Equal(expected, decoded.Capabilities.Where(c => !c.Capability.IsExtended).Select(c => (int)c.Capability.Offset));
            Assert.Equal(looped, decoded.Problems.Any(p => p.Contains("it is a loop", StringComparison.Ordinal)));
            if (looped) loops++;
        }

        Assert.InRange(loops, 10, 190);
    }
}
