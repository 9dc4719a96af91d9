using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The bus as firmware and a kernel see it. Each test names the sentence of the specification it holds to.</summary>
public sealed class RootComplexTests : IDisposable
{
    private static readonly PciAddress Place = PciAddress.Parse("0000:00:02.0");
    private readonly BusCard _card = new(new CardDefinition(0x10EE, 0x7024, "bus")
    {
        Bars = new Dictionary<int, CardBar> { [0] = new(0x1000), [1] = new(0x40, RegionKind.Port), [2] = new(0x8000, Is64Bit: true) { IsPrefetchable = true } },
        Rom = new byte[4096],
        Pin = 1,
        MsiVectors = 4,
        MsiVectorMasks = true,
        MsixVectors = 8,
        MsixBar = 2,
        Express = new ExpressDefinition(),
        Power = new PowerDefinition(),
    });

    private readonly SimulatedHost _host;

    public RootComplexTests() => _host = new SimulatedHost().Add(_card);

    private RootComplex Bus => _host.RootComplex;

    public void Dispose() => _host.Dispose();

    [Fact(DisplayName = "PCI 3.0, 6.2.5.1: software writes all ones to a BAR and reads back its size")]
    public void Bars_size()
    {
        Assert.Equal(0xFFFF_F000u, Size(0x10));
        Assert.Equal(0xFFFF_FFC1u, Size(0x14));
        Assert.Equal(0xFFFF_800Cu, Size(0x18));
        Assert.Equal(0xFFFF_FFFFu, Size(0x1C));
        Assert.Equal(0u, Size(0x20));

        uint Size(int at)
        {
            uint before = Read32(at);
            Bus.WriteConfiguration(Place, at, 4, uint.MaxValue);
            uint size = Read32(at);
            Bus.WriteConfiguration(Place, at, 4, before);
            return size;
        }
    }

    [Fact(DisplayName = "PCI 3.0, 6.2.5.1: addresses are naturally aligned, and no two overlap")]
    public void Bars_are_allocated()
    {
        for (int i = 0; i < 20; i++) _host.Add(new BusCard());

        var taken = new List<(ulong First, ulong Last)>();
        foreach (DeviceDescription device in _host.Scan())
        {
            PciAddress place = PciAddress.Parse(device.Address);
            ulong start = Bus.ReadConfiguration(place, 0x10, 4) & ~15u;
            Assert.NotEqual(0u, start);
            Assert.Equal(0u, start % 0x1000);
            Assert.DoesNotContain(taken, t => start <= t.Last && t.First <= start + 0xFFF);
            taken.Add((start, start + 0xFFF));
        }
    }

    [Fact(DisplayName = "PCI 3.0, 6.2.5.2: an expansion ROM is sized like a BAR and decodes while its own bit and memory space are on")]
    public void The_rom_has_an_enable_of_its_own()
    {
        Bus.WriteConfiguration(Place, 0x30, 4, uint.MaxValue);
        Assert.Equal(0xFFFF_F001u, Read32(0x30));
        Bus.WriteConfiguration(Place, 0x30, 4, 0xD000_0000);
        Assert.Equal(uint.MaxValue, (uint)Bus.ReadMemory(0xD000_0000, 4));

        Bus.WriteConfiguration(Place, 0x30, 4, 0xD000_0001);

        Assert.Equal(0u, (uint)Bus.ReadMemory(0xD000_0000, 4));
    }

    [Fact(DisplayName = "PCI 3.0, 6.2.2: bit 1 controls the response to memory space, bit 0 to I/O space")]
    public void Decoding_follows_the_command_register()
    {
        ulong memory = Read32(0x10) & ~15u;
        ulong ports = Read32(0x14) & ~3u;
        Assert.Equal(0x1111_1111u, Bus.ReadMemory(memory, 4));
        Assert.Equal(0x1111_1111u, Bus.ReadPort(ports, 4));

        Command(PciCommand.IoSpace);
        Assert.Equal(uint.MaxValue, Bus.ReadMemory(memory, 4));
        Assert.Equal(0x1111_1111u, Bus.ReadPort(ports, 4));

        Command(PciCommand.MemorySpace);
        Assert.Equal(0x1111_1111u, Bus.ReadMemory(memory, 4));
        Assert.Equal(uint.MaxValue, Bus.ReadPort(ports, 4));
    }

