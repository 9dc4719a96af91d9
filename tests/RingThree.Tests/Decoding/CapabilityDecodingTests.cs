using RingThree.Pci.Decoding;
using Xunit;

namespace RingThree.Tests;

/// <summary>Capabilities of the standard list, from bytes as their specifications lay them out; and what a list can have wrong.</summary>
public sealed class CapabilityDecodingTests
{
    [Fact]
    public void Msi_with_64_bits_and_masks()
    {
        // PCI Local Bus 3.0, 6.8.1: control 0195h: enabled, capable of 4 messages (code 2), 2 of them enabled (code 1), 64-bit, masks.
        PciCapabilityDescription msi = new ImageBuilder(256).Capability(0x50, 0x05, "9501 0c10e0fe 02000000 a541 0000 03000000 01000000").Only();

        Assert.Equal("MSI", msi.Name);
        Assert.True(msi.IsSet("enabled") && msi.IsSet("address64") && msi.IsSet("vectorMasks"));
        Assert.Equal((4m, 2m), (msi.Number("messages"), msi.Number("messagesEnabled")));
        Assert.Equal(((decimal)0x2_FEE0_100CL, (decimal)0x41A5L, 3m, 1m), (msi.Number("address"), msi.Number("data"), msi.Number("masked"), msi.Number("pending")));
    }

    [Fact]
    public void Msi_with_32_bits()
    {
        PciCapabilityDescription msi = new ImageBuilder(256).Capability(0x50, 0x05, "0001 0c10e0fe a541 0000 03000000 01000000").Only();

        Assert.False(msi.IsSet("enabled") || msi.IsSet("address64"));
        Assert.Equal((1m, 1m), (msi.Number("messages"), msi.Number("messagesEnabled")));
        Assert.Equal(((decimal)0xFEE0_100CL, (decimal)0x41A5L, 3m, 1m), (msi.Number("address"), msi.Number("data"), msi.Number("masked"), msi.Number("pending")));
    }

    [Fact]
    public void Msi_at_its_end_needs_no_more_than_it_has() =>
        Assert.Null(new ImageBuilder(256).Capability(0xF4, 0x05, "0000 0c10e0fe a541").Only().Number("masked"));

    [Fact]
    public void MsiX()
    {
        PciCapabilityDescription msix = new ImageBuilder(256).Capability(0x40, 0x11, "40c0 00200000 04300000").Only();

        Assert.True(msix.IsSet("enabled") && msix.IsSet("allMasked"));
        Assert.Equal((65m, 0m, (decimal)0x2000L, 4m, (decimal)0x3000L), (msix.Number("vectors"), msix.Number("table.bar"), msix.Number("table.offset"), msix.Number("pendingBits.bar"), msix.Number("pendingBits.offset")));
        Assert.Equal("table in BAR 0 at 0x2000", msix.Find("table")!.Text);
    }

    [Fact]
    public void Power_management()
    {
        PciCapabilityDescription power = new ImageBuilder(256).Capability(0x40, 0x01, "c3c8 0b81 00 00").Only();

        Assert.Equal((3m, 160m, "D3hot"), (power.Number("version"), power.Number("auxiliaryCurrentMilliamperes"), power.Find("state")!.Words[0]));
        Assert.Equal(["D0", "D3hot", "D3cold"], power.Find("pmeFrom")!.Words);
        Assert.True(power.IsSet("noSoftReset") && power.IsSet("pmeEnabled") && power.IsSet("pmeStatus"));
    }

    [Theory]
    [InlineData(0x03, "1080 78563412", "vpdAddress", 0x10)]
    [InlineData(0x03, "1080 78563412", "data", 0x1234_5678)]
    [InlineData(0x04, "23 07", "slots", 3)]
    [InlineData(0x04, "23 07", "firstInChassis", 1)]
    [InlineData(0x04, "23 07", "chassis", 7)]
    [InlineData(0x02, "3000 1702001f 11030000", "major", 3)]
    [InlineData(0x02, "3000 1702001f 11030000", "agpStatus.requestQueue", 32)]
    [InlineData(0x0E, "3000 1702001f 11030000", "agpCommand.enabled", 1)]
    [InlineData(0x09, "08 010203 0405", "lengthBytes", 8)]
    [InlineData(0x0A, "a020", "bar", 0)]
    [InlineData(0x0A, "a020", "offset", 0xA0)]
    [InlineData(0x0D, "0000 f41a 0011", "vendorId", 0x1AF4)]
    [InlineData(0x0D, "0000 f41a 0011", "subsystemId", 0x1100)]
    [InlineData(0x12, "1000 48000000", "major", 1)]
    [InlineData(0x12, "1000 48000000", "bar", 4)]
    [InlineData(0x12, "1000 48000000", "offset", 4)]
    [InlineData(0x13, "06 03 00 01", "functionLevelReset", 1)]
    [InlineData(0x13, "06 03 00 01", "transactionsPending", 1)]
    [InlineData(0x08, "03a8 0000e0fe 00000000", "enabled", 1)]
    [InlineData(0x08, "03a8 0000e0fe 00000000", "address", 0xFEE0_0000)]
    [InlineData(0x07, "0a00 08 01 53 01", "command.maxReadBytes", 2048)]
    [InlineData(0x07, "0a00 08 01 53 01", "status.bus", 1)]
    public void Short_capabilities(byte id, string content, string field, long expected) =>
        Assert.Equal(expected, new ImageBuilder(256).Capability(0x40, id, content).Only().Find(field)!.Number);

