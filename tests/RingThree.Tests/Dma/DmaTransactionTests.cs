using RingThree.Dma;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Memory that a card moves in several transfers, and its cut into segments.</summary>
public sealed class DmaTransactionTests : IDisposable
{
    private readonly SimulatedHost _host = new SimulatedHost().Add(new EduCard());
    private readonly PciDevice _edu;

    public DmaTransactionTests() => _edu = _host.Open(new PciId(0x1234, 0x11E8));

    public void Dispose()
    {
        _edu.Dispose();
        _host.Dispose();
    }

    [Theory]
    [InlineData(5000, 2000, 8, new long[] { 2000, 2000, 1000 })]
    [InlineData(5000, 2004, 8, new long[] { 2000, 2000, 1000 })] // no element is cut
    [InlineData(4096, null, 1, new long[] { 4096 })]
    [InlineData(3, 1, 1, new long[] { 1, 1, 1 })]
    [InlineData(16, 100, 16, new long[] { 16 })]
    public void Transfers_follow_each_other_without_a_gap_and_cut_no_element(int length, int? most, int element, long[] lengths)
    {
        using DmaBuffer buffer = _edu.Dma.Allocate(length, 28);
        var transaction = new DmaTransaction(buffer, most, element);
        var seen = new List<DmaTransfer>();
        for (DmaTransfer? transfer = transaction.Start(); transfer is { } now; transfer = transaction.Complete() ? transaction.Current : null) seen.Add(now);

        Assert.Equal(lengths, seen.Select(t => t.Length));
        long offset = 0;
        foreach (DmaTransfer transfer in seen)
        {
            Assert.Equal((offset, buffer.Address + (ulong)offset), (transfer.Offset, transfer.Address));
            offset += transfer.Length;
        }

        Assert.Equal((length, (DmaTransfer?)null), (transaction.Transferred, transaction.Current));
        transaction.Start(); // and again
        Assert.Equal(0, transaction.Transferred);
        Assert.Throws<InvalidOperationException>(() => transaction.Start());
        transaction.Cancel();
        Assert.Throws<InvalidOperationException>(() => transaction.Complete());
    }

    [Fact]
    public void Limits_that_leave_no_transfer_are_refused()
    {
        using DmaMapping mapping = _edu.Dma.Map(new byte[1000], 28);
        Assert.Throws<ArgumentException>(() => new DmaTransaction(mapping, 4, 8));
        Assert.Throws<ArgumentException>(() => new DmaTransaction(mapping, 64, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DmaTransaction(mapping, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DmaTransaction(mapping, 8, 0));
        Assert.Throws<ArgumentNullException>(() => new DmaTransaction((DmaMapping)null!));
    }

    [Fact]
    public void Segments_cover_the_range_once_and_keep_both_limits()
    {
        var random = new Random(5);
        for (int i = 0; i < 2000; i++)
        {
            var start = new Iova((ulong)random.NextInt64(1L << 40));
            long length = random.NextInt64(1, 100_000);
            long? most = random.Next(2) == 0 ? null : random.NextInt64(1, 20_000);
            long? boundary = random.Next(2) == 0 ? null : 1L << random.Next(6, 16);
            if (length / Math.Min(most ?? length, boundary ?? length) > 10_000) continue;
            ulong next = start.Value;
            foreach (DmaSegment segment in DmaSegments.Cut(start, length, most, boundary))
            {
                Assert.Equal(next, segment.Address.Value);
                Assert.InRange(segment.Length, 1, most ?? length);
                if (boundary is { } place) Assert.Equal(segment.Address.Value / (ulong)place, (segment.Address.Value + (ulong)segment.Length - 1) / (ulong)place);
                next += (ulong)segment.Length;
            }

            Assert.Equal(start.Value + (ulong)length, next);
        }

        Assert.Empty(DmaSegments.Cut(new Iova(0), 0));
        Assert.Throws<ArgumentException>(() => DmaSegments.Cut(new Iova(0), 1, boundary: 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => DmaSegments.Cut(new Iova(0), 1, maximumSegment: 0));
    }
}
