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
        if (length < 0) throw new ArgumentOutOfRangeException(nameof(length), $"{length} bytes at {address} were to be cut into segments; it can be 0 or more.");
        if (maximumSegment < 1)
            throw new ArgumentOutOfRangeException(nameof(maximumSegment), $"{length} bytes at {address} were to be cut into segments of at most {maximumSegment}; it can be 1 or more.");
        if (boundary is { } place && (place < 1 || (place & (place - 1)) != 0)) throw new ArgumentException($"{length} bytes at {address} were to be cut at multiples of {place}, which is not a power of two.", nameof(boundary));
        return Segments(address, length, maximumSegment ?? long.MaxValue, boundary);
    }

    /// <summary>Cuts mapped memory into segments.</summary>
    /// <inheritdoc cref="Cut"/>
    /// <exception cref="ObjectDisposedException">The device no longer reaches the memory.</exception>
    public static IEnumerable<DmaSegment> Segments(this DmaMapping mapping, long? maximumSegment = null, long? boundary = null)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        mapping.ThrowIfOver(nameof(DmaMapping));
        return Cut(mapping.Address, mapping.Length, maximumSegment, boundary);
    }

    /// <inheritdoc cref="Segments(DmaMapping, long?, long?)"/>
    public static IEnumerable<DmaSegment> Segments(this DmaBuffer buffer, long? maximumSegment = null, long? boundary = null)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        buffer.ThrowIfOver();
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
