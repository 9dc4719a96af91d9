using System.Runtime.CompilerServices;
using RingThree.Registers;

namespace RingThree.Simulation;

/// <summary>
/// A register of a card model. Until it is said what it does, touching it is an error that names it: a register nobody
/// thought of must not read as zero and pass a test.
/// </summary>
/// <typeparam name="T">Its value: an unsigned integer of 1, 2, 4 or 8 bytes, or an enum over one.</typeparam>
public sealed class CardRegister<T> : CardRegister
    where T : unmanaged
{
    private Func<T>? _read;
    private Action<T>? _written;

    internal CardRegister(CardModel card, int bar, ulong offset, string name)
        : base(card, bar, offset, Unsafe.SizeOf<T>(), name)
    {
    }

    /// <summary>What it holds, for the model's own use: reading or setting it does nothing else.</summary>
    public T Value
    {
        get => FromBits(Bits);
        set => Bits = ToBits(value);
    }

    /// <summary>It reads as a value that no write changes.</summary>
    /// <param name="value">The value.</param>
    /// <returns>This register.</returns>
    public CardRegister<T> Constant(T value) => Describe(value, writable: 0, cleared: 0);

    /// <summary>It holds what is written to it. Bits that are neither writable nor cleared by ones are the card's alone.</summary>
    /// <param name="reset">Its value after a reset.</param>
    /// <param name="writable">Which bits a write reaches; <see langword="null"/> for all but those cleared by ones.</param>
    /// <param name="clearedByOnes">Which bits are set by the card and cleared by writing ones to them; none unless said otherwise.</param>
    /// <returns>This register.</returns>
    /// <exception cref="ArgumentException">A bit is in both.</exception>
    public CardRegister<T> Holds(T reset = default, T? writable = null, T clearedByOnes = default)
    {
        ulong cleared = ToBits(clearedByOnes);
        ulong written = writable is { } bits ? ToBits(bits) : ~cleared;
        if ((written & cleared) != 0) throw new ArgumentException($"Register {this}: bits 0x{written & cleared:x} are writable and cleared by ones; a bit is one or the other.", nameof(clearedByOnes));
        return Describe(reset, written, cleared);
    }

    /// <summary>Its bits are set by the card and cleared by writing ones to them, as an interrupt status is.</summary>
    /// <param name="reset">Its value after a reset.</param>
    /// <returns>This register.</returns>
    public CardRegister<T> ClearedByOnes(T reset = default) => Describe(reset, writable: 0, cleared: ulong.MaxValue);

    /// <summary>What a read gives, in place of what it holds. Runs once per read, so it may have side effects.</summary>
    /// <param name="read">Gives the value.</param>
    /// <returns>This register.</returns>
    public CardRegister<T> OnRead(Func<T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        _read = read;
        CanBeRead = true;
        SetPlain(false);
        return this;
    }

    /// <summary>What a write does, after the value it holds has changed as described. Without a description it holds nothing.</summary>
    /// <param name="written">Gets the value as it was written.</param>
    /// <returns>This register.</returns>
    public CardRegister<T> OnWrite(Action<T> written)
    {
        ArgumentNullException.ThrowIfNull(written);
        _written = written;
        CanBeWritten = true;
        return this;
    }

    /// <summary>
    /// It may be accessed in parts, at their own places, and as a part of wider accesses: the bus has byte enables, or is narrower
    /// than the processor and splits what that asks for. Without this only its own width is taken. A write of a part leaves the
    /// others as they are; <see cref="OnWrite"/> then gets what a write of the whole would have had that changes nothing else.
    /// </summary>
    /// <param name="smallest">Bytes of the smallest part: 1, 2 or 4.</param>
    /// <returns>This register.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is another number, or more than the register has.</exception>
    public CardRegister<T> InParts(int smallest = 1)
    {
        if (smallest is not (1 or 2 or 4) || smallest > Width) throw new ArgumentOutOfRangeException(nameof(smallest), $"Register {this}: InParts({smallest}) was asked for; a part can have 1, 2 or 4 bytes, and the register has {Width}.");
        SmallestPart = smallest;
        return this;
    }

    /// <summary>
    /// It is in a second place too, such as registers that a card has in memory and in ports: one register, whichever way
    /// it is reached. Fault rules find it by any of its places and names; messages use the first name.
    /// </summary>
    /// <param name="bar">The BAR.</param>
    /// <param name="offset">Bytes from its start, a multiple of the register's width.</param>
    /// <returns>This register.</returns>
    /// <exception cref="ArgumentException">It does not fit, is not aligned, overlaps another, or has another width in the map of that BAR.</exception>
    public CardRegister<T> AlsoAt(int bar, ulong offset)
    {
        AddPlace(bar, offset);
        return this;
    }

    private protected override ulong ReadBits() => _read is { } read ? ToBits(read()) : Bits;

    private protected override void Written(ulong value) => _written?.Invoke(FromBits(value));

    private CardRegister<T> Describe(T reset, ulong writable, ulong cleared)
    {
        Describe(ToBits(reset), writable, cleared);
        SetPlain(_read is null);
        return this;
    }

    private static ulong ToBits(T value) => Unsafe.SizeOf<T>() switch
    {
        1 => Unsafe.BitCast<T, byte>(value),
        2 => Unsafe.BitCast<T, ushort>(value),
        4 => Unsafe.BitCast<T, uint>(value),
        _ => Unsafe.BitCast<T, ulong>(value),
    };

    private static T FromBits(ulong bits) => Unsafe.SizeOf<T>() switch
    {
        1 => Unsafe.BitCast<byte, T>((byte)bits),
        2 => Unsafe.BitCast<ushort, T>((ushort)bits),
        4 => Unsafe.BitCast<uint, T>((uint)bits),
        _ => Unsafe.BitCast<ulong, T>(bits),
    };
}

