using System.Buffers;

namespace RingThree.Dma;

/// <summary>Memory that a device reaches until this is disposed.</summary>
public sealed class DmaMapping : IDisposable
{
    private readonly DmaSpace _space;
    private MemoryHandle _pin;
    private object? _memory;
    private int _released;

    internal DmaMapping(DmaSpace space, Iova first, ulong mappedLength, Iova address, long length)
    {
        _space = space;
        First = first;
        MappedLength = mappedLength;
        Address = address;
        Length = length;
    }

    /// <summary>Where the device sees the memory's first byte.</summary>
    public Iova Address { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>Whose mapping it is, for messages.</summary>
    internal string Device => _space.DeviceAddress;

    /// <summary>Whether the device no longer reaches the memory.</summary>
    internal bool IsOver => Volatile.Read(ref _released) != 0;

    /// <summary>Throws when the device no longer reaches the memory: the addresses may be another mapping's by now.</summary>
    /// <param name="name">What the user has.</param>
    internal void ThrowIfOver(string name)
    {
        if (IsOver) throw new ObjectDisposedException(name, $"{Device}: the device no longer reaches the {Length} bytes that were at {Address}: the mapping has been disposed, or the device closed. Map them again.");
    }

    /// <summary>Start of the pages that are mapped.</summary>
    internal Iova First { get; }

    /// <summary>Length of the pages that are mapped.</summary>
    internal ulong MappedLength { get; }

    /// <summary>Undoes the mapping; stop the device's DMA there first, or it faults. Idempotent.</summary>
    public void Dispose()
    {
        // Should the host refuse, the memory stays where it is, and stays pinned: the device may still reach it.
        _space.Unmap(this);
        Release();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Length} bytes at {Address}";

    /// <summary>The device no longer reaches the memory: it may move.</summary>
    internal void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) != 0) return;
        _pin.Dispose();
        _memory = null;
    }

    /// <summary>Keeps memory pinned until the mapping ends.</summary>
    internal void Hold(MemoryHandle pin) => _pin = pin;

    /// <summary>
    /// Keeps what the memory belongs to until the mapping ends: the space holds its mappings, so a buffer that was forgotten
    /// is never freed under the device.
    /// </summary>
    internal void Hold(object memory) => _memory = memory;
}
