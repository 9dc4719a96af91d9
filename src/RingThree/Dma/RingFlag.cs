using System.Buffers.Binary;

namespace RingThree.Dma;

/// <summary>The bit in each entry of a ring that says whose it is: a phase, which changes each way round, or an owner.</summary>
/// <remarks>It is read before the rest of an entry and written after it, in the aligned word of 32 bits that it lies in.</remarks>
public readonly record struct RingFlag
{
    private readonly int _bit;
    private readonly bool _isSetForDevice;

    private RingFlag(int bit, bool isPhase, bool isSetForDevice)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bit);
        _bit = bit;
        IsPhase = isPhase;
        _isSetForDevice = isSetForDevice;
    }

    /// <summary>Whether it is a phase; otherwise an owner.</summary>
    public bool IsPhase { get; }

    /// <summary>Where the word of 32 bits is that has the bit, bytes from the entry's start.</summary>
    public int WordOffset => _bit / 32 * 4;

    private uint Mask => 1u << (_bit % 32);

    /// <summary>A phase bit, as in NVM Express's completions: new entries have the phase of this way round (<see cref="RingCursor.Phase"/>).</summary>
    /// <param name="bit">The bit's number in the entry, from the first byte's lowest bit on: bit 16 of the fourth 32-bit word is 3 * 32 + 16.</param>
    public static RingFlag PhaseAt(int bit) => new(bit, isPhase: true, isSetForDevice: false);

    /// <summary>An owner bit, as in many network cards' descriptors: the driver hands an entry over by it, and the card gives it back.</summary>
    /// <param name="bit">The bit's number in the entry.</param>
    /// <param name="isSetForDevice">Whether an entry is the card's while the bit is set; <see langword="false"/> for while it is clear.</param>
    public static RingFlag OwnerAt(int bit, bool isSetForDevice = true) => new(bit, isPhase: false, isSetForDevice);

    /// <summary>Whether an entry is new for the side that takes it: filled on this way round, or no longer the device's.</summary>
    /// <param name="entry">The entry's bytes.</param>
    /// <param name="at">Where it is.</param>
    public bool IsNew(ReadOnlySpan<byte> entry, RingCursor at) => IsNew(BinaryPrimitives.ReadUInt32LittleEndian(entry[WordOffset..]), at);

    /// <summary>Gives an entry the bit that it has when it has just been filled: of this way round, or the device's.</summary>
    /// <param name="entry">The entry's bytes.</param>
    /// <param name="at">Where it is to be.</param>
    public void Mark(Span<byte> entry, RingCursor at)
    {
        Span<byte> word = entry[WordOffset..];
        BinaryPrimitives.WriteUInt32LittleEndian(word, Marked(BinaryPrimitives.ReadUInt32LittleEndian(word), at));
    }

    internal bool IsNew(uint word, RingCursor at) => (word & Mask) != 0 == (IsPhase ? at.Phase : !_isSetForDevice);

    internal uint Marked(uint word, RingCursor at) => (IsPhase ? at.Phase : _isSetForDevice) ? word | Mask : word & ~Mask;
}
