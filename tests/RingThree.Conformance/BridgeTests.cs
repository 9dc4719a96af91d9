using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;

namespace RingThree.Conformance;

/// <summary>Two cards behind one bridge to conventional PCI: one isolation group, one address space, one line.</summary>
public sealed class BridgeTests : RoadTest
{
    [Fact]
    public void They_are_in_one_group_and_the_others_are_not()
    {
        Dictionary<string, int?> groups = Machine.Host.Scan().ToDictionary(d => d.Address, d => (int?)d.IsolationGroup);
        Assert.Equal(groups[Machine.AddressOf(Machine.EduBridge1)], groups[Machine.AddressOf(Machine.EduBridge2)]);
        foreach (string other in (string[])[Machine.EduA, Machine.EduB, Machine.E1000e])
            Assert.NotEqual(groups[Machine.AddressOf(Machine.EduBridge1)], groups[Machine.AddressOf(other)]);
    }

    [Fact]
    public async Task What_one_maps_the_other_reaches()
    {
        PciDevice first = Machine.Open(Machine.EduBridge1);
        PciDevice second = Machine.Open(Machine.EduBridge2);
        Assert.Same(first.Dma.AddressSpace, second.Dma.AddressSpace);
        await using var edu = new EduDriver(second);
        using DmaBuffer mapped = first.Dma.Allocate(4096, EduDriver.AddressBits);
        mapped.Span[..64].Fill(0x5A);
        await edu.ToCardAsync(mapped, 64);
        mapped.Span.Clear();
        await edu.FromCardAsync(mapped, 64);
        Assert.Equal(64, mapped.Span.Count((byte)0x5A));
    }

    [Fact]
    public async Task On_the_shared_line_each_hears_its_own()
    {
        (PciDevice first, EduRegisters firstRegisters) = OpenEdu(Machine.EduBridge1);
        (PciDevice second, EduRegisters secondRegisters) = OpenEdu(Machine.EduBridge2);
        await using InterruptSession one = first.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Level, Immediate = Acknowledge });
        await using InterruptSession other = second.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Level, Immediate = Acknowledge });
        for (int round = 0; round < 20; round++)
        {
            Raise(firstRegisters);
            await one.NextAsync(Machine.Patience);
            if (round % 2 != 0) continue;
            Raise(secondRegisters);
            await other.NextAsync(Machine.Patience);
        }

        Assert.Equal((20L, 10L), (one.GetCounters().Claimed, other.GetCounters().Claimed));
    }

    [Fact]
    public async Task A_fault_is_the_bridges()
    {
        PciDevice device = Machine.Open(Machine.EduBridge1);
        await using var edu = new EduDriver(device);
        using DmaBuffer buffer = edu.Allocate(4096); // so that bus mastering is on
        DmaFault fault = await Machine.FaultOfAsync(device, () =>
        {
            edu.Registers.DmaSource.Write(EduDriver.CardBuffer);
            edu.Registers.DmaDestination.Write(0x300_0000);
            edu.Registers.DmaCount.Write(64);
            edu.Registers.DmaCommand.Write(EduDma.Start | EduDma.FromCard);
            return Task.CompletedTask;
        });
        Assert.Equal(device.Address[..^4] + "00.0", fault.Device);
    }
}
