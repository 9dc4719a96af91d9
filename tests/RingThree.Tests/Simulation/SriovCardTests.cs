using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Virtual functions that come, are driven, and go.</summary>
public sealed class SriovCardTests : IDisposable
{
    private const string Physical = "0000:00:02.0";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly SimulatedHost _host = new SimulatedHost().Add(new SriovCard());

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Functions_appear_and_vanish_and_watchers_hear_of_it()
    {
        var heard = new List<string>();
        using IDisposable watch = _host.Watch(c => heard.Add($"{c.Kind} {c.Device.Address} {c.Device.DeviceId:x}"))!;

        _host.EnableVirtualFunctions(Physical, 4);
        Assert.Equal(["0000:00:02.0", "0000:00:12.0", "0000:00:12.1", "0000:00:12.2", "0000:00:12.3"], _host.Scan().Select(d => d.Address));
        _host.EnableVirtualFunctions(Physical, 0);

        Assert.Equal(Physical, Assert.Single(_host.Scan()).Address);
        Assert.Equal(["Arrived 0000:00:12.0 10f3", "Arrived 0000:00:12.1 10f3", "Arrived 0000:00:12.2 10f3", "Arrived 0000:00:12.3 10f3"], heard.Take(4));
        Assert.Equal(["Departed 0000:00:12.0 10f3", "Departed 0000:00:12.1 10f3", "Departed 0000:00:12.2 10f3", "Departed 0000:00:12.3 10f3"], heard.Skip(4).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Each_function_is_a_card_of_its_own()
    {
        _host.EnableVirtualFunctions(Physical, 2);
        using PciDevice first = _host.Open("00:12.0");
        using PciDevice second = _host.Open("00:12.1");
        SriovFunctionRegisters one = first.Bar(0).As<SriovFunctionRegisters>();
        SriovFunctionRegisters other = second.Bar(0).As<SriovFunctionRegisters>();
        await using InterruptSession session = second.Interrupts.Enable(new InterruptOptions { Slots = 2 });
        await using InterruptSession quiet = first.Interrupts.Enable(new InterruptOptions { Slots = 2 });

        one.Scratch.Write(1);
        other.Scratch.Write(2);
        Assert.Equal((0u, 1u, 1u, 2u), (one.Number.Read(), one.Scratch.Read(), other.Number.Read(), other.Scratch.Read()));
        foreach (int vector in new[] { 1, 0, 1 })
        {
            other.Send.Write((uint)vector);
            Interrupt interrupt = await session.NextAsync(Patience);
            Assert.Equal((InterruptKind.MsiX, vector), (interrupt.Kind, interrupt.Vector));
        }

        Assert.Equal(0, quiet.GetCounters().Signalled);
        Assert.Throws<SimulationException>(() => other.Send.Write(2));
    }

    [Fact]
    public async Task Mail_goes_from_a_function_to_the_physical_one()
    {
        using PciDevice card = _host.Open(Physical);
        _host.EnableVirtualFunctions(Physical, SriovCard.Functions);
        using PciDevice last = _host.Open("00:12.7");
        SriovCardRegisters registers = card.Bar(0).As<SriovCardRegisters>();
        SriovFunctionRegisters function = last.Bar(0).As<SriovFunctionRegisters>();
        await using InterruptSession arrived = card.Interrupts.Enable(new InterruptOptions());
        await using InterruptSession delivered = last.Interrupts.Enable(new InterruptOptions { Slots = 2 });

        registers.Policy.Write(0xABCD);
        Assert.Equal(0xABCDu, function.Policy.Read());
        function.Mailbox.Write(0xFEED);
        await arrived.NextAsync(Patience);

        Assert.Equal((0x80u, 0xFEEDu), (registers.MailArrived.ReadAndClear(), registers.Mail[7].Read()));
        Assert.Equal(0u, registers.MailArrived.Read());
        Assert.Equal(1, (await delivered.NextAsync(Patience)).Vector);
    }

    [Fact]
    public async Task A_functions_mail_goes_with_it()
    {
        using PciDevice card = _host.Open(Physical);
        SriovCardRegisters registers = card.Bar(0).As<SriovCardRegisters>();
        await using InterruptSession arrived = card.Interrupts.Enable(new InterruptOptions());
        _host.EnableVirtualFunctions(Physical, 2);
        using (PciDevice first = _host.Open("00:12.0")) first.Bar(0).As<SriovFunctionRegisters>().Mailbox.Write(7);
        await arrived.NextAsync(Patience);
        Assert.Equal((1u, 7u), (registers.MailArrived.Read(), registers.Mail[0].Read()));

        _host.EnableVirtualFunctions(Physical, 0);

        Assert.Equal((0u, 0u), (registers.MailArrived.Read(), registers.Mail[0].Read()));
    }

    [Fact]
    public void A_card_hears_of_its_functions_before_anyone_else()
    {
        var heard = new List<string>();
        using var host = new SimulatedHost();
        using IDisposable watch = host.Watch(c => heard.Add($"{c.Kind} {c.Device.Address}"))!;
        host.Add(new HearingCard(heard));
        heard.Clear();

        host.EnableVirtualFunctions(Physical, 2);
        Assert.Equal(["0 came 0", "1 came 1", "Arrived 0000:00:12.0", "Arrived 0000:00:12.1"], heard);
        heard.Clear();
        using (PciDevice device = host.Open(Physical))
        {
            // The reset at opening, by which they go and come back as others.
            Assert.Equal(["reset", "1 went 1", "0 went 0", "Departed 0000:00:12.1", "Departed 0000:00:12.0", "0 came 2", "1 came 3", "Arrived 0000:00:12.0", "Arrived 0000:00:12.1"], heard);
        }

        heard.Clear();
        host.Remove("00:12.1"); // alone: enabled still
        Assert.Equal(["Departed 0000:00:12.1"], heard);
        host.EnableVirtualFunctions(Physical, 0);
        Assert.Equal(["Departed 0000:00:12.1", "1 went 3", "0 went 2", "Departed 0000:00:12.0"], heard);
        heard.Clear();
        host.EnableVirtualFunctions(Physical, 1);
        host.Remove(Physical);
        Assert.Equal(["0 came 4", "Arrived 0000:00:12.0", "0 went 4", "Departed 0000:00:12.0", "Departed 0000:00:02.0"], heard);
    }

    [Fact]
    public void A_function_that_vanished_answers_all_ones_and_comes_back_new()
    {
        _host.EnableVirtualFunctions(Physical, 4);
        using PciDevice device = _host.Open("00:12.3");
        SriovFunctionRegisters registers = device.Bar(0).As<SriovFunctionRegisters>();
        registers.Scratch.Write(5);

        _host.EnableVirtualFunctions(Physical, 0);
        Assert.False(device.IsPresent());
        Assert.Equal(uint.MaxValue, registers.Scratch.Read());
        device.Dispose();

        _host.EnableVirtualFunctions(Physical, 4);
        using PciDevice again = _host.Open("00:12.3");
        Assert.Equal(0u, again.Bar(0).As<SriovFunctionRegisters>().Scratch.Read());
    }

    [Fact]
    public void More_than_there_are_are_refused()
    {
        Assert.Equal(DeviceStatus.InvalidArgument, Assert.Throws<DeviceException>(() => _host.EnableVirtualFunctions(Physical, 9)).Status);
        _host.EnableVirtualFunctions(Physical, 8);
        Assert.Equal(DeviceStatus.Busy, Assert.Throws<DeviceException>(() => _host.EnableVirtualFunctions(Physical, 4)).Status);
        Assert.Equal(9, _host.Scan().Count);
    }

    [Fact]
    public void With_the_card_its_functions_leave()
    {
        _host.EnableVirtualFunctions(Physical, 3);

        _host.Remove(Physical);

        Assert.Empty(_host.Scan());
    }

    private sealed class HearingCard(List<string> heard) : SimulatedCard(new CardDefinition(0xFFFF, 5, "hearing")
    {
        Bars = new Dictionary<int, CardBar> { [0] = new(0x1000) },
        Express = new ExpressDefinition(),
        VirtualFunctions = new VirtualFunctions(4, 6, _ => new BusCard(new CardDefinition(0xFFFF, 6, "heard") { Bars = new Dictionary<int, CardBar> { [0] = new(0x1000) }, Express = new ExpressDefinition() })) { FirstOffset = 0x80 },
    })
    {
        private readonly List<SimulatedCard> _met = [];

        protected internal override void OnReset() => heard.Add("reset");

        protected internal override void OnVirtualFunctionArrived(int number, SimulatedCard model)
        {
            Assert.DoesNotContain(model, _met);
            heard.Add($"{number} came {_met.Count}");
            _met.Add(model);
        }

        protected internal override void OnVirtualFunctionDeparted(int number, SimulatedCard model) => heard.Add($"{number} went {_met.IndexOf(model)}");
    }
}
