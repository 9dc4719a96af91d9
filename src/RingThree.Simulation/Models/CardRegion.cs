using System.Collections.Concurrent;

namespace RingThree.Simulation;

/// <summary>What a card model has declared in one BAR: registers by their place, and stretches of plain memory.</summary>
internal sealed class CardRegion(CardModel card, int bar, ulong size)
{
    /// <summary>Up to here registers are found by an index; what lies further away is looked up, or a BAR of gigabytes would take as many.</summary>
    private const ulong IndexedLength = 64 << 10;
    private readonly ConcurrentDictionary<ulong, CardRegister> _far = []; // fault rules look without a lock
    private readonly List<CardMemory> _memories = [];
    private readonly List<(ulong Offset, CardRegister Register)> _all = [];
    private readonly Dictionary<ulong, List<(int Width, string Name)>> _named = []; // a map may have a register and its halves at one place
    private CardRegister?[] _registers = [];
    private CardRegister?[] _plain = [];

    /// <summary>By offset, the registers near the start whose read is nothing but their value.</summary>
    internal CardRegister?[] Plain => _plain;

    /// <summary>A register of the driver's map, which the model may yet describe.</summary>
    internal void Name(ulong offset, int width, string name)
    {
        if (offset + (ulong)width > size) throw new ArgumentException($"{card.Where}: register {name} of the map at 0x{offset:x} lies beyond {card.NameOf(bar)}, which has 0x{size:x} bytes.");
        if (!_named.TryGetValue(offset, out List<(int Width, string Name)>? there)) _named[offset] = there = [];
        there.Add((width, name));
    }

    /// <summary>What the map calls the register at an offset: the one of this width, or else another.</summary>
    internal (int Width, string Name)? NameAt(ulong offset, int width)
    {
        if (!_named.TryGetValue(offset, out List<(int Width, string Name)>? there)) return null;
        int index = there.FindIndex(n => n.Width == width);
        return there[Math.Max(index, 0)];
    }

