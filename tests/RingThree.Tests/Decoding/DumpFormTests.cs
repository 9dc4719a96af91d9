using System.Globalization;
using System.Text;
using RingThree.Pci;
using RingThree.Pci.Decoding;
using Xunit;

namespace RingThree.Tests;

/// <summary>One function in each form that people send it in, and what is mixed into it on the way.</summary>
public sealed class DumpFormTests
{
    private static readonly byte[] Image = RandomFunctions.Make(new Random(3));

    public static TheoryData<string, int> Forms
    {
        get
        {
            var all = new TheoryData<string, int>();
            foreach (string form in (string[])["xxd", "xxd -g1", "xxd -g4", "xxd -u", "xxd -c 32", "hexdump -C", "hexdump", "hexdump -x", "od -x", "od -Ax -tx1", "od -tx1", "od -Ax -tx4", "xxd -p", "lspci", "spaces", "0x,"])
            {
                foreach (int size in (int[])[64, 256, 4096]) all.Add(form, size);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Each_form_of_an_image(string form, int size)
    {
        foreach (string end in (string[])["\n", "\r\n", "\r"])
        {
            PciDump dump = PciDump.Parse(Written(form, Image.AsSpan(0, size)).Replace("\n", end, StringComparison.Ordinal));

            Assert.Empty(dump.Problems);
            PciDumpFunction function = Assert.Single(dump.Functions);
            Assert.Equal(Image[..size], function.Image.ToArray());
            Assert.False(function.HasAddress);
        }
    }

    [Theory]
    [InlineData("xxd")]
    [InlineData("hexdump -C")]
    [InlineData("xxd -p")]
    [InlineData("spaces")]
    public void Each_form_below_a_functions_line(string form)
    {
        PciDump dump = PciDump.Parse($"00:04.0 Ethernet controller\n{Written(form, Image.AsSpan(0, 256))}\n0001:00:05.0 Host bridge\n{Written(form, Image.AsSpan(0, 64))}");

        Assert.Empty(dump.Problems);
        Assert.Equal([(new PciAddress(0, 0, 4, 0), 256), (new PciAddress(1, 0, 5, 0), 64)], dump.Functions.Select(f => (f.Address, f.Image.Length)));
        Assert.All(dump.Functions, f => Assert.Equal(Image[..f.Image.Length], f.Image.ToArray()));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(4096)]
    [InlineData(100)]
    public void A_copy_of_a_config_file(int size)
    {
        PciDump dump = PciDump.Parse(Image.AsSpan(0, size));

        Assert.Empty(dump.Problems);
        Assert.Equal(Image[..size], Assert.Single(dump.Functions).Image.ToArray());
        Assert.Equal(size == 100, PciDecoder.Decode(dump.Functions[0].Image.Span).Problems.Any(p => p.Contains("100 bytes", StringComparison.Ordinal)));
    }

    [Fact]
    public void Images_of_zeros_and_ones_are_images()
    {
        byte[] ones = new byte[64];
        Array.Fill(ones, byte.MaxValue);

        Assert.Equal(64, Assert.Single(PciDump.Parse(ones.AsSpan()).Functions).Image.Length);
        Assert.Equal(256, Assert.Single(PciDump.Parse(new byte[256].AsSpan()).Functions).Image.Length);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_text_in_an_encoding_that_its_mark_says(string encoding)
    {
        var coded = Encoding.GetEncoding(encoding);
        byte[] file = [.. coded.GetPreamble(), .. coded.GetBytes(ImageBuilder.Dump("00:04.0", Image.AsSpan(0, 64)))];

        PciDump dump = PciDump.Parse(file.AsSpan());

        Assert.Empty(dump.Problems);
        Assert.Equal(Image[..64], Assert.Single(dump.Functions).Image.ToArray());
    }

    [Theory]
    [InlineData("[   12.345678] e1000e 0000:00:04.0: eth0: Link is Up")]
    [InlineData("pcilib: Cannot open /sys/bus/pci/devices/0000:00:04.0/label")]
    [InlineData("2: eth0: <BROADCAST,MULTICAST,UP> mtu 1500")]
    [InlineData("10: eth10: <BROADCAST>")]
    [InlineData("40: something else")]
    [InlineData("Nov 30 12:34:56 host kernel: add face cafe")]
    [InlineData("--More--")]
    [InlineData("  and a line that is indented")]
    [InlineData("00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff")]
    public void A_line_of_another_program_costs_that_line(string noise)
    {
        string[] lines = ImageBuilder.Dump("00:04.0", Image.AsSpan(0, 256)).TrimEnd().Split('\n');
        for (int at = 2; at < lines.Length; at++)
        {
            PciDump dump = PciDump.Parse(string.Join('\n', [.. lines[..at], noise, .. lines[at..]]));

            Assert.Equal(Image[..256], Assert.Single(dump.Functions).Image.ToArray());
            Assert.Equal(at + 1, Assert.Single(dump.Problems).Line);
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    public void Text_after_a_function_is_no_line_of_another_program(int size)
    {
        string one = ImageBuilder.Dump("00:04.0", Image.AsSpan(0, size)).TrimEnd();
        PciDump dump = PciDump.Parse($"{one}\n[12.345678] usb 1-1: new device\n{ImageBuilder.Dump("00:05.0", Image.AsSpan(0, size))}\nand so on\n");

        Assert.Empty(dump.Problems);
        Assert.All(dump.Functions, f => Assert.Equal(size, f.Image.Length));
    }

    [Theory]
    [InlineData("\t")]
    [InlineData("    ")]
    [InlineData("> ")]
    [InlineData(" > > ")]
    public void A_dump_that_is_indented_or_quoted(string before)
    {
        string[] lines = ImageBuilder.Dump("00:04.0", Image.AsSpan(0, 64)).TrimEnd().Split('\n');
        string[] below = [before == "\t" ? lines[0] : before + lines[0], .. lines[1..].Select(l => before + l)];

        PciDump dump = PciDump.Parse(string.Join('\n', below));

        Assert.Empty(dump.Problems);
        Assert.Equal(Image[..64], Assert.Single(dump.Functions).Image.ToArray());
    }

    [Fact]
    public void Tabs_between_the_bytes()
    {
        PciDump dump = PciDump.Parse(ImageBuilder.Dump("00:04.0", Image.AsSpan(0, 256)).Replace(' ', '\t'));

        Assert.Empty(dump.Problems);
        Assert.Equal(Image[..256], Assert.Single(dump.Functions).Image.ToArray());
    }

    [Fact]
    public void A_list_of_functions_before_their_bytes_says_nothing_more()
    {
        PciDump dump = PciDump.Parse("00:04.0 Ethernet controller\n00:05.0 Host bridge\n\n" + ImageBuilder.Dump("00:04.0", Image.AsSpan(0, 64)) + ImageBuilder.Dump("00:05.0", Image.AsSpan(0, 64)));

        Assert.Empty(dump.Problems);
        Assert.Equal([1, 1], dump.Functions.Select(f => f.States));
    }

    [Fact]
    public void A_function_that_is_there_twice_is_there_in_two_states()
    {
        byte[] after = [.. Image.AsSpan(0, 64)];
        after[0x04] ^= 4;

        PciDump dump = PciDump.Parse(ImageBuilder.Dump("00:04.0", Image.AsSpan(0, 64)) + ImageBuilder.Dump("00:05.0", Image.AsSpan(0, 64)) + ImageBuilder.Dump("00:04.0", after));

        Assert.Equal([(1, 2), (1, 1), (2, 2)], dump.Functions.Select(f => (f.State, f.States)));
        Assert.True(Assert.Single(dump.Problems).IsWarning);
    }

    [Fact]
    public void Two_images_without_a_line_of_their_own_are_two_functions()
    {
        PciDump dump = PciDump.Parse(Written("xxd", Image.AsSpan(0, 256)) + Written("xxd", Image.AsSpan(256, 64)));

        Assert.Empty(dump.Problems);
        Assert.Equal([256, 64], dump.Functions.Select(f => f.Image.Length));
    }

    [Fact]
    public void A_broken_line_that_is_repeated_whole_costs_nothing()
    {
        string[] lines = ImageBuilder.Dump("00:04.0", Image.AsSpan(0, 256)).TrimEnd().Split('\n');

        PciDump dump = PciDump.Parse(string.Join('\n', [.. lines[..5], lines[5][..17], .. lines[5..]]));

        Assert.Equal(Image[..256], Assert.Single(dump.Functions).Image.ToArray());
        Assert.Equal(6, Assert.Single(dump.Problems).Line);
    }

    private static string Written(string form, ReadOnlySpan<byte> image)
    {
        int step = form == "xxd -c 32" ? 32 : form == "xxd -p" ? 30 : 16;
        var text = new StringBuilder();
        for (int at = 0; at < image.Length; at += step)
        {
            ReadOnlySpan<byte> line = image[at..Math.Min(at + step, image.Length)];
            bool repeated = form.StartsWith("hexdump", StringComparison.Ordinal) || form.StartsWith("od", StringComparison.Ordinal);
            if (repeated && at > 0 && line.SequenceEqual(image[(at - step)..at]))
            {
                if (!text.ToString().EndsWith("*\n", StringComparison.Ordinal)) text.Append("*\n");
                continue;
            }

            string readable = string.Concat(line.ToArray().Select(b => b is >= 0x20 and < 0x7F ? (char)b : '.'));
            text.Append(form switch
            {
                "xxd" => $"{at:x8}: {Groups(line, 2)}  {readable}",
                "xxd -c 32" => $"{at:x8}: {Groups(line, 2)}  {readable}",
                "xxd -g1" => $"{at:x8}: {Groups(line, 1)}  {readable}",
                "xxd -g4" => $"{at:x8}: {Groups(line, 4)}  {readable}",
                "xxd -u" => $"{at:x8}: {Groups(line, 2).ToUpperInvariant()}  {readable}",
                "hexdump -C" => $"{at:x8}  {Groups(line[..8], 1)}  {Groups(line[8..], 1)}  |{readable}|",
                "hexdump" => $"{at:x7} {Groups(line, 2, reversed: true)}",
                "hexdump -x" => $"{at:x7}    {Groups(line, 2, reversed: true).Replace(" ", "    ", StringComparison.Ordinal)}",
                "od -x" => $"{Convert.ToString(at, 8).PadLeft(7, '0')} {Groups(line, 2, reversed: true)}",
                "od -tx1" => $"{Convert.ToString(at, 8).PadLeft(7, '0')} {Groups(line, 1)}",
                "od -Ax -tx1" => $"{at:x6} {Groups(line, 1)}",
                "od -Ax -tx4" => $"{at:x6} {Groups(line, 4, reversed: true)}",
                "lspci" => $"{at:x2}: {Groups(line, 1)}",
                "xxd -p" => Groups(line, 32),
                "0x," => string.Concat(line.ToArray().Select(b => $"0x{b:x2}, ")),
                _ => Groups(line, 1),
            }).Append('\n');
        }

        string end = form switch
        {
            "hexdump -C" => image.Length.ToString("x8", CultureInfo.InvariantCulture),
            "hexdump" or "hexdump -x" => image.Length.ToString("x7", CultureInfo.InvariantCulture),
            "od -x" or "od -tx1" => Convert.ToString(image.Length, 8).PadLeft(7, '0'),
            "od -Ax -tx1" or "od -Ax -tx4" => image.Length.ToString("x6", CultureInfo.InvariantCulture),
            _ => "",
        };
        return text.Append(end).Append('\n').ToString();
    }

    private static string Groups(ReadOnlySpan<byte> bytes, int size, bool reversed = false) =>
        string.Join(' ', bytes.ToArray().Chunk(size).Select(g => Convert.ToHexStringLower(reversed ? [.. g.Reverse()] : g)));
}
