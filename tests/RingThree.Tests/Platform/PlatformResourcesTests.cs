using FsCheck.Fluent;
using RingThree.Hosting;
using RingThree.Platform;
using Xunit;

namespace RingThree.Tests;

public sealed class PlatformResourcesTests
{
    [Fact]
    public void What_is_written_out_reads_back_the_same()
    {
        PlatformResources card = new PlatformResources("adc").Memory(0xD_0000, 0x4000).Ports(0x300, 16).Irq(5).Irq(11, LineTrigger.Level).Gpio(3, LineTrigger.BothEdges);

        Assert.Equal("adc,mem=0xd0000+0x4000,io=0x300+0x10,irq=5,irq=11/level,gpio=3/both", card.ToString());
        Assert.Equal(card.ToString(), PlatformResources.Parse(card.ToString()).ToString());
        Assert.Equal([new PlatformRange(RegionKind.Memory, 0xD_0000, 0x4000), new PlatformRange(RegionKind.Port, 0x300, 16)], card.Ranges);
        Assert.Equal(["IRQ 5", "IRQ 11", "GPIO 3"], card.Lines.Select(l => l.Name));
    }

    [Fact]
    public void Numbers_are_read_as_people_write_them()
    {
        var card = PlatformResources.Parse("adc, MEM=851968+16k, io=0X300+0x10, irq=5/edge");

        Assert.Equal("adc,mem=0xd0000+0x4000,io=0x300+0x10,irq=5", card.ToString());
    }

    [Fact]
    public void Memory_and_ports_say_how_they_are_used()
    {
        var card = PlatformResources.Parse("frames,mem=0x74600000+150M/Exclusive/cached,mem=0xd0000+16K,io=0x300+16/exclusive");

        Assert.Equal("frames,mem=0x74600000+0x9600000/cached/exclusive,mem=0xd0000+0x4000,io=0x300+0x10/exclusive", card.ToString());
        Assert.Equal(card.ToString(), new PlatformResources("frames").Memory(0x7460_0000, 150 << 20, cached: true, exclusive: true).Memory(0xD_0000, 0x4000).Ports(0x300, 16, exclusive: true).ToString());
        Assert.Equal([(true, true), (false, false), (false, true)], card.Ranges.Select(r => (r.IsCached, r.IsExclusive)));
    }

    [Theory]
    [InlineData("adc,mem=0xd0000+8/warm", "'warm' is none of cached, exclusive")]
    [InlineData("adc,mem=0xd0000+8/", "'' is none of cached, exclusive")]
    [InlineData("adc,mem=0xd0000+8/cached/cached", "'cached' is there twice")]
    [InlineData("adc,io=0x300+8/cached", "'cached' is none of exclusive")]
    [InlineData("", "has no name")]
    [InlineData(",irq=1", "has no name")]
    [InlineData("a\tb,irq=1", "white space")]
    [InlineData("a\nb,irq=1", "white space")]
    [InlineData("a\u00A0b,irq=1", "white space")]
    [InlineData("a\0b,irq=1", "control character")]
    [InlineData("a b,irq=1", "a b")]
    [InlineData("adc,mem", "'mem' is not KIND=WHERE")]
    [InlineData("adc,dma=1", "'dma' is none of mem, io, irq, gpio")]
    [InlineData("adc,mem=0xd0000", "not START+LENGTH")]
    [InlineData("adc,mem=0xd0000+", "is no number")]
    [InlineData("adc,mem=0xd0000+0", "at least 1 byte")]
    [InlineData("adc,io=0x300+0", "at least 1 port")]
    [InlineData("adc,mem=-8+8", "is no number")]
    [InlineData("adc,mem=0xd0004+8", "multiple of 8")]
    [InlineData("adc,mem=0xfffffffffffffff8+9", "more than there are addresses")]
    [InlineData("adc,mem=8+18446744073709551615G", "is no number")]
    [InlineData("adc,io=0xfff8+9", "Ports are 0 to FFFFh")]
    [InlineData("adc,io=0x100000300+8", "Ports are 0 to FFFFh")]
    [InlineData("adc,mem=0x1000+0x10,mem=0x1008+8", "lies in mem=0x1000+0x10")]
    [InlineData("adc,irq=1024", "0 to 1023")]
    [InlineData("adc,irq=99999999999999999999", "is no number")]
    [InlineData("adc,irq=5/falling", "'falling' is none of edge, level, both")]
    [InlineData("adc,irq=5/level/x", "not NUMBER/TRIGGER")]
    [InlineData("adc,irq=5,irq=5/level", "IRQ 5 is there twice")]
    [InlineData("adc,irq=5/level,irq=6/level", "second level line")]
    public void What_says_no_place_is_refused_with_the_reason(string text, string reason)
    {
        var error = Assert.Throws<FormatException>(() => PlatformResources.Parse(text));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("adc,mem=0xd0000+16K", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", error.Message, StringComparison.Ordinal); // the framework's words, of a caller that is not there
        Assert.DoesNotContain("..", error.Message, StringComparison.Ordinal);
        Assert.False(PlatformResources.TryParse(text, null, out _));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData(" adc")]
    [InlineData("adc\n")]
    [InlineData("\tadc")]
    [InlineData("a\u00A0dc")]
    [InlineData("a\u2028dc")]
    [InlineData("a\u0007dc")]
    [InlineData("a=dc")]
    [InlineData("")]
    public void A_name_that_would_not_read_back_is_none(string name) =>
        Assert.Throws<ArgumentException>(() => new PlatformResources(name));

    [Fact]
    public void A_port_and_a_memory_address_may_be_the_same_number() =>
        Assert.Equal(2, new PlatformResources("adc").Memory(0x300, 8).Ports(0x300, 8).Ranges.Count);

    [Fact]
    public void No_text_does_harm()
    {
        const string alphabet = "adc,=+/:x019mMioIRQgpKG -\u0660é\0\t\n\u00A0\u2028";
        Properties.ForAll(
            Gen.Choose(0, alphabet.Length - 1).ListOf(),
            places =>
            {
                string text = new([.. places.Select(p => alphabet[p])]);
                if (PlatformResources.TryParse(text, null, out PlatformResources? card)) Assert.Equal(card.ToString(), PlatformResources.Parse(card.ToString()).ToString());
            },
            tests: 20_000);
    }
}
