using System.Globalization;
using RingThree.Transfers;

namespace RingThree.Registers.Files;

/// <summary>A register of a <see cref="DeviceMap"/>, or a row of them.</summary>
/// <param name="Name">Its name, with its block's where it has one: <c>UART.STATUS</c>.</param>
/// <param name="Place">Where it is, or where the first of a row is.</param>
/// <param name="Width">Bytes of one access: 1, 2, 4 or 8.</param>
public sealed record NamedRegister(string Name, RegionPlace Place, int Width)
{
    /// <summary>What it means.</summary>
    public string? Description { get; init; }

    /// <summary>Whether it can be read and written.</summary>
    public RegisterAbility Ability { get; init; }

    /// <summary>What a write does to it.</summary>
    public WriteEffect OnWrite { get; init; }

    /// <summary>What a read does to it.</summary>
    public ReadEffect OnRead { get; init; }

    /// <summary>Its value after a reset, or <see langword="null"/> where the file does not say.</summary>
    public ulong? Reset { get; init; }

    /// <summary>How many there are in the row; 1 for a single one.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Bytes from one of a row to the next.</summary>
    public ulong Stride { get; init; } = (ulong)Width;

    /// <summary>Its fields, in the file's order.</summary>
    public IReadOnlyList<RegisterField> Fields { get; init; } = [];

    /// <summary>
    /// How many bus accesses its value is made of, <see cref="Stride"/> bytes from one to the next: 1, or more where a bus is
    /// narrower than the register (LiteX). Only a single register, not one of a row, is made of several.
    /// </summary>
    public int Words { get; init; } = 1;

    /// <summary>How many bits of the value each access has, its lowest ones: all of the access's but on a narrow bus.</summary>
    public int WordBits { get; init; } = 8 * Width;

    /// <summary>Of several words, whether the first one has the value's highest bits.</summary>
    public bool HighestFirst { get; init; }

    /// <summary>The block it belongs to, where the file says so otherwise than by the name's part before a dot.</summary>
    public string? Block { get; init; }

    /// <summary>The bits of its value, at most 64.</summary>
    public int ValueBits => Words * WordBits;

    /// <summary>Its bits: all ones of its value.</summary>
    public ulong Ones => ulong.MaxValue >> (64 - ValueBits);

