namespace RingThree.Dma;

/// <summary>One transfer of a <see cref="DmaTransaction"/>: what the card is told.</summary>
/// <param name="Address">Where the card sees its first byte.</param>
/// <param name="Offset">The same byte's place in the whole, bytes.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct DmaTransfer(Iova Address, long Offset, long Length);

/// <summary>
/// Memory that a card moves in several transfers, because its engine takes no more at once: <see cref="Start"/>, program the
/// card with <see cref="Current"/>, and at each interrupt <see cref="Complete"/>, until there is no more.
/// </summary>
/// <remarks>It only counts: what it describes stays mapped as long as the buffer or mapping is. Not thread-safe; a driver has one transfer under way.</remarks>
public sealed class DmaTransaction
{
    private readonly Iova _address;
    private DmaTransfer? _current;

    /// <summary>Makes one over memory that is mapped.</summary>
    /// <param name="mapping">The memory.</param>
    /// <param name="maximumTransfer">The most bytes that the card moves at once; <see langword="null"/> for no limit.</param>
    /// <param name="elementSize">What no transfer may cut: its length is a multiple of this many bytes.</param>
    /// <exception cref="ArgumentException">The limits leave no transfer, or the memory is no whole number of elements.</exception>
    /// <exception cref="ObjectDisposedException">The device no longer reaches the memory.</exception>
    public DmaTransaction(DmaMapping mapping, long? maximumTransfer = null, long elementSize = 1)
        : this((mapping ?? throw new ArgumentNullException(nameof(mapping))).Address, mapping.Length, maximumTransfer, elementSize) => mapping.ThrowIfOver(nameof(DmaMapping));

    /// <summary>Makes one over a buffer.</summary>
    /// <param name="buffer">The memory.</param>
    /// <param name="maximumTransfer">The most bytes that the card moves at once; <see langword="null"/> for no limit.</param>
    /// <param name="elementSize">What no transfer may cut: its length is a multiple of this many bytes.</param>
    /// <exception cref="ArgumentException">The limits leave no transfer, or the memory is no whole number of elements.</exception>
    /// <exception cref="ObjectDisposedException">The device no longer reaches the memory.</exception>
    public DmaTransaction(DmaBuffer buffer, long? maximumTransfer = null, long elementSize = 1)
        : this((buffer ?? throw new ArgumentNullException(nameof(buffer))).Address, buffer.Length, maximumTransfer, elementSize) => buffer.ThrowIfOver();

    private DmaTransaction(Iova address, long length, long? maximumTransfer, long elementSize)
    {
        if (elementSize < 1) throw new ArgumentOutOfRangeException(nameof(elementSize), $"A transaction of elements of {elementSize} bytes was asked for; it can be 1 or more.");
        if (maximumTransfer < 1) throw new ArgumentOutOfRangeException(nameof(maximumTransfer), $"A transaction of at most {maximumTransfer} bytes a transfer was asked for; it can be 1 or more.");
        MaximumTransfer = Math.Min(maximumTransfer ?? length, length) / elementSize * elementSize;
        if (MaximumTransfer == 0) throw new ArgumentException($"A transfer of at most {Math.Min(maximumTransfer ?? length, length)} bytes has no element of {elementSize}.", nameof(maximumTransfer));
        if (length % elementSize != 0) throw new ArgumentException($"{length} bytes are no whole number of elements of {elementSize}.", nameof(elementSize));
        (_address, Length) = (address, length);
    }

    /// <summary>Bytes of the whole.</summary>
    public long Length { get; }

    /// <summary>Bytes of every transfer but the last.</summary>
    public long MaximumTransfer { get; }

    /// <summary>Bytes that are done.</summary>
    public long Transferred { get; private set; }

    /// <summary>The transfer under way; <see langword="null"/> before <see cref="Start"/> and after the last one.</summary>
    public DmaTransfer? Current => _current;

    /// <summary>Begins, or begins anew once it is complete or has been <see cref="Cancel"/>led.</summary>
    /// <returns>The first transfer.</returns>
    /// <exception cref="InvalidOperationException">It is under way.</exception>
    public DmaTransfer Start()
    {
        if (_current is not null) throw new InvalidOperationException("The transaction is under way: complete or cancel it first.");
        Transferred = 0;
        return Next();
    }

    /// <summary>The card has finished the current transfer.</summary>
    /// <returns>Whether there is another, which is <see cref="Current"/> now.</returns>
    /// <exception cref="InvalidOperationException">None is under way.</exception>
    public bool Complete()
    {
        DmaTransfer done = _current ?? throw new InvalidOperationException("No transfer is under way.");
        Transferred += done.Length;
        if (Transferred < Length)
        {
            Next();
            return true;
        }

        _current = null;
        return false;
    }

    /// <summary>Gives up. Stop the card first. Idempotent.</summary>
    public void Cancel() => _current = null;

    private DmaTransfer Next()
    {
        var next = new DmaTransfer(_address + (ulong)Transferred, Transferred, Math.Min(MaximumTransfer, Length - Transferred));
        _current = next;
        return next;
    }
}
