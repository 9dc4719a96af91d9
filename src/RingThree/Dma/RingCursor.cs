namespace RingThree.Dma;

/// <summary>A place in a ring of descriptors: an entry, and on which way round. A value: <see cref="Next"/> gives the one after it.</summary>
/// <remarks>For drivers and card models alike. The first one is <c>new RingCursor(entries)</c>: entry 0, on the first way round.</remarks>
public readonly record struct RingCursor
{
    /// <summary>The first entry of a ring.</summary>
    /// <param name="entries">How many entries the ring has, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">It has none.</exception>
    public RingCursor(int entries)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(entries, 1);
        Entries = entries;
    }

    private RingCursor(int entries, int index, bool isOdd)
    {
        Entries = entries;
        Index = index;
        IsOdd = isOdd;
    }

    /// <summary>How many entries the ring has.</summary>
    public int Entries { get; }

    /// <summary>The entry, 0 to <see cref="Entries"/> - 1.</summary>
    public int Index { get; }

    /// <summary>
    /// The phase of this way round: <see langword="true"/> on the first, <see langword="false"/> on the second, and so on. It is what
    /// the side that fills a ring writes into its phase bits, over memory that was all zeros (NVM Express 1.4, 4.6).
    /// </summary>
    public bool Phase => !IsOdd;

    /// <summary>Stored the other way round, so that a default value is on its first way round, too.</summary>
    private bool IsOdd { get; }

    /// <summary>The place after it; after the last entry, the first one of the next way round.</summary>
    public RingCursor Next() => Index + 1 < Entries ? new RingCursor(Entries, Index + 1, IsOdd) : new RingCursor(Entries, 0, !IsOdd);

    /// <summary>How many entries on another entry is, 0 to <see cref="Entries"/> - 1, whichever way round it is on.</summary>
    /// <param name="index">The entry, 0 to <see cref="Entries"/> - 1.</param>
    public int DistanceTo(int index) => index >= Index ? index - Index : Entries - Index + index;

    /// <summary>As <c>3 of 8, phase 1</c>.</summary>
    public override string ToString() => $"{Index} of {Entries}, phase {(Phase ? 1 : 0)}";
}
