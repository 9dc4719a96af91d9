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
    private readonly int _data;
    private readonly DescriptorRing<QueueDescriptor> _work;
    private readonly DescriptorRing<QueueCompletion> _done;
    private readonly QueueRegisters _registers;
    private readonly TaskCompletionSource<uint>?[] _waiting = new TaskCompletionSource<uint>?[Entries];

    internal QueueDriver(PciDevice card, DmaBuffer memory, int number)
    {
        Number = number;
        _memory = memory;
        int start = number * MemorySize;
        _data = start + DataAt;
        _work = memory.Ring<QueueDescriptor>(Entries, offset: start);
        _done = memory.Ring<QueueCompletion>(Entries, QueueCompletion.PhaseFlag, start + CompletionsAt);
        _registers = card.Bar(0).As<QueueRegisters>(QueueRegisters.At(number));
        _registers.Ring.Write(_work.Address.Value);
        _registers.Completions.Write(_done.Address.Value);
        _registers.Entries.Write(Entries);
    }

    internal int Number { get; }

    /// <summary>Has the card add up some bytes. One caller at a time.</summary>
    internal Task<uint> SumAsync(byte value, int count)
    {
        int entry = _work.Tail.Index;
        int data = _data + (entry * DataSize);
        _memory.Span.Slice(data, count).Fill(value);
        var done = new TaskCompletionSource<uint>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[entry] = done; // before the doorbell: the message may come before the next line
        if (!_work.TryPost(new QueueDescriptor((_memory.Address + (ulong)data).Value, (uint)count, Tag: (uint)entry)))
            throw new NotSupportedException($"Queue {Number} is full.");
        _registers.Doorbell.Write((uint)_work.Tail.Index);
        return done.Task;
    }

    /// <summary>Takes every completion that is new: at interrupt time, on one thread.</summary>
    internal void Drain()
    {
        while (_done.TryTake(out QueueCompletion done))
        {
            TaskCompletionSource<uint> waiting = _waiting[done.Tag]!;
            _work.TryMoveHead(_done.Head.Index); // work is done in its order
            if (done.Status == QueueStatus.Done) waiting.SetResult(done.Sum);
            else waiting.SetException(new NotSupportedException($"Queue {Number}: the card answered {done.Status}."));
        }
    }
}
