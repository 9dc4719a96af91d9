using RingThree.Dma;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>QEMU's edu card, register for register as QEMU 7.2 has it.</summary>
/// <remarks>
/// Source: QEMU docs/specs/edu, and hw/misc/edu.c where that is silent. Below 80h only 32-bit accesses answer; from 80h on
/// 32 and 64 bits. A DMA takes 100 ms, and 100 more from each attempt to start another meanwhile. Where QEMU would end on a DMA beyond the card's 4 KiB buffer, this refuses it
/// (<see cref="RefusedTransfers"/>), and like QEMU it takes at most 4095 bytes.
/// </remarks>
public sealed class EduCard : SimulatedCard
{
    /// <summary>The address bits of an ordinary one: 28.</summary>
    public const ulong DefaultDmaMask = (1UL << 28) - 1;

    // QEMU lets these be written on every card, whatever BARs it has.
    internal const PciCommand QemuCommand = PciCommand.IoSpace | PciCommand.MemorySpace | PciCommand.BusMaster | PciCommand.SystemError | PciCommand.InterruptDisable;
    private const uint ComputingBit = 0x01;
    private const uint InterruptWhenDoneBit = 0x80;
    private const ulong Running = 1;
    private const ulong FromCard = 2;
    private const ulong InterruptAfterDma = 4;
    private const ulong BufferStart = 0x40000;
    private static readonly TimeSpan DmaTime = TimeSpan.FromMilliseconds(100);
    private readonly byte[] _buffer = new byte[4096];
    private readonly ulong _dmaMask;
    private IDisposable? _dma;
    private uint _liveness;
    private uint _factorial;
    private uint _status;
    private uint _interrupts;
    private ulong _source;
    private ulong _destination;
    private ulong _count;
    private ulong _command;

    /// <summary>Makes one.</summary>
    /// <param name="dmaMask">Which address bits its DMA has, as QEMU's property dma_mask: 28 unless said otherwise.</param>
    public EduCard(ulong dmaMask = DefaultDmaMask)
        : base(new CardDefinition(0x1234, 0x11E8, "edu")
        {
            ClassCode = 0x00FF00,
            Revision = 0x10,
            SubsystemVendorId = 0x1AF4,
            SubsystemId = 0x1100,
            Bars = new Dictionary<int, CardBar> { [0] = new(0x100000) },
            Pin = 1,
            MsiVectors = 1,
            HasScratchConfiguration = true,
            CommandBits = QemuCommand,
        }) => _dmaMask = dmaMask;

    /// <summary>DMA commands that reached beyond the card's buffer; QEMU ends itself there.</summary>
    public int RefusedTransfers { get; private set; }

    /// <inheritdoc/>
    protected internal override ulong Read(int bar, ulong offset, int width)
    {
        if (width < 4) return 0;
        if (offset < 0x80 && width != 4) return ulong.MaxValue;
        return offset switch
        {
            0x00 => 0x010000ED,
            0x04 => _liveness,
            0x08 => _factorial,
            0x20 => _status,
            0x24 => _interrupts,
            0x80 => _source,
            0x88 => _destination,
            0x90 => _count,
            0x98 => _command,
            _ => ulong.MaxValue,
        };
    }

    /// <inheritdoc/>
    protected internal override void Write(int bar, ulong offset, int width, ulong value)
    {
        if (width < 4 || (offset < 0x80 && width != 4)) return;
        switch (offset)
        {
            case 0x04: _liveness = ~(uint)value; break;
            case 0x08: Compute((uint)value); break;
            case 0x20: _status = (_status & ~InterruptWhenDoneBit) | ((uint)value & InterruptWhenDoneBit); break;
            case 0x60: Raise((uint)value); break;
            case 0x64: Acknowledge((uint)value); break;
            case 0x80: if ((_command & Running) == 0) _source = value; break;
            case 0x88: if ((_command & Running) == 0) _destination = value; break;
            case 0x90: if ((_command & Running) == 0) _count = value; break;
            case 0x98: StartDma(value); break;
        }
    }

    private void Compute(uint n)
    {
        if ((_status & ComputingBit) != 0) return;
        _factorial = n;
        _status |= ComputingBit;
        AfterAnyReset(TimeSpan.Zero, () =>
        {
            uint result = 1;
            for (uint i = n; i > 0; i--)
            {
                result *= i;
                if (result == 0) break; // 34! and above are 0 modulo 2^32; the rest of the loop would not change that
            }

            _factorial = result;
            _status &= ~ComputingBit;
            if ((_status & InterruptWhenDoneBit) != 0) Raise(0x1);
        });
    }

    private void Raise(uint bits)
    {
        _interrupts |= bits;
        if (_interrupts != 0) RaiseInterrupt();
    }

    private void Acknowledge(uint bits)
    {
        _interrupts &= ~bits;
        if (_interrupts == 0 && !UsesMessages) SetPin(false);
    }

    private void StartDma(ulong command)
    {
        if ((command & Running) == 0) return;
        // While one runs the command is not taken, yet its timer starts again (hw/misc/edu.c, dma_rw).
        if ((_command & Running) == 0) _command = command;
        _dma?.Dispose();
        _dma = AfterAnyReset(DmaTime, EndDma);
    }

    /// <summary>QEMU's card has no reset of its own: that of the bus stops neither its thread nor its timer.</summary>
    private IDisposable AfterAnyReset(TimeSpan delay, Action work) => After(delay, work, survivesReset: true);

    private void EndDma()
    {
        bool fromCard = (_command & FromCard) != 0;
        ulong inCard = fromCard ? _source : _destination;
        var inMemory = new Iova((fromCard ? _destination : _source) & _dmaMask);
        // QEMU's check is off by one: start + count must stay below the end (hw/misc/edu.c, edu_check_range).
        if (_count == 0 || inCard < BufferStart || _count >= (ulong)_buffer.Length || inCard - BufferStart + _count >= (ulong)_buffer.Length)
        {
            RefusedTransfers++;
        }
        else
        {
            Span<byte> part = _buffer.AsSpan((int)(inCard - BufferStart), (int)_count);
            if (fromCard) DmaWrite(inMemory, part);
            else DmaRead(inMemory, part);
        }

        _command &= ~Running;
        if ((_command & InterruptAfterDma) != 0) Raise(0x100);
    }
}
