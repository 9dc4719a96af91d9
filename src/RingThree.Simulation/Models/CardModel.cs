using System.Runtime.CompilerServices;
using RingThree.Diagnostics;
using RingThree.Registers;

namespace RingThree.Simulation;

/// <summary>What every card model has: registers and memory in numbered places, and time. One thread at a time is inside a model.</summary>
/// <remarks>
/// Declare registers in the constructor, with the driver's own map if there is one: <c>Map&lt;MyRegisters&gt;(bar: 0)</c>
/// gives every register its name, <c>Register&lt;uint&gt;(0, MyRegisters.Offsets.Control).Holds().OnWrite(...)</c> says what
/// one does. What nobody described is an error that names the register. Or override <see cref="Read"/> and <see cref="Write"/>.
/// </remarks>
public abstract class CardModel
{
    private readonly LaterWork _later;
    private CardRegion?[] _regions = [];
    private volatile Exception? _error;

    private protected CardModel() => _later = new LaterWork(this);

    /// <summary>Held around every call into the model.</summary>
    protected internal Lock ModelGate { get; } = new();

    /// <summary>The card's time: the machine's, or simulated time where there is one.</summary>
    protected TimeProvider Time => Clock?.Time ?? TimeProvider.System;

    /// <summary>The card's name.</summary>
    internal abstract string Name { get; }

    /// <summary>Where it is, once it is plugged in.</summary>
    internal abstract string? Place { get; }

    /// <summary>Where it is and its name, for messages.</summary>
    internal string Where => Place is { } place ? $"{place} ({ForeignText.Quoted(Name)})" : $"card {ForeignText.Quoted(Name)}";

    /// <summary>The machine's clock, once it is plugged in.</summary>
    private protected SimulatedClock? Clock { get; set; }

    /// <summary>A read of a BAR (of a card without PCI: a range). Not called for the MSI-X table. By default what the declared registers and memory say.</summary>
    /// <param name="bar">The BAR.</param>
    /// <param name="offset">Bytes from its start, a multiple of the width.</param>
    /// <param name="width">1, 2, 4 or 8 bytes.</param>
    /// <exception cref="SimulationException">Nothing is declared there, or it has no behaviour.</exception>
    protected internal virtual ulong Read(int bar, ulong offset, int width) => Region(bar).Read(offset, width);

    /// <summary>A write to a BAR. By default what the declared registers and memory say.</summary>
    /// <param name="bar">The BAR.</param>
    /// <param name="offset">Bytes from its start, a multiple of the width.</param>
    /// <param name="width">1, 2, 4 or 8 bytes.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="SimulationException">Nothing is declared there, or it has no behaviour.</exception>
    protected internal virtual void Write(int bar, ulong offset, int width, ulong value) => Region(bar).Write(offset, width, value);

    /// <summary>The card is reset. Declared registers have their reset values already, and <see cref="After"/>'s work is called off.</summary>
    protected internal virtual void OnReset()
    {
    }

    /// <summary>Gives the registers of a BAR the names of the driver's register map. Each still needs its behaviour.</summary>
    /// <typeparam name="TMap">A struct marked <see cref="RegisterMapAttribute"/>.</typeparam>
    /// <param name="bar">The BAR.</param>
    /// <param name="at">Where the map starts in it.</param>
    protected void Map<TMap>(int bar, ulong at = 0)
        where TMap : IRegisterMap<TMap>
    {
        foreach (RegisterDescription register in TMap.Registers)
        {
            for (int i = 0; i < register.Count; i++)
            {
                ulong offset = at + register.Offset + ((ulong)i * register.Stride);
                Region(bar).Name(offset, register, i);
            }
        }
    }

    /// <summary>Declares a register; what it does is said on the answer.</summary>
    /// <typeparam name="T">An unsigned integer of 1, 2, 4 or 8 bytes, or an enum over one; its size is the access width.</typeparam>
    /// <param name="bar">The BAR.</param>
    /// <param name="offset">Bytes from its start, a multiple of T's size.</param>
    /// <param name="name">What to call it in messages; <see langword="null"/> for its name in the map.</param>
    /// <exception cref="ArgumentException">It does not fit, is not aligned, overlaps another, or has another width in the map.</exception>
    protected CardRegister<T> Register<T>(int bar, ulong offset, string? name = null)
        where T : unmanaged
    {
        int width = Unsafe.SizeOf<T>();
        if (!LittleEndian.IsRegister<T>())
            throw new ArgumentException($"{Where}: {typeof(T)} ({width} {(width == 1 ? "byte" : "bytes")}) is not a type that a register can have. Use an integer of 1, 2, 4 or 8 bytes, or an enum over one.");
        string? known = name is null ? Region(bar).NameAt(offset, width)?.Name : null;
        var register = new CardRegister<T>(this, bar, offset, name ?? known ?? $"0x{offset:x}");
        Put(register, bar, offset);
        if (known is null) Region(bar).AddName(register.Name, offset, width, RegisterDirections.Both);
        return register;
    }

