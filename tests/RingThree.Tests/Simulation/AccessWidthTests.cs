using RingThree.Pci;
using RingThree.Platform;
using RingThree.Registers;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The widths of access that ready-made cards take are those of what they are like.</summary>
public sealed class AccessWidthTests : IDisposable
{
    private readonly SimulatedHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData(0)] // memory
    [InlineData(1)] // ports
    public void A_pci_9050_takes_its_interrupt_register_by_bytes_and_words(int bar)
    {
        using PciDevice card = _host.Add(new LineCard(), "00:02.0").Open("00:02.0");
        DeviceRegion registers = card.Bar(bar), local = card.Bar(2);
        registers.Write<ushort>(0x4C, 0x0143); // first input on, high, by its edge; the pin
        Assert.Equal((0x143u, (ushort)0x143, (ushort)0, (byte)0x43, (byte)1, (byte)0),
            (registers.Read<uint>(0x4C), registers.Read<ushort>(0x4C), registers.Read<ushort>(0x4E), registers.Read<byte>(0x4C), registers.Read<byte>(0x4D), registers.Read<byte>(0x4F)));

        local.Write<byte>(0, 1);
        Assert.Equal((0x147, (byte)0x47), (registers.Read<ushort>(0x4C), registers.Read<byte>(0x4C)));
        registers.Write<byte>(0x4C, 0x43); // the other byte has the edge and the clearing: nothing of that is touched
        Assert.Equal(0x147u, registers.Read<uint>(0x4C));
        registers.Write<byte>(0x4D, 0x05);
        Assert.Equal(0x143u, registers.Read<uint>(0x4C));
        local.Write<ushort>(0, 1);
        local.Write<uint>(0, 1);
        registers.Write<ushort>(0x4C, 0x0543);
        Assert.Equal(0x143u, registers.Read<uint>(0x4C));
        Assert.Equal((3u, (byte)3, (ushort)0), (local.Read<uint>(4), local.Read<byte>(4), local.Read<ushort>(6)));
        registers.Write<byte>(0x4F, 0xFF); // reserved bits
        Assert.Equal(0x143u, registers.Read<uint>(0x4C));
    }

    [Fact]
    public void Several_ports_of_the_isa_bus_are_taken_at_once_and_words_as_a_whole()
    {
        _host.Add(new IsaCard());
        using PlatformDevice card = _host.Open(new PlatformResources("isa").Memory(0xD_0000, IsaCard.BufferSize).Ports(0x300, 16).Irq(5));
        DeviceRegion ports = card.Region(1);
        Assert.Equal((ushort)0x4953, ports.Read<ushort>(4));
        Assert.Throws<SimulationException>(() => ports.Read<byte>(4));
        Assert.Throws<SimulationException>(() => ports.Write<byte>(3, 1));
        ports.Write<ushort>(2, 0x1234);
        ports.Write<ushort>(0, 0xFF01); // control, and status beside it
        Assert.Equal((0x1234_0001u, (ushort)1), (ports.Read<uint>(0), ports.Read<ushort>(0)));
        ports.Write(0, 0x0010_0003u); // the length with the start
        Assert.True(SpinWait.SpinUntil(() => (ports.Read<ushort>(0) & 0x8100) == 0x0100, TimeSpan.FromSeconds(30)));
        Assert.Equal((ushort)0x10, ports.Read<ushort>(2));
        ports.Write<ushort>(0, 0x0101);
        Assert.Equal(1u, ports.Read<uint>(0) & 0xFFFF);
        Assert.Throws<SimulationException>(() => ports.Read<uint>(4)); // ports 6 and 7 are nobody's
    }

    [Fact]
    public void Registers_of_64_bits_are_taken_by_halves_where_those_of_their_kind_are()
    {
        using PciDevice dma = _host.Add(new DmaCard(), "00:02.0").Open("00:02.0");
        DeviceRegion registers = dma.Bar(0);
        registers.Write(DmaCardRegisters.Offsets.Chain + 4, 0x1234_5678u);
        registers.Write(DmaCardRegisters.Offsets.Chain, 0x9ABC_DEE0u);
        Assert.Equal(0x1234_5678_9ABC_DEE0ul, registers.Read<ulong>(DmaCardRegisters.Offsets.Chain));
        Assert.Equal((0x9ABC_DEE0u, 0x1234_5678u), (registers.Read<uint>(DmaCardRegisters.Offsets.Chain), registers.Read<uint>(DmaCardRegisters.Offsets.Chain + 4)));
        Assert.Equal(0u, registers.Read<uint>(DmaCardRegisters.Offsets.Moved + 4));
        Assert.Throws<SimulationException>(() => registers.Read<ushort>(DmaCardRegisters.Offsets.Chain));

        using PciDevice queues = _host.Add(new QueueCard(2), "00:03.0").Open("00:03.0");
        ulong ring = QueueRegisters.At(1) + QueueRegisters.Offsets.Ring;
        queues.Bar(0).Write(ring, 0x1000u);
        queues.Bar(0).Write(ring + 4, 1u);
        Assert.Equal(0x1_0000_1000ul, queues.Bar(0).Read<ulong>(ring));
        Assert.Throws<SimulationException>(() => queues.Bar(0).Read<ushort>(QueueRegisters.At(1) + QueueRegisters.Offsets.Entries));
    }

    [Fact]
    public void An_edu_takes_what_qemus_takes()
    {
        using PciDevice edu = _host.Add(new EduCard(), "00:02.0").Open("00:02.0");
        DeviceRegion registers = edu.Bar(0);
        Assert.Equal((0x010000EDu, (ushort)0, (byte)0, ulong.MaxValue), (registers.Read<uint>(0), registers.Read<ushort>(0), registers.Read<byte>(0), registers.Read<ulong>(0)));
        registers.Write(0x80, 0x1_0000_0002ul);
        Assert.Equal((2u, 0x1_0000_0002ul), (registers.Read<uint>(0x80), registers.Read<ulong>(0x80)));
    }

    [Fact]
    public void A_part_that_is_written_leaves_the_others_and_clears_none_of_their_bits()
    {
        var model = new Parts();
        using PciDevice card = _host.Add(model, "00:02.0").Open("00:02.0");
        DeviceRegion registers = card.Bar(0);
        registers.Write(0, 0x1122_3344u);
        Assert.Equal(0x1122_3344u | 0x8000_0080u, registers.Read<uint>(0));
        registers.Write<byte>(1, 0xAB);
        Assert.Equal((0x9122_ABC4u, 0x1122_AB44u), (registers.Read<uint>(0), model.Written)); // as if the whole had been written, with no bit cleared
        registers.Write<byte>(0, 0x80);
        Assert.Equal(0x9122_AB00u, registers.Read<uint>(0));
        Assert.Equal((0x9122, (byte)0x91), (registers.Read<ushort>(2), registers.Read<byte>(3)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _host.Add(new Parts(smallest: 8), "00:03.0"));
        Assert.Throws<ArgumentOutOfRangeException>(() => _host.Add(new Parts(smallest: 3), "00:03.0"));
    }

    private sealed class Parts : SimulatedCard
    {
        internal Parts(int smallest = 1)
            : base(new CardDefinition(0x1AF4, 0x10FF, "parts") { Bars = new Dictionary<int, CardBar> { [0] = new(0x1000) } }) =>
            Register<uint>(0, 0).Holds(reset: 0x8000_0080, clearedByOnes: 0x8000_0080).InParts(smallest).OnWrite(value => Written = value);

        internal uint Written { get; private set; }
    }
}
