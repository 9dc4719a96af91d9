using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>
/// A message is a memory write to an address and data. Each thing that decides whether it arrives is flipped alone
/// (PCI Local Bus 3.0, 6.8.1 and 6.8.2).
/// </summary>
public sealed class MessageDeliveryTests : IDisposable
{
    private static readonly PciAddress Place = PciAddress.Parse("0000:00:02.0");
    private readonly BusCard _card = new(new CardDefinition(0x10EE, 0x7024, "bus")
    {
        Bars = new Dictionary<int, CardBar> { [0] = new(0x4000) },
        MsiVectors = 4,
        MsiVectorMasks = true,
        MsixVectors = 4,
        MsixTableOffset = 0x1000,
        MsixPendingOffset = 0x2000,
        Power = new PowerDefinition(KeepsState: true),
    });

    private readonly SimulatedHost _host;
    private readonly IHostedDevice _device;
    private readonly IInterruptWaiter _waiter;

    public MessageDeliveryTests()
    {
        _host = new SimulatedHost().Add(_card);
        _device = _host.OpenDevice("0000:00:02.0", OpenOptions.Default);
        _waiter = _device.CreateWaiter();
        Bus.WriteConfiguration(Place, 0x04, 2, (uint)(PciCommand.MemorySpace | PciCommand.BusMaster));
    }

    public static TheoryData<string> Flips => ["bus master", "enable", "address", "data", "vector mask", "function mask", "power"];

    private RootComplex Bus => _host.RootComplex;

    private int Msi => Capability(PciCapabilityId.Msi);

    private int Msix => Capability(PciCapabilityId.MsiX);

    private int Power => Capability(PciCapabilityId.PowerManagement);

    private ulong Bar => Bus.ReadConfiguration(Place, 0x10, 4) & ~15u;

    public void Dispose()
    {
        _device.Dispose();
        _waiter.Dispose();
        _host.Dispose();
    }

    [Theory]
    [MemberData(nameof(Flips))]
    public void Each_of_them_keeps_an_msi_x_message_back(string what)
    {
        Bind(PciNumbering.MsiX);
        Assert.Equal(1, Arrives());
        ulong entry = Bar + 0x1000 + 16; // vector 1
        (Action flip, Action back, bool waits) = what switch
        {
            "bus master" => (Config(0x04, 2, (uint)PciCommand.MemorySpace), Config(0x04, 2, (uint)(PciCommand.MemorySpace | PciCommand.BusMaster)), false),
            "enable" => (Config(Msix + 2, 2, 0), Config(Msix + 2, 2, 0x8000), false),
            "address" => (Memory(entry, 0xFEE0_1000), Memory(entry, 0xFEE0_0000), false),
            "data" => (Memory(entry + 8, 0xFFFF), Memory(entry + 8, Bus.ReadMemory(entry + 8, 4)), false),
            "vector mask" => (Memory(entry + 12, 1), Memory(entry + 12, 0), true),
            "function mask" => (Config(Msix + 2, 2, 0xC000), Config(Msix + 2, 2, 0x8000), true),
            _ => (Config(Power + 4, 2, 3), Config(Power + 4, 2, 0), false),
        };

        flip();
        Assert.Equal(0, Arrives());
        Assert.Equal(waits, (Bus.ReadMemory(Bar + 0x2000, 8) & 2) != 0 && what != "power");
        back();

        // What a mask held back was pending and goes out at unmask; what had nowhere to go is lost.
        Assert.Equal(waits ? 2 : 1, Arrives());
        Assert.Equal(0u, Bus.ReadMemory(Bar + 0x2000, 8));
    }

