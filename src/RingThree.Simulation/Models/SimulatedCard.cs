using System.Runtime.CompilerServices;
using RingThree.Dma;
using RingThree.Registers;

namespace RingThree.Simulation;

/// <summary>
/// A card model: what its registers do. The root complex around it does the rest: decoding, configuration space,
/// interrupts, DMA checks. One thread at a time is inside a model.
/// </summary>
/// <remarks>
/// Declare registers in the constructor, with the driver's own map if there is one: <c>Map&lt;MyRegisters&gt;(bar: 0)</c>
/// gives every register its name, <c>Register&lt;uint&gt;(0, MyRegisters.Offsets.Control).Holds().OnWrite(...)</c> says what
/// one does. What nobody described is an error that names the register. Or override <see cref="Read"/> and <see cref="Write"/>.
/// </remarks>
public abstract class SimulatedCard
{
    private readonly CardRegion?[] _regions = new CardRegion?[Hosting.PciNumbering.BarCount];
    private readonly LaterWork _later;
    private PciEndpoint? _function;
    private SimulatedClock? _clock;

    /// <summary>Starts a model.</summary>
    /// <param name="definition">What it looks like on the bus.</param>
    protected SimulatedCard(CardDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        definition.Check();
        Definition = definition;
        _later = new LaterWork(this);
    }

    /// <summary>What it looks like on the bus.</summary>
    public CardDefinition Definition { get; }

    /// <summary>Held around every call into the model.</summary>
    protected internal Lock ModelGate { get; } = new();

    /// <summary>Whether messages (MSI or MSI-X) are enabled; otherwise the card uses its pin.</summary>
    protected bool UsesMessages => _function?.UsesMessages ?? false;

    /// <summary>The card's time: the machine's, or simulated time where there is one.</summary>
    protected TimeProvider Time => _clock?.Time ?? TimeProvider.System;

    /// <summary>Where its DMA goes while it is open.</summary>
    internal SimulatedAddressSpace? Space => _function?.Space;

    /// <summary>The address and the name, for messages.</summary>
    internal string Where => _function is { } function ? $"{function.Name} ('{Definition.Name}')" : $"card '{Definition.Name}'";

    /// <summary>A read of a BAR. Not called for the MSI-X table. By default what the declared registers and memory say.</summary>
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

    /// <summary>The function is reset. Declared registers have their reset values already, and <see cref="After"/>'s work is called off.</summary>
    protected internal virtual void OnReset()
    {
    }

    /// <summary>
    /// A virtual function of this card has been enabled. Until this returns, nothing else happens in this card's model.
    /// </summary>
    /// <param name="number">Which, from 0.</param>
    /// <param name="model">What <see cref="VirtualFunctions.Create"/> made for it. Another thread may be inside that model; do not wait for it.</param>
    protected internal virtual void OnVirtualFunctionArrived(int number, SimulatedCard model)
    {
    }