    [Fact]
    public void Enhanced_allocation()
    {
        // One entry of 3 words, BAR 0, memory, enabled; base 80000000h, 64 KiB less one.
        PciCapabilityDescription ea = new ImageBuilder(256).Capability(0x40, 0x14, "0100 02000080 00000080 fcff0000").Only();

        PciField region = Assert.Single(ea.Find("regions")!.Fields);
        Assert.Equal((0m, (decimal)0x8000_0000L, (decimal)0xFFFFL, "memory"), (region.Find("equivalentBar")!.Number, region.Find("address")!.Number, region.Find("lastOffset")!.Number, region.Find("kind")!.Words[0]));
        Assert.True(region.Find("enabled")!.IsSet);
    }

    [Fact]
    public void Enhanced_allocation_of_64_bits_below_4_gigabytes_and_larger_than_its_fields()
    {
        // Six words: base and offset of 64 bits with upper halves of 0, and a word more.
        PciField region = Assert.Single(new ImageBuilder(256).Capability(0x40, 0x14, "0100 05000080 02000080 feff0000 00000000 00000000 00010000").Only().Find("regions")!.Fields);

        Assert.True(region.Find("address64")!.IsSet && region.Find("lastOffset64")!.IsSet);
        Assert.Equal(((decimal)0x8000_0000L, (decimal)0xFFFFL), (region.Find("address")!.Number, region.Find("lastOffset")!.Number));
        Assert.Equal(["18h bit 8"], region.Find("unnamedBits")!.Words);
    }

    [Theory]
    [InlineData(0x00, "3412 00000000 78563412", "02h 0x1234, 08h 0x12345678")]
    [InlineData(0x0B, "3412 00000000 78563412", "02h 0x1234, 08h 0x12345678")]
    [InlineData(0x0F, "0100 00000000 78563412", "02h 0x0001, 08h 0x12345678")]
    [InlineData(0x16, "0000 00000000 78563412", "08h 0x12345678")]
    [InlineData(0x08, "00d0 00000000 78563412", "08h 0x12345678")] // HyperTransport's generation 3
    [InlineData(0x13, "0e03 0000 00000000 78563412", "08h 0x56780000, 0ch 0x1234")] // longer than its fields
    public void What_no_layout_explains_is_shown_up_to_the_next(byte id, string content, string registers)
    {
        PciFunctionDescription function = new ImageBuilder(256).Capability(0x40, id, content).Capability(0x50, 0x03, "0000").Decode();

        Assert.Contains($"         registers: {registers}", PciDescriptionText.Write(function, "x"), StringComparison.Ordinal);
        Assert.Equal(registers, string.Join(", ", function.Capabilities[0].Find("registers")!.Fields.Select(f => f.Text)));
        Assert.Contains("\"registers\":{", DecodedJson.Text(function), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x42, "unknown (42h)")]
    [InlineData(0x0F, "Secure Device")]
    [InlineData(0x00, "Null")]
    public void Others_are_listed_by_name_or_number(byte id, string name)
    {
        PciCapabilityDescription one = new ImageBuilder(256).Capability(0x40, id, "00").Only();

        Assert.Equal(name, one.Name);
        Assert.Empty(one.Fields);
    }

    [Fact]
    public void A_loop_is_told()
    {
        PciFunctionDescription function = new ImageBuilder(256).Capability(0x40, 0x05, "00").Capability(0x60, 0x11, "00").Put8(0x61, 0x40).Decode();

        Assert.Equal(2, function.Capabilities.Count);
        Assert.Contains("from 60h to 40h", Assert.Single(function.Problems), StringComparison.Ordinal);
        Assert.Contains("loop", function.Problems[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_pointer_into_the_header_is_told() =>
        Assert.Contains("from 40h to 10h, below 40h", Assert.Single(new ImageBuilder(256).Capability(0x40, 0x05, "10").Put8(0x41, 0x10).Decode().Problems), StringComparison.Ordinal);

    [Fact]
    public void A_capability_of_all_ones_is_told() =>
        Assert.Contains("40h reads all ones", Assert.Single(new ImageBuilder(256).Capability(0x40, 0xFF, "ff").Decode().Problems), StringComparison.Ordinal);

    [Fact]
    public void A_list_beyond_what_was_read_is_told()
    {
        byte[] whole = new ImageBuilder(256).Capability(0x40, 0x05, "8000").Bytes;

        PciFunctionDescription function = PciDecoder.Decode(whole.AsSpan(0, 64));

        Assert.Empty(function.Capabilities);
        Assert.Contains("beyond the 64 bytes that were read", Assert.Single(function.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Registers_beyond_what_was_read_are_told_and_not_zero()
    {
        byte[] whole = new ImageBuilder(256).Capability(0x78, 0x05, "8000 0c10e0fe 00000000 a541").Bytes;

        PciFunctionDescription function = PciDecoder.Decode(whole.AsSpan(0, 128));

        Assert.True(function.Capabilities[0].IsSet("address64"));
        Assert.Null(function.Capabilities[0].Number("address"));
        Assert.Contains("registers from 80h on are beyond the 128 bytes", Assert.Single(function.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Registers_beyond_the_end_of_the_space_are_told() =>
        Assert.Contains("beyond the end of configuration space at 100h", Assert.Single(new ImageBuilder(256).Capability(0xFC, 0x05, "8000").Decode().Problems), StringComparison.Ordinal);
}
