using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Memory;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;

namespace RingThree.Tests;

/// <summary>Memory for DMA that is no longer the card's: the error names what the user has, and no card is given an address that is another's.</summary>
public sealed class DisposedBufferTests : IDisposable
{
    private const string Place = "0000:00:02.0";
    private const ulong Reserved = 0x1000_0000;
    private readonly SimulatedHost _host = new SimulatedHost().ReserveMemory(Reserved, 0x10000).Add(new BusCard());
    private readonly PciDevice _device;

    public DisposedBufferTests() => _device = _host.Open(Place);

    public void Dispose()
    {
        _device.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void A_buffers_error_names_the_buffer_and_the_device()
    {
        DmaBuffer buffer = _device.Dma.Allocate(100);
        buffer.Dispose();

        AssertNames(() => buffer.Span.Clear(), nameof(DmaBuffer), "the buffer of 100 bytes at iova 0x1000");
        AssertNames(() => _ = buffer.Segments(), nameof(DmaBuffer), "100 bytes", "Map them again");
        AssertNames(() => _ = new DmaTransaction(buffer), nameof(DmaBuffer), "100 bytes");
    }

    [Fact]
    public void A_mapping_that_is_over_gives_a_card_no_addresses()
    {
        DmaMapping mapping = _device.Dma.Map(new byte[100]);
        Assert.Single(mapping.Segments());
        mapping.Dispose();

        AssertNames(() => _ = mapping.Segments(), nameof(DmaMapping), "100 bytes");
        AssertNames(() => _ = new DmaTransaction(mapping), nameof(DmaMapping), "100 bytes");
    }

    [Fact]
    public void So_does_a_buffer_of_a_device_that_is_closed_though_its_memory_stays_readable()
    {
        DmaBuffer buffer = _device.Dma.Allocate(100);
        buffer.Span.Fill(0x5A);

        _device.Dispose();

        Assert.Equal(-1, buffer.Span.IndexOfAnyExcept((byte)0x5A));
        AssertNames(() => _ = buffer.Segments(), nameof(DmaBuffer), "the device closed");
    }

    [Fact]
    public void Reserved_memory_closes_with_its_host()
    {
        ReservedMemory memory = ReservedMemory.Open(_host, Reserved, 0x1000);
        memory.Span[0] = 1;
        DmaMapping mapping = _device.Dma.Map(memory);

        _host.Dispose();

        var error = Assert.Throws<ObjectDisposedException>(() => memory.Span[0] = 2);
        Assert.Equal(nameof(ReservedMemory), error.ObjectName);
        Assert.Equal(byte.MaxValue, memory.Region.Read<byte>(0));
        AssertNames(() => _ = mapping.Segments(), nameof(DmaMapping));
        memory.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_length_that_cannot_be_names_the_device_and_the_method(int length)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(nameof(length), () => _device.Dma.Allocate(length));
        Assert.StartsWith($"{Place}: Dma.Allocate was asked for {length} bytes", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentOutOfRangeException>(nameof(length), () => _device.Dma.Map(0x1000, length));
        Assert.StartsWith($"{Place}: Dma.Map was asked for {length} bytes", error.Message, StringComparison.Ordinal);
        foreach (int bits in (int[])[11, 65, length])
        {
            error = Assert.Throws<ArgumentOutOfRangeException>("addressBits", () => _device.Dma.Allocate(100, bits));
            Assert.StartsWith($"{Place}: a card with {bits} address bits", error.Message, StringComparison.Ordinal);
        }

        error = Assert.Throws<ArgumentOutOfRangeException>("access", () => _device.Dma.Allocate(100, access: (DmaAccess)(4 * length)));
        Assert.StartsWith(Place, error.Message, StringComparison.Ordinal);
    }

    private static void AssertNames(Action use, string name, params string[] words)
    {
        var error = Assert.Throws<ObjectDisposedException>(use);
        Assert.Equal(name, error.ObjectName);
        Assert.StartsWith(Place, error.Message, StringComparison.Ordinal);
        foreach (string word in words) Assert.Contains(word, error.Message, StringComparison.Ordinal);
    }
}
