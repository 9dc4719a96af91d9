using RingThree.Pci;
using RingThree.Registers;
using RingThree.Simulation;
using RingThree.Tests.Generators;
using Xunit;

namespace RingThree.Tests;

/// <summary>Card models by declared registers: what they do, and what is said of what they do not.</summary>
public sealed class CardRegisterTests
{
    [Fact]
    public void A_register_holds_is_constant_or_cleared_by_ones()
    {
        using var rig = new Rig(card =>
        {
            card.Declare<uint>(0x00).Constant(0xCAFE);
            card.Declare<uint>(0x04).Holds(reset: 5);
            card.Declare<uint>(0x08).Holds(writable: 0xFF);
            card.Declare<uint>(0x0C).ClearedByOnes(reset: 0xF0F0);
            card.Declare<ulong>(0x10).Holds();
            card.Declare<ushort>(0x18).Holds();
            card.Declare<byte>(0x1A).Holds();
        });
        DeviceRegion bar = rig.Device.Bar(0);

        foreach (ulong at in (ulong[])[0x00, 0x04, 0x08]) bar.Write(at, 0x1234_5678u);
        bar.Write(0x0C, 0xFF00u);
        bar.Write(0x10, 0x0123_4567_89AB_CDEFUL);
        bar.Write(0x18, (ushort)0xBEEF);
        bar.Write(0x1A, (byte)0x7F);

        Assert.Equal((0xCAFEu, 0x1234_5678u, 0x78u, 0x00F0u), (bar.Read<uint>(0), bar.Read<uint>(4), bar.Read<uint>(8), bar.Read<uint>(12)));
        Assert.Equal(0x0123_4567_89AB_CDEFUL, bar.Read<ulong>(0x10));
        Assert.Equal((0xBEEF, 0x7F), (bar.Read<ushort>(0x18), bar.Read<byte>(0x1A)));
    }

