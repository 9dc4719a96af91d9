namespace RingThree.Simulation;

/// <summary>The memory of a BAR of any size: only pages that were written take any.</summary>
internal sealed class SparseMemory
{
    private const int PageSize = 1 << 16;
    private readonly Dictionary<ulong, byte[]> _pages = [];

    /// <summary>An access that crosses no multiple of 8.</summary>
    internal ulong Read(ulong offset, int width) =>
        _pages.TryGetValue(offset / PageSize, out byte[]? page) ? LittleEndian.Read(page.AsSpan((int)(offset % PageSize), width)) : 0;

    /// <inheritdoc cref="Read"/>
    internal void Write(ulong offset, int width, ulong value)
    {
        if (!_pages.TryGetValue(offset / PageSize, out byte[]? page)) _pages[offset / PageSize] = page = new byte[PageSize];
        LittleEndian.Write(page.AsSpan((int)(offset % PageSize), width), value);
    }

    internal void Clear() => _pages.Clear();
}
