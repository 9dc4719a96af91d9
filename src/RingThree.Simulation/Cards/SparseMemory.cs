namespace RingThree.Simulation;

/// <summary>The memory of a BAR of any size: only pages that were written take any.</summary>
internal sealed class SparseMemory
{
    private const int PageSize = 1 << 16;
    private readonly Dictionary<ulong, byte[]> _pages = [];

    /// <summary>An access that crosses no multiple of 8.</summary>
    internal ulong Read(ulong offset, int width)
    {
        if (!_pages.TryGetValue(offset / PageSize, out byte[]? page)) return 0;
        ReadOnlySpan<byte> bytes = page.AsSpan((int)(offset % PageSize), width);
        ulong value = 0;
        for (int i = width - 1; i >= 0; i--) value = (value << 8) | bytes[i];
        return value;
    }

    /// <inheritdoc cref="Read"/>
    internal void Write(ulong offset, int width, ulong value)
    {
        if (!_pages.TryGetValue(offset / PageSize, out byte[]? page)) _pages[offset / PageSize] = page = new byte[PageSize];
        Span<byte> bytes = page.AsSpan((int)(offset % PageSize), width);
        for (int i = 0; i < width; i++) bytes[i] = (byte)(value >> (8 * i));
    }

    internal void Clear() => _pages.Clear();
}