    [Fact]
    public void A_register_may_have_bits_of_every_kind()
    {
        CardRegister<uint>? mixed = null;
        using var rig = new Rig(card =>
        {
            mixed = card.Declare<uint>(0x00, "Mixed").Holds(reset: 0x1000_0000, writable: 0x00FF, clearedByOnes: 0xFF00);
            card.Declare<ushort>(0x04).Holds(reset: 0xFFFF, clearedByOnes: 0x00F0);
        });
        DeviceRegion bar = rig.Device.Bar(0);
        mixed!.Value |= 0x0003_3300;

        bar.Write(0x00, 0xFFFF_1155u);
        bar.Write(0x04, (ushort)0x1234);

        Assert.Equal(0x1003_2255u, bar.Read<uint>(0x00)); // the high half is the card's alone
        Assert.Equal(0x12C4, bar.Read<ushort>(0x04)); // all but the middle is written
        Assert.Contains("Mixed", Assert.Throws<ArgumentException>(() => mixed.Holds(writable: 0x1F, clearedByOnes: 0x10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reads_and_writes_have_behaviour()
    {
        int reads = 0;
        var written = new List<uint>();
        CardRegister<uint>? held = null;
        using var rig = new Rig(card =>
        {
            card.Declare<uint>(0x00).OnRead(() => (uint)++reads);
            card.Declare<uint>(0x04).OnWrite(written.Add);
            held = card.Declare<uint>(0x08).Holds().OnWrite(value => written.Add(value + held!.Value));
        });
        DeviceRegion bar = rig.Device.Bar(0);

        bar.Write(0x04, 3u);
        bar.Write(0x08, 4u);

        Assert.Equal((1u, 2u), (bar.Read<uint>(0), bar.Read<uint>(0)));
        Assert.Equal([3u, 8u], written);
        Assert.Equal(4u, bar.Read<uint>(8));
    }

    [Fact]
    public void What_the_model_sets_the_driver_reads()
    {
        CardRegister<uint>? status = null;
        using var rig = new Rig(card => status = card.Declare<uint>(0).Holds());

        status!.Value = 77;

        Assert.Equal(77u, rig.Device.Bar(0).Read<uint>(0));
    }

    [Fact]
    public void A_reset_brings_reset_values_back()
    {
        using var rig = new Rig(card => card.Declare<uint>(0).Holds(reset: 9));
        rig.Device.Bar(0).Write(0, 1u);

        rig.Device.Reset();

        Assert.Equal(9u, rig.Device.Bar(0).Read<uint>(0));
    }

    [Fact]
    public void Missing_behaviour_is_an_error_that_names_the_register()
    {
        using var rig = new Rig(card =>
        {
            card.Use<SampleRegisters>();
            card.Declare<uint>(SampleRegisters.Offsets.Acknowledge).OnRead(() => 1);
            card.Declare<uint>(0x200, "Kick").OnWrite(_ => { });
        });
        DeviceRegion bar = rig.Device.Bar(0);

        Assert.Contains("Acknowledge", Assert.Throws<SimulationException>(() => bar.Write(SampleRegisters.Offsets.Acknowledge, 1u)).Message, StringComparison.Ordinal);
        bar.Write(0x200, 1u);
        Assert.Contains("Kick", Assert.Throws<SimulationException>(() => bar.Read<uint>(0x200)).Message, StringComparison.Ordinal);
        var missing = Assert.Throws<SimulationException>(() => bar.Read<uint>(SampleRegisters.Offsets.Status));
        Assert.Contains("Status", missing.Message, StringComparison.Ordinal);
        Assert.Contains("'rig'", missing.Message, StringComparison.Ordinal);
        Assert.Contains("0x800", Assert.Throws<SimulationException>(() => bar.Read<uint>(0x800)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_access_of_another_width_is_an_error()
    {
        using var rig = new Rig(card => card.Declare<uint>(0, "Status").Holds());

        Assert.Contains("Status", Assert.Throws<SimulationException>(() => rig.Device.Bar(0).Read<byte>(0)).Message, StringComparison.Ordinal);
        Assert.Contains("Status", Assert.Throws<SimulationException>(() => rig.Device.Bar(0).Read<ushort>(2)).Message, StringComparison.Ordinal);
        Assert.Throws<SimulationException>(() => rig.Device.Bar(0).Write(0, 1UL));
    }

    [Fact]
    public void Memory_takes_every_width_and_is_the_models_too()
    {
        CardMemory? memory = null;
        using var rig = new Rig(card => memory = card.Plain(0x100, 64));
        DeviceRegion bar = rig.Device.Bar(0);

        bar.Write(0x100, 0x0403_0201u);
        memory!.Span[4] = 5;

        Assert.Equal(0x03, bar.Read<byte>(0x102));
        Assert.Equal(0x05_0403_0201UL, bar.Read<ulong>(0x100));
        Assert.Throws<SimulationException>(() => bar.Read<uint>(0x140));
    }

    [Theory]
    [InlineData(0x02)]
    [InlineData(0x1000)]
    [InlineData(0xFFE)]
    public void A_register_where_none_can_be_is_refused(ulong offset) =>
        Assert.Throws<ArgumentException>(() => new RigCard().Declare<uint>(offset));

    [Fact]
    public void What_overlaps_or_has_another_width_in_the_map_is_refused()
    {
        var card = new RigCard();
        card.Declare<ulong>(0);
        card.Plain(0x100, 16);

        Assert.Throws<ArgumentException>(() => card.Declare<uint>(4));
        Assert.Throws<ArgumentException>(() => card.Declare<uint>(0x10C));
        Assert.Throws<ArgumentException>(() => card.Plain(0, 1));
        Assert.Throws<ArgumentException>(() => card.Declare<Guid>(0x200));
        card = new RigCard();
        card.Use<SampleRegisters>();
        Assert.Throws<ArgumentException>(() => card.Declare<byte>(SampleRegisters.Offsets.Status));
    }

    [Fact]
    public void A_plain_register_is_covered_like_any_other_while_the_card_does_not_answer()
    {
        using var rig = new Rig(card => card.Declare<uint>(0).Constant(7));
        var register = new Register<uint>(rig.Device.Bar(0).Window(0, 8), 0);
        Assert.Equal(7u, register.Read());

        rig.Device.Config.ModifyCommand(PciCommand.MemorySpace, PciCommand.None);
        Assert.Equal(uint.MaxValue, register.Read());
        rig.Device.Config.ModifyCommand(PciCommand.None, PciCommand.MemorySpace);
        Assert.Equal(7u, register.Read());
        rig.Host.Faults.OnRead("rig").Once().Answer(8);
        Assert.Equal(8u, register.Read());
        Assert.Equal(7u, register.Read());
        rig.Device.Dispose();
        Assert.Equal(uint.MaxValue, register.Read());
    }

    [Fact]
    public void A_register_in_two_places_is_one_register()
    {
        var written = new List<uint>();
        using var rig = new Rig(card =>
        {
            card.Declare<uint>(0x10, "Twin").Holds(reset: 3, writable: 0xFF).AlsoAt(1, 0x20).OnWrite(written.Add);
            card.Declare<uint>(0x14, "Other").AlsoAt(0, 0x24).AlsoAt(1, 0x24).OnRead(() => 9);
        });
        DeviceRegion first = rig.Device.Bar(0);
        DeviceRegion second = rig.Device.Bar(1);
        var shortcut = new Register<uint>(second.Window(0x20, 4), 0); // a plain register has a short way in each place

        second.Write(0x20, 0x1234u);
        Assert.Equal((0x34u, 0x34u, 0x34u), (first.Read<uint>(0x10), second.Read<uint>(0x20), shortcut.Read()));
        first.Write(0x10, 0x5Fu);
        Assert.Equal((0x5Fu, 0x5Fu), (second.Read<uint>(0x20), shortcut.Read()));
        Assert.Equal([0x1234u, 0x5Fu], written);
        Assert.Equal((9u, 9u, 9u), (first.Read<uint>(0x14), first.Read<uint>(0x24), second.Read<uint>(0x24)));

        rig.Device.Reset();
        Assert.Equal((3u, 3u), (first.Read<uint>(0x10), shortcut.Read()));

        Assert.Contains("Twin", Assert.Throws<SimulationException>(() => second.Read<byte>(0x20)).Message, StringComparison.Ordinal);
        Assert.Contains("Twin", Assert.Throws<SimulationException>(() => second.Read<byte>(0x22)).Message, StringComparison.Ordinal);
        rig.Host.Faults.OnRead("rig", "twin").Once().Answer(1);
        rig.Host.Faults.OnRead("rig", bar: 1, offset: 0x20).Once().Answer(2);
        Assert.Equal((1u, 2u, 3u), (shortcut.Read(), shortcut.Read(), shortcut.Read()));
    }

    [Fact]
    public void A_second_place_where_none_can_be_is_refused()
    {
        var card = new RigCard();
        CardRegister<uint> register = card.Declare<uint>(0);
        card.Declare<uint>(4);
        card.Plain(0x100, 16);

        foreach ((int bar, ulong offset) in ((int, ulong)[])[(0, 0), (0, 4), (0, 0x104), (0, 2), (1, 0x100), (1, 0xFE), (1, ulong.MaxValue - 3), (2, 0)])
            Assert.Throws<ArgumentException>(() => register.AlsoAt(bar, offset));
        card.Use<SampleRegisters>();
        CardRegister<byte> narrow = card.Declare<byte>(0x200);
        Assert.Throws<ArgumentException>(() => narrow.AlsoAt(0, SampleRegisters.Offsets.Status));
    }

    private sealed class Rig : IDisposable
    {
        internal Rig(Action<RigCard> declare)
        {
            var card = new RigCard();
            declare(card);
            Host = new SimulatedHost().Add(card);
            Device = Host.Open("0000:00:02.0");
        }

        internal SimulatedHost Host { get; }

        internal PciDevice Device { get; }

        public void Dispose()
        {
            Device.Dispose();
            Host.Dispose();
        }
    }

    private sealed class RigCard() : SimulatedCard(new CardDefinition(0x10EE, 3, "rig") { Bars = new Dictionary<int, CardBar> { [0] = new(0x1000), [1] = new(0x100) }, CanReset = true })
    {
        internal CardRegister<T> Declare<T>(ulong offset, string? name = null)
            where T : unmanaged => Register<T>(0, offset, name);

        internal CardMemory Plain(ulong offset, int length) => Memory(0, offset, length);

        internal void Use<TMap>()
            where TMap : IRegisterMap<TMap> => Map<TMap>(0);
    }
}
