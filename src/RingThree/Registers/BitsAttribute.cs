namespace RingThree.Registers;

/// <summary>
/// Places a field in a struct of <see cref="BitFieldsAttribute">bit fields</see>. The property is partial, has a getter and usually
/// <c>init</c>, and is a <see langword="bool"/> (one bit), an enum or an integer; a signed one is in two's complement.
/// </summary>
/// <param name="lowest">Its lowest bit; bit 0 is the least significant.</param>
/// <param name="count">How many bits it has.</param>
[AttributeUsage(AttributeTargets.Property, Inherited = false)]
public sealed class BitsAttribute(int lowest, int count = 1) : Attribute
{
    /// <summary>Its lowest bit.</summary>
    public int Lowest { get; } = lowest;

    /// <summary>How many bits it has.</summary>
    public int Count { get; } = count;

    /// <summary>What reading and writing do, and so what an update writes when nobody says otherwise.</summary>
    public BitAccess Access { get; set; }

    /// <summary>Where the field is specified, when that differs from <see cref="BitFieldsAttribute.Source"/>.</summary>
    public string? Source { get; set; }
}

/// <summary>What reading and writing a bit field do.</summary>
public enum BitAccess
{
    /// <summary>It is read and written; an update writes what it read.</summary>
    ReadWrite,

    /// <summary>It is read, and writes to it do nothing; an update writes what it read.</summary>
    ReadOnly,

    /// <summary>It is written, and what is read of it means nothing; an update writes zeros.</summary>
    WriteOnly,

    /// <summary>It is cleared by writing ones; an update writes zeros, so that it clears nothing by accident.</summary>
    WriteOneToClear,
}
