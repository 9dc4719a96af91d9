using RingThree.Registers;

namespace RingThree.Tests.Generators;

/// <summary>Two bits.</summary>
public enum LineMode
{
    Off,
    Fast,
    Slow = 3,
}

/// <summary>A field of every kind and access.</summary>
[BitFields(typeof(uint), ReservedZero = 1 << 1, ReservedOne = 1 << 2)]
public readonly partial struct LineControl
{
    [Bits(0)] public partial bool Enable { get; init; }

    [Bits(4, 2)] public partial LineMode Mode { get; init; }

    [Bits(11, 5)] public partial sbyte Trim { get; init; }

    [Bits(16, 8, Access = BitAccess.ReadOnly)] public partial byte Level { get; init; }

    [Bits(24, Access = BitAccess.WriteOnly)] public partial bool Start { get; init; }

    [Bits(31, Access = BitAccess.WriteOneToClear)] public partial bool Overrun { get; init; }
}

/// <summary>A field as long as its storage.</summary>
[BitFields(typeof(ulong))]
public readonly partial struct Wide
{
    [Bits(0, 64)] public partial ulong All { get; init; }
}

/// <summary>A register of one byte.</summary>
[BitFields(typeof(byte))]
public readonly partial struct Narrow
{
    [Bits(0, 7)] public partial sbyte Sign { get; init; }
}
