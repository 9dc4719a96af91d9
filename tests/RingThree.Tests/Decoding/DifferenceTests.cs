using RingThree.Pci.Decoding;
using Xunit;

namespace RingThree.Tests;

/// <summary>What differs between two states of a function, by field name.</summary>
public sealed class DifferenceTests
{
    [Fact]
    public void Fields_that_differ_have_their_names()
    {
        byte[] before = Function().Bytes;
        byte[] after = Function().Put16(0x04, 0x0406).Put32(0x10, 0xFEC0_0000).Put8(0x52, 0x81).Put32(0x54, 0xFEE0_100C).Bytes;

        Assert.Equal(
        [
            "command.busMaster: no -> yes", "command.interruptDisable: no -> yes", "bar0.address: 0xfeb00000 -> 0xfec00000", "MSI.enabled: no -> yes", "MSI.address: 0x0 -> 0xfee0100c",
        ], Between(before, after));
    }

    [Fact]
    public void Nothing_differs_from_itself() => Assert.Empty(PciDifference.Between(MachineDump.Whole.Functions[0].Image.Span, MachineDump.Whole.Functions[0].Image.Span));

    [Fact]
    public void A_capability_that_is_not_there_any_more_is_one_line() =>
        Assert.Equal(["status.capabilityList: yes -> no", "MSI: at 50h -> absent", "50h: 0x00800005 -> 0x00000000"], Between(Function().Bytes, Function(list: false).Bytes));

    [Fact]
    public void Of_two_of_a_name_the_place_is_said()
    {
        ImageBuilder two = Function().Put16(0x00, 0x1234).Capability(0x70, 0x09, "04 01").Capability(0x78, 0x09, "04 02");

        Assert.Equal(["Vendor Specific at 78h.content: 02 -> 03"], Between(two.Bytes.ToArray(), two.Put8(0x7B, 3).Bytes));
    }

    [Fact]
    public void Registers_of_no_name_are_there_by_their_offset() =>
        Assert.Equal(["a4h: 0x00000000 -> 0x12345678"], Between(Function().Bytes, Function().Put32(0xA4, 0x1234_5678).Bytes));

    [Fact]
    public void Bits_of_no_name_are_there_by_their_number() =>
        Assert.Equal(["MSI.unnamedBits: absent -> 00h bit 28"], Between(Function().Bytes, Function().Put8(0x53, 0x10).Bytes));

    [Fact]
    public void Only_what_both_have_is_compared() => Assert.Empty(Between(Function().Bytes, Function().Put32(0xA4, 1).Bytes[..64]));

    [Fact]
    public void A_function_that_is_gone_does_not_answer()
    {
        byte[] gone = new byte[256];
        Array.Fill(gone, byte.MaxValue);

        Assert.Equal("answers: yes -> no", Between(Function().Bytes, gone)[0]);
    }

    [Theory]
    [InlineData(11)] // a card
    [InlineData(12)]
    [InlineData(14)] // a bridge
    public void Each_bit_that_differs_is_seen(int seed)
    {
        byte[] image = RandomFunctions.Make(new Random(seed));
        PciFunctionDescription shown = PciDecoder.Decode(image);
        for (int at = 0; at < image.Length; at++)
        {
            // All bits of the header and of what links capabilities; of the others, one of every second byte.
            bool isLink = at < 0x40 || shown.Capabilities.Any(c => at >= c.Capability.Offset && at < c.Capability.Offset + 4);
            if (!isLink && at % 2 != seed % 2) continue;
            foreach (int bit in isLink ? Enumerable.Range(0, 8) : [at % 8])
            {
                byte[] other = (byte[])image.Clone();
                other[at] ^= (byte)(1 << bit);
                Assert.True(PciDifference.Between(shown, PciDecoder.Decode(other)).Count > 0, $"bit {bit} of {at:x2}h");
            }
        }
    }

    [Fact]
    public void Reserved_bits_of_a_pointer_and_the_version_of_an_extended_capability_have_names()
    {
        Assert.Equal(["MSI.unnamedBits: absent -> 00h bit 8 + 00h bit 9"], Between(Function().Bytes, Function().Put8(0x51, 3).Bytes));

        ImageBuilder extended = new ImageBuilder(4096).Capability(0x40, 0x10, "0200").Extended(0x100, 0x03, 1, 2);
        Assert.Equal(["Device Serial Number.version: 1 -> 2"], Between([.. extended.Bytes], extended.Put8(0x102, 2).Bytes));
        Assert.Equal(["Device Serial Number.unnamedBits: absent -> 00h bit 20"], Between([.. extended.Bytes], extended.Put8(0x102, 0x12).Bytes));
    }

    [Fact]
    public void A_pointer_that_leads_to_no_other_capability_is_there_by_its_offset()
    {
        Assert.Equal(["50h: 0x00800005 -> 0x00805005"], Between(Function().Bytes, Function().Put8(0x51, 0x50).Bytes)); // a loop

        byte[] small = new ImageBuilder(64).Put8(0x06, 0x10).Put8(0x34, 0x40).Bytes;
        byte[] other = new ImageBuilder(64).Put8(0x06, 0x10).Put8(0x34, 0x50).Bytes;
        Assert.Equal(["34h: 0x00000040 -> 0x00000050"], Between(small, other)); // beyond what was read

        byte[] one = Function().Capability(0x60, 0x0D, "0000 f41a 0011").Capability(0x70, 0x03, "0000").Bytes;
        byte[] swapped = [.. one];
        (swapped[0x51], swapped[0x71], swapped[0x61]) = (0x70, 0x60, 0);
        Assert.Equal(["50h: 0x00806005 -> 0x00807005", "60h: 0x0000700d -> 0x0000000d", "70h: 0x00000003 -> 0x00006003"], Between(one, swapped)); // another order
    }

    [Fact]
    public void Registers_that_no_layout_explains_are_there_by_their_offset()
    {
        ImageBuilder image = new ImageBuilder(4096).Capability(0x40, 0x10, "0200").Extended(0x100, 0x11, 0, 1).Extended(0x140, 0x03, 1, 2);

        Assert.Equal(["104h: 0x00000000 -> 0x00000007"], Between([.. image.Bytes], image.Put8(0x104, 7).Bytes));
    }

    [Theory]
    [InlineData(0x14)]
    [InlineData(0x2C)]
    [InlineData(0x30)]
    public void A_register_that_reads_all_ones_differs_from_an_empty_one(int at) =>
        Assert.Contains($"{at:x2}h: 0x00000000 -> 0xffffffff", Between(Function().Bytes, Function().Put32(at, uint.MaxValue).Bytes));

    [Fact]
    public void Of_what_is_not_decoded_each_register_is_there()
    {
        Assert.Equal(["04h: 0x00000000 -> 0x00000100", "0ch: 0x00000000 -> 0x0000ff00"], Between(new byte[14], [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 255]));

        byte[] gone = new byte[256];
        Array.Fill(gone, byte.MaxValue);
        byte[] other = [.. gone];
        other[0x41] = 0;
        Assert.Equal(["40h: 0xffffffff -> 0xffff00ff"], Between(gone, other));
    }

    private static string[] Between(byte[] before, byte[] after) => [.. PciDifference.Between(before, after).Select(d => d.ToString())];

    private static ImageBuilder Function(bool list = true)
    {
        ImageBuilder function = new ImageBuilder(256).Put16(0x04, 2).Put32(0x10, 0xFEB0_0000);
        return list ? function.Capability(0x50, 0x05, "8000") : function;
    }
}
