using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>A card with a pin and nothing else, driven through memory and through ports, alone and sharing its line.</summary>
public sealed class LineCardTests : IDisposable
{
    private const LineInterrupts Enabled = LineInterrupts.Local1Enable | LineInterrupts.Local1ActiveHigh | LineInterrupts.Local1Edge | LineInterrupts.PinEnable;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly LineCard _card = new();
    private readonly SimulatedHost _host;
    private readonly PciDevice _device;
    private readonly LineCardRegisters _memory;
    private readonly LineCardRegisters _ports;

    public LineCardTests()
    {
        _host = new SimulatedHost().Add(_card, "00:02.0");
        _device = _host.Open("00:02.0");
        _memory = _device.Bar(0).As<LineCardRegisters>();
        _ports = _device.Bar(1).As<LineCardRegisters>();
    }

    public void Dispose()
    {
        _device.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void It_has_a_line_and_no_messages()
    {
        Assert.Equal(InterruptKinds.Level, _device.Interrupts.Supported);
        Assert.True(_device.Bar(1).IsPort);
        Assert.Equal(new PciId(0x10B5, 0x9050), _device.Id);
    }

    [Fact]
    public void Memory_and_ports_reach_the_same_register()
    {
        _memory.InterruptControl.Write(Enabled);
        Assert.Equal(Enabled, _ports.InterruptControl.Read());

        _ports.InterruptControl.Write(LineInterrupts.Local2Enable);
        Assert.Equal(LineInterrupts.Local2Enable, _memory.InterruptControl.Read());
    }

    [Fact]
    public void Active_bits_cannot_be_written_and_clear_bits_read_zero()
    {
        _memory.InterruptControl.Write((LineInterrupts)uint.MaxValue & ~LineInterrupts.Software);

        Assert.Equal((LineInterrupts)0x35B, _ports.InterruptControl.Read());
    }

    [Fact]
    public void A_pulse_is_latched_until_it_is_cleared()
    {
        _card.Trigger();
        Assert.True(_memory.InterruptControl.Read().HasFlag(LineInterrupts.Local1Active));
        _ports.InterruptControl.Write(LineInterrupts.Local1Edge);
        Assert.True(_memory.InterruptControl.Read().HasFlag(LineInterrupts.Local1Active));

        _ports.InterruptControl.Write(LineInterrupts.Local1Edge | LineInterrupts.Local1Clear);

        Assert.False(_memory.InterruptControl.Read().HasFlag(LineInterrupts.Local1Active));
    }

    [Fact]
    public void A_pulse_without_the_latch_is_lost()
    {
        _memory.InterruptControl.Write(Enabled & ~LineInterrupts.Local1Edge);

        _device.Bar(2).As<LineCardLocal>().Trigger.Write(1);

        Assert.False(_memory.InterruptControl.Read().HasFlag(LineInterrupts.Local1Active));
        Assert.Equal(1u, _device.Bar(2).As<LineCardLocal>().Pulses.Read());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task It_is_driven_through_either_bar(int bar)
    {
        await using InterruptSession session = Enable(_device, bar);

        for (int i = 0; i < 3; i++)
        {
            _device.Bar(2).As<LineCardLocal>().Trigger.Write(0);
            Interrupt interrupt = await session.NextAsync(Patience);
            Assert.Equal(InterruptKind.Level, interrupt.Kind);
            Assert.Equal(LineInterrupts.Local1Active, (LineInterrupts)interrupt.Values.Span[0] & LineInterrupts.Local1Active);
        }

        Assert.Equal(3, session.GetCounters().Claimed);
    }

    [Fact]
    public async Task The_software_bit_asserts_the_pin_while_it_is_set()
    {
        TransferProgram claim = new TransferProgramBuilder()
            .Read32(bar: 0, LineCardRegisters.Offsets.InterruptControl).Mask((ulong)LineInterrupts.Software)
            .WriteBack32(bar: 0, LineCardRegisters.Offsets.InterruptControl, and: ~(uint)LineInterrupts.Software)
            .Build();
        await using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions { Immediate = claim });

        _memory.InterruptControl.Write(LineInterrupts.Software); // without the enable bit: silent
        _memory.InterruptControl.Write(LineInterrupts.Software | LineInterrupts.PinEnable);
        await session.NextAsync(Patience);

        Assert.Equal(LineInterrupts.PinEnable, _memory.InterruptControl.Read());
        Assert.Equal(1, session.GetCounters().Signalled);
    }

    [Fact]
    public async Task On_a_shared_line_each_driver_claims_its_own_card()
    {
        var other = new LineCard();
        _host.Add(other, "00:06.0"); // device + pin modulo 4: the same line
        using PciDevice neighbour = _host.Open("00:06.0");
        await using InterruptSession mine = Enable(_device, bar: 0);
        await using InterruptSession theirs = Enable(neighbour, bar: 1);

        for (int i = 0; i < 5; i++)
        {
            _card.Trigger();
            await mine.NextAsync(Patience);
            other.Trigger();
            await theirs.NextAsync(Patience);
        }

        InterruptCounters ours = mine.GetCounters();
        InterruptCounters others = theirs.GetCounters();
        Assert.Equal((5, 5), (ours.Claimed, others.Claimed));
        Assert.True(ours.Rejected + others.Rejected > 0); // nothing but its own register tells a driver whose it is
    }

    [Fact]
    public void A_register_of_the_bridge_that_is_not_here_is_named()
    {
        var error = Assert.Throws<SimulationException>(() => _device.Bar(0).Read<uint>(0x50));

        Assert.Contains("'line-card'", error.Message, StringComparison.Ordinal);
        Assert.Contains("0x50", error.Message, StringComparison.Ordinal);
    }

    private static InterruptSession Enable(PciDevice device, int bar)
    {
        TransferProgram claim = new TransferProgramBuilder()
            .Read32(bar, LineCardRegisters.Offsets.InterruptControl).Mask((ulong)LineInterrupts.Local1Active)
            .WriteBack32(bar, LineCardRegisters.Offsets.InterruptControl, xor: (uint)LineInterrupts.Local1Clear)
            .Build();
        // A neighbour is signalled again and again until this card's driver has run, which is not a storm of its own.
        InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Immediate = claim });
        device.Bar(bar).As<LineCardRegisters>().InterruptControl.Write(Enabled);
        return session;
    }
}
