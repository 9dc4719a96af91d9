using RingThree.Pci;
using RingThree.Pci.Decoding;
using Xunit;
using Xunit.Sdk;

namespace RingThree.Tests;

/// <summary>All functions of a dump.</summary>
internal static partial class LspciOracle
{
    /// <summary>Reads a dump, decodes its functions, and compares each with what lspci says of the same dump.</summary>
    internal static void CompareDump(string text)
    {
        var dump = PciDump.Parse(text);
        Dictionary<PciAddress, string> blocks = Blocks(Describe(text, "-vvv"));

        Assert.Empty(dump.Problems);
        Assert.Equal(blocks.Keys.Order(), dump.Functions.Select(f => f.Address).Order());
        foreach (PciDumpFunction function in dump.Functions)
        {
            PciFunctionDescription decoded = PciDecoder.Decode(function.Image.Span);
            try
            {
                if (decoded.BytesRead > 64) Compare(decoded, blocks[function.Address]);
            }
            catch (XunitException error)
            {
                Assert.Fail($"{error.Message}\n{blocks[function.Address]}\n{PciDescriptionText.Write(decoded, function.Address.ToString())}");
            }
        }
    }
}
