using System.Runtime.InteropServices;
using RingThree.Dma;

namespace RingThree.Simulation;

/// <summary>
/// A card of queues, as network and storage cards are today: a ring of descriptors per queue in the host's memory, a
/// doorbell, completions written by DMA, and a message per queue.
/// </summary>
/// <remarks>
/// Source: an imaginary design, after NVM Express. There is no status register: the number of the message alone says
/// which queue it is, and the completion's phase which entries are new. A queue whose rings cannot be reached falls
/// silent until <see cref="QueueRegisters.Entries"/> is written; the host's DMA faults say why. As there, registers of 64 bits
/// are taken as a whole or by halves (NVM Express 1.4, 3.1).
/// </remarks>
public sealed class QueueCard : SimulatedCard
{
    /// <summary>The most bytes that one descriptor may name.</summary>
    public const int LargestWork = 65536;

    private const int MostEntries = 4096;
    private const ulong Blocks = 0x11000; // the blocks of the most queues there can be
    private readonly Queue[] _queues;
    private readonly byte[] _work = new byte[LargestWork];

    /// <summary>Makes one.</summary>
    /// <param name="queues">How many queues and MSI-X vectors it has, 1 to 2048.</param>
    public QueueCard(int queues = 8)
        : base(Define(queues))
    {
        Map<QueueCardRegisters>(bar: 0);
        Register<uint>(0, QueueCardRegisters.Offsets.Identification).Constant(0x5155_4555);
        Register<uint>(0, QueueCardRegisters.Offsets.QueueCount).Constant((uint)queues);
        _queues = [.. Enumerable.Range(0, queues).Select(n => new Queue(this, n))];
    }

    /// <inheritdoc/>
    protected internal override void OnReset()
    {
        foreach (Queue queue in _queues) queue.Stop();
    }

    private static CardDefinition Define(int queues)
    {
        if (queues is < 1 or > 2048) throw new ArgumentOutOfRangeException(nameof(queues), $"A queue-card with {queues} queues was asked for; it can have 1 to 2048.");
        return new CardDefinition(0x1AF4, 0x10F0, "queue-card")
        {
            Bars = new Dictionary<int, CardBar>
            {
                [0] = new(System.Numerics.BitOperations.RoundUpToPowerOf2(Blocks), Is64Bit: true),
                [2] = new(0x10000, Is64Bit: true),
            },
            MsixVectors = queues,
            MsixBar = 2,
            Express = new ExpressDefinition(),
        };
    }

    /// <summary>One queue: its registers, and where it is in its rings.</summary>
    private sealed class Queue
    {
        private readonly QueueCard _card;
        private readonly int _number;
        private readonly CardRegister<ulong> _ring;
        private readonly CardRegister<ulong> _completions;
        private readonly CardRegister<uint> _entries;
        private IDisposable? _later;
        private RingCursor _head = new(2);
        private uint _tail;

        internal Queue(QueueCard card, int number)
        {
            (_card, _number) = (card, number);
            ulong at = QueueRegisters.At(number);
            _ring = card.Register<ulong>(0, at + QueueRegisters.Offsets.Ring, $"Ring[{number}]").InParts(4).Holds();
            _completions = card.Register<ulong>(0, at + QueueRegisters.Offsets.Completions, $"Completions[{number}]").InParts(4).Holds();
            _entries = card.Register<uint>(0, at + QueueRegisters.Offsets.Entries, $"Entries[{number}]").Holds().OnWrite(Start);
            card.Register<uint>(0, at + QueueRegisters.Offsets.Doorbell, $"Doorbell[{number}]").OnWrite(Ring);
        }

        internal void Stop()
        {
            _later?.Dispose();
            _later = null;
            _tail = 0;
            _head = new RingCursor((int)Math.Max(_entries.Value, 2));
        }

        private void Start(uint entries)
        {
            if (entries is 1 or > MostEntries)
                throw new SimulationException($"{_card.Where}: Entries[{_number}] is written with {entries}; a ring has 2 to {MostEntries}, or 0 to stop the queue. The driver is wrong.");
            Stop();
        }

        private void Ring(uint tail)
        {
            if (tail >= _entries.Value)
                throw new SimulationException($"{_card.Where}: Doorbell[{_number}] is written with {tail}, and its ring has {_entries.Value} entries. The driver is wrong.");
            _tail = tail;
            _later ??= _card.After(TimeSpan.Zero, Work);
        }

        private void Work()
        {
            _later = null;
            while (_head.Index != _tail && One())
            {
            }
        }

        /// <summary>Takes the next descriptor.</summary>
        /// <returns>False when a ring could not be reached: the queue is stuck.</returns>
        private bool One()
        {
            QueueDescriptor work = default;
            if (!_card.DmaRead(new Iova(_ring.Value) + ((ulong)_head.Index * QueueDescriptor.Size), MemoryMarshal.AsBytes(new Span<QueueDescriptor>(ref work)))) return Stuck();
            QueueStatus status = _card.Sum(work, out uint sum);
            var done = new QueueCompletion(work.Tag, status, sum, _head.Phase ? 1u : 0);
            if (!_card.DmaWrite(new Iova(_completions.Value) + ((ulong)_head.Index * QueueCompletion.Size), MemoryMarshal.AsBytes(new ReadOnlySpan<QueueCompletion>(in done)))) return Stuck();
            _head = _head.Next();
            _card.SendMessage(_number); // after the completion, which it must not overtake
            return true;
        }

        private bool Stuck()
        {
            _entries.Value = 0; // no doorbell rings any more
            Stop();
            return false;
        }
    }

    private QueueStatus Sum(QueueDescriptor work, out uint sum)
    {
        sum = 0;
        if (work.Length > LargestWork) return QueueStatus.TooLong;
        Span<byte> data = _work.AsSpan(0, (int)work.Length);
        if (!DmaRead(new Iova(work.Address), data)) return QueueStatus.DataFault;
        foreach (byte value in data) sum += value;
        return QueueStatus.Done;
    }
}
