using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The interrupt pin as a kernel's VFIO shows it: masked by its own signal, silenced by the disable bit, told by status bit 3.</summary>
public sealed class InterruptLineTests : IDisposable
{
    private readonly BusCard _card = new();
    private readonly SimulatedHost _host;
    private readonly IHostedDevice _device;
    private readonly IInterruptWaiter _waiter;

    public InterruptLineTests()
    {
        _host = new SimulatedHost().Add(_card);
        _device = _host.OpenDevice("00:02.0", OpenOptions.Default);
        _waiter = _device.CreateWaiter();
        Assert.Equal(1, _device.Bind(PciNumbering.IntX, [new VectorRoute(_waiter, 0)]));
    }

    private bool StatusPending => (Read16(0x06) & (ushort)PciStatus.InterruptPending) != 0;

    public void Dispose()
    {
        _device.Dispose();
        _waiter.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void A_signal_masks_the_line_until_it_is_unmasked()
    {
        _card.Assert(true);
        _card.Assert(true);
        Assert.Equal(1, Signals());

        _card.Assert(true);
        Assert.Equal(0, Signals());

        _device.Unmask(PciNumbering.IntX, 0);
        Assert.Equal(1, Signals());
    }

    [Fact]
    public void A_line_that_was_released_does_not_signal_when_it_is_unmasked()
    {
        _card.Assert(true);
        Assert.Equal(1, Signals());
        _card.Assert(false);

        _device.Unmask(PciNumbering.IntX, 0);

        Assert.Equal(0, Signals());
    }

    [Fact]
    public void A_masked_line_waits()
    {
        _device.Mask(PciNumbering.IntX, 0);
        _card.Assert(true);
        Assert.Equal(0, Signals());

        _device.Unmask(PciNumbering.IntX, 0);

        Assert.Equal(1, Signals());
    }

    [Fact]
    public void The_disable_bit_silences_the_pin_and_the_status_bit_still_tells()
    {
        Command(PciCommand.InterruptDisable);
        _card.Assert(true);
        Assert.Equal(0, Signals());
        Assert.True(StatusPending);

        Command(PciCommand.None);

        Assert.Equal(1, Signals());
    }

    [Fact]
    public void The_status_bit_follows_the_pin_and_cannot_be_written()
    {
        Assert.False(StatusPending);
        _card.Assert(true);
        _device.Write(PciNumbering.Configuration, 0x06, [0xFF, 0xFF]);
        Assert.True(StatusPending);

        _card.Assert(false);

        Assert.False(StatusPending);
    }

    [Fact]
    public void A_line_asserted_before_it_is_bound_signals_at_once()
    {
        _device.Unbind(PciNumbering.IntX);
        _card.Assert(true);
        Assert.Equal(0, Signals());

        _device.Bind(PciNumbering.IntX, [new VectorRoute(_waiter, 0)]);

        Assert.Equal(1, Signals());
    }

    [Fact]
    public void An_unbound_line_signals_nobody()
    {
        _device.Unbind(PciNumbering.IntX);
        _device.Unbind(PciNumbering.IntX);

        _card.Assert(true);
        _device.Trigger(PciNumbering.IntX, 0, 1);

        Assert.Equal(0, Signals());
    }

    [Fact]
    public void A_line_can_be_signalled_by_software()
    {
        _device.Trigger(PciNumbering.IntX, 0, 1);

        Assert.Equal(1, Signals());
        Assert.False(StatusPending);
    }

    [Fact]
    public void A_reset_releases_the_pin()
    {
        _card.Assert(true);
        Assert.Equal(1, Signals());

        _device.Reset();
        _device.Unmask(PciNumbering.IntX, 0);

        Assert.Equal(0, Signals());
        Assert.False(StatusPending);
    }

    [Fact]
    public void A_pulled_out_card_asserts_nothing()
    {
        _host.Remove("00:02.0");

        _card.Assert(true);

        Assert.Equal(0, Signals());
    }

    [Fact]
    public void Lines_follow_from_device_plus_pin_modulo_four()
    {
        for (int device = 0; device < 32; device++)
        {
            for (int pin = 1; pin <= 4; pin++)
            {
                Assert.InRange(RootComplex.LineOf(new PciBus(0, 0, null), device, pin), 0, 3);
                Assert.Equal((device + pin) % 4 == (2 + 1) % 4, RootComplex.LineOf(new PciBus(0, 0, null), device, pin) == RootComplex.LineOf(new PciBus(0, 0, null), 2, 1));
            }
        }
    }

    [Theory]
    [InlineData("00:06.0", 1, true)]
    [InlineData("00:03.0", 4, true)]
    [InlineData("00:05.0", 2, true)]
    [InlineData("00:03.0", 1, false)]
    [InlineData("00:06.0", 2, false)]
    [InlineData("00:06.0", 0, false)]
    public void Cards_on_one_line_know_that_they_share_it(string address, int pin, bool shares)
    {
        _host.Add(new BusCard(new CardDefinition(0xFFFF, 2, "neighbour") { Pin = pin }), address);
        using IHostedDevice neighbour = _host.OpenDevice(address, OpenOptions.Default);

        Assert.Equal(shares, neighbour.InterruptGroups[PciNumbering.IntX].Shared);
        Assert.Equal(pin == 0 ? 0 : 1, neighbour.InterruptGroups[PciNumbering.IntX].Count);
    }

    [Fact]
    public void On_a_shared_line_each_driver_hears_its_own_card()
    {
        var neighbour = new BusCard();
        _host.Add(neighbour, "00:06.0");

        neighbour.Assert(true);
        Assert.Equal(0, Signals());
        _card.Assert(true);

        Assert.Equal(1, Signals());
    }

    private int Signals()
    {
        var signals = new InterruptSignal[1];
        return _waiter.Wait(signals, TimeSpan.Zero) == 0 ? 0 : (int)signals[0].Count;
    }

    private void Command(PciCommand bits) => _device.Write(PciNumbering.Configuration, 0x04, BitConverter.GetBytes((ushort)(bits | PciCommand.MemorySpace)));

    private ushort Read16(ulong offset)
    {
        byte[] data = new byte[2];
        _device.Read(PciNumbering.Configuration, offset, data);
        return BitConverter.ToUInt16(data);
    }
}
