using RingThree.Registers;
using RingThree.Simulation;

namespace RingThree.Samples.Soak;

/// <summary>A converter's registers, as its data sheet would list them.</summary>
[RegisterMap(Size = 0x40, Source = "an imaginary data sheet")]
public readonly partial struct AdcRegisters
{
    /// <summary>Writing a channel's number starts a conversion.</summary>
    [Register(0x00)]
    public partial WriteOnlyRegister<uint> Start { get; }

    /// <summary>Bit 0: a conversion is done. Writing it clears it.</summary>
    [Register(0x04)]
    public partial WriteOneToClearRegister<uint> Status { get; }

    /// <summary>The last conversion's result.</summary>
    [Register(0x08)]
    public partial ReadOnlyRegister<uint> Result { get; }
}

/// <summary>The converter's simulated twin: every register is the driver's own map's, and says what it does.</summary>
public sealed class AdcCard : SimulatedCard
{
    private readonly CardRegister<uint> _status;
    private readonly CardRegister<uint> _result;

    /// <summary>Makes one.</summary>
    public AdcCard()
        : base(new CardDefinition(0x10EE, 0x0ADC, "adc") { Bars = new Dictionary<int, CardBar> { [0] = new(0x1000) }, MsiVectors = 1 })
    {
        Map<AdcRegisters>(bar: 0);
        _status = Register<uint>(0, AdcRegisters.Offsets.Status).ClearedByOnes();
        _result = Register<uint>(0, AdcRegisters.Offsets.Result).Holds();
        // Some channels are quick and some are not; a driver that only works with slow ones is wrong.
        Register<uint>(0, AdcRegisters.Offsets.Start).OnWrite(channel => After(TimeSpan.FromMicroseconds(channel % 3), () => Finish(channel)));
    }

    private void Finish(uint channel)
    {
        _result.Value = 1000 + channel;
        _status.Value = 1;
        SendMessage(0);
    }
}