    /// <summary>Whether the register at an offset is called so.</summary>
    internal bool HasName(string name, ulong offset) =>
        (At(offset)?.Name ?? NameAt(offset, 0)?.Name) is { } own && string.Equals(own, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>A register is here, at an offset that need not be its first place.</summary>
    internal void Add(CardRegister register, ulong offset)
    {
        ulong end = offset + (ulong)register.Width;
        if (end > size || end < offset || offset % (ulong)register.Width != 0)
            throw new ArgumentException($"{card.Where}: register {register.Name} at 0x{offset:x} does not fit into {card.NameOf(bar)}, which has 0x{size:x} bytes, or is not aligned.");
        if (RegisterIn(offset, (ulong)register.Width) is { } other)
            throw new ArgumentException($"{card.Where}: register {register.Name} at {card.NameOf(bar)} + 0x{offset:x} overlaps {other}.");
        if (_memories.Exists(m => offset < m.Offset + (ulong)m.Length && m.Offset < end))
            throw new ArgumentException($"{card.Where}: register {register.Name} at {card.NameOf(bar)} + 0x{offset:x} lies in memory that is declared already.");
        _all.Add((offset, register));
        if (offset >= IndexedLength)
        {
            _far[offset] = register;
            return;
        }

        if ((ulong)_registers.Length < end) Array.Resize(ref _registers, (int)Math.Min(Math.Max(end, Math.Min(2 * (ulong)_registers.Length, size)), IndexedLength));
        _registers[offset] = register;
        if (_plain.Length < _registers.Length) Array.Resize(ref _plain, _registers.Length);
    }

    /// <summary>What a register does has been said, or said otherwise.</summary>
    internal void Described(CardRegister register, ulong offset)
    {
        if (offset < (ulong)_plain.Length) _plain[offset] = register.IsPlain ? register : null;
    }

    internal CardMemory AddMemory(ulong offset, int length)
    {
        if (length < 1 || (ulong)length > size || offset > size - (ulong)length)
            throw new ArgumentException($"{card.Where}: {length} bytes of memory at 0x{offset:x} do not fit into {card.NameOf(bar)}, which has 0x{size:x} bytes.");
        if (RegisterIn(offset, (ulong)length) is not null || _memories.Exists(m => m.Offset < offset + (ulong)length && offset < m.Offset + (ulong)m.Length))
            throw new ArgumentException($"{card.Where}: memory at {card.NameOf(bar)} + 0x{offset:x} overlaps what is declared already.");
        var memory = new CardMemory(offset, length);
        _memories.Add(memory);
        return memory;
    }

    internal ulong Read(ulong offset, int width)
    {
        if (Find(offset, width, "read") is { } register) return register.Read();
        return FindMemory(offset, width)?.Read(offset, width) ?? throw Nothing(offset, width, "read");
    }

    internal void Write(ulong offset, int width, ulong value)
    {
        if (Find(offset, width, "written") is { } register) register.Write(value);
        else (FindMemory(offset, width) ?? throw Nothing(offset, width, "written")).Write(offset, width, value);
    }

    internal void Reset()
    {
        foreach ((_, CardRegister register) in _all) register.Reset();
    }

    private CardRegister? At(ulong offset) =>
        offset < (ulong)_registers.Length ? _registers[offset] : offset < IndexedLength ? null : _far.GetValueOrDefault(offset);

    private CardRegister? RegisterIn(ulong offset, ulong length) => _all.Find(r => r.Offset < offset + length && offset < r.Offset + (ulong)r.Register.Width).Register;

    private CardRegister? Find(ulong offset, int width, string how)
    {
        CardRegister? register = At(offset);
        if (register is null || register.Width == width) return register;
        throw new SimulationException($"{card.Where}: register {register} has {8 * register.Width} bits and is {how} with {8 * width}. Most cards want the register's own width; if this one does not, declare it in parts, or override Read and Write.");
    }

    private CardMemory? FindMemory(ulong offset, int width) => _memories.Find(m => offset >= m.Offset && offset + (ulong)width <= m.Offset + (ulong)m.Length);

    private SimulationException Nothing(ulong offset, int width, string how)
    {
        if (NameAt(offset, width) is { } known)
            return new SimulationException($"{card.Where}: register {known.Name} at {card.NameOf(bar)} + 0x{offset:x} is {how}, and the model does not say what that does. Describe it with Register<T>({bar}, 0x{offset:x}) and Holds(), OnRead(...) or OnWrite(...).");
        CardRegister? near = RegisterIn(offset, (ulong)width);
        return new SimulationException(near is not null
            ? $"{card.Where}: {8 * width} bits at {card.NameOf(bar)} + 0x{offset:x} are {how}, which is inside register {near} ({8 * near.Width} bits). Access it at its own place and width."
            : $"{card.Where}: {8 * width} bits at {card.NameOf(bar)} + 0x{offset:x} are {how}, and the model has nothing there. Declare a register with Register<T>({bar}, 0x{offset:x}), or the driver is wrong.");
    }
}

/// <summary>A stretch of a BAR that is plain memory; the model shares it.</summary>
public sealed class CardMemory
{
    private readonly byte[] _bytes;

    internal CardMemory(ulong offset, int length)
    {
        Offset = offset;
        _bytes = new byte[length];
    }

    /// <summary>Where it starts, bytes from the BAR's start.</summary>
    public ulong Offset { get; }

    /// <summary>Bytes.</summary>
    public int Length => _bytes.Length;

    /// <summary>Its bytes. Use it inside the model.</summary>
    public Span<byte> Span => _bytes;

    internal ulong Read(ulong offset, int width) => LittleEndian.Read(_bytes.AsSpan((int)(offset - Offset), width));

    internal void Write(ulong offset, int width, ulong value) => LittleEndian.Write(_bytes.AsSpan((int)(offset - Offset), width), value);
}
