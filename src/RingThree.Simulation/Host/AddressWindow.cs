namespace RingThree.Simulation;

/// <summary>Addresses to give to BARs, each at a multiple of its size.</summary>
internal sealed class AddressWindow(ulong first, ulong last)
{
    private readonly SortedList<ulong, ulong> _taken = [];

    internal ulong First => first;

    internal ulong Last => last;

    /// <summary>Takes a free range, lowest first.</summary>
    internal ulong? Take(ulong size)
    {
        ulong start = Up(first, size);
        foreach ((ulong from, ulong to) in _taken)
        {
            if (start + (size - 1) < from) break;
            if (to >= start) start = Up(to + 1, size);
        }

        if (start < first || start > last || last - start < size - 1) return null;
        _taken.Add(start, start + (size - 1));
        return start;
    }

    internal void Give(ulong start) => _taken.Remove(start);

    private static ulong Up(ulong value, ulong size) => (value + size - 1) & ~(size - 1);
}
