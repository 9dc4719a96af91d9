using System.Runtime.InteropServices;
using RingThree.Dma;
using RingThree.Pci;
using RingThree.Simulation;

namespace RingThree.Samples.Queues;

/// <summary>One queue of the card: a ring of work, a ring of completions, and the task that waits for each entry.</summary>
internal sealed class QueueDriver
{
    /// <summary>Bytes that a queue needs: both rings, and the data of each entry.</summary>
    internal const int MemorySize = 4096;

    private const int Entries = 8;
    private const int CompletionsAt = 1024;
    private const int DataAt = 2048;
    private const int DataSize = (MemorySize - DataAt) / Entries;
    private readonly DmaBuffer _memory;
    private readonly int _start;
    private readonly QueueRegisters _registers;
    private readonly TaskCompletionSource<uint>?[] _waiting = new TaskCompletionSource<uint>?[Entries];
    private uint _tail;
    private uint _head;
    private uint _phase = 1;

    internal QueueDriver(PciDevice card, DmaBuffer memory, int number)
    {
        Number = number;
        _memory = memory;
        _start = number * MemorySize;
        _registers = card.Bar(0).As<QueueRegisters>(QueueRegisters.At(number));
        _registers.Ring.Write(At(0));
        _registers.Completions.Write(At(CompletionsAt));
        _registers.Entries.Write(Entries);
    }

    internal int Number { get; }

    /// <summary>Has the card add up some bytes. One caller at a time.</summary>
    internal Task<uint> SumAsync(byte value, int count)
    {
        uint entry = _tail;
        int data = DataAt + ((int)entry * DataSize);
        _memory.Span.Slice(_start + data, count).Fill(value);
        Descriptors[(int)entry] = new QueueDescriptor(At(data), (uint)count, Tag: entry);
        var done = new TaskCompletionSource<uint>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[entry] = done; // before the doorbell: the message may come before the next line
        _tail = (_tail + 1) % Entries;
        _registers.Doorbell.Write(_tail);
        return done.Task;
    }

    /// <summary>Takes every completion that is new: at interrupt time, on one thread.</summary>
    internal void Drain()
    {
        // A new entry is one of this way round the ring, whatever else lies there.
        while (Completions[(int)_head] is var done && done.Phase == _phase)
        {
            _head = (_head + 1) % Entries;
            if (_head == 0) _phase ^= 1;
            TaskCompletionSource<uint> waiting = _waiting[done.Tag]!;
            if (done.Status == QueueStatus.Done) waiting.SetResult(done.Sum);
            else waiting.SetException(new NotSupportedException($"Queue {Number}: the card answered {done.Status}."));
        }
    }

    private Span<QueueDescriptor> Descriptors => MemoryMarshal.Cast<byte, QueueDescriptor>(_memory.Span.Slice(_start, Entries * QueueDescriptor.Size));

    private Span<QueueCompletion> Completions => MemoryMarshal.Cast<byte, QueueCompletion>(_memory.Span.Slice(_start + CompletionsAt, Entries * QueueCompletion.Size));

    private ulong At(int offset) => (_memory.Address + (ulong)(_start + offset)).Value;
}
