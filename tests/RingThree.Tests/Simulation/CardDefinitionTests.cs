using RingThree.Hosting;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>A definition that contradicts itself is refused when the card is made.</summary>
public sealed class CardDefinitionTests
{
    private static readonly CardDefinition Plain = new(0xFFFF, 1, "test card");

    public static TheoryData<string, CardDefinition> Contradictions => new()
    {
        { "Pin", Plain with { Pin = 5 } },
        { "Pin", Plain with { Pin = -1 } },
        { "MsiVectors", Plain with { MsiVectors = 3 } },
        { "MsiVectors", Plain with { MsiVectors = 64 } },
        { "MsiVectors", Plain with { MsiVectors = -1 } },
        { "MsixVectors", Plain with { MsixVectors = 2049 } },
        { "MsixVectors", Plain with { MsixVectors = -1 } },
        { "BAR 6", Plain with { Bars = Bars((6, new CardBar(16))) } },
        { "BAR -1", Plain with { Bars = Bars((-1, new CardBar(16))) } },
        { "BAR 0", Plain with { Bars = Bars((0, new CardBar(0))) } },
        { "BAR 0", Plain with { Bars = Bars((0, new CardBar(24))) } },
        { "BAR 0", Plain with { Bars = Bars((0, new CardBar(8))) } },
        { "BAR 0", Plain with { Bars = Bars((0, new CardBar(2, RegionKind.Port))) } },
        { "BAR 0", Plain with { Bars = Bars((0, new CardBar(16, RegionKind.Rom))) } },
        { "BAR 5", Plain with { Bars = Bars((5, new CardBar(16, Is64Bit: true))) } },
        { "BAR 2", Plain with { Bars = Bars((2, new CardBar(16, Is64Bit: true)), (3, new CardBar(16))) } },
        { "MsixBar", Plain with { MsixVectors = 1 } },
        { "MsixBar", Plain with { MsixVectors = 1, MsixBar = 1, Bars = Bars((0, new CardBar(0x4000))) } },
        { "MsixBar", Plain with { MsixVectors = 1, Bars = Bars((0, new CardBar(0x1000))) } },
        { "MsixBar", Plain with { MsixVectors = 257, Bars = Bars((0, new CardBar(0x2000))) } },
        { "MsixTableOffset", Plain with { MsixVectors = 1, MsixTableOffset = 4, Bars = Bars((0, new CardBar(0x4000))) } },
        { "MsixTableOffset", Plain with { MsixVectors = 1, MsixTableOffset = 0xFFFF_F000, Bars = Bars((0, new CardBar(0x4000))) } },
        { "MsixBar", Plain with { MsixVectors = 1, Bars = Bars((0, new CardBar(0x100, RegionKind.Port))) } },
    };

    [Theory]
    [MemberData(nameof(Contradictions), DisableDiscoveryEnumeration = true)]
    public void A_contradiction_is_refused_and_named(string what, CardDefinition definition)
    {
        var error = Assert.Throws<ArgumentException>(() => new BusCard(definition));

        Assert.Contains("'test card'", error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_smallest_and_the_largest_that_fit_are_taken()
    {
        Assert.NotNull(new BusCard(Plain));
        Assert.NotNull(new BusCard(Plain with { Pin = 4, MsiVectors = 32, Bars = Bars((0, new CardBar(16)), (1, new CardBar(4, RegionKind.Port)), (4, new CardBar(1UL << 40, Is64Bit: true))) }));
        Assert.NotNull(new BusCard(Plain with { MsixVectors = 2048, Bars = Bars((0, new CardBar(0x1_0000))) }));
        Assert.NotNull(new BusCard(Plain with { MsixVectors = 256, Bars = Bars((0, new CardBar(0x2000))) }));
    }

    [Fact]
    public void The_ready_made_cards_are_sound()
    {
        Assert.Equal(65, MemoryCard.Nvme().Definition.MsixVectors);
        Assert.Equal(5, MemoryCard.E1000e().Definition.MsixVectors);
        Assert.Equal(16, MemoryCard.Xhci().Definition.MsiVectors);
    }

    [Fact]
    public void Pending_bits_start_on_the_page_after_the_table_and_have_one_bit_per_vector()
    {
        CardDefinition card = Plain with { MsixVectors = 257, MsixTableOffset = 0x800 };

        Assert.Equal(0x2000u, card.PendingOffset);
        Assert.Equal(40u, card.PendingLength);
    }

    private static Dictionary<int, CardBar> Bars(params (int Number, CardBar Bar)[] bars) => bars.ToDictionary(b => b.Number, b => b.Bar);
}
