using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using RingThree.Linux;
using RingThree.Pci;
using RingThree.Pci.Decoding;
using RingThree.Tests;

namespace RingThree.Conformance;

/// <summary>What ring3 show says of a machine in use, all its functions with all their bytes, against lspci.</summary>
[Trait("Host", "many")]
public sealed partial class GuestDumpTests : IDisposable
{
    private const string DumpFile = "/tmp/lspci.txt";
    private readonly GuestFunction _physical = GuestVirtualFunctions.Enable();

    public void Dispose() => GuestVirtualFunctions.Disable(_physical);

    [Fact]
    public void A_dump_is_decoded_as_lspci_decodes_it_and_shown_so()
    {
        string text = LspciOracle.Run("-xxxx");
        LspciOracle.CompareDump(text);

        var dump = PciDump.Parse(text);
        Assert.Equal(GuestFunction.All.Count(), dump.Functions.Count);
        Assert.All(dump.Functions, f => Assert.Equal(GuestFunction.At(f.Address.ToString()).Configuration.Length, f.Image.Length));
        PciCapabilityDescription[] capabilities = [.. dump.Functions.SelectMany(f => PciDecoder.Decode(f.Image.Span).Capabilities)];
        foreach (string name in (string[])["MSI", "MSI-X", "Power Management", "PCI Express", "Bridge Subsystem", "SATA", "Vendor Specific", "Advanced Error Reporting",
                     "Access Control Services", "Alternative Routing-ID", "Single Root I/O Virtualization", "Device Serial Number"])
            Assert.Contains(capabilities, c => c.Name == name); // else the comparison would say little

        // The tool says what was just compared, neither more nor less.
        File.WriteAllText(DumpFile, text);
        Assert.Equal(string.Join('\n', dump.Functions.Select(f => PciDescriptionText.Write(PciDecoder.Decode(f.Image.Span), f.Address.ToString()))), GuestProgram.Ring3Does("show", "--dump", DumpFile).Output);
        using var shown = JsonDocument.Parse(GuestProgram.Ring3Does("show", "--dump", DumpFile, "--json").Output);
        Assert.Equal(dump.Functions.Select(Json), shown.RootElement.EnumerateArray().Select(e => JsonSerializer.Serialize(e)));
    }

    [Fact]
    public void Functions_that_are_there_have_the_sizes_that_lspci_says()
    {
        int sizes = 0;
        foreach ((PciAddress address, string block) in LspciOracle.Blocks(LspciOracle.Run("-vvv")))
        {
            var file = SysfsConfiguration.Read(address);
            PciFunctionDescription decoded = PciDecoder.Decode(file.Image.Span, file.Regions);
            // Ranges that configuration space does not hold (a virtual function's are its physical function's) are the kernel's word alone.
            string[] lspci = [.. Region().Matches(block).Where(m => !m.Value.Contains("[virtual]", StringComparison.Ordinal)).Select(m => $"{m.Groups[1].Value}: {Size(m.Groups[2].Value)}")];
            Assert.Equal([address.ToString(), .. lspci], [address.ToString(), .. decoded.Bars.Where(b => b.Size > 0 && !b.IsVirtual).Select(b => $"{b.Index}: {b.Size}")]);
            sizes += lspci.Length;
        }

        Assert.True(sizes >= 30, $"only {sizes} sizes were compared");
    }

    private static string Json(PciDumpFunction function)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer)) PciDescriptionJson.Write(json, PciDecoder.Decode(function.Image.Span), function.Address.ToString(), $"{DumpFile}, line {function.Line}");
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(buffer.ToArray()));
        return JsonSerializer.Serialize(document.RootElement);
    }

    private static ulong Size(string text)
    {
        int shift = text[^1] switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        return ulong.Parse(shift == 0 ? text : text[..^1], CultureInfo.InvariantCulture) << shift;
    }

    [GeneratedRegex(@"^\tRegion (\d): [^\n]*\[size=(\d+[KMG]?)\]", RegexOptions.Multiline)]
    private static partial Regex Region();
}
