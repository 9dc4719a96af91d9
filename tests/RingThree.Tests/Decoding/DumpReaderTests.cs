using RingThree.Pci;
using RingThree.Pci.Decoding;
using Xunit;

namespace RingThree.Tests;

/// <summary>What lspci prints, and what becomes of it on the way.</summary>
public sealed class DumpReaderTests
{
    private static readonly byte[] Small = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    [InlineData(256)]
    [InlineData(4096)]
    public void Bytes_of_each_length(int length)
    {
        byte[] image = new byte[length];
        new Random(length).NextBytes(image);

        PciDump dump = PciDump.Parse(ImageBuilder.Dump("00:04.0", image));

        Assert.Empty(dump.Problems);
        Assert.Equal(image, Assert.Single(dump.Functions).Image.ToArray());
        Assert.Equal(new PciAddress(0, 0, 4, 0), dump.Functions[0].Address);
    }

    [Fact]
    public void Several_functions_with_domains_text_between_and_windows_line_ends()
    {
        string text = ImageBuilder.Dump("00:04.0", Small).Replace("hand\n", "hand\n\tSubsystem: Red Hat\n\tFlags: fast devsel\n\n", StringComparison.Ordinal)
            + ImageBuilder.Dump("0001:02:1f.7", Small) + ImageBuilder.Dump("10000:e1:00.0", Small);

        PciDump dump = PciDump.Parse("\uFEFF" + text.Replace("\n", "\r\n", StringComparison.Ordinal));

        Assert.Empty(dump.Problems);
        Assert.Equal(["0000:00:04.0", "0001:02:1f.7", "10000:e1:00.0"], dump.Functions.Select(f => f.Address.ToString()));
        Assert.All(dump.Functions, f => Assert.Equal(Small, f.Image.ToArray()));
        Assert.Equal([1, 10, 16], dump.Functions.Select(f => f.Line));
    }

    [Theory]
    [InlineData("", 0, "line 0: There is no function in it")]
    [InlineData("hello\nworld\n", 0, "line 2: There is no function in it")]
    [InlineData("00: 00 01 02\n", 0, "line 1: There are bytes before any function's line")]
    [InlineData("00:04.0 Host bridge\n", 1, "line 1: The function 0000:00:04.0 has no bytes")]
    [InlineData("00:04.0 x\n00: 00 01 02\n", 1, "line 2: There are 3 bytes in this line instead of 16; the function is known up to 03h only")]
    [InlineData("00:04.0 x\n00: 00 0g 02\n", 1, "line 2: '0g' is no byte in hexadecimal; the function is known up to 01h only")]
    [InlineData("00:04.0 x\n00: 00 012 02\n", 1, "line 2: '012' is no byte")]
    [InlineData("00:04.0 x\n00: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10\n", 1, "line 2: There are more than 16 bytes in this line")]
    [InlineData("00:04.0 x\n00: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n20: 00\n", 1, "line 3: Bytes at 20h follow those up to 10h: those between are missing")]
    [InlineData("00:04.0 x\n00: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n", 1, "line 2: The bytes of 0000:00:04.0 end at 10h")]
    [InlineData("00:04.0 x\n00: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n00: 01 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n", 1, "line 3: The bytes at 00h are there a second time and differ")]
    [InlineData("00:04.0 x\n00: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f\n!!!\n", 1, "line 3: This line is neither a function's nor bytes")]
    [InlineData("00:1c.0/00.0 x\n00: 00 01\n", 0, "line 1: This is a path through bridges")]
    public void What_does_not_fit_is_told_with_its_line(string text, int functions, string problem)
    {
        PciDump dump = PciDump.Parse(text);

        Assert.Equal(functions, dump.Functions.Count);
        Assert.StartsWith(problem, dump.Problems[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_that_is_there_twice_is_told()
    {
        PciDump dump = PciDump.Parse(ImageBuilder.Dump("00:04.0", Small) + ImageBuilder.Dump("00:04.0", Small));

        Assert.Equal(2, dump.Functions.Count);
        Assert.Equal("line 7: The function 0000:00:04.0 was there already at line 1; both are shown.", Assert.Single(dump.Problems).ToString());
    }

    [Fact]
    public void A_line_that_repeats_the_same_bytes_is_harmless()
    {
        string text = ImageBuilder.Dump("00:04.0", Small);

        Assert.Empty(PciDump.Parse(text + text[text.IndexOf('\n', StringComparison.Ordinal)..]).Problems);
    }

    [Fact]
    public void Bytes_of_a_function_whose_line_is_missing_are_not_the_one_before_its()
    {
        byte[] other = new byte[256];
        string text = ImageBuilder.Dump("00:04.0", Small) + ImageBuilder.Dump("00:05.0", other);
        int line = text.IndexOf("00:05.0", StringComparison.Ordinal);

        PciDump dump = PciDump.Parse(text.Remove(line, text.IndexOf('\n', line) - line));

        Assert.Equal(Small, Assert.Single(dump.Functions).Image.ToArray());
        Assert.Contains("The line of another function may be missing.", Assert.Single(dump.Problems).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_with_one_function_leaves_the_others()
    {
        string[] lines = (ImageBuilder.Dump("00:04.0", Small) + ImageBuilder.Dump("00:05.0", Small)).Split('\n');
        lines[2] = lines[2][..20];

        PciDump dump = PciDump.Parse(string.Join('\n', lines));

        Assert.Equal(3, Assert.Single(dump.Problems).Line);
        Assert.Equal(new PciAddress(0, 0, 4, 0), dump.Problems[0].Address);
        Assert.Equal(Small, dump.Functions[1].Image.ToArray());
    }
}
