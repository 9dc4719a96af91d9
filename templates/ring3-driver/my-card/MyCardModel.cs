using RingThree.Simulation;

namespace MyCard;

/// <summary>
/// The card before it is there: what its registers do. The simulated machine around it does the rest, and refuses what a real
/// one refuses (messages and DMA without bus mastering, BARs that are not decoded). A register that is not described here
/// is an error that names it.
/// </summary>
public sealed class MyCardModel : SimulatedCard
{
    private static readonly TimeSpan TimeOfMeasurement = TimeSpan.FromMilliseconds(1);

    private readonly CardRegister<MyCardEvents> _events;
    private readonly CardRegister<uint>[] _channels;

    /// <summary>Makes one.</summary>
    public MyCardModel()
        : base(new CardDefinition(MyCardDriver.Id.Vendor, MyCardDriver.Id.Device, "my-card")
        {
            Bars = new Dictionary<int, CardBar> { [0] = new(0x1000) },
            Pin = 1,
            MsiVectors = 1,
        })
    {
        Map<MyCardRegisters>(bar: 0); // the names, for messages
        Register<uint>(0, MyCardRegisters.Offsets.Identification).Constant(0xCAFE_0001);
        Register<uint>(0, MyCardRegisters.Offsets.Control).Holds().OnWrite(gain => After(TimeOfMeasurement, () => Measure(gain)));
        _events = Register<MyCardEvents>(0, MyCardRegisters.Offsets.Events).ClearedByOnes().OnWrite(_ => Drive());
        _channels = Registers<uint>(0, MyCardRegisters.Offsets.Channels, count: 8, stride: 8);
        foreach (CardRegister<uint> channel in _channels) channel.Holds(writable: 0);
    }

    private void Measure(uint gain)
    {
        for (uint i = 0; i < _channels.Length; i++) _channels[i].Value = gain * (i + 1);
        _events.Value |= MyCardEvents.Done;
        RaiseInterrupt(); // a message where the driver has enabled those, else the pin
    }

    // A pin is a level: it stays until all of its causes have been acknowledged.
    private void Drive()
    {
        if (_events.Value == MyCardEvents.None) SetPin(false);
    }
}
