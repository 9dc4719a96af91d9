using System.Runtime.InteropServices;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using RingThree.Transfers;
using Xunit;

namespace RingThree.Tests;

/// <summary>Scatter-gather chains between the host's memory and a card's, by message and by pin.</summary>
public sealed class DmaCardTests : IDisposable
{
    private const int DataAt = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly SimulatedHost _host = new SimulatedHost().Add(new DmaCard());
    private readonly PciDevice _device;
    private readonly DmaCardRegisters _registers;
    private readonly DmaBuffer _buffer;

    public DmaCardTests()
    {
        _device = _host.Open("00:02.0");
        _registers = _device.Bar(0).As<DmaCardRegisters>();
        _buffer = _device.Dma.Allocate(DataAt + 65536);
    }

    public void Dispose()
    {
        _buffer.Dispose();
        _device.Dispose();
        _host.Dispose();
    }

    [Theory]
    [InlineData(InterruptKinds.Msi)]
    [InlineData(InterruptKinds.Level)]
    public async Task Scattered_pieces_are_gathered_on_the_card_and_scattered_back(InterruptKinds kinds)
    {
        await using InterruptSession session = Enable(kinds);
        for (int i = 0; i < 3000; i++) _buffer.Span[DataAt + i] = (byte)(i * 13);

        Chain(Link(0, 1000, 0x2000), Link(2000, 1000, 0x2000 + 1000), Link(1000, 1000, 0x2000 + 2000));
        Assert.Equal(DmaCardStatus.Done, await RunAsync(session));
        Assert.Equal((3u, 3000UL, 0UL), (_registers.Completed.Read(), _registers.Moved.Read(), _registers.FailedAt.Read()));
        Assert.Equal(_buffer.Span[DataAt + 2000], _device.Bar(2).Read<byte>(0x2000 + 1000));

        Chain(Link(10_000, 1500, 0x2000, DmaCardFlags.ToHost), Link(11_500, 1500, 0x2000 + 1500, DmaCardFlags.ToHost));
        Assert.Equal(DmaCardStatus.Done, await RunAsync(session));

        Assert.Equal(_buffer.Span.Slice(DataAt, 1000), _buffer.Span.Slice(DataAt + 10_000, 1000));
        Assert.Equal(_buffer.Span.Slice(DataAt + 2000, 1000), _buffer.Span.Slice(DataAt + 11_000, 1000));
        Assert.Equal(_buffer.Span.Slice(DataAt + 1000, 1000), _buffer.Span.Slice(DataAt + 12_000, 1000));
        Assert.Equal(2, session.GetCounters().Claimed);
        Assert.Empty(_device.Dma.TakeFaults());
    }

    [Fact]
    public async Task A_fault_ends_the_chain_where_it_happened()
    {
        await using InterruptSession session = Enable(InterruptKinds.Msi);
        Chain(Link(0, 16, 0), new DmaCardDescriptor(0x5000_0000, 16, 0, 0, DmaCardFlags.ToHost), Link(0, 16, 64));

        Assert.Equal(DmaCardStatus.DataFault, await RunAsync(session));

        Assert.Equal((1u, 16UL), (_registers.Completed.Read(), _registers.Moved.Read()));
        Assert.Equal((_buffer.Address + DmaCardDescriptor.Size).Value, _registers.FailedAt.Read());
        DmaFault fault = Assert.Single(_device.Dma.TakeFaults());
        Assert.True(fault.IsWrite);
        Assert.Equal(0x5000_0000u, fault.Address.Value);
    }

