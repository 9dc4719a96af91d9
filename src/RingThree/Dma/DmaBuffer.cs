using System.Runtime.InteropServices;
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

    /// <summary>Its bytes as values of a type, such as the descriptors of a card: as many as fit. Keep the buffer itself referenced while you use the span.</summary>
    /// <typeparam name="T">A value as it lies in memory; little-endian, as the machine is.</typeparam>
    /// <param name="offset">Bytes to the first one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The offset is not in the buffer.</exception>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    public Span<T> As<T>(int offset = 0)
        where T : unmanaged
    {
        if (offset < 0 || offset > Length) throw new ArgumentOutOfRangeException(nameof(offset), $"{this}: values of {typeof(T).Name} at {offset} were asked for; the buffer has {Length} bytes.");
        return MemoryMarshal.Cast<byte, T>(Span[offset..]);
    }

    /// <summary>A ring of descriptors in it.</summary>
    /// <typeparam name="T">An entry as it lies in memory.</typeparam>
    /// <param name="entries">How many, 2 or more.</param>
    /// <param name="flag">The bit in each entry that says whose it is; without one, indices alone say it.</param>
    /// <param name="offset">Bytes to the first entry, a multiple of 4. Cards often want more; see their data sheets.</param>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit, or the flag lies in no word of an entry.</exception>
    public DescriptorRing<T> Ring<T>(int entries, RingFlag? flag = null, int offset = 0)
        where T : unmanaged => new(this, entries, flag, offset);

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
