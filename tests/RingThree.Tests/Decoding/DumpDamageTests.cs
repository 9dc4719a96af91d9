using RingThree.Pci;
using RingThree.Pci.Decoding;
using Xunit;

namespace RingThree.Tests;

/// <summary>A real machine's dump, damaged: what is wrong is told where it is, and every function that it does not concern is as before.</summary>
public sealed class DumpDamageTests
{
    private const int Samples = 300;
    private static readonly string[] Lines = MachineDump.Text.Split('\n');
    private static readonly PciDump Whole = MachineDump.Whole;

    [Fact]
    public void Undamaged_it_has_no_problems()
    {
        Assert.Empty(Whole.Problems);
        Assert.Equal(32, Whole.Functions.Count);
        Assert.All(Whole.Functions, f => Assert.Empty(PciDecoder.Decode(f.Image.Span).Problems));
    }

    [Theory]
    [InlineData('g')]
    [InlineData('O')]
    [InlineData('\0')]
    [InlineData('\u001b')]
    [InlineData('\u00ff')]
    public void A_character_that_is_no_digit(char character)
    {
        var random = new Random(character);
        for (int i = 0; i < Samples; i++)
        {
            int line = ByteLine(random);
            int at = Lines[line].IndexOf(' ', StringComparison.Ordinal) + 1 + (3 * random.Next(16)) + random.Next(2);
            ToldAt(line, Changed(line, string.Concat(Lines[line].AsSpan(0, at), character.ToString(), Lines[line].AsSpan(at + 1))), "is no byte in hexadecimal");
        }
    }

    [Fact]
    public void A_line_that_is_cut_short_or_too_long()
    {
        var random = new Random(1);
        for (int i = 0; i < Samples; i++)
        {
            int line = ByteLine(random);
            int colon = Lines[line].IndexOf(':', StringComparison.Ordinal);
            ToldAt(line, Changed(line, Lines[line][..random.Next(colon + 1, Lines[line].Length)]), "");
            ToldAt(line, Changed(line, Lines[line] + " 00"), "more than 16 bytes");
        }
    }

    [Fact]
    public void A_line_that_is_missing_or_out_of_order()
    {
        var random = new Random(2);
        for (int i = 0; i < Samples; i++)
        {
            int line = ByteLine(random);
            if (Offset(line + 1) < 0) continue; // the last of its function
            ToldAt(line, [.. Lines[..line], .. Lines[(line + 1)..]], "those between are missing");
            ToldAt(line, [.. Lines[..line], Lines[line + 1], Lines[line], .. Lines[(line + 2)..]], "those between are missing");
        }
    }

    [Theory]
    [InlineData("1000")]
    [InlineData("fff")]
    [InlineData("fffffff0")]
    [InlineData("ffffffffffffffffffff")]
    [InlineData("-10")]
    [InlineData("zz")]
    public void An_offset_that_is_none_or_beyond_everything(string offset)
    {
        var random = new Random(3);
        for (int i = 0; i < Samples; i++)
        {
            int line = ByteLine(random);
            PciDump dump = Parse(Changed(line, offset + Lines[line][Lines[line].IndexOf(':', StringComparison.Ordinal)..]));
            PciDumpProblem problem = dump.Problems[0];
            Assert.InRange(problem.Line, line + 1, line + 3); // a line that is no line of bytes is noticed by the gap
            OthersAreAsBefore(dump, problem.Address);
        }
    }

    [Fact]
    public void A_dump_that_ends_anywhere()
    {
        var random = new Random(4);
        for (int i = 0; i < Samples; i++)
        {
            string text = MachineDump.Text[..random.Next(MachineDump.Text.Length)];
            var dump = PciDump.Parse(text);
            PciDumpFunction? last = dump.Functions.Count == 0 ? null : dump.Functions[^1];
            bool whole = last?.Image.Length is 64 or 128 or 256 or 4096; // what lspci prints with fewer x
            Assert.True(whole || dump.Problems.Count > 0, $"nothing is said of {text.Length} characters");
            OthersAreAsBefore(dump, last?.Address, all: false);
        }
    }

    [Fact]
    public void A_function_without_its_line()
    {
        foreach (PciDumpFunction function in Whole.Functions)
        {
            string[] rest = [.. Lines[..(function.Line - 1)], .. Lines[function.Line..]];
            PciDump dump = Parse(rest);
            int before = Whole.Functions.ToList().IndexOf(function) - 1;
            // Its bytes are then the second of the function before; a twin's say the same.
            if (before >= 0 && Whole.Functions[before].Image.Span.SequenceEqual(function.Image.Span)) continue;
            Assert.Contains(before < 0 ? "bytes before any function's line" : "there a second time and differ", dump.Problems[0].Reason, StringComparison.Ordinal);
            OthersAreAsBefore(dump, function.Address);
        }
    }

