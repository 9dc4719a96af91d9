using FsCheck;
using FsCheck.Fluent;
using RingThree.Interrupts;
using Xunit;

namespace RingThree.Tests;

/// <summary>The histogram against a sorted list of the same samples.</summary>
public sealed class LatencyHistogramTests
{
    private static Gen<long[]> Samples => Gen.OneOf(
        Gen.Choose(0, 100).Select(v => (long)v),
        Gen.Choose(0, int.MaxValue).Select(v => (long)v),
        Gen.Choose(0, 62).Select(bit => 1L << bit),
        Gen.Choose(1, 62).Select(bit => (1L << bit) - 1),
        Gen.Elements(0, long.MaxValue)).NonEmptyListOf().Select(list => list.ToArray());

    [Fact]
    public void A_percentile_is_never_too_short_and_at_most_a_thirty_second_too_long() =>
        Properties.ForAll(Samples.SelectMany(samples => Gen.Choose(1, 1000).Select(perMille => (samples, perMille))), given =>
        {
            LatencyHistogram histogram = Filled(given.samples);
            long[] sorted = [.. given.samples.Order()];
            long exact = sorted[(int)Math.Ceiling(sorted.Length * given.perMille / 1000m) - 1];

            long got = histogram.Percentile(given.perMille);

            Assert.InRange((decimal)got, exact, exact + (exact / 32m));
            Assert.True(got <= sorted[^1]);
        });

    [Fact]
    public void Percentiles_rise_and_the_maximum_is_exact() =>
        Properties.ForAll(Samples, samples =>
        {
            LatencyPercentiles sum = Filled(samples).Summarize();

            Assert.Equal(samples.Length, sum.Count);
            Assert.True(sum.P50 <= sum.P99 && sum.P99 <= sum.P999 && sum.P999 <= sum.Max);
            Assert.Equal(Math.Ceiling(samples.Max() / 100m), sum.Max.Ticks);
        });

    [Fact]
    public void Two_histograms_add_up_to_one_of_all_samples() =>
        Properties.ForAll(Samples.Two(), two =>
        {
            LatencyHistogram all = Filled([.. two.Item1, .. two.Item2]);
            var sum = new LatencyHistogram();

            Filled(two.Item1).AddTo(sum);
            Filled(two.Item2).AddTo(sum);

            Assert.Equal(all.Summarize(), sum.Summarize());
        });

    [Fact]
    public void Without_samples_all_is_zero() => Assert.Equal(default, new LatencyHistogram().Summarize());

    [Fact]
    public void A_clock_that_went_backwards_counts_as_no_time()
    {
        LatencyPercentiles sum = Filled([-5]).Summarize();

        Assert.Equal(new LatencyPercentiles(1, default, default, default, default), sum);
    }

    [Fact]
    public void Adding_allocates_nothing()
    {
        var histogram = new LatencyHistogram();

        Assert.Equal(0, Allocations.OfSteady(() =>
        {
            for (long value = 1; value > 0; value *= 2) histogram.Add(value);
        }));
    }

    private static LatencyHistogram Filled(IEnumerable<long> samples)
    {
        var histogram = new LatencyHistogram();
        foreach (long sample in samples) histogram.Add(sample);
        return histogram;
    }
}
