using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Messages are memory writes by the card: they need mastering, power, and someone at their address.</summary>
public sealed class MessageTests : IDisposable
{
    private const int PowerControl = 0x68;
    private readonly BusCard _card = new(new CardDefinition(0xFFFF, 1, "bus")
    {
        Bars = new Dictionary<int, CardBar> { [0] = new(0x4000) },
        Pin = 1,
        MsiVectors = 8,
        MsixVectors = 4,
        Power = new PowerDefinition(KeepsState: true),
    });
    private readonly SimulatedHost _host;
    private IHostedDevice _device;
    private IInterruptWaiter _waiter;

    public MessageTests()
    {
        _host = new SimulatedHost().Add(_card);
        Open();
    }

    public void Dispose()
    {
        _device.Dispose();
        _waiter.Dispose();
        _host.Dispose();
    }

    [Theory]
    [InlineData(PciNumbering.Msi)]
    [InlineData(PciNumbering.MsiX)]
    public void Each_message_arrives_under_its_tag(int group)
    {
        Bind(group, 4);

        for (int i = 0; i < 4; i++)
        {
            for (int n = 0; n <= i; n++) _card.Send(i);
        }

        Assert.Equal([new(0, 1), new(1, 2), new(2, 3), new(3, 4)], Take());
    }

    [Fact]
    public void With_three_of_eight_messages_the_low_two_bits_count_and_the_fourth_leads_nowhere()
    {
        Bind(PciNumbering.Msi, 3);

        for (int i = 0; i < 8; i++) _card.Send(i);

        Assert.Equal([new(0, 2), new(1, 2), new(2, 2)], Take());
    }

    [Fact]
    public void Without_mastering_messages_are_lost()
    {
        Bind(PciNumbering.Msi, 1);
        Command(PciCommand.None);
        _card.Send(0);

        Command(PciCommand.BusMaster);
        Assert.Empty(Take());

        _card.Send(0);
        Assert.Equal([new InterruptSignal(0, 1)], Take());
    }

    [Fact]
    public void A_card_that_sleeps_sends_nothing()
    {
        Bind(PciNumbering.Msi, 1);
        _device.Write(PciNumbering.Configuration, PowerControl, [3, 0]);
        _card.Send(0);
        Assert.Empty(Take());

        _device.Write(PciNumbering.Configuration, PowerControl, [0, 0]);
        _card.Send(0);
        Assert.Single(Take());
    }

    [Fact]
    public void A_card_that_was_pulled_out_sends_nothing()
    {
        Bind(PciNumbering.Msi, 1);
        _host.Remove("00:02.0");

        _card.Send(0);

        Assert.Empty(Take());
    }

    [Fact]
    public void With_fewer_messages_than_it_has_an_msi_card_uses_the_low_bits()
    {
        Bind(PciNumbering.Msi, 2);

        for (int i = 0; i < 8; i++) _card.Send(i);

        Assert.Equal([new(0, 4), new(1, 4)], Take());
    }

    [Fact]
    public void An_msi_x_entry_that_is_not_enabled_sends_nothing()
    {
        Bind(PciNumbering.MsiX, 2);

        for (int i = 0; i < 4; i++) _card.Send(i);

        Assert.Equal([new(0, 1), new(1, 1)], Take());
    }

    [Theory]
    [InlineData(PciNumbering.Msi, false)]
    [InlineData(PciNumbering.MsiX, false)]
    [InlineData(PciNumbering.IntX, true)]
    public void A_card_raises_an_interrupt_by_what_is_enabled(int group, bool byPin)
    {
        Bind(group, byPin ? 1 : 4);

        _card.Raise(byPin ? 0 : 2);

        Assert.Equal([new InterruptSignal(byPin ? 0 : 2, 1)], Take());
        byte[] status = new byte[2];
        _device.Read(PciNumbering.Configuration, 0x06, status);
        Assert.Equal(byPin, (status[0] & (int)PciStatus.InterruptPending) != 0);
    }

