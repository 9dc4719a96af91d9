using RingThree.Pci.Decoding;
using Xunit;

namespace RingThree.Tests;

/// <summary>PCI Express and the extended list, from values as the specification lays them out (PCI Express Base 5.0, chapter 7).</summary>
public sealed class ExtendedDecodingTests
{
    [Fact]
    public void A_root_port()
    {
        // A port at 8 GT/s x4 of 16 GT/s x16, with an occupied slot 5 of 75 W.
        PciCapabilityDescription express = new ImageBuilder(4096, 1).Capability(0x40, 0x10,
            "4201" + "01800000" + "3e29 1000" + "04cd4603" + "4200 4330" + "e0 25 2c 00" + "c007 4001" + "1700 0100" + "00010200" + "1008 0c00" + "2904 0000" + "1e000000" + "0400 1e00").Only();

        Assert.Equal(("root port", 2m), (express.Find("portType")!.Words[0], express.Number("version")));
        Assert.True(express.IsSet("slotImplemented"));
        Assert.Equal((256m, 256m, 512m), (express.Number("deviceCapabilities.maxPayloadBytes"), express.Number("deviceControl.maxPayloadBytes"), express.Number("deviceControl.maxReadRequestBytes")));
        Assert.Equal((16m, 16m, 3m), (express.Number("linkCapabilities.maxSpeedGigatransfersPerSecond"), express.Number("linkCapabilities.maxWidth"), express.Number("linkCapabilities.port")));
        Assert.Equal((8m, 4m), (express.Number("linkStatus.speedGigatransfersPerSecond"), express.Number("linkStatus.width")));
        Assert.Equal("L1", express.Find("linkControl.aspm")!.Words[0]);
        Assert.True(express.IsSet("linkStatus.dllActive") && express.IsSet("linkStatus.slotClock"));
        Assert.Equal((5m, 75m), (express.Number("slotCapabilities.slot"), express.Number("slotCapabilities.powerLimitWatts")));
        Assert.True(express.IsSet("slotCapabilities.surpriseRemoval") && express.IsSet("slotCapabilities.hotPlug") && express.IsSet("slotStatus.present"));
        Assert.True(express.IsSet("rootControl.crsVisibility") && express.IsSet("rootCapabilities.crsVisibility") && express.IsSet("rootStatus.pmePending"));
        Assert.Equal(["2.5GT/s", "5GT/s", "8GT/s", "16GT/s"], express.Find("linkCapabilities2.speeds")!.Words);
    }

    [Theory]
    [InlineData("0100", true, false)] // version 1, an endpoint
    [InlineData("9200", false, true)] // version 2, integrated: no link
    public void Registers_that_a_kind_does_not_have_are_absent(string head, bool link, bool second)
    {
        PciCapabilityDescription express = new ImageBuilder(4096).Capability(0x40, 0x10, head).Only();

        Assert.Equal(link, express.Find("linkCapabilities") is not null);
        Assert.Equal(second, express.Find("deviceCapabilities2") is not null);
        Assert.Null(express.Find("slotCapabilities"));
        Assert.Null(express.Find("rootControl"));
        Assert.Null(express.Find("linkCapabilities2"));
    }

    [Fact]
    public void A_function_level_reset() => Assert.True(new ImageBuilder(4096).Capability(0x40, 0x10, "0200 00000010").Only().IsSet("deviceCapabilities.functionLevelReset"));

    [Theory]
    [InlineData(0x0001, "uncorrectableStatus", "completionTimeout unsupportedRequest", 0x0010_4000u)]
    [InlineData(0x000D, "capable", "sourceValidation requestRedirect completionRedirect", 0x0005_000Du)]
    [InlineData(0x000D, "enabled", "sourceValidation requestRedirect", 0x0005_000Du)]
    [InlineData(0x001E, "capabilities.states", "PCI-PM-L1.2 PCI-PM-L1.1 ASPM-L1.2 ASPM-L1.1", 0x0000_001Fu)]
    public void Words(ushort id, string field, string expected, params uint[] words) =>
        Assert.Equal(expected, string.Join(' ', Extended(id, words).Find(field)!.Words));