    /// <summary>Declares a row of like registers.</summary>
    /// <inheritdoc cref="Register{T}"/>
    /// <param name="bar">The BAR.</param>
    /// <param name="offset">Where the first is.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="stride">Bytes from one to the next; 0 for their width.</param>
    protected CardRegister<T>[] Registers<T>(int bar, ulong offset, int count, ulong stride = 0)
        where T : unmanaged
    {
        if (count < 1) throw new ArgumentOutOfRangeException(nameof(count), $"{Where}: a row of {count} registers at {NameOf(bar)} + 0x{offset:x}; it can have 1 or more.");
        if (stride == 0) stride = (ulong)Unsafe.SizeOf<T>();
        return [.. Enumerable.Range(0, count).Select(i => Register<T>(bar, offset + ((ulong)i * stride)))];
    }

    /// <summary>Declares a stretch of plain memory.</summary>
    /// <param name="bar">The BAR.</param>
    /// <param name="offset">Bytes from its start.</param>
    /// <param name="length">Bytes.</param>
    protected CardMemory Memory(int bar, ulong offset, int length) => Region(bar).AddMemory(offset, length);

    /// <summary>
    /// Does something later, inside the model; not if the card is reset before. When it throws, the driver's next
    /// access of the card throws that.
    /// </summary>
    /// <param name="delay">How much later, 0 to a day.</param>
    /// <param name="work">What; called with the model's gate held.</param>
    /// <param name="survivesReset">Whether it happens even so, as with a device behind a bridge chip, or a part that no reset reaches.</param>
    /// <returns>Dispose it to call it off; a no-op once it has begun.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The delay is another.</exception>
    /// <exception cref="InvalidOperationException">The card is not plugged in yet.</exception>
    protected IDisposable After(TimeSpan delay, Action work, bool survivesReset = false)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (delay < TimeSpan.Zero || delay > TimeSpan.FromDays(1)) throw new ArgumentOutOfRangeException(nameof(delay), $"{Where}: After was given a delay of {delay}; it can be 0 to a day.");
        SimulatedClock clock = Clock ?? throw new InvalidOperationException($"{Where}: a card has no time before it is plugged in.");
        return _later.Add(clock, delay, work, survivesReset);
    }

    /// <summary>An access that reaches the card.</summary>
    internal ulong Access(int bar, ulong offset, int width)
    {
        lock (ModelGate) return Read(bar, offset, width);
    }

    /// <inheritdoc cref="Access(int, ulong, int)"/>
    internal void Access(int bar, ulong offset, int width, ulong value)
    {
        lock (ModelGate) Write(bar, offset, width, value);
    }

    /// <summary>What a register does has been said: accesses that took a short cut look again.</summary>
    internal abstract void Redeclared();

    /// <summary>Puts a register into a BAR, whose map must agree about its width.</summary>
    internal void Put(CardRegister register, int bar, ulong offset)
    {
        CardRegion region = Region(bar);
        if (region.NameAt(offset, register.Width) is { } known && known.Width != register.Width)
            throw new ArgumentException($"{Where}: register {known.Name} at {NameOf(bar)} + 0x{offset:x} has {8 * known.Width} bits in the map and is declared with {8 * register.Width}.");
        region.Add(register, offset);
    }

    /// <summary>What is declared in a BAR, where anything is.</summary>
    internal CardRegion? DeclaredIn(int bar) => (uint)bar < (uint)_regions.Length ? _regions[bar] : null;

    internal void Reset()
    {
        lock (ModelGate)
        {
            _later.Reset();
            foreach (CardRegion? region in _regions) region?.Reset();
            OnReset();
        }
    }

    /// <summary>Whether work of the model's own has thrown.</summary>
    internal bool HasFailed => _error is not null;

    /// <summary>Work of the model's own has thrown: whoever uses the card next hears of it.</summary>
    internal void Fail(Exception error)
    {
        if (Interlocked.CompareExchange(ref _error, error, null) is null) Redeclared();
    }

    internal void ThrowIfFailed()
    {
        if (_error is { } error) throw new InvalidOperationException($"{Place}: the model of card {ForeignText.Quoted(Name)} failed in work it does later: {ForeignText.Shown(error.Message)}", error);
    }

    /// <summary>What a place is called in messages.</summary>
    internal virtual string NameOf(int bar) => $"BAR {bar}";

    /// <summary>Takes the one place that a card has.</summary>
    private protected void TakePlace<T>(ref T? place, T taken, string what)
        where T : class
    {
        if (Interlocked.CompareExchange(ref place, taken, null) is not null)
            throw new InvalidOperationException($"Card {ForeignText.Quoted(Name)} is plugged in already. A card has one {what}.");
    }

    /// <summary>How many bytes a BAR or range has; 0 where there is none.</summary>
    private protected abstract ulong SizeOf(int bar);

    private CardRegion Region(int bar)
    {
        if (DeclaredIn(bar) is { } region) return region;
        ulong size = bar < 0 ? 0 : SizeOf(bar);
        if (size == 0) throw new ArgumentException($"{Where} has no {NameOf(bar)}.", nameof(bar));
        if (bar >= _regions.Length) Array.Resize(ref _regions, bar + 1);
        return _regions[bar] = new CardRegion(this, bar, size);
    }
}