    [Fact]
    public void A_function_that_is_there_twice_and_all_in_any_order()
    {
        string[][] blocks = [.. Whole.Functions.Select(f => Lines[(f.Line - 1)..(f.Line + (f.Image.Length / 16) + 1)])];
        var random = new Random(5);
        for (int i = 0; i < 20; i++)
        {
            random.Shuffle(blocks);
            PciDump dump = Parse([.. blocks.SelectMany(b => b), .. blocks[0]]);
            Assert.Contains("was there already", Assert.Single(dump.Problems).Reason, StringComparison.Ordinal);
            Assert.Equal(Whole.Functions.Count + 1, dump.Functions.Count);
            OthersAreAsBefore(dump, null);
        }
    }

    [Fact]
    public void Every_pointer_of_every_list_led_back_into_it()
    {
        int loops = 0;
        foreach (PciDumpFunction function in Whole.Functions)
        {
            PciCapability[] list = [.. PciDecoder.Decode(function.Image.Span).Capabilities.Select(c => c.Capability)];
            foreach (PciCapability from in list)
            {
                foreach (PciCapability to in list.TakeWhile(c => c != from).Append(from).Where(c => c.IsExtended == from.IsExtended))
                {
                    byte[] image = function.Image.ToArray();
                    if (from.IsExtended)
                    {
                        image[from.Offset + 2] = (byte)((image[from.Offset + 2] & 0x0F) | ((to.Offset << 4) & 0xF0));
                        image[from.Offset + 3] = (byte)(to.Offset >> 4);
                    }
                    else
                    {
                        image[from.Offset + 1] = (byte)to.Offset;
                    }

                    var dump = PciDump.Parse(ImageBuilder.Dump("00:04.0", image));
                    PciFunctionDescription decoded = PciDecoder.Decode(Assert.Single(dump.Functions).Image.Span);
                    Assert.Contains(decoded.Problems, p => p.Contains("loop", StringComparison.Ordinal));
                    Assert.Equal(list.TakeWhile(c => c != from || c.IsExtended != from.IsExtended).Append(from).Where(c => c.IsExtended == from.IsExtended),
                        decoded.Capabilities.Select(c => c.Capability).Where(c => c.IsExtended == from.IsExtended));
                    loops++;
                }
            }
        }

        Assert.True(loops > 200, $"only {loops} loops were made");
    }

    private static void ToldAt(int line, string[] lines, string reason)
    {
        PciDump dump = Parse(lines);
        PciDumpProblem problem = dump.Problems[0];
        Assert.Equal(line + 1, problem.Line);
        Assert.Contains(reason, problem.Reason, StringComparison.Ordinal);
        Assert.Equal(Whole.Functions.Last(f => f.Line <= line + 1).Address, problem.Address);
        OthersAreAsBefore(dump, problem.Address);
    }

    /// <summary>Functions beside the damaged one: all there, with all their bytes.</summary>
    private static void OthersAreAsBefore(PciDump dump, PciAddress? damaged, bool all = true)
    {
        foreach (PciDumpFunction function in Whole.Functions.Where(f => f.Address != damaged))
        {
            PciDumpFunction? same = dump.Functions.FirstOrDefault(f => f.Address == function.Address);
            if (same is null && !all) continue;
            Assert.True(same is not null && same.Image.Span.SequenceEqual(function.Image.Span), $"{function.Address} has suffered too");
        }
    }

    private static PciDump Parse(string[] lines) => PciDump.Parse(string.Join('\n', lines));

    private static string[] Changed(int line, string text) => [.. Lines[..line], text, .. Lines[(line + 1)..]];

    /// <summary>A line with bytes, any.</summary>
    private static int ByteLine(Random random)
    {
        while (true)
        {
            int line = random.Next(Lines.Length);
            if (Offset(line) >= 0) return line;
        }
    }

    /// <summary>The offset that a line begins with; -1 of a line without bytes.</summary>
    private static int Offset(int line) =>
        line < Lines.Length && Lines[line].IndexOf(": ", StringComparison.Ordinal) is 2 or 3 ? Convert.ToInt32(Lines[line][..Lines[line].IndexOf(':', StringComparison.Ordinal)], 16) : -1;
}
