using RingThree.Interop;
using Xunit;

namespace RingThree.Tests;

/// <summary>C's memmove, as it is called for mapped memory.</summary>
public sealed class MemmoveTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(4096)]
    [InlineData(16 * 1024)]
    [InlineData((16 * 1024) + 1)] // the runtime's from here on
    [InlineData(100_000)]
    public void The_bytes_are_moved_and_none_beside_them(int length)
    {
        var from = new byte[length];
        new Random(length).NextBytes(from);
        var to = new byte[length + 16];

        Libc.Memmove(from, to.AsSpan(8));

        Assert.True(to.AsSpan(8, length).SequenceEqual(from));
        Assert.True(to.AsSpan(0, 8).IndexOfAnyExcept((byte)0) < 0 && to.AsSpan(8 + length).IndexOfAnyExcept((byte)0) < 0);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(20_000)]
    public void Ranges_may_overlap(int length)
    {
        var bytes = new byte[length + 5];
        new Random(length).NextBytes(bytes);
        byte[] expected = [.. bytes[..5], .. bytes[..length]];

        Libc.Memmove(bytes.AsSpan(0, length), bytes.AsSpan(5));

        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(20_000)]
    public void What_does_not_fit_is_refused_before_the_first_byte(int length)
    {
        var to = new byte[length - 1];

        Assert.ThrowsAny<ArgumentException>(() => Libc.Memmove(Enumerable.Repeat((byte)1, length).ToArray(), to));
        Assert.Equal(-1, to.AsSpan().IndexOfAnyExcept((byte)0));
    }
}