    [Theory]
    [InlineData(0x000E, "nextFunction", 2, 0x0000_0200u)]
    [InlineData(0x000F, "queueDepth", 32, 0x8001_0060u)]
    [InlineData(0x000F, "smallestUnitBytes", 8192, 0x8001_0060u)]
    [InlineData(0x000F, "enabled", 1, 0x8001_0060u)]
    [InlineData(0x001B, "capabilities.widthBits", 20, 0x0001_1406u)]
    [InlineData(0x001B, "control.enabled", 1, 0x0001_1406u)]
    [InlineData(0x0013, "capacity", 64, 1u, 64u, 32u)]
    [InlineData(0x0013, "allocation", 32, 1u, 64u, 32u)]
    [InlineData(0x0018, "maxSnoopNanoseconds", 3_145_728, 0x1003_1003u)] // 3 units of 1,048,576 ns
    [InlineData(0x001D, "capabilities.interruptMessage", 1, 0x0009_00E1u, 0x0000_0003u)]
    [InlineData(0x001D, "status.triggered", 1, 0x0009_00E1u, 0x0000_0003u)]
    [InlineData(0x0010, "totalFunctions", 8, 0u, 0u, 0x0008_0008u)]
    [InlineData(0x0010, "control.memorySpace", 1, 0u, 8u, 0x0008_0008u)]
    [InlineData(0x000B, "vendorDefinedId", 0x1234, 0x0101_1234u)]
    [InlineData(0x0023, "vendorId", 0x1E98, 0x0100_1E98u, 7u)]
    [InlineData(0x0023, "vendorDefinedId", 7, 0x0100_1E98u, 7u)]
    public void Numbers(ushort id, string field, long expected, params uint[] words) => Assert.Equal(expected, Extended(id, words).Find(field)!.Number);

    [Fact]
    public void Bars_of_virtual_functions()
    {
        uint[] words = new uint[15];
        words[8] = 0xFEB0_0004; // VF BAR 0 at 24h
        words[9] = 1;

        PciField bar = Assert.Single(Extended(0x0010, words).Find("functionBars")!.Fields);
        Assert.Equal((0m, (decimal)0x1_FEB0_0000L), (bar.Find("bar")!.Number, bar.Find("address")!.Number));
    }

    [Fact]
    public void A_resizable_bar()
    {
        PciField bar = Assert.Single(Extended(0x0015, 0x0000_0310, 0x0000_0422).Find("bars")!.Fields);

        Assert.Equal((2m, 16m, "1MiB 16MiB 32MiB"), (bar.Find("bar")!.Number, bar.Find("sizeMegabytes")!.Number, bar.Find("supportedSizes")!.Words[0]));
    }

    [Fact]
    public void A_serial_number() => Assert.Equal("54-52-00-ff-ff-12-34-56", Extended(0x0003, 0xFF12_3456, 0x5452_00FF).Find("serialNumber")!.Words[0]);

    [Fact]
    public void Virtual_channels()
    {
        PciCapabilityDescription channels = Extended(0x0002, 1, 0, 0, 0, 0x8000_00FF, 0, 0, 0x0100_0000, 0x0002_0000);

        Assert.Equal([(0m, true, (decimal)0xFFL), (1m, false, 0m)],
            channels.Find("channels")!.Fields.Select(c => (c.Find("id")!.Number, c.Find("enabled")!.IsSet, c.Find("trafficClasses")!.Number)));
        Assert.True(channels.Find("channels.1.negotiationPending")!.IsSet);
    }

    [Fact]
    public void Error_reporting_of_a_root_port_says_who_reported()
    {
        uint[] words = new uint[13];
        words[10] = 7;
        words[11] = 0x0800_0001;
        words[12] = 0x0100_0208;
        var builder = new ImageBuilder(4096, 1);

        PciCapabilityDescription errors = builder.Capability(0x40, 0x10, "4200").Extended(0x100, 1, words).Only();

        Assert.True(errors.IsSet("rootCommand.reportFatal") && errors.IsSet("rootStatus.correctable"));
        Assert.Equal((1m, (decimal)0x208L, (decimal)0x100L), (errors.Number("rootStatus.interruptMessage"), errors.Number("correctableSource"), errors.Number("uncorrectableSource")));
    }

