using RingThree.Registers;

namespace RingThree.Simulation;

/// <summary>Ports of <see cref="IsaCard"/>.</summary>
[RegisterMap(Size = 0x10, Source = "an imaginary design")]
public readonly partial struct IsaCardRegisters
{
    /// <summary>What it is to do.</summary>
    [Register(0x00)]
    public partial Register<IsaControl> Control { get; }

    /// <summary>What it has done; bits are cleared by writing ones.</summary>
    [Register(0x01)]
    public partial WriteOneToClearRegister<IsaStatus> Status { get; }

    /// <summary>How many samples a block has, bytes.</summary>
    [Register(0x02)]
    public partial Register<ushort> Length { get; }

    /// <summary>4953h: the card is where its driver thinks it is.</summary>
    [Register(0x04)]
    public partial ReadOnlyRegister<ushort> Identification { get; }
}

/// <summary>Bits of <see cref="IsaCardRegisters.Control"/>.</summary>
[Flags]
public enum IsaControl : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Pulse the IRQ when a block is there.</summary>
    InterruptEnable = 1,

    /// <summary>Take a block now.</summary>
    Start = 2,
}

/// <summary>Bits of <see cref="IsaCardRegisters.Status"/>.</summary>
[Flags]
public enum IsaStatus : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A block is there.</summary>
    Done = 1,

    /// <summary>A block is being taken.</summary>
    Busy = 0x80,
}
