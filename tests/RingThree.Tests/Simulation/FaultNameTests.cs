using RingThree.Pci;
using RingThree.Registers;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>A rule on a register's name matches every access of that register: by each of its names, in the direction that the name has.</summary>
public sealed class FaultNameTests : IDisposable
{
    private readonly SimulatedHost _host = new();
    private readonly UartCard _card = new();
    private readonly PciDevice _device;
    private readonly DeviceRegion _bar;

    public FaultNameTests()
    {
        _device = _host.Add(_card).Open("0000:00:02.0");
        _bar = _device.Bar(0);
    }

    public void Dispose()
    {
        _device.Dispose();
        _host.Dispose();
    }

    [Theory]
    [InlineData("ReceiverBuffer", true, false)]
    [InlineData("TransmitterHolding", false, true)]
    [InlineData("DivisorLow", true, true)]
    [InlineData("divisorlow", true, true)]
    [InlineData("InterruptEnable", false, false)]
    [InlineData("Nonsense", false, false)]
    public void Each_name_of_one_offset_matches_in_its_direction(string name, bool reads, bool writes)
    {
        FaultRule onRead = _host.Faults.OnRead("uart", name).Answer(0xEE);
        FaultRule onWrite = _host.Faults.OnWrite("uart", name).Drop();
        FaultRule onAccess = _host.Faults.OnAccess("uart", name).Delay(TimeSpan.Zero);

        Assert.Equal(reads ? 0xEE : 0x55, _bar.Read<byte>(0));
        _bar.Write<byte>(0, 0x41);

        Assert.Equal(writes ? [] : new byte[] { 0x41 }, _card.Sent);
        Assert.Equal(reads ? 1 : 0, onRead.Applied);
        Assert.Equal(writes ? 1 : 0, onWrite.Applied);
        Assert.Equal(0, onAccess.Applied); // the first that applies decides
        Assert.Equal(!reads && !writes, _host.Faults.Unused.Count == 3);
    }

    [Fact]
    public void A_rule_on_both_directions_takes_what_the_name_has()
    {
        FaultRule rule = _host.Faults.OnAccess("uart", "TransmitterHolding").Drop();

        Assert.Equal(0x55, _bar.Read<byte>(0));
        _bar.Write<byte>(0, 1);

        Assert.Equal(1, rule.Applied);
        Assert.Empty(_card.Sent);
    }

    [Fact]
    public void A_name_of_the_models_own_matches_beside_those_of_the_map()
    {
        FaultRule model = _host.Faults.OnRead("uart", "Scratch").After(1).Answer(1);
        FaultRule map = _host.Faults.OnRead("uart", "ScratchPad").Answer(2);

        Assert.Equal([2, 1, 1], Enumerable.Range(0, 3).Select(_ => (int)_bar.Read<byte>(7)));

        Assert.Equal((3, 1), (model.Seen, map.Seen));
    }

    [Fact]
    public void A_row_is_meant_as_a_whole_or_by_one()
    {
        FaultRule one = _host.Faults.OnRead("uart", "Fifo[2]").Answer(0xA2);
        FaultRule row = _host.Faults.OnRead("uart", "Fifo").Answer(0xA0);
        FaultRule never = _host.Faults.OnWrite("uart", "Fifo").Drop(); // its array is only read

        Assert.Equal([0xA0u, 0xA0u, 0xA2u, 0xA0u], Enumerable.Range(0, 4).Select(i => _bar.Read<uint>(0x20 + (8 * (ulong)i))));

        _bar.Write(0x20, 1u);
        Assert.Equal((1, 3, 0), (one.Applied, row.Applied, never.Seen));
    }

    [Fact]
    public void A_wider_or_narrower_access_of_a_register_is_one_of_it()
    {
        FaultRule high = _host.Faults.OnRead("uart", "AddressHigh").Answer(7);

        Assert.Equal(7ul, _bar.Read<ulong>(0x40)); // both halves at once
        Assert.Equal(7u, _bar.Read<uint>(0x44));
        Assert.Equal(7, _bar.Read<ushort>(0x46));
        Assert.Equal(0u, _bar.Read<uint>(0x40));

        Assert.Equal(3, high.Applied);
    }

