using RingThree.Registers;

namespace MyCard;

/// <summary>
/// The card's registers, as its data sheet lists them. The type says what may be done with a register, its argument how wide
/// an access is. Offsets that overlap, leave the block or are not aligned do not compile.
/// </summary>
[RegisterMap(Size = 0x80, Source = "your data sheet, and the chapter")]
public readonly partial struct MyCardRegisters
{
    /// <summary>What the card says it is.</summary>
    [Register(0x00)]
    public partial ReadOnlyRegister<uint> Identification { get; }

    /// <summary>Writing a gain starts a measurement.</summary>
    [Register(0x08)]
    public partial Register<uint> Control { get; }

    /// <summary>What has happened; writing ones clears.</summary>
    [Register(0x24)]
    public partial WriteOneToClearRegister<MyCardEvents> Events { get; }

    /// <summary>The results of the last measurement.</summary>
    [Register(0x40, Count = 8, Stride = 8)]
    public partial RegisterArray<uint> Channels { get; }
}

/// <summary>Bits of the event register; the enum is as wide as the register.</summary>
[Flags]
public enum MyCardEvents : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A measurement is done.</summary>
    Done = 1,
}
