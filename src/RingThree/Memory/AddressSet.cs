namespace RingThree.Memory;

/// <summary>Sums and differences of address ranges. Ends are last addresses, so that nothing wraps at 2^64.</summary>
internal static class AddressSet
{
    /// <summary>What is usable and in no range of another kind.</summary>
    internal static IReadOnlyList<PhysicalMemoryRange> UsableOf(IEnumerable<PhysicalMemoryRange> ranges)
    {
        PhysicalMemoryRange[] all = [.. ranges];
        return Subtract(Join(all.Where(r => r.Kind == PhysicalMemoryKind.Usable)), all.Where(r => r.Kind != PhysicalMemoryKind.Usable));
    }

    /// <summary>By address, those that touch or overlap as one, with the first one's kind and name.</summary>
    internal static IReadOnlyList<PhysicalMemoryRange> Join(IEnumerable<PhysicalMemoryRange> ranges)
    {
        var joined = new List<PhysicalMemoryRange>();
        foreach (PhysicalMemoryRange range in ranges.OrderBy(r => r.Start))
        {
            if (joined is [.., var last] && (range.Start <= last.Last || range.Start - 1 == last.Last))
                joined[^1] = last with { Last = Math.Max(last.Last, range.Last) };
            else joined.Add(range);
        }

        return joined;
    }

    /// <summary>What is in ranges that do not overlap, by address, and in none of the others.</summary>
    internal static IReadOnlyList<PhysicalMemoryRange> Subtract(IEnumerable<PhysicalMemoryRange> from, IEnumerable<PhysicalMemoryRange> what)
    {
        IReadOnlyList<PhysicalMemoryRange> holes = Join(what);
        var left = new List<PhysicalMemoryRange>();
        int first = 0; // holes before it end below every range that is still to come
        foreach (PhysicalMemoryRange range in from)
        {
            while (first < holes.Count && holes[first].Last < range.Start) first++;
            ulong start = range.Start;
            bool isOver = false;
            for (int i = first; i < holes.Count && holes[i].Start <= range.Last && !isOver; i++)
            {
                if (holes[i].Start > start) left.Add(range with { Start = start, Last = holes[i].Start - 1 });
                isOver = holes[i].Last >= range.Last;
                if (!isOver) start = Math.Max(start, holes[i].Last + 1);
            }

            if (!isOver) left.Add(range with { Start = start });
        }

        return left;
    }

    /// <summary>How many addresses there are in ranges that do not overlap; 2^64 - 1 at most.</summary>
    internal static ulong Sum(IEnumerable<PhysicalMemoryRange> ranges)
    {
        ulong sum = 0;
        foreach (PhysicalMemoryRange range in ranges) sum = range.Length > ulong.MaxValue - sum ? ulong.MaxValue : sum + range.Length;
        return sum;
    }
}
