using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Transfers;

namespace MyCard;

/// <summary>Drives the card. It does not know where the card is: on the simulated machine, or in this one.</summary>
public sealed class MyCardDriver : IAsyncDisposable
{
    /// <summary>The card's ids.</summary>
    public static readonly PciId Id = new(0x10EE, 0x7ADC);

    // How long a measurement may take before something is wrong.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly InterruptSession _interrupts;

    /// <summary>Starts driving an open card.</summary>
    /// <param name="card">The card; the caller closes it.</param>
    /// <param name="kinds">The kinds of interrupts to choose from: the best that the card has and its host grants.</param>
    public MyCardDriver(PciDevice card, InterruptKinds kinds = InterruptKinds.All)
    {
        if (card.Id != Id) throw new NotSupportedException($"{card} is not the card that this drives ({Id}).");
        Registers = card.Bar(0).As<MyCardRegisters>();
        _interrupts = card.Interrupts.Enable(new InterruptOptions
        {
            Kinds = kinds,

            // At interrupt level, before anything else: is it ours? Acknowledge just what was read.
            Immediate = new TransferProgramBuilder()
                .Read32(bar: 0, MyCardRegisters.Offsets.Events).Mask(0xFFFF_FFFF)
                .WriteBack32(bar: 0, MyCardRegisters.Offsets.Events)
                .Build(),

            // Before the interrupt is connected: nothing of what was before us may be pending.
            Quiet = new TransferProgramBuilder()
                .Write32(bar: 0, MyCardRegisters.Offsets.Events, 0xFFFF_FFFF)
                .Build(),
        });
    }

    /// <summary>BAR 0.</summary>
    public MyCardRegisters Registers { get; }

    /// <summary>Measures, and waits for the card's interrupt.</summary>
    /// <param name="gain">What to multiply with.</param>
    /// <returns>A value for each channel.</returns>
    /// <exception cref="DeviceException">No interrupt came (<see cref="DeviceStatus.TimedOut"/>); the message says what the card and the line look like.</exception>
    public async Task<uint[]> MeasureAsync(uint gain)
    {
        Registers.Control.Write(gain);
        MyCardEvents seen = MyCardEvents.None;
        while (!seen.HasFlag(MyCardEvents.Done))
        {
            Interrupt interrupt = await _interrupts.NextAsync(Patience);
            seen |= (MyCardEvents)interrupt.Values.Span[0]; // what the first read of Immediate has read
        }

        var values = new uint[Registers.Channels.Count];
        for (int i = 0; i < values.Length; i++) values[i] = Registers.Channels[i].Read();
        return values;
    }

    /// <summary>Disables the interrupt: when this has returned, none is taken any more.</summary>
    public ValueTask DisposeAsync() => _interrupts.DisposeAsync();
}
