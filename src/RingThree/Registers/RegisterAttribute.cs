namespace RingThree.Registers;

/// <summary>
/// Places a register in a <see cref="RegisterMapAttribute">register map</see>. The property is partial, has only a getter,
/// and is a <see cref="Register{T}"/>, <see cref="ReadOnlyRegister{T}"/>, <see cref="WriteOnlyRegister{T}"/>,
/// <see cref="WriteOneToClearRegister{T}"/>, or the array of one of these, such as <see cref="RegisterArray{T}"/>; T's size is
/// the access width.
/// </summary>
/// <param name="offset">Bytes from the block's start to the register; a multiple of the width.</param>
[AttributeUsage(AttributeTargets.Property, Inherited = false)]
public sealed class RegisterAttribute(uint offset) : Attribute
{
    /// <summary>Bytes from the block's start to the register, or to the first one of a <see cref="RegisterArray{T}"/>.</summary>
    public uint Offset { get; } = offset;

    /// <summary>How many registers an array has, 1 or more. Only for an array.</summary>
    public int Count { get; set; }

    /// <summary>
    /// Bytes from one register of an array to the next: a multiple of the width, and the width itself
    /// when it is not given. Only for an array.
    /// </summary>
    public uint Stride { get; set; }

    /// <summary>
    /// The registers that share bytes with this one on purpose, such as two views of one register: their properties' names,
    /// separated by commas. To say it on one of the two is enough.
    /// </summary>
    public string? Overlaps { get; set; }

    /// <summary>Where the register is specified, when that differs from <see cref="RegisterMapAttribute.Source"/>.</summary>
    public string? Source { get; set; }
}
