using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Transfers;

namespace RingThree.Samples.Soak;

/// <summary>A driver for the converter, with a mistake that no ordinary test finds, or without it.</summary>
public sealed class AdcDriver : IDisposable
{
    private readonly AdcRegisters _registers;
    private readonly InterruptSession _interrupts;
    private readonly bool _careless;
    private TaskCompletionSource<uint>? _waiting;

    /// <summary>Opens it.</summary>
    /// <param name="card">The card.</param>
    /// <param name="careless">Whether to make the mistake.</param>
    public AdcDriver(PciDevice card, bool careless)
    {
        _careless = careless;
        _registers = card.Bar(0).As<AdcRegisters>();
        _interrupts = card.Interrupts.Enable(new InterruptOptions
        {
            Immediate = new TransferProgramBuilder()
                .Read32(bar: 0, AdcRegisters.Offsets.Status).Mask(1)
                .WriteBack32(bar: 0, AdcRegisters.Offsets.Status)
                .Build(),
            Handler = (in Interrupt _) => _waiting?.TrySetResult(_registers.Result.Read()),
        });
    }

    /// <summary>Converts one channel.</summary>
    public Task<uint> ConvertAsync(uint channel)
    {
        // The mistake: to start the card first and to get ready for its answer afterwards. It takes a card that is quick,
        // and an interrupt between two lines, to lose the answer.
        if (_careless) _registers.Start.Write(channel);
        _waiting = new TaskCompletionSource<uint>();
        if (!_careless) _registers.Start.Write(channel);
        return _waiting.Task;
    }

    /// <inheritdoc/>
    public void Dispose() => _interrupts.Dispose();
}