    [Fact]
    public async Task A_chain_that_is_nowhere_is_a_descriptor_fault()
    {
        await using InterruptSession session = Enable(InterruptKinds.Msi);
        _registers.Chain.Write(0x5000_0000);

        Assert.Equal(DmaCardStatus.DescriptorFault, await RunAsync(session));
        Assert.Equal(0x5000_0000u, _registers.FailedAt.Read());
    }

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(1u, 0x1_0000u)]
    [InlineData(2u, 0xFFFFu)]
    [InlineData(uint.MaxValue, 1u)]
    [InlineData(1u, uint.MaxValue)]
    public async Task A_descriptor_beyond_the_cards_memory_moves_nothing(uint length, uint cardOffset)
    {
        await using InterruptSession session = Enable(InterruptKinds.Msi);
        Chain(new DmaCardDescriptor(_buffer.Address.Value, length, cardOffset, 0, DmaCardFlags.Last));

        Assert.Equal(DmaCardStatus.BadDescriptor, await RunAsync(session));
        Assert.Equal(0u, _registers.Completed.Read());
    }

    [Fact]
    public async Task A_misplaced_descriptor_is_refused()
    {
        await using InterruptSession session = Enable(InterruptKinds.Msi);
        _registers.Chain.Write(_buffer.Address.Value + 8);

        Assert.Equal(DmaCardStatus.BadDescriptor, await RunAsync(session));
    }

    [Fact]
    public async Task A_chain_that_is_a_ring_runs_until_it_is_stopped()
    {
        await using InterruptSession session = Enable(InterruptKinds.Msi);
        Put(0, new DmaCardDescriptor(_buffer.Address.Value + DataAt, 1, 0, _buffer.Address.Value, DmaCardFlags.None));
        _registers.Chain.Write(_buffer.Address.Value);
        _registers.Control.Write(DmaCardControl.Run | DmaCardControl.InterruptEnable);
        Assert.True(SpinWait.SpinUntil(() => _registers.Completed.Read() > 10, Patience));
        Assert.True(_registers.Control.Read().HasFlag(DmaCardControl.Run));

        _registers.Control.Write(DmaCardControl.InterruptEnable);

        Assert.Equal(DmaCardStatus.Stopped, (DmaCardStatus)(await session.NextAsync(Patience)).Values.Span[0]);
        uint completed = _registers.Completed.Read();
        await Task.Delay(20);
        Assert.Equal(completed, _registers.Completed.Read());
    }

    [Fact]
    public void Without_its_enable_bit_it_does_not_interrupt()
    {
        using InterruptSession session = Enable(InterruptKinds.Level);
        Chain(Link(0, 1, 0));

        _registers.Control.Write(DmaCardControl.Run);

        Assert.True(SpinWait.SpinUntil(() => _registers.Status.Read() == DmaCardStatus.Done, Patience));
        Assert.Equal(0, session.GetCounters().Signalled);
        Assert.Equal(PciStatus.None, _device.Config.ReadStatus() & PciStatus.InterruptPending);
    }

    [Theory]
    [InlineData(InterruptKinds.Msi)]
    [InlineData(InterruptKinds.Level)]
    public async Task An_end_that_was_kept_in_comes_out_with_the_enable_bit(InterruptKinds kinds)
    {
        await using InterruptSession session = Enable(kinds);
        Chain(Link(0, 1, 0));
        _registers.Control.Write(DmaCardControl.Run);
        Assert.True(SpinWait.SpinUntil(() => _registers.Status.Read() == DmaCardStatus.Done, Patience));

        _registers.Control.Write(DmaCardControl.InterruptEnable);

        await session.NextAsync(Patience);
        Assert.Equal(1, session.GetCounters().Signalled);
        Assert.Equal(DmaCardStatus.None, _registers.Status.Read());
    }

    [Fact]
    public async Task Each_end_is_a_message_though_the_one_before_was_not_acknowledged()
    {
        await using InterruptSession session = _device.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.Msi });
        Chain(Link(0, 1, 0));

        for (int i = 0; i < 3; i++)
        {
            _registers.Control.Write(DmaCardControl.Run | DmaCardControl.InterruptEnable);
            await session.NextAsync(Patience);
        }

        Assert.Equal(3, session.GetCounters().Signalled);
    }

    [Fact]
    public void A_start_while_a_chain_runs_changes_nothing()
    {
        Put(0, new DmaCardDescriptor(_buffer.Address.Value + DataAt, 1, 0, _buffer.Address.Value, DmaCardFlags.None));
        _registers.Chain.Write(_buffer.Address.Value);
        _registers.Control.Write(DmaCardControl.Run);
        Assert.True(SpinWait.SpinUntil(() => _registers.Completed.Read() > 10, Patience));

        _registers.Chain.Write(0x5000_0000);
        _registers.Control.Write(DmaCardControl.Run);

        uint completed = _registers.Completed.Read();
        Assert.True(completed > 10);
        Assert.True(SpinWait.SpinUntil(() => _registers.Completed.Read() > completed, Patience));
        Assert.Equal(DmaCardStatus.None, _registers.Status.Read());
    }

    [Fact]
    public void A_reset_ends_a_chain_and_clears_the_cards_memory()
    {
        _device.Bar(2).Write(0, 0x1234_5678u);
        Put(0, new DmaCardDescriptor(_buffer.Address.Value + DataAt, 1, 4, _buffer.Address.Value, DmaCardFlags.None));
        _registers.Chain.Write(_buffer.Address.Value);
        _registers.Control.Write(DmaCardControl.Run);

        _device.Reset();

        Assert.Equal((DmaCardControl.None, DmaCardStatus.None, 0u), (_registers.Control.Read(), _registers.Status.Read(), _registers.Completed.Read()));
        Assert.Equal(0u, _device.Bar(2).Read<uint>(0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    [InlineData(-4096)]
    public void A_memory_that_is_no_bar_is_refused(int size) => Assert.Throws<ArgumentOutOfRangeException>("memorySize", () => new DmaCard(size));

    private InterruptSession Enable(InterruptKinds kinds) => _device.Interrupts.Enable(new InterruptOptions
    {
        Kinds = kinds,
        Immediate = new TransferProgramBuilder()
            .Read32(bar: 0, DmaCardRegisters.Offsets.Status).Mask(uint.MaxValue)
            .WriteBack32(bar: 0, DmaCardRegisters.Offsets.Status)
            .Build(),
    });

    private DmaCardDescriptor Link(int at, uint length, uint cardOffset, DmaCardFlags flags = DmaCardFlags.None) =>
        new(_buffer.Address.Value + DataAt + (ulong)at, length, cardOffset, 0, flags);

    /// <summary>Links descriptors up in the buffer's first page and tells the card.</summary>
    private void Chain(params ReadOnlySpan<DmaCardDescriptor> links)
    {
        for (int i = 0; i < links.Length; i++)
        {
            bool isLast = i == links.Length - 1;
            Put(i, links[i] with { Next = isLast ? 0 : _buffer.Address.Value + (ulong)((i + 1) * DmaCardDescriptor.Size), Flags = links[i].Flags | (isLast ? DmaCardFlags.Last : 0) });
        }

        _registers.Chain.Write(_buffer.Address.Value);
    }

    private void Put(int index, DmaCardDescriptor link) =>
        MemoryMarshal.Write(_buffer.Span[(index * DmaCardDescriptor.Size)..], in link);

    private async Task<DmaCardStatus> RunAsync(InterruptSession session)
    {
        _registers.Control.Write(DmaCardControl.Run | DmaCardControl.InterruptEnable);
        Interrupt interrupt = await session.NextAsync(Patience);
        return (DmaCardStatus)interrupt.Values.Span[0];
    }
}
