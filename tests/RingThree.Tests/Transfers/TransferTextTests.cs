using FsCheck.Fluent;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

public sealed class TransferTextTests
{
    [Fact]
    public void A_program_is_what_its_text_says()
    {
        TransferProgram program = TransferText.Parse("r32 bar0+0x24; mask 0xffffffff; wb32 bar0+0x64\n W16 cfg+4 0x107;r8 rom+0 x4 fifo");

        TransferProgram built = new TransferProgramBuilder().Read32(0, 0x24).Mask(0xFFFF_FFFF).WriteBack32(0, 0x64).Write16(7, 4, 0x107).ReadBlock(1, 6, 0, 4, sameAddress: true).Build();
        Assert.Equal(built.Commands, program.Commands);
        Assert.Equal("r32 bar0+0x24; mask 0xffffffff; wb32 bar0+0x64; w16 cfg+0x4 0x107; r8 rom+0x0 x4 fifo", TransferText.ToText(program));
    }

    [Theory]
    [InlineData("", "no transfer command")]
    [InlineData(" ; ;", "no transfer command")]
    [InlineData("x32 bar0+0", "it is no command")]
    [InlineData("r12 bar0+0", "it is no command")]
    [InlineData("r32", "it is no command")]
    [InlineData("r32 bar6+0", "'bar6+0' is no place")]
    [InlineData("r32 bar0-4", "'bar0-4' is no place")]
    [InlineData("r32 bar0+2", "not a multiple of the access width")]
    [InlineData("r32 bar0+0 y3", "'y3' is not understood")]
    [InlineData("r32 bar0+0 x0", "count")]
    [InlineData("r32 bar0+0 x99999999999", "does not fit")]
    [InlineData("w32 bar0+0", "a write needs a value")]
    [InlineData("w8 bar0+0 256", "the most there is 0xff")]
    [InlineData("w32 bar0+0 -1", "'-1' is no number")]
    [InlineData("mask 1", "Put a Read in front")]
    [InlineData("r8 bar0+0; mask 0x100", "does not fit into 8 bits")]
    [InlineData("r8 bar0+0; equal 1 2", "could never match")]
    [InlineData("wb32 bar0+0", "no single read stands before it")]
    [InlineData("r32 bar0+0; wb32 bar0+4 and", "there are pairs")]
    [InlineData("r32 bar0+0; wb32 bar0+4 or 1", "'or' is neither 'and' nor 'xor'")]
    public void What_is_no_program_is_refused_with_the_command_and_the_form(string text, string reason)
    {
        var error = Assert.Throws<FormatException>(() => TransferText.Parse(text));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("Commands go like: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_program_reads_back_as_it_was_written() => Properties.ForAll(ProgramModel.Commands().Select(c => new ProgramModel(c)), model =>
    {
        if (model.IsEmpty) return;
        TransferProgram program = model.Build();
        string text = TransferText.ToText(program);

        TransferProgram again = TransferText.Parse(text);

        Assert.Equal(text, TransferText.ToText(again));
        Assert.Equal(program.ValueCount, again.ValueCount);
        Assert.Equal(program.Commands.Count, again.Commands.Count);
    });

    [Fact]
    public void No_text_does_harm()
    {
        string[] words = ["r32", "w8", "wb64", "mask", "equal", "bar0+0", "cfg+0x4", "range9+8", ";", "\n", "0x10", "1", "x3", "fifo", "and", "xor", "+", "0x", "18446744073709551616", "\0", "é"];
        Properties.ForAll(Gen.Choose(0, words.Length - 1).ListOf(), places =>
        {
            Exception? error = Record.Exception(() => TransferText.Parse(string.Join(' ', places.Select(p => words[p]))));
            Assert.True(error is null or FormatException, error?.ToString());
        }, tests: 5000);
    }
}