    [Fact]
    public void An_unknown_one_has_its_id_and_offset()
    {
        PciCapabilityDescription one = Extended(0x0777);

        Assert.Equal(("unknown (0777h)", 0x100), (one.Name, one.Capability.Offset));
        Assert.Contains("[100] unknown (0777h)", PciDescriptionText.Write(new ImageBuilder(4096).Capability(0x40, 0x10, "0200").Extended(0x100, 0x777).Decode(), "x"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x11)]
    [InlineData(0x20)]
    [InlineData(0x2C)]
    [InlineData(0x38)]
    [InlineData(0x777)]
    public void One_without_a_layout_has_its_registers(ushort id)
    {
        PciCapabilityDescription one = Extended(id, 0, 0x1234_5678, 0x1);

        Assert.Equal([("08h", (decimal)0x1234_5678L), ("0ch", 1m)], one.Find("registers")!.Fields.Select(f => (f.Name, f.Number)));
        Assert.Empty(Extended(id).Fields);
    }

    [Fact]
    public void A_resizable_bar_is_shown_even_if_their_count_is_0()
    {
        PciField bar = Assert.Single(Extended(0x15, 0x0000_0030, 0x0000_0102).Find("bars")!.Fields);

        Assert.Equal((2m, 2m, "1MiB 2MiB", 0m), (bar.Find("bar")!.Number, bar.Find("sizeMegabytes")!.Number, bar.Find("supportedSizes")!.Value, bar.Find("count")!.Number));
    }

    [Fact]
    public void A_version_that_is_not_1_is_in_the_text() =>
        Assert.Contains("[100] Device Serial Number version 0:", PciDescriptionText.Write(new ImageBuilder(4096).Capability(0x40, 0x10, "0200").Extended(0x100, 3).Put8(0x102, 0).Decode(), "x"), StringComparison.Ordinal);

    [Fact]
    public void Loops_and_pointers_to_nothing_are_told()
    {
        ImageBuilder image = new ImageBuilder(4096).Capability(0x40, 0x10, "0200").Extended(0x100, 3).Extended(0x140, 0x18);

        Assert.Contains("loop", Assert.Single(image.Put32(0x140, 0x1001_0018).Decode().Problems), StringComparison.Ordinal);
        Assert.Contains("points to 200h, where there is none", Assert.Single(image.Put32(0x140, 0x2001_0018).Decode().Problems), StringComparison.Ordinal);
        Assert.Contains("below 100h", Assert.Single(image.Put32(0x140, 0x0401_0018).Decode().Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_not_read_of_the_extended_list_is_told() =>
        Assert.Contains("extended capabilities from 100h on are not known", Assert.Single(PciDecoder.Decode(new ImageBuilder(4096).Capability(0x40, 0x10, "0200").Bytes.AsSpan(0, 256)).Problems), StringComparison.Ordinal);

    [Fact]
    public void A_conventional_function_that_repeats_itself_has_no_extended_list()
    {
        byte[] image = new byte[4096];
        byte[] once = new ImageBuilder(256).Capability(0x40, 0x01, "0300 0000 0000").Bytes;
        for (int at = 0; at < image.Length; at += 256) once.CopyTo(image, at);

        PciFunctionDescription function = PciDecoder.Decode(image);

        Assert.Single(function.Capabilities);
        Assert.Contains(function.Problems, p => p.Contains("neither a PCI Express nor a PCI-X capability", StringComparison.Ordinal));
    }

    private static PciCapabilityDescription Extended(ushort id, params uint[] words) =>
        new ImageBuilder(4096).Capability(0x40, 0x10, "0200").Extended(0x100, id, words).Only();
}
