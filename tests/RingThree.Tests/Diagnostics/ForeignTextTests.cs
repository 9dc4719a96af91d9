using FsCheck.Fluent;
using RingThree.DefaultHosts;
using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Memory;
using RingThree.Pci;
using RingThree.Pci.Decoding;
using RingThree.Platform;
using RingThree.Registers.Files;
using RingThree.Simulation;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>Whatever a message quotes, it is one line that changes no terminal.</summary>
public sealed class ForeignTextTests
{
    /// <summary>A colour, an end of line, an end of text, a turn of direction, a C1 control.</summary>
    internal const string Hostile = "a\u001b[31mb\u0000c\r\nd\te\u202ef\u2028g\u009bh";

    [Theory]
    [InlineData("plain text, 'quoted' \u00e9\U0001F600", "plain text, 'quoted' \u00e9\U0001F600")]
    [InlineData(Hostile, "a?[31mb?c  d e?f g?h")]
    [InlineData("", "")]
    public void A_text_is_shown_as_one_line(string text, string shown)
    {
        Assert.Equal(shown, ForeignText.Shown(text));
        Assert.Equal($"'{shown.Replace("c  d e", "c??d?e", StringComparison.Ordinal).Replace("f g", "f?g", StringComparison.Ordinal)}'", ForeignText.Quoted(text));
    }

    [Fact]
    public void A_long_one_is_cut_and_an_unchanged_one_is_not_copied()
    {
        Assert.Equal("'abc...'", ForeignText.Quoted("abcd", 3));
        string text = new('x', 50);
        Assert.Same(text, ForeignText.Shown(text));
        Assert.Equal("a?b?", ForeignText.Shown("a\ud800b\udc00")); // halves of pairs
    }

    [Fact]
    public void Whatever_the_text_is_no_control_character_is_left() => Properties.ForAll(Gen.Choose(0, int.MaxValue - 1), seed =>
    {
        var random = new Random(seed);
        string text = new([.. Enumerable.Range(0, random.Next(30)).Select(_ => (char)random.Next(random.Next(2) == 0 ? 0x100 : 0x1_0000))]);
        AssertPlain(ForeignText.Shown(text));
        Assert.Equal(text.Length, ForeignText.Shown(text).Length);
    }, tests: 2000);

    [Fact]
    public void An_exception_of_ours_has_none_in_any_part()
    {
        var error = new DeviceException(DeviceStatus.IoError, Hostile, Hostile, Hostile, Hostile);

        foreach (string part in (string[])[error.Message, error.Device, error.Operation, error.Answer, error.Advice, new SimulationException(Hostile).Message]) AssertPlain(part);
    }

    /// <summary>Everything that reads a text of others and says what is wrong with it.</summary>
    public static TheoryData<string, string> Readings => new()
    {
        { "address", Hostile }, { "id", Hostile }, { "place", Hostile }, { "transfer", Hostile }, { "transfer", "r32 " + Hostile }, { "transfer", $"w32 bar0+0 '{Hostile}'" }, { "transfer", "r32 bar0+0; mask " + Hostile },
        { "platform", Hostile }, { "platform", "card,mem=" + Hostile }, { "platform", $"card,{Hostile}=1" }, { "platform", "card,irq=5/" + Hostile }, { "platform", "card,io=0x300+4/" + Hostile },
        { "card", "id=" + Hostile }, { "card", Hostile }, { "card", "id=10ee:7024,bar0=" + Hostile }, { "card", "id=10ee:7024,msi=" + Hostile },
        { "device", Hostile }, { "device", "sim:" + Hostile }, { "device", "sim:edu#" + Hostile }, { "device", "replay:/nowhere/" + Hostile }, { "device", "platform:" + Hostile }, { "device", "sim:generic," + Hostile },
        { "map", "{\"" + "\\u001b" + "\": 1}" }, { "map", "{\"name\": \"x\", \"registers\": [{\"name\": \"a\\u001b[31m\\u0000\\u202e\", \"at\": \"\\u001bbar0\"}]}" }, { "map", Hostile }, { "map", "<device>" + Hostile },
        { "map", "<device><name>x</name><addressUnitBits>\u202e7</addressUnitBits></device>" }, { "map", "<\u202edevice/>" },
        { "messages", "BIOS-e820: [mem 0x0000000000100000-" + Hostile }, { "messages", "BIOS-e820: [mem 0x0-0xffff] \0\u001b[31m" }, { "messages", "node   0: [mem 0x1\0" + Hostile }, { "messages", "OF: reserved mem: 0x" + Hostile },
        { "tree", "00100000-bfffffff : System RAM\n00000000-0000ffff : " + Hostile }, { "tree", Hostile }, { "windows", "0x1000 " + Hostile }, { "dump", "00:00.0 Host bridge\n00: " + Hostile },
    };

    [Theory]
    [MemberData(nameof(Readings))]
    public void Whatever_is_read_the_message_is_plain(string kind, string text)
    {
        try
        {
            foreach (string part in Read(kind, text)) AssertPlain(part);
        }
        catch (Exception error) when (error is FormatException or ArgumentException or DeviceException or IOException)
        {
            AssertPlain(error.Message);
        }
    }

    /// <summary>The seed for which a message had a NUL: a kind of memory that no list has.</summary>
    [Fact]
    public void A_kind_of_memory_with_a_nul_is_told_without_it()
    {
        PhysicalMemoryMap map = MemoryMapTests.Boot("BIOS-e820: [mem 0x0000000000100000-0x000000003fffffff] type \0\u001b[2J\n[ 0.0] BIOS-e820: [mem 0x40000000-0x7fffffff] usa\0ble\n");

        AssertPlain(Assert.Single(map.Problems));
        AssertPlain(map.Ranges[0].ToString());
        AssertPlain(string.Join(' ', PhysicalMemoryMap.ReadBootSettings("mem=\u001b[31m1G")));
    }

    internal static void AssertPlain(string text) => Assert.DoesNotContain(text, c => char.IsControl(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.LineSeparator);

    private static IEnumerable<string> Read(string kind, string text)
    {
        switch (kind)
        {
            case "address": return [PciAddress.Parse(text, null).ToString()];
            case "id": return [PciId.Parse(text, null).ToString()];
            case "place": return [RegionPlace.Parse(text, null).ToString()];
            case "transfer": return [TransferText.Parse(text).ToString() ?? ""];
            case "platform": return [PlatformResources.Parse(text).ToString()];
            case "card": return [GenericCard.Parse(text).Definition.Name];
            case "device":
                (IHost host, Devices.Device device) = HostNames.OpenAny(text);
                using (host)
                using (device)
                    return [device.Address];
            case "map":
                DeviceMap map = DeviceMap.Parse(text);
                return [map.Explain(Hostile), .. map.Problems.Select(p => p.ToString()), .. map.Registers.Select(r => r.Name)];
            case "messages": return Of(MemoryMapTests.Boot(text));
            case "tree": return Of(MemoryMapTests.Tree(text));
            case "windows": return Of(MemoryMapTests.Windows(text));
            default: return PciDump.Read(new StringReader(text)).Problems.Select(p => p.ToString());
        }
    }

    private static IEnumerable<string> Of(PhysicalMemoryMap map) => [.. map.Problems, .. map.Ranges.Select(r => r.ToString()), .. map.Occupied.Select(r => r.ToString()), map.Doubt?.What ?? "", .. map.Remarks];
}
