using System.Globalization;

namespace RingThree.Dma;

/// <summary>
/// An address as the device sees it (I/O virtual address). A type of its own, so that it cannot be mixed up with a pointer.
/// </summary>
/// <param name="Value">The address.</param>
public readonly record struct Iova(ulong Value) : IComparable<Iova>
{
    /// <summary>The address <paramref name="bytes"/> further on.</summary>
    public static Iova operator +(Iova address, ulong bytes) => new(address.Value + bytes);

    /// <summary>Bytes from one address to another.</summary>
    public static ulong operator -(Iova left, Iova right) => left.Value - right.Value;

    /// <inheritdoc/>
    public int CompareTo(Iova other) => Value.CompareTo(other.Value);

    /// <summary>The low 32 bits, for cards that take an address in halves.</summary>
    public uint Low => (uint)Value;

    /// <summary>The high 32 bits.</summary>
    public uint High => (uint)(Value >> 32);

    /// <summary>The address in hexadecimal, as <c>iova 0x1000</c>.</summary>
    public override string ToString() => "iova 0x" + Value.ToString("x", CultureInfo.InvariantCulture);
}