    /// <summary>A virtual function of this card is no more: it was disabled, or this card reset (after <see cref="OnReset"/>) or pulled out.</summary>
    /// <inheritdoc cref="OnVirtualFunctionArrived"/>
    protected internal virtual void OnVirtualFunctionDeparted(int number, SimulatedCard model)
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
                Region(bar).Name(offset, register.Width, register.Count == 1 ? register.Name : $"{register.Name}[{i}]");
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
        if (!LittleEndian.IsAccess(width)) throw new ArgumentException($"{Where}: {typeof(T)} has {width} bytes; a register has 1, 2, 4 or 8.");
        var register = new CardRegister<T>(this, bar, offset, name ?? Region(bar).NameAt(offset, width)?.Name ?? $"0x{offset:x}");
        Place(register, bar, offset);
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
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (stride == 0) stride = (ulong)Unsafe.SizeOf<T>();
        return [.. Enumerable.Range(0, count).Select(i => Register<T>(bar, offset + ((ulong)i * stride)))];
    }

    /// <summary>Declares a stretch of plain memory.</summary>
    /// <param name="bar">The BAR.</param>
    /// <param name="offset">Bytes from its start.</param>
    /// <param name="length">Bytes.</param>
    protected CardMemory Memory(int bar, ulong offset, int length) => Region(bar).AddMemory(offset, length);

    /// <summary>Drives the interrupt pin.</summary>
    /// <param name="asserted">Whether it is asserted.</param>
    protected void SetPin(bool asserted) => _function?.SetPin(asserted);

    /// <summary>
    /// Sends a message: one memory write to where its registers say. Held back where it is masked; lost when messages are
    /// off or bus mastering is, as on the bus.
    /// </summary>
    /// <param name="vector">The message's index.</param>
    protected void SendMessage(int vector) => _function?.SendMessage(vector);

    /// <summary>
    /// Interrupts by what the driver has enabled: sends a message where messages are on, else asserts the pin until
    /// <see cref="SetPin"/> releases it (PCI Local Bus 3.0, 6.8.2: with messages on, a card leaves its pin alone).
    /// </summary>
    /// <param name="message">The message's index.</param>
    /// <exception cref="InvalidOperationException">Messages are off, and the card has no pin. A card without one sends messages: <see cref="SendMessage"/>.</exception>
    protected void RaiseInterrupt(int message = 0)
    {
        if (UsesMessages) SendMessage(message);
        else SetPin(true);
    }

    /// <summary>Reads memory by DMA.</summary>
    /// <returns>False when bus mastering is off or the address space has no such mapping; the fault is recorded and the data reads all ones.</returns>
    protected bool DmaRead(Iova address, Span<byte> data) => _function?.Dma(address, data, default, isWrite: false) ?? false;

    /// <summary>Writes memory by DMA.</summary>
    /// <returns>False when bus mastering is off or the address space has no such mapping; the fault is recorded and nothing beyond it written.</returns>
    protected bool DmaWrite(Iova address, ReadOnlySpan<byte> data) => _function?.Dma(address, default, data, isWrite: true) ?? false;

    /// <summary>
    /// Does something later, inside the model; not if the function is reset before. When it throws, the driver's next
    /// access of the card throws that.
    /// </summary>
    /// <param name="delay">How much later.</param>
    /// <param name="work">What; called with the model's gate held.</param>
    /// <param name="survivesReset">Whether it happens even so, as with a device behind a bridge chip, or a part that no reset reaches.</param>
    /// <returns>Dispose it to call it off; a no-op once it has begun.</returns>
    /// <exception cref="InvalidOperationException">The card is not plugged in yet.</exception>
    protected IDisposable After(TimeSpan delay, Action work, bool survivesReset = false)
    {
        ArgumentNullException.ThrowIfNull(work);
        SimulatedClock clock = _clock ?? throw new InvalidOperationException($"{Where}: a card has no time before it is plugged in.");
        return _later.Add(clock, delay, work, survivesReset);
    }

    internal void Plug(PciEndpoint function)
    {
        if (Interlocked.CompareExchange(ref _function, function, null) is not null)
            throw new InvalidOperationException($"Card '{Definition.Name}' is plugged in already. A card has one slot.");
        _clock = function.Root.Clock;
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
    internal void Redeclared() => _function?.Redeclared();

    /// <summary>Puts a register into a BAR, whose map must agree about its width.</summary>
    internal void Place(CardRegister register, int bar, ulong offset)
    {
        CardRegion region = Region(bar);
        if (region.NameAt(offset, register.Width) is { } known && known.Width != register.Width)
            throw new ArgumentException($"{Where}: register {known.Name} at BAR {bar} + 0x{offset:x} has {8 * known.Width} bits in the map and is declared with {8 * register.Width}.");
        region.Add(register, offset);
    }

    /// <summary>What is declared in a BAR, where anything is.</summary>
    internal CardRegion? DeclaredIn(int bar) => bar < _regions.Length ? _regions[bar] : null;

    internal void Reset()
    {
        lock (ModelGate)
        {
            _later.Reset();
            foreach (CardRegion? region in _regions) region?.Reset();
            OnReset();
        }
    }

    internal void LaterWorkFailed(Exception error) => _function!.ModelFailed(error);

    private CardRegion Region(int bar)
    {
        if (bar >= 0 && bar < _regions.Length && _regions[bar] is { } region) return region;
        if (!Definition.Bars.TryGetValue(bar, out CardBar? shape)) throw new ArgumentException($"{Where} has no BAR {bar}.", nameof(bar));
        return _regions[bar] = new CardRegion(this, bar, shape.Size);
    }
}
