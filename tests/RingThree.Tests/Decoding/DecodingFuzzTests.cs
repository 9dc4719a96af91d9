using FsCheck;
using FsCheck.Fluent;
using RingThree.Pci.Decoding;
using Xunit;

namespace RingThree.Tests;

/// <summary>Whatever the bytes are: a description, in text and in JSON, with reasons; never an exception, and an end.</summary>
public sealed class DecodingFuzzTests
{
    [Fact]
    public void Random_images_of_any_length() => Properties.ForAll(
        from length in Gen.OneOf(Gen.Elements(64, 256, 4096), Gen.Choose(0, 4200))
        from bytes in Properties.Bytes(length)
        from type in Gen.Choose(0, 3)
        select (bytes, type),
        sample =>
        {
            if (sample.bytes.Length > 0x34)
            {
                sample.bytes[0x06] |= 0x10;
                sample.bytes[0x0E] = (byte)sample.type;
            }

            Check(sample.bytes);
        },
        tests: 1000);

    [Fact]
    public void Sound_images_with_a_few_bytes_changed_or_cut_short() => Properties.ForAll(
        from seed in Gen.Choose(0, int.MaxValue)
        from length in Gen.OneOf(Gen.Constant(4096), Gen.Constant(256), Gen.Choose(64, 4096))
        from changes in Gen.ListOf(Gen.Choose(0, 4095).Two())
        select (seed, length, changes),
        sample =>
        {
            byte[] image = RandomFunctions.Make(new Random(sample.seed));
            foreach ((int at, int value) in sample.changes) image[at % sample.length] = (byte)value;

            Check(image.AsSpan(0, sample.length));
        },
        tests: 1000);

    [Fact]
    public void Each_end_that_a_reading_can_have()
    {
        byte[] image = RandomFunctions.Make(new Random(7));
        for (int length = 0; length <= image.Length; length += length < 0x140 ? 1 : 5) Check(image.AsSpan(0, length));
    }

    [Fact]
    public void Sound_images_have_nothing_wrong_with_their_lists()
    {
        for (int seed = 0; seed < 200; seed++)
            Assert.DoesNotContain(PciDecoder.Decode(RandomFunctions.Make(new Random(seed))).Problems, p => p.Contains("list", StringComparison.Ordinal));
    }

    [Fact]
    public void Random_dumps() => Properties.ForAll(
        from lines in Gen.ListOf(Gen.OneOf(
            Gen.Elements("00:04.0 Host bridge", "0000:00:05.1", "\tFlags: bus master", "", "00:04.0/01.0 x", "lspci: error", "00:", ": 00", "fff: 00", "1000: 00", "\u0000", "-1: 00", "zz:zz.z"),
            from offset in Gen.Choose(0, 20)
            from bytes in Gen.ListOf(Gen.Elements("00", "ff", "0", "123", "xy", "a5"))
            select $"{offset * 16:x2}: {string.Join(' ', bytes)}",
            Gen.ArrayOf(Gen.Choose(1, 300).Select(c => (char)c)).Select(c => new string(c))))
        select string.Join('\n', lines),
        Dump,
        tests: 1000);

    [Fact]
    public void Sound_dumps_with_a_few_characters_changed() => Properties.ForAll(
        from seed in Gen.Choose(0, int.MaxValue)
        from size in Gen.Elements(64, 256, 4096)
        from changes in Gen.NonEmptyListOf(from at in Gen.Choose(0, int.MaxValue) from with in Gen.Elements('0', 'f', ' ', '\n', '\r', ':', '.', 'g', '\t') select (at, with))
        select (seed, size, changes),
        sample =>
        {
            byte[] image = RandomFunctions.Make(new Random(sample.seed))[..sample.size];
            char[] text = (ImageBuilder.Dump("00:04.0", image) + ImageBuilder.Dump("0001:00:05.0", image)).ToCharArray();
            foreach ((int at, char with) in sample.changes) text[at % text.Length] = with;

            Dump(new string(text));
        },
        tests: 500);

    [Fact]
    public void A_dump_that_is_cut_off_anywhere_says_so_or_is_whole()
    {
        string text = ImageBuilder.Dump("00:04.0", RandomFunctions.Make(new Random(1)).AsSpan(0, 256));
        int end = text.TrimEnd().Length;
        for (int length = 0; length < end; length++)
        {
            PciDump dump = PciDump.Parse(text[..length]);
            // After a quarter of the bytes it is what lspci -x prints.
            bool whole = dump.Functions is [{ Image.Length: 64 or 128 }];
            Assert.True(whole || dump.Problems.Count > 0, $"nothing is said at {length}");
        }
    }

    private static void Dump(string text)
    {
        var dump = PciDump.Parse(text);

        Assert.True(dump.Functions.Count > 0 || dump.Problems.Count > 0);
        Assert.All(dump.Problems, p => Assert.False(string.IsNullOrWhiteSpace(p.Reason)));
        foreach (PciDumpFunction function in dump.Functions) Check(function.Image.Span);
    }

    private static void Check(ReadOnlySpan<byte> image)
    {
        PciFunctionDescription function = PciDecoder.Decode(image);

        Assert.All(function.Problems, p => Assert.EndsWith(".", p, StringComparison.Ordinal));
        Assert.InRange(function.Capabilities.Count, 0, 48 + 960);
        if (image.Length < 64) Assert.NotEmpty(function.Problems);
        Assert.NotEmpty(PciDescriptionText.Write(function, "here"));
        Assert.Equal(function.Problems.Count, DecodedJson.Of(function).RootElement.GetProperty("problems").GetArrayLength());
    }
}