    /// <summary>Where one of its words is.</summary>
    /// <param name="word">0 to <see cref="Words"/> - 1, by rising places: the order in which they are read and written.</param>
    public RegionPlace PlaceOf(int word)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(word);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(word, Words);
        return Place with { Offset = Place.Offset + ((ulong)word * Stride) };
    }

    /// <summary>The value that words make, in the order of their places.</summary>
    /// <exception cref="ArgumentException">There are not <see cref="Words"/> of them.</exception>
    public ulong Join(ReadOnlySpan<ulong> words)
    {
        if (words.Length != Words) throw new ArgumentException($"{Name} is made of {Words} word(s), not {words.Length}.", nameof(words));
        ulong value = 0;
        for (int i = 0; i < Words; i++) value |= (words[i] & (Ones >> (ValueBits - WordBits))) << ShiftOf(i);
        return value;
    }

    /// <summary>The words to write for a value, in the order of their places.</summary>
    public IReadOnlyList<ulong> Split(ulong value) => [.. Enumerable.Range(0, Words).Select(i => (value >> ShiftOf(i)) & (Ones >> (ValueBits - WordBits)))];

    private int ShiftOf(int word) => WordBits * (HighestFirst ? Words - 1 - word : word);

    /// <summary>One of a row, as a single register named <c>NAME[3]</c>; a single register itself for 0.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such one.</exception>
    public NamedRegister At(int index)
    {
        if (index < 0 || index >= Count)
            throw new ArgumentOutOfRangeException(nameof(index), $"{Name}[{index}]: there is no such register; {(Count == 1 ? $"{Name} is a single one" : $"{Name} has 0 to {Count - 1}")}.");
        if (Count == 1) return this;
        return this with
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"{Name}[{index}]"),
            Place = Place with { Offset = Place.Offset + ((ulong)index * Stride) },
            Count = 1,
            Stride = (ulong)Width,
        };
    }

    /// <summary>The field of that name, or <see langword="null"/>. Case counts only where two names differ by it alone.</summary>
    public RegisterField? Field(string name) =>
        Fields.FirstOrDefault(f => f.Name == name) ?? Fields.FirstOrDefault(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>What to write so that one field takes a value and the others keep theirs.</summary>
    /// <param name="current">What the register reads as now.</param>
    /// <param name="field">One of <see cref="Fields"/>.</param>
    /// <param name="value">The field's value, counted from its own lowest bit.</param>
    /// <remarks>
    /// Bits that a one (or a zero) would act on are written so that they stay as they are: writing back a read
    /// write-one-to-clear bit would clear it.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value has more bits than the field.</exception>
    /// <exception cref="ArgumentException">The field is not one of this register.</exception>
    /// <exception cref="InvalidOperationException">Any write acts on the whole register, so that nothing could keep its value.</exception>
    public ulong Compose(ulong current, RegisterField field, ulong value)
    {
        if (!Fields.Contains(field)) throw new ArgumentException($"{field.Name} is no field of {Name}.", nameof(field));
        if (value > field.Ones) throw new ArgumentOutOfRangeException(nameof(value), $"{Name}.{field.Name} has {field.BitCount} bit(s): the most is 0x{field.Ones:x}, not 0x{value:x}.");
        ulong written = Keeping(OnWrite, current);
        foreach (RegisterField other in Fields.Where(f => f != field)) written = (written & ~other.Mask) | (Keeping(other.OnWrite, current) & other.Mask);
        return ((written & ~field.Mask) | (value << field.LowBit)) & Ones;
    }

    private ulong Keeping(WriteEffect effect, ulong current) => effect switch
    {
        WriteEffect.Stores => current,
        WriteEffect.OneToClear or WriteEffect.OneToSet or WriteEffect.OneToToggle => 0,
        WriteEffect.ZeroToClear or WriteEffect.ZeroToSet or WriteEffect.ZeroToToggle => ulong.MaxValue,
        _ => throw new InvalidOperationException($"{Name}: any write {(effect == WriteEffect.AnyClears ? "clears" : "sets")} it, so one field cannot be written alone. Write the whole register."),
    };
}

/// <summary>Whether a register or a field can be read and written.</summary>
public enum RegisterAbility
{
    /// <summary>Both.</summary>
    ReadWrite,

    /// <summary>Writes do nothing, or harm.</summary>
    ReadOnly,

    /// <summary>Reads yield nothing that is meant.</summary>
    WriteOnly,
}

/// <summary>What a write does. Source: CMSIS-SVD, <c>modifiedWriteValues</c>.</summary>
public enum WriteEffect
{
    /// <summary>The register takes what is written.</summary>
    Stores,

    /// <summary>A one clears its bit.</summary>
    OneToClear,

    /// <summary>A one sets its bit.</summary>
    OneToSet,

    /// <summary>A one turns its bit over.</summary>
    OneToToggle,

    /// <summary>A zero clears its bit.</summary>
    ZeroToClear,

    /// <summary>A zero sets its bit.</summary>
    ZeroToSet,

    /// <summary>A zero turns its bit over.</summary>
    ZeroToToggle,

    /// <summary>Any write clears all of it.</summary>
    AnyClears,

    /// <summary>Any write sets all of it.</summary>
    AnySets,
}

/// <summary>What a read does. Source: CMSIS-SVD, <c>readAction</c>.</summary>
public enum ReadEffect
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It clears what was read.</summary>
    Clears,

    /// <summary>It sets what was read.</summary>
    Sets,

    /// <summary>It changes something else: takes from a FIFO, acknowledges an interrupt.</summary>
    Changes,
}
