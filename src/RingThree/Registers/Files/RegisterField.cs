using System.Globalization;

namespace RingThree.Registers.Files;

/// <summary>Bits of a register that belong together.</summary>
/// <param name="Name">Their name.</param>
/// <param name="LowBit">The lowest one's number, from 0.</param>
/// <param name="BitCount">How many there are, 1 to 64.</param>
public sealed record RegisterField(string Name, int LowBit, int BitCount)
{
    /// <summary>What they mean.</summary>
    public string? Description { get; init; }

    /// <summary>Whether they can be read and written.</summary>
    public RegisterAbility Ability { get; init; }

    /// <summary>What a write does to them.</summary>
    public WriteEffect OnWrite { get; init; }

    /// <summary>What a read does to them.</summary>
    public ReadEffect OnRead { get; init; }

    /// <summary>Values that have a name, the first that fits counting.</summary>
    public IReadOnlyList<FieldValue> Values { get; init; } = [];

    /// <summary>The most it can hold: <see cref="BitCount"/> ones.</summary>
    public ulong Ones => ulong.MaxValue >> (64 - BitCount);

    /// <summary>Its bits, in their place.</summary>
    public ulong Mask => Ones << LowBit;

    /// <summary>Its bits as a data sheet writes them: <c>7:4</c>, or <c>3</c>.</summary>
    public string Bits => BitCount == 1
        ? LowBit.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{LowBit + BitCount - 1}:{LowBit}");

    /// <summary>Its value in a register's.</summary>
    public ulong Of(ulong register) => (register >> LowBit) & Ones;

    /// <summary>The name of a value of the field, or <see langword="null"/>.</summary>
    public string? NameOf(ulong value) => Values.FirstOrDefault(v => v.Fits(value))?.Name;

    /// <summary>The value of that name, or <see langword="null"/>; a name for several values is none.</summary>
    public ulong? ValueOf(string name) =>
        Values.FirstOrDefault(v => v.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && (v.Cared & Ones) == Ones)?.Value;
}

/// <summary>A value of a field that has a name.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value; bits outside <paramref name="Cared"/> are 0.</param>
/// <param name="Cared">The bits that must be as in <paramref name="Value"/>: all for a plain value, none for the name of everything else.</param>
public sealed record FieldValue(string Name, ulong Value, ulong Cared = ulong.MaxValue)
{
    /// <summary>Whether a field's value has this name.</summary>
    public bool Fits(ulong value) => (value & Cared) == Value;
}
