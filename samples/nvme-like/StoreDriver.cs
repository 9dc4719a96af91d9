using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Registers;

namespace RingThree.Samples.NvmeLike;

/// <summary>A driver for the store: a queue for each message, commands from any task.</summary>
public sealed class StoreDriver : IAsyncDisposable
{
    private readonly PciDevice _card;
    private readonly StoreRegisters _registers;
    private readonly DmaBuffer _rings;
    private readonly InterruptSession _interrupts;
    private readonly Queue[] _queues;
    private readonly TimeSpan _patience;

    private StoreDriver(PciDevice card, int entries)
    {
        _card = card;
        _registers = card.Bar(0).As<StoreRegisters>();
        StoreCapabilities can = _registers.Capabilities.Read();
        _patience = can.Timeout * TimeSpan.FromMilliseconds(500);
        entries = Math.Min(entries, can.LastEntry + 1);
        _rings = card.Dma.Allocate(can.Queues * Queue.MemorySize(entries));
        _interrupts = card.Interrupts.Enable(new InterruptOptions { Kinds = InterruptKinds.MsiX, Slots = can.Queues });
        _queues = [.. Enumerable.Range(0, can.Queues).Select(n => new Queue(this, n, entries, 8u << can.DoorbellStride))];
    }

    /// <summary>How many queues there are.</summary>
    public int QueueCount => _queues.Length;

    /// <summary>Switches the card on.</summary>
    /// <param name="card">The card.</param>
    /// <param name="entries">Entries of each ring, as far as the card can.</param>
    /// <exception cref="DeviceException">It did not become ready.</exception>
    public static async Task<StoreDriver> OpenAsync(PciDevice card, int entries = 32)
    {
        var driver = new StoreDriver(card, entries);
        try
        {
            await driver.SwitchAsync(on: false); // whoever had it before may have left it on
            foreach (Queue queue in driver._queues) queue.Start();
            await driver.SwitchAsync(on: true);
            return driver;
        }
        catch
        {
            await driver.DisposeAsync();
            throw;
        }
    }

    /// <summary>Moves bytes from the store into memory that the card reaches.</summary>
    public Task ReadAsync(int queue, ulong place, Iova address, uint length) => _queues[queue].SubmitAsync(StoreOperation.Read, place, address, length);

    /// <summary>Moves bytes from memory into the store.</summary>
    public Task WriteAsync(int queue, ulong place, Iova address, uint length) => _queues[queue].SubmitAsync(StoreOperation.Write, place, address, length);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_card.IsClosed) await SwitchAsync(on: false);
        }
        finally
        {
            await _interrupts.DisposeAsync();
            foreach (Queue queue in _queues) await queue.Serving;
            _rings.Dispose(); // after the card has stopped using it
        }
    }

    private async Task SwitchAsync(bool on)
    {
        _registers.Configuration.Update(value => value with { Enable = on });
        StoreStatus status = await _registers.Status.WaitUntilAsync(value => value.Ready == on || value.Fatal, _patience);
        if (on && status.Fatal) throw new DeviceException(DeviceStatus.IoError, _card.Address, "switching it on", $"its status is {status}", "Check its queues' registers.");
    }

    /// <summary>One queue: both rings, and who waits for which command.</summary>
    private sealed class Queue
    {
        private readonly StoreDriver _driver;
        private readonly StoreQueueRegisters _registers;
        private readonly StoreDoorbells _doorbells;
        private readonly InterruptVector _vector;
        private readonly DescriptorRing<StoreCommand> _commands;
        private readonly DescriptorRing<StoreCompletion> _completions;
        private readonly TaskCompletionSource<ushort>?[] _waiting;
        private TaskCompletionSource _room = new();
        private Exception? _end;

        internal Queue(StoreDriver driver, int number, int entries, uint stride)
        {
            _driver = driver;
            _registers = driver._card.Bar(0).As<StoreQueueRegisters>(StoreQueueRegisters.At(number));
            _doorbells = driver._card.Bar(0).As<StoreDoorbells>(0x1000 + ((ulong)number * stride));
            _vector = driver._interrupts.Vector(driver._interrupts.VectorOf(number));
            int start = number * MemorySize(entries);
            _commands = driver._rings.Ring<StoreCommand>(entries, offset: start);
            _completions = driver._rings.Ring<StoreCompletion>(entries, RingFlag.PhaseAt(8 * 8), start + (entries * StoreCommand.Size));
            _waiting = new TaskCompletionSource<ushort>?[entries];
        }

        /// <summary>Takes completions until the session ends.</summary>
        internal Task Serving { get; private set; } = Task.CompletedTask;

        internal static int MemorySize(int entries) => entries * (StoreCommand.Size + StoreCompletion.Size);

        internal void Start()
        {
            _registers.Commands.Write(_commands.Address.Value);
            _registers.Completions.Write(_completions.Address.Value);
            _registers.Vector.Write((uint)_vector.Number);
            _registers.Entries.Write((uint)_commands.Entries);
            Serving = ServeAsync();
        }

        internal async Task SubmitAsync(StoreOperation operation, ulong place, Iova address, uint length)
        {
            var done = new TaskCompletionSource<ushort>();
            while (!TryPost(operation, place, address, length, done, out Task room)) await room;
            ushort status = await done.Task;
            if (status != 0) throw new DeviceException(DeviceStatus.IoError, _driver._card.Address, $"{operation} of {length} bytes at {place}", $"the card answered status {status}", "Check the place and the length.");
        }

        private bool TryPost(StoreOperation operation, ulong place, Iova address, uint length, TaskCompletionSource<ushort> done, out Task room)
        {
            bool posted = false;
            Task full = Task.CompletedTask;
            _vector.Synchronize(() => // between callers, and against the completions
            {
                if (_end is not null) throw _end;
                int id = Array.IndexOf(_waiting, null);
                full = _room.Task;
                posted = id >= 0 && _commands.TryPost(new StoreCommand(operation, (ushort)id, length, place, address.Value));
                if (!posted) return;
                _waiting[id] = done;
                _doorbells.CommandTail.Write((uint)_commands.Tail.Index);
            });
            room = full;
            return posted;
        }

        private async Task ServeAsync()
        {
            try
            {
                await foreach (Interrupt _ in _vector.ReadAllAsync())
                {
                    while (TryTake(out TaskCompletionSource<ushort>? done, out ushort status, out TaskCompletionSource room))
                    {
                        done?.TrySetResult(status);
                        room.TrySetResult();
                    }
                }
            }
            catch (DeviceException gone)
            {
                _end = gone;
            }

            // Nobody is left waiting: neither for a command, nor for room.
            _end ??= new ObjectDisposedException(nameof(StoreDriver));
            foreach (TaskCompletionSource<ushort>? left in _waiting) left?.TrySetException(_end);
            _room.TrySetResult();
        }

        private bool TryTake(out TaskCompletionSource<ushort>? done, out ushort status, out TaskCompletionSource room)
        {
            (TaskCompletionSource<ushort>? Done, ushort Status, TaskCompletionSource Room, bool Taken) result = (null, 0, _room, false);
            _vector.Synchronize(() =>
            {
                if (!_completions.TryTake(out StoreCompletion completion)) return;
                _doorbells.CompletionHead.Write((uint)_completions.Head.Index);
                if (completion.Id >= _waiting.Length || !_commands.TryMoveHead((int)completion.CommandHead)) return; // the card is wrong
                result = (_waiting[completion.Id], completion.Status, _room, true);
                _waiting[completion.Id] = null;
                _room = new TaskCompletionSource();
            });
            (done, status, room, bool taken) = result;
            return taken;
        }
    }
}
