namespace RingThree.Registers;

/// <summary>
/// Makes a struct the value of a register that has fields: the source generator gives it the properties' bodies, <c>Raw</c>, equality,
/// a text for logs and <see cref="IBitFields{TSelf}"/>, and checks places, overlaps and types while compiling.
/// </summary>
/// <param name="storage">What holds the bits: <see langword="byte"/>, <see langword="ushort"/>, <see langword="uint"/> or <see langword="ulong"/>; its size is the access width.</param>
/// <remarks>The struct is <c>readonly partial</c> and has no field of its own; each field is a partial property marked <see cref="BitsAttribute"/>.</remarks>
/// <example>
/// <code>
/// [BitFields(typeof(uint))]
/// public readonly partial struct AdcControl
/// {
///     [Bits(0)] public partial bool Enable { get; init; }
///     [Bits(4, 2)] public partial AdcMode Mode { get; init; }
///     [Bits(16, Access = BitAccess.WriteOneToClear)] public partial bool Overrun { get; init; }
/// }
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Struct, Inherited = false)]
public sealed class BitFieldsAttribute(Type storage) : Attribute
{
    /// <summary>What holds the bits.</summary>
    public Type Storage { get; } = storage;

    /// <summary>Bits without a field that must be written as zeros, as a mask. Other bits without a field are written as they were read.</summary>
    public ulong ReservedZero { get; set; }

    /// <summary>Bits without a field that must be written as ones, as a mask.</summary>
    public ulong ReservedOne { get; set; }

    /// <summary>Where the fields are specified: the document and, where it has them, the section.</summary>
    public string? Source { get; set; }
}
