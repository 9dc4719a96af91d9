namespace RingThree.Dma;

/// <summary>A piece of memory for an entry of a card's scatter-gather list.</summary>
/// <param name="Address">Where the card sees its first byte.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct DmaSegment(Iova Address, long Length);

/// <summary>Cutting mapped memory into what a card's scatter-gather list takes.</summary>
/// <remarks>Behind an IOMMU memory that is scattered over pages is one range on the bus: only the card's own limits cut it.</remarks>
public static class DmaSegments
{
    /// <summary>Cuts a range into segments, in order, none of them empty.</summary>
    /// <param name="address">Where the card sees its first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="maximumSegment">The most bytes of a segment; <see langword="null"/> for no limit.</param>
    /// <param name="boundary">A power of two of which no segment may cross a multiple, such as 4096 for page lists; <see langword="null"/> for none.</param>
    /// <exception cref="ArgumentException">A limit is less than 1, or the boundary is no power of two.</exception>
    public static IEnumerable<DmaSegment> Cut(Iova address, long length, long? maximumSegment = null, long? boundary = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (maximumSegment is { } maximum) ArgumentOutOfRangeException.ThrowIfLessThan(maximum, 1, nameof(maximumSegment));
        if (boundary is { } place && (place < 1 || (place & (place - 1)) != 0)) throw new ArgumentException($"{place} is no power of two.", nameof(boundary));
        return Segments(address, length, maximumSegment ?? long.MaxValue, boundary);
    }

    /// <summary>Cuts mapped memory into segments.</summary>
    /// <inheritdoc cref="Cut"/>
    public static IEnumerable<DmaSegment> Segments(this DmaMapping mapping, long? maximumSegment = null, long? boundary = null)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        return Cut(mapping.Address, mapping.Length, maximumSegment, boundary);
    }

    /// <inheritdoc cref="Segments(DmaMapping, long?, long?)"/>
    public static IEnumerable<DmaSegment> Segments(this DmaBuffer buffer, long? maximumSegment = null, long? boundary = null)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        return Cut(buffer.Address, buffer.Length, maximumSegment, boundary);
    }

    private static IEnumerable<DmaSegment> Segments(Iova address, long length, long maximum, long? boundary)
    {
        for (long done = 0; done < length;)
        {
            Iova at = address + (ulong)done;
            long toBoundary = boundary is { } place ? place - (long)(at.Value & (ulong)(place - 1)) : long.MaxValue;
            long piece = Math.Min(Math.Min(maximum, toBoundary), length - done);
            yield return new DmaSegment(at, piece);
            done += piece;
        }
    }
}