/// <summary>A register of a card model, whatever its value's type.</summary>
public abstract class CardRegister
{
    private readonly CardModel _card;
    private (int Bar, ulong Offset)[] _places;
    private ulong _bits;
    private ulong _reset;
    private ulong _writable;
    private ulong _cleared;

    private protected CardRegister(CardModel card, int bar, ulong offset, int width, string name)
    {
        _card = card;
        Bar = bar;
        Offset = offset;
        Width = width;
        Name = name;
        SmallestPart = width + 1;
        _places = [(bar, offset)];
    }

    /// <summary>Its name, from the register map or the one it was given.</summary>
    public string Name { get; }

    /// <summary>The BAR it is in; the first where there are more.</summary>
    public int Bar { get; }

    /// <summary>Where, bytes from the BAR's start.</summary>
    public ulong Offset { get; }

    /// <summary>Bytes of one access.</summary>
    public int Width { get; }

    /// <summary>Bytes of the smallest part of it that an access may have; more than <see cref="Width"/> where only the whole is taken.</summary>
    internal int SmallestPart { get; private protected set; }

    /// <summary>Whether a read is nothing but what it holds: then it takes no lock.</summary>
    internal bool IsPlain { get; private set; }

    internal ulong Bits
    {
        get => Volatile.Read(ref _bits);
        set => Volatile.Write(ref _bits, value);
    }

    private protected bool CanBeRead { get; set; }

    private protected bool CanBeWritten { get; set; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({_card.NameOf(Bar)} + 0x{Offset:x})";

    /// <summary>Whether one of its further places has a map in which it is called so: it is one register, whichever way it is reached.</summary>
    internal bool IsElsewhere(string name, RegisterDirections direction)
    {
        if (_places.Length < 2) return false;
        foreach ((int bar, ulong offset) in _places)
        {
            if (_card.DeclaredIn(bar)!.IsNamed(name, offset, direction)) return true;
        }

        return false;
    }

    internal ulong Read() => CanBeRead ? ReadBits() : throw NoBehaviour("read", "OnRead(...), Holds() or Constant(...)");

    /// <param name="value">The value, in place.</param>
    /// <param name="lanes">Which of its bits are written.</param>
    internal void Write(ulong value, ulong lanes = ulong.MaxValue)
    {
        if (!CanBeWritten) throw NoBehaviour($"written with 0x{value:x}", "OnWrite(...), Holds() or ClearedByOnes()");
        ulong held = Bits;
        Bits = (held & ~(_writable & lanes) & ~(_cleared & value & lanes)) | (value & _writable & lanes);
        Written((value & lanes) | (held & _writable & ~lanes));
    }

    internal void Reset() => Bits = _reset;

    private protected void SetPlain(bool plain)
    {
        IsPlain = plain;
        foreach ((int bar, ulong offset) in _places) _card.DeclaredIn(bar)!.Described(this, offset);
        _card.Redeclared();
    }

    private protected void AddPlace(int bar, ulong offset)
    {
        _card.Put(this, bar, offset);
        _places = [.. _places, (bar, offset)];
        SetPlain(IsPlain);
    }

    private protected abstract ulong ReadBits();

    private protected abstract void Written(ulong value);

    private protected void Describe(ulong reset, ulong writable, ulong cleared)
    {
        (_reset, _writable, _cleared) = (reset, writable, cleared);
        Bits = reset;
        CanBeRead = true;
        CanBeWritten = true;
    }

    private SimulationException NoBehaviour(string what, string remedy) =>
        new($"{_card.Where}: register {Name} at {_card.NameOf(Bar)} + 0x{Offset:x} is {what}, and the model does not say what that does. Describe the register with {remedy}.");
}