    [Theory]
    [MemberData(nameof(Flips))]
    public void Each_of_them_keeps_an_msi_message_back(string what)
    {
        if (what == "function mask") return; // MSI has none
        Bind(PciNumbering.Msi);
        Assert.Equal(1, Arrives());
        uint control = Bus.ReadConfiguration(Place, Msi + 2, 2);
        uint data = Bus.ReadConfiguration(Place, Msi + 12, 2);
        (Action flip, Action back, bool waits) = what switch
        {
            "bus master" => (Config(0x04, 2, (uint)PciCommand.MemorySpace), Config(0x04, 2, (uint)(PciCommand.MemorySpace | PciCommand.BusMaster)), false),
            "enable" => (Config(Msi + 2, 2, control & ~1u), Config(Msi + 2, 2, control), false),
            "address" => (Config(Msi + 4, 4, 0xFEE0_1000), Config(Msi + 4, 4, 0xFEE0_0000), false),
            "data" => (Config(Msi + 12, 2, 0xFFFC), Config(Msi + 12, 2, data), false),
            "vector mask" => (Config(Msi + 16, 4, 2), Config(Msi + 16, 4, 0), true),
            _ => (Config(Power + 4, 2, 3), Config(Power + 4, 2, 0), false),
        };

        flip();
        Assert.Equal(0, Arrives());
        Assert.Equal(waits ? 2u : 0u, Bus.ReadConfiguration(Place, Msi + 20, 4));
        back();

        Assert.Equal(waits ? 2 : 1, Arrives());
        Assert.Equal(0u, Bus.ReadConfiguration(Place, Msi + 20, 4));
    }

    [Fact(DisplayName = "PCI 3.0, 6.8.1.3: a function may use no more messages than multiple message enable says")]
    public void Multiple_message_enable()
    {
        Bind(PciNumbering.Msi);
        uint control = Bus.ReadConfiguration(Place, Msi + 2, 2);
        Bus.WriteConfiguration(Place, Msi + 2, 2, (control & ~0x70u) | 0x10); // two of four

        _card.Send(3);

        Assert.Equal([new InterruptSignal(1, 1)], Take());
    }

    [Fact(DisplayName = "A function cannot forge another's message: the requester decides")]
    public void A_message_of_anothers_is_a_fault()
    {
        Bind(PciNumbering.Msi);
        uint data = Bus.ReadConfiguration(Place, Msi + 12, 2);
        var forger = new BusCard();
        _host.Add(forger, "0000:00:03.0");
        using IHostedDevice other = _host.OpenDevice("0000:00:03.0", OpenOptions.Default);
        Bus.WriteConfiguration(PciAddress.Parse("0000:00:03.0"), 0x04, 2, (uint)PciCommand.BusMaster);

        Assert.False(forger.Store(new Dma.Iova(0xFEE0_0000), BitConverter.GetBytes(data)));

        Assert.Empty(Take());
        Assert.Equal("0000:00:03.0", Assert.Single(other.AddressSpace!.TakeFaults()).Device);
    }

    [Fact(DisplayName = "A card's own memory write to the right address with the right data is a message")]
    public void A_plain_write_is_a_message()
    {
        Bind(PciNumbering.Msi);
        uint data = Bus.ReadConfiguration(Place, Msi + 12, 2);

        Assert.True(_card.Store(new Dma.Iova(0xFEE0_0000), BitConverter.GetBytes(data + 2)));

        Assert.Equal([new InterruptSignal(2, 1)], Take());
    }

    private void Bind(int group)
    {
        VectorRoute[] routes = [.. Enumerable.Range(0, 4).Select(v => new VectorRoute(_waiter, v))];
        Assert.Equal(4, _device.Bind(group, routes));
    }

    private long Arrives()
    {
        _card.Send(1);
        return Take().Where(s => s.Tag == 1).Sum(s => s.Count);
    }

    private InterruptSignal[] Take()
    {
        var signals = new InterruptSignal[8];
        return signals[.._waiter.Wait(signals, TimeSpan.Zero)];
    }

    private Action Config(int offset, int width, uint value) => () => Bus.WriteConfiguration(Place, offset, width, value);

    private Action Memory(ulong address, ulong value) => () => Bus.WriteMemory(address, 4, value);

    private int Capability(PciCapabilityId id) =>
        PciCapabilityList.Read(at => Bus.ReadConfiguration(Place, at, 4), 256).First(c => c.Id == (ushort)id).Offset;
}
