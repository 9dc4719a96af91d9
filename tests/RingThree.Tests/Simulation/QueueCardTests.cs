using System.Runtime.InteropServices;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Queues in the host's memory, each with a message of its own.</summary>
public sealed class QueueCardTests
{
    private const int Entries = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1)]
    [InlineData(65)]
    [InlineData(2048)]
    public void It_has_a_message_per_queue(int queues)
    {
        using SimulatedHost host = new SimulatedHost().Add(new QueueCard(queues));
        using PciDevice device = host.Open("00:02.0");

        Assert.Equal((uint)queues, device.Bar(0).As<QueueCardRegisters>().QueueCount.Read());
        Assert.Equal(queues, device.Interrupts.Count(InterruptKind.MsiX));
        device.Bar(0).As<QueueRegisters>(QueueRegisters.At(queues - 1)).Ring.Write(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => new QueueCard(queues == 1 ? 0 : 2049));
    }

    [Fact]
    public async Task The_message_says_which_queue_is_done()
    {
        const int queues = 16;
        using SimulatedHost host = new SimulatedHost().Add(new QueueCard(queues));
        using PciDevice device = host.Open("00:02.0");
        using DmaBuffer buffer = device.Dma.Allocate(queues * 4096);
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Slots = queues });
        var all = Enumerable.Range(0, queues).Select(n => new QueueDriver(device, buffer, n)).ToArray();

        foreach (int n in Enumerable.Range(0, queues).Reverse()) all[n].Submit((uint)(1000 + n), (byte)n, 100);
        var seen = new HashSet<int>();
        while (seen.Count < queues)
        {
            Interrupt interrupt = await session.NextAsync(Patience);
            Assert.True(seen.Add(interrupt.Vector));
            Assert.True(all[interrupt.Vector].TryTake(out QueueCompletion done));
            Assert.Equal(new QueueCompletion((uint)(1000 + interrupt.Vector), QueueStatus.Done, (uint)(100 * interrupt.Vector), 1), done);
        }
    }

    [Fact]
    public async Task A_ring_goes_round_and_the_phase_tells_new_from_old()
    {
        using SimulatedHost host = new SimulatedHost().Add(new QueueCard(2));
        using PciDevice device = host.Open("00:02.0");
        using DmaBuffer buffer = device.Dma.Allocate(8192);
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions { Slots = 2 });
        var queue = new QueueDriver(device, buffer, 1);

        for (uint i = 0; i < (3 * Entries) + 1; i++)
        {
            Assert.False(queue.TryTake(out _));
            queue.Submit(i, 1, i);
            Assert.Equal(1, (await session.NextAsync(Patience)).Vector);
            Assert.True(queue.TryTake(out QueueCompletion done));
            Assert.Equal((i, i, 1 ^ ((i / Entries) & 1)), (done.Tag, done.Sum, done.Phase));
        }
    }

    [Fact]
    public async Task Each_piece_of_work_that_one_doorbell_announced_is_signalled()
    {
        using SimulatedHost host = new SimulatedHost().Add(new QueueCard(1));
        using PciDevice device = host.Open("00:02.0");
        using DmaBuffer buffer = device.Dma.Allocate(4096);
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions());
        var queue = new QueueDriver(device, buffer, 0);
        for (uint i = 0; i < Entries - 1; i++) queue.Prepare(new QueueDescriptor(queue.Data.Value, 1, i));

        queue.Ring();

        for (long signals = 0; signals < Entries - 1;) signals += (await session.NextAsync(Patience)).Count;
        for (uint i = 0; i < Entries - 1; i++)
        {
            Assert.True(queue.TryTake(out QueueCompletion done));
            Assert.Equal(i, done.Tag);
        }

        Assert.False(queue.TryTake(out _));
    }

    [Fact]
    public async Task Work_that_cannot_be_done_completes_with_its_reason()
    {
        using SimulatedHost host = new SimulatedHost().Add(new QueueCard(1));
        using PciDevice device = host.Open("00:02.0");
        using DmaBuffer buffer = device.Dma.Allocate(4096);
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions());
        var queue = new QueueDriver(device, buffer, 0);

        queue.Prepare(new QueueDescriptor(0x7000_0000, 16, 1));
        queue.Prepare(new QueueDescriptor(queue.Data.Value, QueueCard.LargestWork + 1, 2));
        queue.Ring();
        for (long signals = 0; signals < 2;) signals += (await session.NextAsync(Patience)).Count;

        Assert.True(queue.TryTake(out QueueCompletion first));
        Assert.True(queue.TryTake(out QueueCompletion second));
        Assert.Equal((1u, QueueStatus.DataFault), (first.Tag, first.Status));
        Assert.Equal((2u, QueueStatus.TooLong), (second.Tag, second.Status));
        Assert.Equal(0x7000_0000u, Assert.Single(device.Dma.TakeFaults()).Address.Value);
    }

    [Fact]
    public void A_queue_whose_ring_is_nowhere_falls_silent_until_it_is_set_up_again()
    {
        using SimulatedHost host = new SimulatedHost().Add(new QueueCard(1));
        using PciDevice device = host.Open("00:02.0");
        using DmaBuffer buffer = device.Dma.Allocate(4096);
        QueueRegisters registers = device.Bar(0).As<QueueRegisters>(QueueRegisters.At(0));
        registers.Ring.Write(0x6000_0000);
        registers.Entries.Write(Entries);

        registers.Doorbell.Write(1);

        Assert.True(SpinWait.SpinUntil(() => registers.Entries.Read() == 0, Patience));
        Assert.False(Assert.Single(device.Dma.TakeFaults()).IsWrite);
        Assert.Throws<SimulationException>(() => registers.Doorbell.Write(1));
        var queue = new QueueDriver(device, buffer, 0);
        queue.Submit(7, 1, 1);
        Assert.True(SpinWait.SpinUntil(() => queue.TryTake(out _), Patience));
    }

    [Fact]
    public async Task Writing_the_entries_starts_a_queue_anew()
    {
        using SimulatedHost host = new SimulatedHost().Add(new QueueCard(1));
        using PciDevice device = host.Open("00:02.0");
        using DmaBuffer buffer = device.Dma.Allocate(4096);
        await using InterruptSession session = device.Interrupts.Enable(new InterruptOptions());
        for (int times = 0; times < 2; times++)
        {
            buffer.Span.Clear();
            var queue = new QueueDriver(device, buffer, 0);
            for (uint i = 0; i < Entries + 3; i++) // into its second round
            {
                queue.Submit(i, 2, 1);
                await session.NextAsync(Patience);
                Assert.True(queue.TryTake(out QueueCompletion done));
                Assert.Equal((i, 2u), (done.Tag, done.Sum));
            }
        }
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(4097u)]
    public void A_ring_of_an_impossible_length_is_the_drivers_mistake(uint entries)
    {
        using SimulatedHost host = new SimulatedHost().Add(new QueueCard(3));
        using PciDevice device = host.Open("00:02.0");

        var error = Assert.Throws<SimulationException>(() => device.Bar(0).As<QueueRegisters>(QueueRegisters.At(2)).Entries.Write(entries));

        Assert.Contains("Entries[2]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reset_forgets_the_queues()
    {
        using SimulatedHost host = new SimulatedHost().Add(new QueueCard(1));
        using PciDevice device = host.Open("00:02.0");
        using DmaBuffer buffer = device.Dma.Allocate(4096);
        _ = new QueueDriver(device, buffer, 0);
        QueueRegisters registers = device.Bar(0).As<QueueRegisters>(QueueRegisters.At(0));
        Assert.Equal((uint)Entries, registers.Entries.Read());

        device.Reset();

        Assert.Equal((0u, 0UL), (registers.Entries.Read(), registers.Ring.Read()));
    }

    /// <summary>A driver's side of one queue: the rings and some data in a page of the buffer.</summary>
    private sealed class QueueDriver
    {
        private const int CompletionsAt = 1024;
        private const int DataAt = 2048;
        private readonly DmaBuffer _buffer;
        private readonly int _page;
        private readonly QueueRegisters _registers;
        private uint _tail;
        private uint _head;
        private uint _phase = 1;

        internal QueueDriver(PciDevice device, DmaBuffer buffer, int queue)
        {
            _buffer = buffer;
            _page = 4096 * queue;
            _registers = device.Bar(0).As<QueueRegisters>(QueueRegisters.At(queue));
            _registers.Ring.Write((buffer.Address + (ulong)_page).Value);
            _registers.Completions.Write((buffer.Address + (ulong)(_page + CompletionsAt)).Value);
            _registers.Entries.Write(Entries);
        }

        internal Iova Data => _buffer.Address + (ulong)(_page + DataAt);

        internal void Submit(uint tag, byte value, uint count)
        {
            _buffer.Span.Slice(_page + DataAt, (int)count).Fill(value);
            Prepare(new QueueDescriptor(Data.Value, count, tag));
            Ring();
        }

        internal void Prepare(QueueDescriptor work)
        {
            MemoryMarshal.Cast<byte, QueueDescriptor>(_buffer.Span.Slice(_page, Entries * QueueDescriptor.Size))[(int)_tail] = work;
            _tail = (_tail + 1) % Entries;
        }

        internal void Ring() => _registers.Doorbell.Write(_tail);

        internal bool TryTake(out QueueCompletion done)
        {
            done = MemoryMarshal.Cast<byte, QueueCompletion>(_buffer.Span.Slice(_page + CompletionsAt, Entries * QueueCompletion.Size))[(int)_head];
            if (done.Phase != _phase) return false;
            _head = (_head + 1) % Entries;
            if (_head == 0) _phase ^= 1;
            return true;
        }
    }
}
