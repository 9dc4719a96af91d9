using System.Runtime.CompilerServices;
using RingThree.Hosting;

namespace RingThree.Dma;

/// <summary>
/// Hands out bus addresses of one address space: lowest first, so that cards with few address bits find theirs free.
/// One per address space, also when several devices share it.
/// </summary>
internal sealed class IovaAllocator
{
    private static readonly ConditionalWeakTable<IAddressSpace, IovaAllocator> All = [];
    private readonly IAddressSpace _space;
    private readonly SortedList<ulong, ulong> _taken = []; // start to last, in page granularity
    private readonly Lock _gate = new();

    private IovaAllocator(IAddressSpace space)
    {
        _space = space;
        PageSize = 1UL << System.Numerics.BitOperations.TrailingZeroCount(space.PageSizes);
    }

    /// <summary>The smallest page, bytes.</summary>
    internal ulong PageSize { get; }

    internal static IovaAllocator Of(IAddressSpace space) => All.GetValue(space, static s => new IovaAllocator(s));

    /// <summary>Takes a free range, or returns <see langword="null"/>.</summary>
    /// <param name="length">Bytes, a multiple of the page size.</param>
    /// <param name="last">The highest address the card can reach.</param>
    /// <param name="alignment">What it is to be a multiple of, so that the IOMMU translates it by huge pages; 0 for a page.</param>
    internal Iova? Take(ulong length, ulong last, ulong alignment = 0)
    {
        alignment = Math.Max(alignment, PageSize);
        lock (_gate)
        {
            foreach (IovaRange range in _space.UsableRanges)
            {
                // Bus address 0 is left out: a card whose address register was never written would hit it.
                if (range.First.Value > ulong.MaxValue - (alignment - 1)) continue; // no whole page is left
                ulong start = Math.Max(Up(range.First.Value, alignment), alignment);
                foreach ((ulong from, ulong to) in _taken)
                {
                    if (to < start) continue;
                    if (from > start && from - start >= length) break;
                    if (to > ulong.MaxValue - alignment) return null;
                    start = Up(to + 1, alignment);
                }

                ulong end = Math.Min(range.Last.Value, last);
                if (start > end || end - start < length - 1) continue;
                _taken.Add(start, start + (length - 1));
                return new Iova(start);
            }

            return null;
        }
    }

    internal void Give(Iova iova)
    {
        lock (_gate) _taken.Remove(iova.Value);
    }

    private static ulong Up(ulong value, ulong alignment) => (value + alignment - 1) & ~(alignment - 1);
}
