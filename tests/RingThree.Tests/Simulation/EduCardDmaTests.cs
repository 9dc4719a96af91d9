using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Registers;
using RingThree.Samples.Edu;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>The edu card's DMA, within and beyond what QEMU allows.</summary>
public sealed class EduCardDmaTests : EduRig
{
    [Fact]
    public void A_command_without_the_start_bit_is_not_taken()
    {
        Bar.Write(0x98, 6UL);

        Assert.Equal(0u, Bar.Read<ulong>(0x98));
    }

    [Fact]
    public void While_a_dma_runs_its_registers_keep_their_values()
    {
        using DmaBuffer buffer = Device.Dma.Allocate(4096, 28);
        Start(buffer.Address.Value, 0x4_0000, 16, 1);

        Bar.Write(0x80, 1UL);
        Bar.Write(0x88, 2UL);
        Bar.Write(0x90, 3UL);
        Bar.Write(0x98, 7UL);

        // Unless this thread was held up until after the DMA; then the writes were in order.
        if ((Bar.Read<ulong>(0x98) & 1) != 0)
        {
            Assert.Equal([buffer.Address.Value, 0x4_0000UL, 16UL, 1UL], new ulong[] { 0x80, 0x88, 0x90, 0x98 }.Select(Bar.Read<ulong>));
            WaitUntil(() => (Bar.Read<ulong>(0x98) & 1) == 0);
            Assert.Equal(0u, Bar.Read<uint>(0x24));
        }
    }

    [Fact]
    public void Dma_goes_to_the_card_and_back_at_the_largest_length()
    {
        using DmaBuffer buffer = Device.Dma.Allocate(8192, 28);
        for (int i = 0; i < 4095; i++) buffer.Span[i] = (byte)(i * 7);

        Dma(buffer.Address.Value, 0x4_0000, 4095, 5);
        Assert.Equal(0x100u, Bar.Read<uint>(0x24));
        Bar.Write(0x64, 0x100u);
        Dma(0x4_0000, buffer.Address.Value + 4096, 4095, 3);

        Assert.True(buffer.Span[..4095].SequenceEqual(buffer.Span.Slice(4096, 4095)));
        Assert.Equal(0, buffer.Span[8191]);
        Assert.Equal(0u, Bar.Read<uint>(0x24));
        Assert.Equal(0, Card.RefusedTransfers);
        Assert.Empty(Device.Dma.TakeFaults());
    }

    [Fact]
    public void Of_a_bus_address_the_card_sees_twenty_eight_bits()
    {
        using DmaBuffer buffer = Device.Dma.Allocate(4096, 28);
        buffer.Span[0] = 0x5A;

        Dma(buffer.Address.Value | (0xABDUL << 28), 0x4_0010, 1, 1);
        Dma(0x4_0010, (buffer.Address.Value + 1) | (1UL << 63), 1, 3);

        Assert.Equal(0x5A, buffer.Span[1]);
        Assert.Empty(Device.Dma.TakeFaults());
    }

    [Fact]
    public void A_card_with_another_dma_mask_sees_more_of_the_address()
    {
        using SimulatedHost host = new SimulatedHost().Add(new EduCard(dmaMask: (1UL << 32) - 1));
        using PciDevice device = host.Open(EduDriver.Id);
        DeviceRegion bar = device.Bar(0);
        bar.Write(0x80, 0x4_0000UL);
        bar.Write(0x88, 0xFFFF_FFFF_8765_4000UL);
        bar.Write(0x90, 1UL);
        device.Config.Write16(0x04, (ushort)(device.Config.Read16(0x04) | (ushort)PciCommand.BusMaster));

        bar.Write(0x98, 3UL);
        WaitUntil(() => (bar.Read<ulong>(0x98) & 1) == 0);

        Assert.Equal(0x8765_4000u, Assert.Single(device.Dma.TakeFaults()).Address.Value);
    }

    [Fact]
    public void Starting_another_dma_while_one_runs_puts_that_one_off()
    {
        using DmaBuffer buffer = Device.Dma.Allocate(4096, 28);
        long started = Environment.TickCount64;
        Start(buffer.Address.Value, 0x4_0000, 16, 1);
        for (int i = 0; i < 4; i++)
        {
            Thread.Sleep(40);
            Bar.Write(0x98, 1UL);
        }

        WaitUntil(() => (Bar.Read<ulong>(0x98) & 1) == 0);

        // Four times 40 ms and then 100, unless a sleep took longer than the DMA; then another began. Either way not before:
        Assert.True(Environment.TickCount64 - started >= 250);
    }

    [Theory]
    [InlineData(0x4_0000, 4096)]
    [InlineData(0x4_0000, 4097)]
    [InlineData(0x4_0001, 4095)]
    [InlineData(0x4_0FFF, 1)]
    [InlineData(0x4_1000, 1)]
    [InlineData(0x3_FFFF, 1)]
    [InlineData(0, 16)]
    [InlineData(0x4_0000, ulong.MaxValue)]
    [InlineData(ulong.MaxValue, 1)]
    [InlineData(ulong.MaxValue - 15, 32)]
    public void A_dma_beyond_the_cards_buffer_moves_nothing(ulong inCard, ulong count)
    {
        using DmaBuffer buffer = Device.Dma.Allocate(8192, 28);

        Dma(inCard, buffer.Address.Value, count, 3);
        Dma(buffer.Address.Value, inCard, count, 1);

        Assert.Equal(2, Card.RefusedTransfers);
        Assert.Empty(Device.Dma.TakeFaults());
        Assert.False(buffer.Span.ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void A_dma_of_no_bytes_is_refused_as_qemu_refuses_it()
    {
        Dma(0x4_0000, 0x1000, 0, 3);

        Assert.Equal(1, Card.RefusedTransfers);
    }

    [Fact]
    public void A_dma_to_nowhere_faults_and_still_ends()
    {
        Dma(0x4_0000, 0x7654_3210, 4, 7);

        DmaFault fault = Assert.Single(Device.Dma.TakeFaults());
        Assert.True(fault.IsWrite);
        Assert.Equal("0000:00:02.0", fault.Device);
        Assert.Equal(0x100u, Bar.Read<uint>(0x24));
    }

    private void Dma(ulong source, ulong destination, ulong count, ulong command)
    {
        Start(source, destination, count, command);
        WaitUntil(() => (Bar.Read<ulong>(0x98) & 1) == 0);
    }

    private void Start(ulong source, ulong destination, ulong count, ulong command)
    {
        Bar.Write(0x80, source);
        Bar.Write(0x88, destination);
        Bar.Write(0x90, count);
        Bar.Write(0x98, command);
    }
}
