using FsCheck;
using FsCheck.Fluent;
using RingThree.Dma;
using RingThree.Hosting;
using Xunit;

namespace RingThree.Tests;

/// <summary>Bus addresses given out and taken back in any order.</summary>
public sealed class IovaAllocatorTests
{
    private const ulong Page = 4096;
    private const ulong Everything = ulong.MaxValue;

    public sealed record Step(bool Take, int Pages, int AddressBits, int Which);

    public sealed record Run((ulong First, ulong Last)[] Ranges, int PageBits, Step[] Steps);

    [Fact]
    public void Whatever_is_taken_and_given_back_no_rule_is_broken() => Properties.ForAll(
        Runs(),
        run =>
        {
            ulong page = 1UL << run.PageBits;
            IovaAllocator allocator = Allocator(run.Ranges, page);
            var held = new List<(ulong First, ulong Last)>();
            foreach (Step step in run.Steps)
            {
                if (!step.Take)
                {
                    if (held.Count == 0) continue;
                    int which = step.Which % held.Count;
                    allocator.Give(new Iova(held[which].First));
                    held.RemoveAt(which);
                    continue;
                }

                ulong length = (ulong)step.Pages * page;
                ulong limit = step.AddressBits == 64 ? Everything : (1UL << step.AddressBits) - 1;
                Iova? taken = allocator.Take(length, limit);
                ulong? expected = Lowest(run.Ranges, held, page, length, limit);
                Assert.Equal(expected, taken?.Value);
                if (taken is not { } iova) continue;
                Assert.NotEqual(0u, iova.Value);
                Assert.Equal(0u, iova.Value % page);
                Assert.True(iova.Value + (length - 1) <= limit);
                Assert.Contains(run.Ranges, r => r.First <= iova.Value && iova.Value + (length - 1) <= r.Last);
                Assert.DoesNotContain(held, h => h.First <= iova.Value + (length - 1) && iova.Value <= h.Last);
                held.Add((iova.Value, iova.Value + (length - 1)));
            }
        },
        tests: 1500,
        shrink: run => Properties.Shorter(run.Steps).Select(steps => run with { Steps = steps }));

    [Fact]
    public void The_lowest_address_is_the_first_page_after_zero() => Assert.Equal(new Iova(Page), Allocator([(0, Everything)]).Take(Page, Everything));

    [Fact]
    public void The_last_page_of_all_can_be_used()
    {
        IovaAllocator allocator = Allocator([(Everything - Page + 1, Everything)]);

        Assert.Equal(new Iova(Everything - Page + 1), allocator.Take(Page, Everything));
        Assert.Null(allocator.Take(Page, Everything));
        allocator.Give(new Iova(Everything - Page + 1));
        Assert.NotNull(allocator.Take(Page, Everything));
    }

    [Fact]
    public void A_full_space_answers_null_until_something_is_given_back()
    {
        IovaAllocator allocator = Allocator([(0, (5 * Page) - 1)]);
        Iova[] all = [.. Enumerable.Range(0, 4).Select(_ => allocator.Take(Page, Everything)!.Value)];

        Assert.Null(allocator.Take(Page, Everything));
        allocator.Give(all[1]);
        allocator.Give(all[2]);

        Assert.Null(allocator.Take(3 * Page, Everything));
        Assert.Equal(all[1], allocator.Take(2 * Page, Everything));
    }

    [Fact]
    public void A_range_that_is_not_page_aligned_is_used_from_its_first_whole_page()
    {
        IovaAllocator allocator = Allocator([(0x10_0001, 0x10_3FFE)]);

        Assert.Equal(new Iova(0x10_1000), allocator.Take(2 * Page, Everything));
        Assert.Null(allocator.Take(Page, Everything));
    }

    [Fact]
    public void A_range_with_no_whole_page_at_the_very_end_gives_nothing() => Assert.Null(Allocator([(Everything - 100, Everything)]).Take(Page, Everything));

    [Fact]
    public void What_is_longer_than_any_range_is_not_split() => Assert.Null(Allocator([(0, 0xFFFF), (0x2_0000, 0x2_FFFF)]).Take(0x1_1000, Everything));

    [Fact]
    public void The_largest_length_there_is_fits_once_and_does_not_wrap()
    {
        IovaAllocator allocator = Allocator([(0, Everything)]);

        Assert.Equal(new Iova(Page), allocator.Take(Everything & ~(Page - 1), Everything));
        Assert.Null(allocator.Take(Page, Everything));
        Assert.Null(Allocator([(2 * Page, Everything)]).Take(Everything & ~(Page - 1), Everything));
    }

    [Fact]
    public void One_space_has_one_allocator()
    {
        var space = new FakeAddressSpace((0, Everything));

        Iova? first = IovaAllocator.Of(space).Take(Page, Everything);
        Iova? second = IovaAllocator.Of(space).Take(Page, Everything);

        Assert.NotEqual(first, second);
        Assert.NotSame(IovaAllocator.Of(space), IovaAllocator.Of(new FakeAddressSpace((0, Everything))));
    }

    private static IovaAllocator Allocator((ulong First, ulong Last)[] ranges, ulong page = Page) =>
        IovaAllocator.Of(new FakeAddressSpace(ranges) { PageSizes = ~(page - 1) });

    /// <summary>The lowest place where it fits, found by trying every page.</summary>
    private static ulong? Lowest((ulong First, ulong Last)[] ranges, List<(ulong First, ulong Last)> held, ulong page, ulong length, ulong limit)
    {
        foreach ((ulong first, ulong last) in ranges)
        {
            for (ulong at = Math.Max((first + page - 1) & ~(page - 1), page); at <= Math.Min(last, limit) && Math.Min(last, limit) - at >= length - 1; at += page)
            {
                if (!held.Exists(h => h.First <= at + (length - 1) && at <= h.Last)) return at;
            }
        }

        return null;
    }

    private static Gen<Run> Runs() =>
        from pageBits in Gen.Elements(12, 16)
        from sizes in Gen.ArrayOf(Gen.Choose(0, 40), 3)
        from ragged in Gen.Elements(0UL, 0x10UL)
        from steps in Gen.ArrayOf(Steps(), 40)
        select new Run(Ranges(sizes, pageBits, ragged), pageBits, steps);

    private static Gen<Step> Steps() =>
        from take in Gen.Elements(true, true, false)
        from pages in Gen.Choose(1, 12)
        from bits in Gen.Elements(12, 16, 17, 18, 20, 21, 32, 64)
        from which in Gen.Choose(0, 1000)
        select new Step(take, pages, bits, which);

    /// <summary>Up to three small ranges with gaps, the first from zero.</summary>
    private static (ulong First, ulong Last)[] Ranges(int[] sizes, int pageBits, ulong ragged)
    {
        var ranges = new List<(ulong First, ulong Last)>();
        ulong at = 0;
        foreach (int size in sizes)
        {
            if (size > 0) ranges.Add((at + ragged, at + ((ulong)size << pageBits) - 1));
            at += ((ulong)size + 3) << pageBits;
        }

        return [.. ranges];
    }
}
