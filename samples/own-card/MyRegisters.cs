using RingThree.Registers;

namespace RingThree.Samples.OwnCard;

/// <summary>The card's registers, as its data sheet would list them.</summary>
[RegisterMap(Size = 0x80, Source = "an imaginary data sheet")]
public readonly partial struct MyRegisters
{
    /// <summary>CAFE_0001h.</summary>
    [Register(0x00)]
    public partial ReadOnlyRegister<uint> Identification { get; }

    /// <summary>Writing it starts a measurement.</summary>
    [Register(0x08)]
    public partial Register<uint> Control { get; }

    /// <summary>What has happened; writing ones clears.</summary>
    [Register(0x24)]
    public partial WriteOneToClearRegister<MyEvents> Events { get; }

    /// <summary>Eight results.</summary>
    [Register(0x40, Count = 8, Stride = 8)]
    public partial RegisterArray<uint> Channels { get; }
}

/// <summary>Bits of the event register.</summary>
[Flags]
public enum MyEvents : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A measurement is done.</summary>
    Done = 1,
}
