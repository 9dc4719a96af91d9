using RingThree.Dma;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Transfers;

namespace RingThree.Samples.Edu;

/// <summary>
/// A driver for QEMU's edu card: factorials, raised interrupts and DMA, all waited for by interrupt. The same file runs on
/// the simulated card and, through VFIO, on QEMU's.
/// </summary>
public sealed class EduDriver : IAsyncDisposable
{
    /// <summary>The card's ids.</summary>
    public static readonly PciId Id = new(0x1234, 0x11E8);

    /// <summary>How many address bits its DMA has.</summary>
    public const int AddressBits = 28;

    /// <summary>Where the card's own buffer starts, and how much of it one DMA may move (QEMU 7.2 ends at one byte more).</summary>
    public const ulong CardBuffer = 0x4_0000;

    /// <inheritdoc cref="CardBuffer"/>
    public const int LargestDma = 4095;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly PciDevice _device;

    /// <summary>Starts driving an open card.</summary>
    /// <param name="device">The card; the caller closes it.</param>
    /// <param name="kinds">The interrupt kinds to choose from.</param>
    public EduDriver(PciDevice device, InterruptKinds kinds = InterruptKinds.All)
    {
        _device = device;
        Registers = device.Bar(0).As<EduRegisters>();
        Interrupts = device.Interrupts.Enable(new InterruptOptions { Kinds = kinds, Immediate = Acknowledge(), Quiet = Quiet() });
    }

    /// <summary>BAR 0.</summary>
    public EduRegisters Registers { get; }

    /// <summary>The enabled interrupt.</summary>
    public InterruptSession Interrupts { get; }

    /// <summary>At interrupt level: is it ours, and acknowledge just what was read.</summary>
    public static TransferProgram Acknowledge() => new TransferProgramBuilder()
        .Read32(bar: 0, EduRegisters.Offsets.InterruptStatus).Mask(0xFFFF_FFFF)
        .WriteBack32(bar: 0, EduRegisters.Offsets.AcknowledgeInterrupt)
        .Build();

    /// <summary>Silences the card: no interrupt on factorials, nothing pending.</summary>
    public static TransferProgram Quiet() => new TransferProgramBuilder()
        .Write32(bar: 0, EduRegisters.Offsets.Status, 0)
        .Write32(bar: 0, EduRegisters.Offsets.AcknowledgeInterrupt, 0xFFFF_FFFF)
        .Build();

    /// <summary>Whether the card answers as an edu: the id's low half, and a liveness check.</summary>
    public bool Identify()
    {
        Registers.Liveness.Write(0x1234_5678);
        return (Registers.Identification.Read() & 0xFF) == 0xED && Registers.Liveness.Read() == ~0x1234_5678u;
    }

    /// <summary>Computes n! modulo 2^32 on the card, and waits for its interrupt.</summary>
    public async Task<uint> FactorialAsync(uint n)
    {
        Registers.Status.Write(EduStatus.InterruptWhenDone);
        Registers.Factorial.Write(n);
        await WaitForAsync(EduInterrupts.Factorial);
        return Registers.Factorial.Read();
    }

    /// <summary>Has the card interrupt, and waits for that.</summary>
    public async Task RaiseAsync(EduInterrupts bits)
    {
        Registers.RaiseInterrupt.Write(bits);
        await WaitForAsync(bits);
    }

    /// <summary>Moves bytes from a buffer to the card's own.</summary>
    /// <param name="buffer">Allocated with <see cref="AddressBits"/>.</param>
    /// <param name="count">1 to <see cref="LargestDma"/>.</param>
    public Task ToCardAsync(DmaBuffer buffer, int count) => DmaAsync(buffer.Address.Value, CardBuffer, count, EduDma.None);

    /// <summary>Moves bytes from the card's buffer to ours.</summary>
    /// <inheritdoc cref="ToCardAsync"/>
    public Task FromCardAsync(DmaBuffer buffer, int count) => DmaAsync(CardBuffer, buffer.Address.Value, count, EduDma.FromCard);

    /// <summary>A buffer that the card can reach.</summary>
    public DmaBuffer Allocate(int length) => _device.Dma.Allocate(length, AddressBits);

    /// <summary>Disables the interrupt.</summary>
    public ValueTask DisposeAsync() => Interrupts.DisposeAsync();

    private async Task DmaAsync(ulong source, ulong destination, int count, EduDma direction)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, LargestDma);
        Registers.DmaSource.Write(source);
        Registers.DmaDestination.Write(destination);
        Registers.DmaCount.Write((ulong)count);
        Registers.DmaCommand.Write(EduDma.Start | EduDma.InterruptWhenDone | direction);
        await WaitForAsync(EduInterrupts.Dma);
    }

    /// <summary>Waits until the card has interrupted for this reason. The immediate stage's read says why it did.</summary>
    private async Task WaitForAsync(EduInterrupts reason)
    {
        EduInterrupts seen = EduInterrupts.None;
        while ((seen & reason) != reason)
        {
            Interrupt interrupt = await Interrupts.NextAsync(Patience);
            seen |= (EduInterrupts)interrupt.Values.Span[0];
        }
    }
}