    [Fact(DisplayName = "PCI 3.0, 6.2.5.1: a BAR decodes where it was put, and nowhere else")]
    public void A_bar_can_be_moved()
    {
        ulong before = Read32(0x10) & ~15u;
        Bus.WriteConfiguration(Place, 0x10, 4, 0xE000_0000);

        Assert.Equal(0x1111_1111u, Bus.ReadMemory(0xE000_0000, 4));
        Assert.Equal(uint.MaxValue, Bus.ReadMemory(before, 4));
    }

    [Fact(DisplayName = "PCI 3.0, 6.2.3: status bit 3 shows the pin's state whatever interrupt disable says")]
    public void Interrupt_status_shows_the_pin()
    {
        Command(PciCommand.InterruptDisable);
        Assert.Equal(PciStatus.None, Status() & PciStatus.InterruptPending);

        _card.Assert(true);
        Assert.Equal(PciStatus.InterruptPending, Status() & PciStatus.InterruptPending);

        _card.Assert(false);
        Assert.Equal(PciStatus.None, Status() & PciStatus.InterruptPending);
    }

    [Fact(DisplayName = "PCI Power Management 1.2, 5.4.1: in D3hot only configuration answers; back in D0 without No_Soft_Reset the function is reset")]
    public void Sleep_and_wake()
    {
        int control = Capability(PciCapabilityId.PowerManagement) + 4;
        ulong memory = Read32(0x10) & ~15u;
        Bus.WriteConfiguration(Place, 0x3C, 1, 0x55);

        Bus.WriteConfiguration(Place, control, 2, 3);
        Assert.Equal(uint.MaxValue, Bus.ReadMemory(memory, 4));
        Assert.Equal(0x7024_10EEu, Read32(0));

        Bus.WriteConfiguration(Place, control, 2, 0);
        Assert.Equal(0u, Bus.ReadConfiguration(Place, 0x3C, 1));
        Assert.Equal(0u, Read32(0x10));
        Assert.Equal(0u, Bus.ReadConfiguration(Place, 0x04, 2));
    }

    [Fact(DisplayName = "PCI Express 5.0, 7.5.3.4: Initiate Function Level Reset resets the function, and reads 0")]
    public void Function_level_reset()
    {
        int control = Capability(PciCapabilityId.Express) + 8;

        Bus.WriteConfiguration(Place, control, 2, 0x8000);

        Assert.Equal(0u, Read32(0x10));
        Assert.Equal(0u, Bus.ReadConfiguration(Place, control, 2) & 0x8000);
    }

    [Fact(DisplayName = "PCI-to-PCI Bridge 1.2, 3.2.5.17: secondary bus reset resets what is below for as long as the bit is set")]
    public void Secondary_bus_reset()
    {
        int bus = _host.AddBridge("0000:00:05.0");
        var below = new BusCard();
        PciAddress place = PciAddress.Parse($"0000:{bus:x2}:00.0");
        _host.Add(below, place.ToString());
        ulong memory = Bus.ReadConfiguration(place, 0x10, 4) & ~15u;
        Assert.Equal(0x1111_1111u, Bus.ReadMemory(memory, 4));

        PciAddress bridge = PciAddress.Parse("0000:00:05.0");
        Bus.WriteConfiguration(bridge, 0x3E, 2, 0x40);
        Assert.Equal(uint.MaxValue, Bus.ReadMemory(memory, 4));
        Bus.WriteConfiguration(bridge, 0x3E, 2, 0);

        Assert.Equal(0u, Bus.ReadConfiguration(place, 0x10, 4));
    }

