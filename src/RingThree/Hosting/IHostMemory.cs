using RingThree.Dma;

namespace RingThree.Hosting;

/// <summary>Zeroed memory of this process that a host gives for DMA, until it is disposed.</summary>
public interface IHostMemory : IDisposable
{
    /// <summary>Its start in this process, a multiple of the page size that was granted.</summary>
    nuint Address { get; }

    /// <summary>Bytes: what was asked for, in whole pages.</summary>
    ulong Length { get; }

    /// <summary>What kind of memory it is, and what of the wishes was not granted.</summary>
    DmaMemoryGrant Grant { get; }

    /// <summary>Whether it has been disposed.</summary>
    bool IsClosed { get; }

    /// <summary>The first of its bytes. Keep the object referenced while you use the span.</summary>
    /// <param name="length">How many.</param>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    Span<byte> Span(int length);
}
