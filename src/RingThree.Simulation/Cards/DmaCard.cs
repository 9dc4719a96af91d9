using System.Runtime.InteropServices;
using RingThree.Dma;

namespace RingThree.Simulation;

/// <summary>
/// A bus master with a scatter-gather engine: it follows a chain of descriptors in the host's memory, moves bytes between
/// that and its own memory, and interrupts when the chain has ended.
/// </summary>
/// <remarks>
/// Source: an imaginary design, after the engines of FPGA cores. One interrupt: a message where those are enabled, sent
/// at each end of a chain, or as interrupts are let out with an end unseen; else its pin, asserted until the status is cleared.
/// Registers of 64 bits are two of 32 there, and are taken as such too.
/// </remarks>
public sealed class DmaCard : SimulatedCard
{
    private readonly CardRegister<DmaCardControl> _control;
    private readonly CardRegister<DmaCardStatus> _status;
    private readonly CardRegister<uint> _completed;
    private readonly CardRegister<ulong> _chain;
    private readonly CardRegister<ulong> _moved;
    private readonly CardRegister<ulong> _failedAt;
    private readonly CardMemory _memory;
    private IDisposable? _later;
    private Iova _next;
    private bool _asserted;

    /// <summary>Makes one.</summary>
    /// <param name="memorySize">Bytes of memory on the card: a power of two, 4 KiB to 256 MiB.</param>
    public DmaCard(int memorySize = 0x10000)
        : base(Define(memorySize))
    {
        Map<DmaCardRegisters>(bar: 0);
        Register<uint>(0, DmaCardRegisters.Offsets.Identification).Constant(0x444D_4131);
        _control = Register<DmaCardControl>(0, DmaCardRegisters.Offsets.Control).Holds(writable: DmaCardControl.InterruptEnable).OnWrite(Control);
        _status = Register<DmaCardStatus>(0, DmaCardRegisters.Offsets.Status).ClearedByOnes().OnWrite(_ => Drive());
        _completed = Register<uint>(0, DmaCardRegisters.Offsets.Completed).Constant(0);
        _chain = Register<ulong>(0, DmaCardRegisters.Offsets.Chain).InParts(4).Holds();
        _moved = Register<ulong>(0, DmaCardRegisters.Offsets.Moved).InParts(4).Constant(0);
        _failedAt = Register<ulong>(0, DmaCardRegisters.Offsets.FailedAt).InParts(4).Constant(0);
        Register<uint>(0, DmaCardRegisters.Offsets.MemorySize).Constant((uint)memorySize);
        _memory = Memory(2, 0, memorySize);
    }

    private bool IsRunning => _control.Value.HasFlag(DmaCardControl.Run);

    /// <inheritdoc/>
    protected internal override void OnReset()
    {
        _asserted = false;
        _memory.Span.Clear();
    }

    private static CardDefinition Define(int memorySize)
    {
        if (memorySize is < 4096 or > 256 << 20 || !int.IsPow2(memorySize))
            throw new ArgumentOutOfRangeException(nameof(memorySize), $"A dma-card with 0x{memorySize:x} bytes of memory was asked for; it can have a power of two from 0x1000 to 0x{256 << 20:x}.");
        return new CardDefinition(0x1AF4, 0x10F1, "dma-card")
        {
            ClassCode = 0x080100, // a DMA controller (PCI Code and ID Assignment 1.11, 1.9)
            Bars = new Dictionary<int, CardBar> { [0] = new(0x1000), [2] = new((ulong)memorySize, Is64Bit: true) { IsPrefetchable = true } },
            Pin = 1,
            MsiVectors = 1,
            Express = new ExpressDefinition(),
        };
    }

    private void Control(DmaCardControl written)
    {
        bool run = written.HasFlag(DmaCardControl.Run);
        if (run && !IsRunning)
        {
            _control.Value |= DmaCardControl.Run;
            (_completed.Value, _moved.Value, _failedAt.Value) = (0, 0, 0);
            _next = new Iova(_chain.Value);
            Continue();
        }
        else if (!run && IsRunning)
        {
            End(DmaCardStatus.Stopped);
            return;
        }

        Drive();
    }

    /// <summary>One descriptor at a time, so that the driver gets a word in between: a chain may be a ring.</summary>
    private void Continue() => _later = After(TimeSpan.Zero, () =>
    {
        DmaCardStatus end = One();
        if (end == DmaCardStatus.None) Continue();
        else End(end);
    });

    private DmaCardStatus One()
    {
        DmaCardDescriptor work = default;
        _failedAt.Value = _next.Value;
        if (_next.Value % DmaCardDescriptor.Size != 0) return DmaCardStatus.BadDescriptor;
        if (!DmaRead(_next, MemoryMarshal.AsBytes(new Span<DmaCardDescriptor>(ref work)))) return DmaCardStatus.DescriptorFault;
        if (work.Length == 0 || work.CardOffset > (uint)_memory.Length || work.Length > (uint)_memory.Length - work.CardOffset) return DmaCardStatus.BadDescriptor;
        Span<byte> bytes = _memory.Span.Slice((int)work.CardOffset, (int)work.Length);
        bool moved = work.Flags.HasFlag(DmaCardFlags.ToHost) ? DmaWrite(new Iova(work.Address), bytes) : DmaRead(new Iova(work.Address), bytes);
        if (!moved) return DmaCardStatus.DataFault;
        _failedAt.Value = 0;
        _completed.Value++;
        _moved.Value += work.Length;
        _next = new Iova(work.Next);
        return work.Flags.HasFlag(DmaCardFlags.Last) ? DmaCardStatus.Done : DmaCardStatus.None;
    }

    private void End(DmaCardStatus how)
    {
        _later?.Dispose();
        _control.Value &= ~DmaCardControl.Run;
        _status.Value |= how;
        _asserted = false; // each end is worth a message, whether or not the one before was seen
        Drive();
    }

    /// <summary>The pin follows the status; a message is sent as it rises, by the status or by the enable bit.</summary>
    private void Drive()
    {
        bool asserted = _status.Value != DmaCardStatus.None && _control.Value.HasFlag(DmaCardControl.InterruptEnable);
        if (asserted && !_asserted && UsesMessages) SendMessage(0);
        _asserted = asserted;
        SetPin(asserted && !UsesMessages); // PCI Local Bus 3.0, 6.8.2: with messages enabled the pin is not used
    }
}