    [Fact(DisplayName = "PCI-to-PCI Bridge 1.2, 3.2.5.3 and 3.2.5.8: a bridge passes memory inside its window while memory space is on, and requests upward while it is a master")]
    public void A_bridge_decides_what_passes()
    {
        int bus = _host.AddBridge("0000:00:05.0");
        var below = new BusCard();
        PciAddress place = PciAddress.Parse($"0000:{bus:x2}:00.0");
        _host.Add(below, place.ToString());
        PciAddress bridge = PciAddress.Parse("0000:00:05.0");
        ulong memory = Bus.ReadConfiguration(place, 0x10, 4) & ~15u;
        using PciDevice device = _host.Open(place.ToString());
        using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Msi, Delivery = InterruptDelivery.CallerThread });

        Bus.WriteConfiguration(bridge, 0x04, 2, (uint)PciCommand.MemorySpace); // no master
        below.Send(0);
        Assert.False(session.Wait(TimeSpan.Zero, out _));
        Assert.Equal(0x1111_1111u, Bus.ReadMemory(memory, 4));

        Bus.WriteConfiguration(bridge, 0x04, 2, (uint)PciCommand.BusMaster); // no memory
        below.Send(0);
        Assert.True(session.Wait(TimeSpan.Zero, out _));
        Assert.Equal(uint.MaxValue, Bus.ReadMemory(memory, 4));
        Assert.Equal(uint.MaxValue, device.Bar(0).Read<uint>(0));

        Bus.WriteConfiguration(bridge, 0x04, 2, (uint)(PciCommand.BusMaster | PciCommand.MemorySpace));
        Bus.WriteConfiguration(bridge, 0x20, 4, 0x0000_FFF0); // a window that ends before it begins
        Assert.Equal(uint.MaxValue, Bus.ReadMemory(memory, 4));
    }

    [Fact(DisplayName = "PCI-to-PCI Bridge 1.2, 9.1: a bridge swizzles pins by device number")]
    public void Pins_are_swizzled()
    {
        int bus = _host.AddBridge("0000:00:0c.0", isConventional: true);
        var one = new BusCard();
        var other = new BusCard();
        _host.Add(one, $"0000:{bus:x2}:01.0").Add(other, $"0000:{bus:x2}:05.0");

        using IHostedDevice first = _host.OpenDevice($"0000:{bus:x2}:01.0", OpenOptions.Default);
        using IHostedDevice second = _host.OpenDevice($"0000:{bus:x2}:05.0", OpenOptions.Default);

        Assert.True(first.InterruptGroups[PciNumbering.IntX].Shared);
        Assert.Equal(first.Description.IsolationGroup, second.Description.IsolationGroup);
        Assert.Same(first.AddressSpace, second.AddressSpace);
    }

    [Fact(DisplayName = "A request for configuration where nothing is reads all ones, and a write is dropped")]
    public void Nobody_home()
    {
        PciAddress empty = PciAddress.Parse("0000:00:1e.0");

        Bus.WriteConfiguration(empty, 4, 2, 7);

        Assert.Equal(uint.MaxValue, Bus.ReadConfiguration(empty, 0, 4));
        Assert.Equal(0xFFFFu, Bus.ReadConfiguration(empty, 0, 2));
        Assert.Equal(ulong.MaxValue, Bus.ReadMemory(0x1000, 8));
        Assert.Equal(0xFFu, Bus.ReadMemory(0x1000, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bus.ReadConfiguration(empty, 2, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bus.ReadMemory(0x1002, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bus.ReadConfiguration(empty, 4096, 1));
    }

    private uint Read32(int offset) => Bus.ReadConfiguration(Place, offset, 4);

    private PciStatus Status() => (PciStatus)Bus.ReadConfiguration(Place, 0x06, 2);

    private void Command(PciCommand command) => Bus.WriteConfiguration(Place, 0x04, 2, (uint)command);

    private int Capability(PciCapabilityId id) => PciCapabilityList.Read(Read32, 4096).First(c => !c.IsExtended && c.Id == (ushort)id).Offset;
}
