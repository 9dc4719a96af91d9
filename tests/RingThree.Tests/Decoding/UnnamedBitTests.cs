using RingThree.Pci.Decoding;
using Xunit;

namespace RingThree.Tests;

/// <summary>
/// No bit is dropped: whatever the registers hold, one bit more or less in any of them is to be seen, by name or by number, in the text, in
/// the JSON and in the difference. What is between capabilities and belongs to none is in the difference alone (<see cref="DifferenceTests"/>).
/// </summary>
public sealed class UnnamedBitTests
{
    private const int Seeds = 4; // one for each port type below
    private const int LargestExtended = 0x90;
    private const int LargestStandard = 0x7C;

    /// <summary>The bits that text and JSON may leave out, and why; the difference has them all the same.</summary>
    private static readonly (int Id, bool IsExtended, int At, int Bit, string Reason)[] Exceptions =
    [
        (0x10, false, 0x30, 0, "0 and 1 as a target speed both are 2.5 GT/s (PCI Express Base 6.0, 7.5.3.19)"),
    ];

    /// <summary>Ids with what the first bytes of their content must be, for the forms that a vendor or a kind decides.</summary>
    public static TheoryData<int, bool, string> Layouts
    {
        get
        {
            var all = new TheoryData<int, bool, string>();
            for (int id = 0; id <= 0x17; id++) all.Add(id, false, ""); // two that are not assigned
            for (int kind = 0; kind < 32; kind++) all.Add(0x08, false, $"00{kind << 3:x2}"); // each kind of HyperTransport
            all.Add(0x09, false, "1001");
            all.Add(0x09, false, "18010400");
            all.Add(0x14, false, "03001700"); // three entries, the first of eight words
            all.Add(0x0F, false, "0300");
            for (int id = 0; id <= 0x3C; id++) all.Add(id, true, "");
            all.Add(0x05, true, "00020000");
            foreach (int cxl in (int[])[0, 2, 3, 4, 5, 7, 8, 9, 10, 11]) all.Add(0x23, true, $"981ec203{cxl:x2}00"); // revision 2, 60 bytes
            all.Add(0x15, true, "00000000 00000000"); // a count that is none
            all.Add(0x1D, true, "e00f"); // a root port's extensions, all of its logs
            all.Add(0x30, true, "03000100"); // a stream of the link, two selective ones
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Each_bit_of_a_capability_is_to_be_seen(int id, bool isExtended, string content)
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            var random = new Random((id << 8) + seed);
            int start = isExtended ? 0x400 : 0x80;
            byte[] image = Function(random, id, isExtended, start, seed);
            Convert.FromHexString(content.Replace(" ", "", StringComparison.Ordinal)).CopyTo(image, start + (isExtended ? 4 : 2));

            PciFunctionDescription function = PciDecoder.Decode(image);
            PciCapabilityDescription shown = function.Capabilities[^1];
            Assert.Equal((start, id), (shown.Capability.Offset, shown.Capability.Id));
            (string json, string text) = (DecodedJson.Text(function), PciDescriptionText.Write(function, "x"));
            int end = Math.Min(End(shown), isExtended ? LargestExtended : LargestStandard);
            for (int at = 0; at < end; at++)
            {
                for (int bit = (seed + at) % Seeds; bit < 8; bit += Seeds) // each bit with one of the seeds
                {
                    byte[] changed = (byte[])image.Clone();
                    changed[start + at] ^= (byte)(1 << bit);
                    PciFunctionDescription other = PciDecoder.Decode(changed);
                    string place = $"{shown.Name}, {content}, seed {seed}: bit {bit} of {at:x2}h";
                    Assert.True(PciDifference.Between(function, other).Count > 0, $"{place} is not in the difference");
                    if (Exceptions.Any(e => (e.Id, e.IsExtended, e.At, e.Bit) == (id, isExtended, at, bit))) continue;
                    Assert.True(json != DecodedJson.Text(other), $"{place} is not in the JSON\n{json}");
                    Assert.True(text != PciDescriptionText.Write(other, "x"), $"{place} is not in the text\n{text}");
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Each_bit_of_the_header_is_to_be_seen(int type)
    {
        for (int seed = 0; seed < 6; seed++)
        {
            byte[] image = new byte[0x80];
            new Random(seed).NextBytes(image.AsSpan(0, 0x48));
            image[0x0E] = (byte)(type | (image[0x0E] & 0x80));
            if (seed % 2 == 0) image[0x06] &= 0xEF; // no capabilities
            else
            {
                image[0x06] |= 0x10;
                image[type == 2 ? 0x14 : 0x34] = 0x50;
                image.AsSpan(0x50).Clear();
                image[0x50] = 0x0D;
            }

            PciFunctionDescription function = PciDecoder.Decode(image);
            (string json, string text) = (DecodedJson.Text(function), PciDescriptionText.Write(function, "x"));
            for (int at = 0; at < (type == 2 ? 0x48 : 0x40); at++)
            {
                for (int bit = 0; bit < 8; bit++)
                {
                    byte[] changed = (byte[])image.Clone();
                    changed[at] ^= (byte)(1 << bit);
                    PciFunctionDescription other = PciDecoder.Decode(changed);
                    Assert.True(json != DecodedJson.Text(other), $"seed {seed}: bit {bit} of {at:x2}h is not in the JSON\n{json}");
                    Assert.True(text != PciDescriptionText.Write(other, "x"), $"seed {seed}: bit {bit} of {at:x2}h is not in the text\n{text}");
                    Assert.True(PciDifference.Between(function, other).Count > 0, $"seed {seed}: bit {bit} of {at:x2}h is not in the difference");
                }
            }
        }
    }

    [Fact]
    public void Bits_that_have_no_name_have_their_number()
    {
        PciCapabilityDescription control = new ImageBuilder(4096).Capability(0x40, 0x0D, "0200 f41a 0011").Only();
        Assert.Equal(["00h bit 17"], control.Find("unnamedBits")!.Words); // a register without a meaning, between others

        PciCapabilityDescription reserved = new ImageBuilder(4096).Capability(0x40, 0x10, "0200" + "00000000" + "e000").Only();
        Assert.Equal(0, reserved.Number("deviceControl.maxPayloadBytes")); // a code that is reserved
        Assert.Equal(["bit 5", "bit 6", "bit 7"], reserved.Find("deviceControl.unnamedBits")!.Words);
        Assert.Contains("max payload reserved (7)", PciDescriptionText.Write(new ImageBuilder(4096).Capability(0x40, 0x10, "0200" + "00000000" + "e000").Decode(), "x"), StringComparison.Ordinal);

        PciFunctionDescription header = new ImageBuilder(256).Put16(0x04, 0x8000).Put8(0x39, 1).Decode();
        Assert.Equal(["bit 15"], header.Command.Single(f => f.Name == "unnamedBits").Words);
        Assert.Equal(["38h bit 8"], header.UnnamedBits);
        Assert.Contains("Unnamed bits: 38h bit 8", PciDescriptionText.Write(header, "x"), StringComparison.Ordinal);
    }

    [Fact]
    public void Error_bits_from_27_on_have_names_and_reserved_ones_numbers()
    {
        PciCapabilityDescription errors = new ImageBuilder(4096).Capability(0x40, 0x10, "0200").Extended(0x100, 0x01, 0xF800_0000, 0x0000_0003, 0, 0x0000_0002).Only();

        Assert.Equal(["deferrableWriteEgressBlocked", "ideCheck", "misroutedIde", "pcrcCheck", "translationEgressBlocked"], errors.Find("uncorrectableStatus")!.Words);
        Assert.Equal(["bit 0", "bit 1"], errors.Find("uncorrectableMask")!.Words);
        Assert.Equal(["bit 1"], errors.Find("correctableStatus")!.Words);
    }

    /// <summary>Where a capability ends that has registers which no layout explains, as far as they are not 0, or where its layout does.</summary>
    private static int End(PciCapabilityDescription shown) =>
        shown.Find("registers") is { Kind: PciFieldKind.Group, Fields: [.., var last] } ? Convert.ToInt32(last.Name[..^1], 16) + (last.Value.Length / 2) - 1 : shown.Extent;

    private static byte[] Function(Random random, int id, bool isExtended, int start, int seed)
    {
        int[] ports = [4, 0, 10, 6];
        byte[] image = new byte[4096];
        (image[0x00], image[0x01]) = id == 0x09 && !isExtended ? (seed % 2 == 0 ? ((byte)0x86, (byte)0x80) : ((byte)0xF4, (byte)0x1A)) : ((byte)0x34, (byte)0x12);
        image[0x03] = 0x10;
        image[0x06] = 0x10;
        image[0x0E] = (byte)(seed % 2);
        image[0x34] = 0x40;
        image[0x40] = 0x10;
        image[0x42] = (byte)((ports[seed] << 4) | 2);
        image[0x4C] = 0x41; // four lanes
        random.NextBytes(image.AsSpan(start, isExtended ? 0x140 : 0x80));
        if (seed == 3) for (int i = 0; i < 0x80; i++) image[start + i] &= (byte)random.Next(256); // fewer bits
        if (isExtended)
        {
            BitConverter.TryWriteBytes(image.AsSpan(0x100), 0x4000_0000u | 0x1_0000);
            BitConverter.TryWriteBytes(image.AsSpan(start), (uint)id | 0x2_0000);
        }
        else
        {
            image[0x41] = (byte)start;
            image[start] = (byte)id;
            image[start + 1] = 0;
        }

        return image;
    }
}
