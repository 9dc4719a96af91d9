using System.IO.Compression;
using RingThree.Pci.Decoding;

namespace RingThree.Tests;

/// <summary>What lspci -xxxx printed in the QEMU guest with the topology 'many' (tests/guest/boot.sh), two virtual functions enabled.</summary>
internal static class MachineDump
{
    internal static string Text { get; } = Read();

    internal static PciDump Whole { get; } = PciDump.Parse(Text);

    private static string Read()
    {
        using FileStream file = File.OpenRead(Path.Combine(Repository.Root, "tests/RingThree.Tests/Decoding/machine.lspci.gz"));
        using var text = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        return text.ReadToEnd();
    }
}
