using RingThree.Simulation;

namespace RingThree.Samples.OwnCard;

/// <summary>The card's simulated twin: what its registers do. The root complex around it does the rest.</summary>
public sealed class MyCard() : SimulatedCard(new CardDefinition(0x10EE, 0x7024, "mycard")
{
    Bars = new Dictionary<int, CardBar> { [0] = new(0x1000) },
    Pin = 1,
    MsiVectors = 1,
})
{
    private readonly uint[] _channels = new uint[8];
    private uint _events;

    protected override ulong Read(int bar, ulong offset, int width) => offset switch
    {
        0x00 => 0xCAFE_0001,
        0x24 => _events,
        >= 0x40 and < 0x80 when offset % 8 == 0 => _channels[(offset - 0x40) / 8],
        _ => 0,
    };

    protected override void Write(int bar, ulong offset, int width, ulong value)
    {
        if (offset == 0x08) After(TimeSpan.FromMilliseconds(1), () => Measure((uint)value));
        if (offset == 0x24) Clear((uint)value);
    }

    private void Measure(uint seed)
    {
        for (uint i = 0; i < _channels.Length; i++) _channels[i] = seed * (i + 1);
        _events |= 1;
        RaiseInterrupt(); // a message where the driver has enabled those, else the pin
    }

    private void Clear(uint bits)
    {
        _events &= ~bits;
        if (_events == 0) SetPin(false);
    }
}
