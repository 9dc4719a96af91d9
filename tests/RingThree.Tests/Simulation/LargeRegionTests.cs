using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Platform;
using RingThree.Registers;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Registers anywhere in a large BAR or range cost what registers cost, not what lies before them.</summary>
public sealed class LargeRegionTests
{
    private const ulong Start = 0x2_0000_0000; // below what is PCI's
    private static readonly ulong[] Places = [0, 0xFFF8, 0x1_0000, 0x400_0000, 0x7FFF_FFF8, 0x1_0000_0000, 0x1_FFFF_FFF8];

    [Fact]
    public void Registers_far_away_hold_reset_and_are_named()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var card = new SparseCard();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        using SimulatedHost host = new SimulatedHost().Add(card);
        using PlatformDevice device = host.Open(card.Resources);
        DeviceRegion range = device.Region(0);

        foreach (ulong place in Places) range.Write(place, ~place);

        Assert.Equal(Places.Select(p => ~p), Places.Select(range.Read<ulong>));
        var error = Assert.Throws<SimulationException>(() => range.Read<uint>(0x1_0000_0000));
        Assert.Contains("register R100000000 (mem=0x200000000+0x200000000 + 0x100000000) has 64 bits and is read with 32", error.Message, StringComparison.Ordinal);
        Assert.Contains("nothing there", Assert.Throws<SimulationException>(() => range.Read<ulong>(0x1_0000_0010)).Message, StringComparison.Ordinal);
        host.Faults.OnRead("sparse", "R7ffffff8").Once().Answer(5);
        Assert.Equal((5UL, ~0x7FFF_FFF8UL), (range.Read<ulong>(0x7FFF_FFF8), range.Read<ulong>(0x7FFF_FFF8)));
        card.Reset();
        Assert.All(Places, p => Assert.Equal(p, range.Read<ulong>(p)));
        Assert.Throws<ArgumentException>(() => card.Declare(0x1_0000_0004));
        Assert.Throws<ArgumentException>(() => card.Declare(0x2_0000_0000));
    }

    [Fact]
    public void A_far_register_of_a_bar_is_read_as_it_is_described_last()
    {
        var card = new LargeCard();
        using SimulatedHost host = new SimulatedHost().Add(card);
        using PciDevice device = host.Open("0000:00:02.0");
        RegisterWindow window = device.Bar(0).Window(0, 1 << 30);
        Assert.Equal(7u, device.Bar(0).Read<uint>(0x3FFF_FFFC));

        card.Last.OnRead(() => 9);

        Assert.Equal(9u, device.Bar(0).Read<uint>(0x3FFF_FFFC));
        Assert.Equal(9u, new Register<uint>(window, 0x3FFF_FFFC).Read());
        card.Last.AlsoAt(0, 0x10);
        Assert.Equal(9u, device.Bar(0).Read<uint>(0x10));
    }

    private sealed class SparseCard : SimulatedPlatformCard
    {
        internal SparseCard()
            : base(new PlatformResources("sparse").Memory(Start, 8UL << 30))
        {
            foreach (ulong place in Places) Register<ulong>(0, place, $"R{place:x}").Holds(reset: place);
        }

        internal void Declare(ulong place) => Register<uint>(0, place);
    }

    private sealed class LargeCard : SimulatedCard
    {
        internal LargeCard()
            : base(new CardDefinition(0x10EE, 5, "large") { Bars = new Dictionary<int, CardBar> { [0] = new(1UL << 30, Is64Bit: true) } }) =>
            Last = Register<uint>(0, 0x3FFF_FFFC, "Last").Constant(7);

        internal CardRegister<uint> Last { get; }
    }
}