    [Fact]
    public void A_card_without_a_pin_and_with_messages_off_raises_none()
    {
        var card = new BusCard(new CardDefinition(0xFFFF, 1, "bus") { Bars = new Dictionary<int, CardBar> { [0] = new(0x1000) }, MsiVectors = 1 });
        _host.Add(card);

        Assert.Contains("no interrupt pin", Assert.Throws<InvalidOperationException>(() => card.Raise()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unbound_messages_go_nowhere()
    {
        _card.Send(0);
        Bind(PciNumbering.Msi, 4);
        _device.Unbind(PciNumbering.Msi);
        _card.Send(1);

        Assert.Empty(Take());
    }

    [Fact]
    public void A_vector_without_a_waiter_is_enabled_and_unheard()
    {
        Command(PciCommand.BusMaster);
        Assert.Equal(2, _device.Bind(PciNumbering.Msi, [new VectorRoute(null, 0), new VectorRoute(_waiter, 3)]));

        _card.Send(0);
        _card.Send(1);

        Assert.Equal([new InterruptSignal(3, 1)], Take());
    }

    [Fact]
    public void Vectors_may_share_a_tag()
    {
        Command(PciCommand.BusMaster);
        _device.Bind(PciNumbering.MsiX, [new VectorRoute(_waiter, 1), new VectorRoute(_waiter, 1)]);

        _card.Send(0);
        _card.Send(1);

        Assert.Equal([new InterruptSignal(1, 2)], Take());
    }

    [Fact]
    public void Two_cards_messages_do_not_mix()
    {
        var other = new BusCard();
        _host.Add(other);
        using IHostedDevice neighbour = _host.OpenDevice("00:03.0", OpenOptions.Default);
        using IInterruptWaiter theirs = neighbour.CreateWaiter();
        Bind(PciNumbering.Msi, 4);
        neighbour.Write(PciNumbering.Configuration, 0x04, [6, 0]);
        neighbour.Bind(PciNumbering.Msi, [new VectorRoute(theirs, 0), new VectorRoute(theirs, 1)]);

        other.Send(1);

        Assert.Empty(Take());
        var signals = new InterruptSignal[2];
        Assert.Equal(1, theirs.Wait(signals, TimeSpan.Zero));
        Assert.Equal(new InterruptSignal(1, 1), signals[0]);
    }

    [Theory]
    [InlineData(PciNumbering.IntX)]
    [InlineData(PciNumbering.Msi)]
    [InlineData(PciNumbering.MsiX)]
    public void A_function_has_one_kind_of_interrupt_at_a_time(int group)
    {
        Bind(PciNumbering.Msi, 1);

        Assert.Equal(DeviceStatus.Busy, Assert.Throws<DeviceException>(() => _device.Bind(group, [new VectorRoute(_waiter, 0)])).Status);

        _device.Unbind(PciNumbering.Msi);
        Assert.Equal(1, _device.Bind(group, [new VectorRoute(_waiter, 0)]));
    }

    [Theory]
    [InlineData(PciNumbering.MsiX, 3, 3)]
    [InlineData(PciNumbering.Msi, 3, 2)]
    [InlineData(PciNumbering.Msi, 1, 1)]
    [InlineData(PciNumbering.Msi, 0, 0)]
    [InlineData(PciNumbering.MsiX, 0, 0)]
    public void A_machine_that_runs_short_grants_fewer_and_binds_nothing(int group, int there, int granted)
    {
        _device.Dispose();
        _waiter.Dispose();
        _host.MaximumVectors = there;
        Open();
        Command(PciCommand.BusMaster);

        Assert.Equal(granted, _device.Bind(group, Routes(4)));

        _card.Send(0);
        Assert.Empty(Take());
        if (granted > 0) Assert.Equal(granted, _device.Bind(group, Routes(granted)));
    }

    [Fact]
    public void Closing_ends_messages_and_mastering()
    {
        Bind(PciNumbering.Msi, 1);

        _device.Dispose();
        _card.Send(0);

        Assert.Empty(Take());
        using IHostedDevice again = _host.OpenDevice("00:02.0", OpenOptions.Default);
        byte[] command = new byte[2];
        again.Read(PciNumbering.Configuration, 0x04, command);
        Assert.Equal(0, command[0] & (int)PciCommand.BusMaster);
    }

    [System.Diagnostics.CodeAnalysis.MemberNotNull(nameof(_device), nameof(_waiter))]
    private void Open()
    {
        _device = _host.OpenDevice("00:02.0", OpenOptions.Default);
        _waiter = _device.CreateWaiter();
    }

    private void Bind(int group, int count)
    {
        Command(PciCommand.BusMaster);
        Assert.Equal(count, _device.Bind(group, Routes(count)));
    }

    private VectorRoute[] Routes(int count) => [.. Enumerable.Range(0, count).Select(i => new VectorRoute(_waiter, i))];

    private InterruptSignal[] Take()
    {
        var signals = new InterruptSignal[8];
        int count = _waiter.Wait(signals, TimeSpan.Zero);
        return [.. signals[..count].OrderBy(s => s.Tag)];
    }

    private void Command(PciCommand bits) => _device.Write(PciNumbering.Configuration, 0x04, BitConverter.GetBytes((ushort)(bits | PciCommand.MemorySpace)));
}
