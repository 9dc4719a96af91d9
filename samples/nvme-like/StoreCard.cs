using System.Runtime.InteropServices;
using RingThree.Dma;
using RingThree.Simulation;

namespace RingThree.Samples.NvmeLike;

/// <summary>The simulated twin: a store of 64 KiB behind queues in memory, a message for each.</summary>
public sealed class StoreCard : SimulatedCard
{
    private const byte Stride = 2;
    private readonly byte[] _store = new byte[65536];
    private readonly CardRegister<StoreStatus> _status;
    private readonly Queue[] _queues;
    private IDisposable? _switching;

    /// <summary>Makes one.</summary>
    /// <param name="queues">How many queues and messages it has.</param>
    public StoreCard(int queues = 4)
        : base(new CardDefinition(0x1B36, 0x7024, "nvme-like")
        {
            Bars = new Dictionary<int, CardBar> { [0] = new(0x4000, Is64Bit: true), [2] = new(0x2000) },
            MsixVectors = queues,
            MsixBar = 2,
        })
    {
        Map<StoreRegisters>(bar: 0);
        Register<StoreCapabilities>(0, StoreRegisters.Offsets.Capabilities).Constant(new StoreCapabilities { LastEntry = 63, Queues = (byte)queues, Timeout = 4, DoorbellStride = Stride });
        _status = Register<StoreStatus>(0, StoreRegisters.Offsets.Status).Holds();
        Register<StoreConfiguration>(0, StoreRegisters.Offsets.Configuration).Holds().OnWrite(value =>
        {
            _switching?.Dispose(); // only the last word counts
            _switching = After(TimeSpan.FromMilliseconds(3), () => Switch(value.Enable));
        });
        _queues = [.. Enumerable.Range(0, queues).Select(n => new Queue(this, n))];
    }

    private void Switch(bool on)
    {
        foreach (Queue queue in _queues) queue.Restart();
        _status.Value = new StoreStatus { Ready = on, Fatal = on && _queues.Any(q => !q.IsSound) };
    }

    /// <summary>Moves bytes, one command at a time.</summary>
    /// <returns>The completion's status.</returns>
    private ushort Execute(in StoreCommand command)
    {
        if (command.Place > (ulong)_store.Length || command.Length > (ulong)_store.Length - command.Place) return 1;
        Span<byte> bytes = _store.AsSpan((int)command.Place, (int)command.Length);
        return command.Operation switch
        {
            StoreOperation.Read => DmaWrite(new Iova(command.Address), bytes) ? (ushort)0 : (ushort)2,
            StoreOperation.Write => DmaRead(new Iova(command.Address), bytes) ? (ushort)0 : (ushort)2,
            _ => 3,
        };
    }

    private sealed class Queue
    {
        private readonly StoreCard _card;
        private readonly CardRegister<ulong> _commands;
        private readonly CardRegister<ulong> _completions;
        private readonly CardRegister<uint> _entries;
        private readonly CardRegister<uint> _vector;
        private RingCursor _head = new(2);
        private RingCursor _done = new(2);
        private uint _tail;
        private uint _taken;
        private bool _isWorking;

        internal Queue(StoreCard card, int number)
        {
            _card = card;
            ulong at = StoreQueueRegisters.At(number);
            _commands = card.Register<ulong>(0, at + StoreQueueRegisters.Offsets.Commands, $"Commands[{number}]").Holds();
            _completions = card.Register<ulong>(0, at + StoreQueueRegisters.Offsets.Completions, $"Completions[{number}]").Holds();
            _entries = card.Register<uint>(0, at + StoreQueueRegisters.Offsets.Entries, $"Entries[{number}]").Holds();
            _vector = card.Register<uint>(0, at + StoreQueueRegisters.Offsets.Vector, $"Vector[{number}]").Holds();
            ulong doorbells = 0x1000 + ((ulong)number * (8u << Stride));
            card.Register<uint>(0, doorbells + StoreDoorbells.Offsets.CommandTail, $"CommandTail[{number}]").OnWrite(tail =>
            {
                _tail = tail;
                Work();
            });
            card.Register<uint>(0, doorbells + StoreDoorbells.Offsets.CompletionHead, $"CompletionHead[{number}]").OnWrite(head =>
            {
                _taken = head;
                Work();
            });
        }

        internal bool IsSound => _entries.Value is 0 or (>= 2 and <= 64) && _vector.Value < _card._queues.Length;

        internal void Restart()
        {
            _head = _done = new RingCursor((int)Math.Clamp(_entries.Value, 2, 64));
            (_tail, _taken) = (0, 0);
        }

        private void Work()
        {
            if (_isWorking || !_card._status.Value.Ready) return;
            _isWorking = true;
            _card.After(TimeSpan.FromMicroseconds(5), One);
        }

        private void One()
        {
            _isWorking = false;
            bool isFull = _done.Next().Index == _taken; // completions that nobody has taken are not written over
            if (!_card._status.Value.Ready || _head.Index == _tail || isFull) return;
            StoreCommand command = default;
            Iova from = new Iova(_commands.Value) + ((ulong)_head.Index * StoreCommand.Size);
            if (!_card.DmaRead(from, MemoryMarshal.AsBytes(new Span<StoreCommand>(ref command)))) return;
            _head = _head.Next();
            ushort status = _card.Execute(command);
            var done = new StoreCompletion(command.Id, status, (uint)_head.Index, _done.Phase ? 1u : 0);
            _card.DmaWrite(new Iova(_completions.Value) + ((ulong)_done.Index * StoreCompletion.Size), MemoryMarshal.AsBytes(new ReadOnlySpan<StoreCompletion>(in done)));
            _done = _done.Next();
            _card.SendMessage((int)_vector.Value);
            Work();
        }
    }
}
