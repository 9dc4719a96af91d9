using RingThree.Hosting;

namespace RingThree.Dma;

/// <summary>
/// Memory for DMA: contiguous in this process and on the bus. On x86 and other cache-coherent machines nothing has to be
/// flushed.
/// </summary>
public sealed class DmaBuffer : IDisposable
{
    private readonly IHostMemory _memory;
    private readonly DmaMapping _mapping;

    internal DmaBuffer(IHostMemory memory, DmaMapping mapping, int length, IReadOnlyList<string> refusals)
    {
        _memory = memory;
        _mapping = mapping;
        _mapping.Hold(memory);
        Length = length;
        Memory = memory.Grant with { Refusals = refusals };
    }

    /// <summary>Where the device sees its first byte.</summary>
    public Iova Address => _mapping.Address;

    /// <summary>Bytes.</summary>
    public int Length { get; }

    /// <summary>What kind of memory it has: its pages, its node, and what of <see cref="DmaMemoryOptions"/> was not granted, with the reason.</summary>
    public DmaMemoryGrant Memory { get; }

    /// <summary>Its bytes, as this process sees them. Keep the buffer itself referenced while you use the span.</summary>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    public Span<byte> Span => !_memory.IsClosed ? _memory.Span(Length) : throw new ObjectDisposedException(nameof(DmaBuffer),
        $"{_mapping.Device}: the buffer of {this} has been disposed; its memory is somebody else's by now.");

    /// <summary>Takes it from the device and gives the memory back; stop the device's DMA there first. Idempotent.</summary>
    public void Dispose()
    {
        _mapping.Dispose(); // first: the device must not reach memory that someone else gets
        _memory.Dispose();
    }

    /// <inheritdoc cref="DmaMapping.ThrowIfOver"/>
    internal void ThrowIfOver() => _mapping.ThrowIfOver(nameof(DmaBuffer));

    /// <inheritdoc/>
    public override string ToString() => _mapping.ToString();
}