    [Fact]
    public void A_register_in_two_places_has_the_names_of_both()
    {
        FaultRule first = _host.Faults.OnRead("uart", "Control").Answer(0x11);
        Assert.Equal(0x11u, _device.Bar(1).Read<uint>(0)); // the other place
        Assert.Equal(0x11u, _bar.Read<uint>(0x60));
        Assert.Equal(2, first.Applied);
        _host.Faults.Clear();

        FaultRule second = _host.Faults.OnRead("uart", "PortControl").Answer(0x22);
        Assert.Equal(0x22u, _device.Bar(1).Read<uint>(0));
        Assert.Equal(0x22u, _bar.Read<uint>(0x60));
        Assert.Equal(2, second.Applied);
    }

    [Fact]
    public void A_rule_that_cannot_be_says_which_rule_and_what_can()
    {
        AssertSays("OnRead(\"uart\", \"Scratch\")", "Times(0)", "1 or more", () => _host.Faults.OnRead("uart", "Scratch").Times(0));
        AssertSays("OnWrite(\"uart\")", "After(-1)", "0 or more", () => _host.Faults.OnWrite("uart").After(-1));
        AssertSays("OnMessage(\"uart\")", "Repeat(1)", "2 to 1000", () => _host.Faults.OnMessage("uart").Repeat(1));
        AssertSays("OnDma(\"uart\")", "WithChance(1.5)", "0 to 1", () => _host.Faults.OnDma("uart").WithChance(1.5));
        AssertSays("OnRead(\"uart\")", "Delay(2.00:00:00)", "0 to 1 day", () => _host.Faults.OnRead("uart").Delay(TimeSpan.FromDays(2)));
        var error = Assert.Throws<InvalidOperationException>(() => _host.Faults.OnRead("uart", "Scratch").Drop().Fail());
        Assert.Contains("OnRead(\"uart\", \"Scratch\").Drop() does something already", error.Message, StringComparison.Ordinal);
    }

    private static void AssertSays(string rule, string call, string can, Action make)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(make);
        Assert.StartsWith($"Fault rule {rule}: {call} ", error.Message, StringComparison.Ordinal);
        Assert.Contains(can, error.Message, StringComparison.Ordinal);
    }

    private sealed class UartCard : SimulatedCard
    {
        internal UartCard()
            : base(new CardDefinition(0x1C00, 0x3253, "uart") { Bars = new Dictionary<int, CardBar> { [0] = new(0x100), [1] = new(0x10) } })
        {
            Map<UartRegisters>(0);
            Map<UartPorts>(1);
            Register<byte>(0, 0).OnRead(() => 0x55).OnWrite(Sent.Add);
            Register<byte>(0, 1).Holds();
            Register<byte>(0, 7, "Scratch").Holds();
            foreach (CardRegister<uint> entry in Registers<uint>(0, 0x20, 4, 8)) entry.Holds();
            Memory(0, 0x40, 8);
            Register<uint>(0, 0x60).Holds().AlsoAt(1, 0);
        }

        internal List<byte> Sent { get; } = [];
    }
}

/// <summary>Registers as a 16550 has them: up to three at one offset (PC16550D data sheet, table 1).</summary>
[RegisterMap(Size = 0x100)]
public readonly partial struct UartRegisters
{
    /// <summary>What came in.</summary>
    [Register(0, Overlaps = nameof(TransmitterHolding) + "," + nameof(DivisorLow))] public partial ReadOnlyRegister<byte> ReceiverBuffer { get; }

    /// <summary>What goes out.</summary>
    [Register(0, Overlaps = nameof(DivisorLow))] public partial WriteOnlyRegister<byte> TransmitterHolding { get; }

    /// <summary>With the divisor latch open.</summary>
    [Register(0)] public partial Register<byte> DivisorLow { get; }

    /// <summary>Its neighbour.</summary>
    [Register(1)] public partial Register<byte> InterruptEnable { get; }

    /// <summary>Another name for what the model calls Scratch.</summary>
    [Register(7)] public partial Register<byte> ScratchPad { get; }

    /// <summary>A row.</summary>
    [Register(0x20, Count = 4, Stride = 8)] public partial ReadOnlyRegisterArray<uint> Fifo { get; }

    /// <summary>A wide one.</summary>
    [Register(0x40, Overlaps = nameof(AddressHigh))] public partial Register<ulong> Address { get; }

    /// <summary>Its upper half.</summary>
    [Register(0x44)] public partial Register<uint> AddressHigh { get; }

    /// <summary>In two places.</summary>
    [Register(0x60)] public partial Register<uint> Control { get; }
}

/// <summary>The same card's ports.</summary>
[RegisterMap(Size = 0x10)]
public readonly partial struct UartPorts
{
    /// <summary>The register of two places.</summary>
    [Register(0)] public partial Register<uint> PortControl { get; }
}
