using Microsoft.CodeAnalysis;

namespace RingThree.Generators;

/// <summary>Which bytes a register takes, for the checks of one map; it does not outlive the reading of that map.</summary>
internal sealed record RegisterExtent(
    string Name, uint Offset, uint Width, uint Count, uint Stride, IReadOnlyList<string> Overlaps, Location Location)
{
    /// <summary>The first byte behind it. 64 bits hold it whatever the attribute says.</summary>
    public ulong End => StartOf(Count - 1) + Width;

    /// <summary>Whether both take some byte; the bytes between the registers of an array are free for others.</summary>
    public bool Intersects(RegisterExtent other)
    {
        if (Offset >= other.End || other.Offset >= End) return false;
        (RegisterExtent few, RegisterExtent many) = Count <= other.Count ? (this, other) : (other, this);
        for (uint i = 0; i < few.Count; i++)
        {
            if (many.Takes(few.StartOf(i), few.Width)) return true;
        }

        return false;
    }

    /// <summary>Whether it takes one of these bytes.</summary>
    private bool Takes(ulong start, uint length)
    {
        // The first of the row that ends behind the start is the only one that can be the nearest.
        ulong first = start < Offset + (ulong)Width ? 0 : ((start - Offset - Width) / Stride) + 1;
        return first < Count && StartOf(first) < start + length;
    }

    private ulong StartOf(ulong index) => Offset + (index * Stride);
}
