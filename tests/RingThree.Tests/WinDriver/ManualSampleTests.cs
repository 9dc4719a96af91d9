using Xunit;

namespace RingThree.Tests;

/// <summary>samples/windriver-manual: each prints what has happened on its card.</summary>
public sealed class ManualSampleTests
{
    private const string All =
        """
        level, INTCSR in ports: interrupt 1, INTCSR was 0xff and is 0x00
        level, INTCSR in memory: interrupt 1, INTCSR was 0xff and is 0x00
        edge: got interrupt 1
        edge: got interrupt 2
        edge: got interrupt 3
        status, card in slot 2: INTCSR was 0x00, not its interrupt
        status, card in slot 6: INTCSR was 0xff, its interrupt
        count: 5 interrupts, 0 lost; the file has interrupt 1; interrupt 2; interrupt 3; interrupt 4; interrupt 5
        reserved: 10 MB at 0x1fff0000, its last eight bytes are 0x0123456789abcdef
        reserved: locked once more: Resource overlap
        vxworks: windrvr_isr read 0xff and acknowledged; at the handler INTCSR is 0x00
        windows-ce: line 7 is reserved: Failed enabling the interrupt
        windows-ce: SETUP_INTERRUPT_MAP(SYSINTR_FIRMWARE+7,7): 1 interrupt
        windows-ce: INTERRUPT_CE_INT_ID, 23: 1 interrupt
        windows-ce: CEInterruptEnhance: 1 interrupt
        plug-in: 10 interrupts claimed, 2 deferred; the other card's 10 left to its own driver
        messages: KP_MESSAGES 1.01, opened with 2 address spaces
        messages: the plug-in wrote ports and read INTCSR 0xff in memory
        transfer: at the handler port 0x378 holds 0x65
        buffer: the plug-in left 4 entries: 0xff, 0xff, 0xff, 0xff
        """;

    private static readonly string Program = Repository.Find("samples/windriver-manual", "windriver-manual");

    [Fact]
    public async Task All_of_them_run_one_after_another()
    {
        (int status, string output, string errors) = await Repository.Run("", Program, "all");

        Assert.Equal((0, ""), (status, errors));
        Assert.Equal(All.ReplaceLineEndings(), output.Trim());
    }

    [Theory]
    [InlineData("level")]
    [InlineData("status")]
    [InlineData("windows-ce")]
    [InlineData("plug-in")]
    public async Task One_is_chosen_by_its_word(string word)
    {
        (int status, string output, string errors) = await Repository.Run("", Program, word);

        Assert.Equal((0, ""), (status, errors));
        string[] lines = [.. All.ReplaceLineEndings().Split(Environment.NewLine).Where(l => l.StartsWith(word, StringComparison.Ordinal))];
        Assert.Equal(lines, output.Trim().Split(Environment.NewLine));
    }

    [Theory]
    [InlineData]
    [InlineData("nope")]
    [InlineData("level", "edge")]
    public async Task Without_a_word_it_tells_which_there_are(params string[] words)
    {
        (int status, string output, string errors) = await Repository.Run("", Program, words);

        Assert.Equal((2, ""), (status, output));
        Assert.Contains("  vxworks     9.2.3: windrvr_isr", errors, StringComparison.Ordinal);
    }
}
