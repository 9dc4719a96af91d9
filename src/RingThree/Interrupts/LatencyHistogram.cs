using System.Numerics;

namespace RingThree.Interrupts;

/// <summary>
/// A log-linear histogram: 32 buckets for each power of two, so that a bucket is at most 1/32 of its value wide. Adding
/// allocates nothing. Whoever shares it guards it.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int LinearBits = 5;
    private const int Linear = 1 << LinearBits;
    private readonly long[] _counts = new long[Bucket(long.MaxValue) + 1];
    private long _max;

    internal long Count { get; private set; }

    /// <summary>Adds a time.</summary>
    /// <param name="nanoseconds">A negative one, which a clock should not yield, counts as 0.</param>
    internal void Add(long nanoseconds)
    {
        long value = Math.Max(nanoseconds, 0);
        _counts[Bucket(value)]++;
        Count++;
        if (value > _max) _max = value;
    }

    internal void AddTo(LatencyHistogram sum)
    {
        for (int i = 0; i < _counts.Length; i++) sum._counts[i] += _counts[i];
        sum.Count += Count;
        sum._max = Math.Max(sum._max, _max);
    }

    /// <summary>The smallest value that a share of the samples does not exceed, rounded up to its bucket's end.</summary>
    /// <param name="perMille">1 to 1000.</param>
    internal long Percentile(int perMille)
    {
        // The rank is rounded up without Count * perMille, which may overflow.
        long rank = (Count / 1000 * perMille) + (((Count % 1000 * perMille) + 999) / 1000);
        long seen = 0;
        for (int i = 0; i < _counts.Length && rank > 0; i++)
        {
            seen += _counts[i];
            if (seen >= rank) return Math.Min(Last(i), _max);
        }

        return 0;
    }

    internal LatencyPercentiles Summarize() => new(Count, Time(Percentile(500)), Time(Percentile(990)), Time(Percentile(999)), Time(_max));

    /// <summary>Below 32 a bucket per value; from there on the power of two, and the five bits after the leading one.</summary>
    private static int Bucket(long value)
    {
        if (value < Linear) return (int)value;
        int shift = BitOperations.Log2((ulong)value) - LinearBits;
        return (shift * Linear) + (int)(value >> shift);
    }

    /// <summary>The largest value of a bucket.</summary>
    private static long Last(int bucket)
    {
        if (bucket < 2 * Linear) return bucket;
        int shift = (bucket / Linear) - 1;
        long first = (long)((bucket % Linear) + Linear) << shift;
        return first + ((1L << shift) - 1);
    }

    private static TimeSpan Time(long nanoseconds) =>
        TimeSpan.FromTicks((nanoseconds / TimeSpan.NanosecondsPerTick) + (nanoseconds % TimeSpan.NanosecondsPerTick == 0 ? 0 : 1));
}
