using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using RingThree.Registers;

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
    private readonly ConcurrentDictionary<string, Extent[]> _extents = new(StringComparer.OrdinalIgnoreCase); // by every name there is
    private CardRegister?[] _registers = [];
    private CardRegister?[] _plain = [];

    /// <summary>By offset, the registers near the start whose read is nothing but their value.</summary>
    internal CardRegister?[] Plain => _plain;

    /// <summary>A register of the driver's map, which the model may yet describe.</summary>
    /// <param name="offset">Where it is.</param>
    /// <param name="register">What the map says of it.</param>
    /// <param name="index">Which of a row.</param>
    internal void Name(ulong offset, RegisterDescription register, int index)
    {
        int width = register.Width;
        string name = register.Count == 1 ? register.Name : $"{register.Name}[{index}]";
        if (offset + (ulong)width > size) throw new ArgumentException($"{card.Where}: register {name} of the map at 0x{offset:x} lies beyond {card.NameOf(bar)}, which has 0x{size:x} bytes.");
        if (!_named.TryGetValue(offset, out List<(int Width, string Name)>? there)) _named[offset] = there = [];
        there.Add((width, name));
        AddName(name, offset, width, register.Directions);
        if (register.Count > 1) AddName(register.Name, offset, width, register.Directions);
    }

    /// <summary>What the map calls the register at an offset: the one of this width, or else another.</summary>
    internal (int Width, string Name)? NameAt(ulong offset, int width)
    {
        if (!_named.TryGetValue(offset, out List<(int Width, string Name)>? there)) return null;
        int index = there.FindIndex(n => n.Width == width);
        return there[Math.Max(index, 0)];
    }

    /// <summary>Whether an access touches a register that is called so: any of its names, in any of its places, that has this direction.</summary>
    internal bool HasName(string name, ulong offset, int width, RegisterDirections direction)
    {
        if (_extents.TryGetValue(name, out Extent[]? extents) && Array.Exists(extents, e => e.IsTouched(offset, width, direction))) return true;
        for (ulong size = 1; size <= 8; size *= 2) // the access may begin inside a register
        {
            ulong start = offset & ~(size - 1);
            if (At(start) is { } register && start + (ulong)register.Width > offset && register.IsElsewhere(name, direction)) return true;
        }

        return false;
    }

    /// <summary>A register has a name of its own, besides those that maps give it.</summary>
    internal void AddName(string name, ulong offset, int width, RegisterDirections directions)
    {
        var extent = new Extent(offset, width, directions);
        _extents.AddOrUpdate(name, [extent], (_, known) => [.. known, extent]);
    }

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
            throw new ArgumentException($"{card.Where}: 0x{length:x} bytes of memory at 0x{offset:x} do not fit into {card.NameOf(bar)}, which has 0x{size:x} bytes.");
        if (RegisterIn(offset, (ulong)length) is not null || _memories.Exists(m => m.Offset < offset + (ulong)length && offset < m.Offset + (ulong)m.Length))
            throw new ArgumentException($"{card.Where}: memory at {card.NameOf(bar)} + 0x{offset:x} overlaps what is declared already.");
        var memory = new CardMemory(offset, length);
        _memories.Add(memory);
        return memory;
    }

    internal ulong Read(ulong offset, int width)
    {
        if (Find(offset, width, "read", out int shift) is { } register)
            return register.Width < width ? ReadSeveral(offset, width) : (register.Read() >> shift) & LittleEndian.AllOnes(width);
        return FindMemory(offset, width)?.Read(offset, width) ?? throw Nothing(offset, width, "read");
    }

    internal void Write(ulong offset, int width, ulong value)
    {
        if (Find(offset, width, "written", out int shift) is { } register)
        {
            if (register.Width < width) WriteSeveral(offset, width, value);
            else register.Write(value << shift, LittleEndian.AllOnes(width) << shift);
        }
        else (FindMemory(offset, width) ?? throw Nothing(offset, width, "written")).Write(offset, width, value);
    }

    internal void Reset()
    {
        foreach ((_, CardRegister register) in _all) register.Reset();
    }

    /// <summary>Whether a register that is here, as a whole, is called so.</summary>
    internal bool IsNamed(string name, ulong offset, RegisterDirections direction) =>
        _extents.TryGetValue(name, out Extent[]? extents) && Array.Exists(extents, e => e.Offset == offset && (e.Directions & direction) != 0);

    private CardRegister? At(ulong offset) =>
        offset < (ulong)_registers.Length ? _registers[offset] : offset < IndexedLength ? null : _far.GetValueOrDefault(offset);

    private CardRegister? RegisterIn(ulong offset, ulong length) => _all.Find(r => r.Offset < offset + length && offset < r.Offset + (ulong)r.Register.Width).Register;

    /// <summary>The register that an access begins in.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="width">Its bytes.</param>
    /// <param name="how">What it does, for the error where the register does not take it.</param>
    /// <param name="shift">The place of its lowest bit in the register.</param>
    private CardRegister? Find(ulong offset, int width, string how, out int shift)
    {
        shift = 0;
        CardRegister? register = At(offset);
        if (register is not null && register.Width == width) return register;
        for (ulong size = 2; register is null && _all.Count > 0 && size <= 8; size *= 2)
        {
            ulong start = offset & ~(size - 1);
            if (At(start) is not { } whole || whole.SmallestPart > width || offset + (ulong)width > start + (ulong)whole.Width) continue;
            shift = 8 * (int)(offset - start);
            return whole;
        }

        if (register is null || register.SmallestPart <= Math.Min(width, register.Width)) return register;
        throw new SimulationException($"{card.Where}: register {register} has {8 * register.Width} bits and is {how} with {8 * width}. Most cards want the register's own width; if this one does not, say so with InParts(), or override Read and Write.");
    }

    /// <summary>A read of several registers at once, which the bus splits.</summary>
    private ulong ReadSeveral(ulong offset, int width)
    {
        ulong value = 0;
        for (int done = 0; done < width;)
        {
            CardRegister register = Part(offset, width, done, "read");
            value |= register.Read() << (8 * done);
            done += register.Width;
        }

        return value;
    }

    private void WriteSeveral(ulong offset, int width, ulong value)
    {
        for (int done = 0; done < width;)
        {
            CardRegister register = Part(offset, width, done, "written");
            register.Write((value >> (8 * done)) & LittleEndian.AllOnes(register.Width));
            done += register.Width;
        }
    }

    private CardRegister Part(ulong offset, int width, int done, string how) =>
        At(offset + (ulong)done) is { } register && done + register.Width <= width ? register : throw Nothing(offset, width, how);

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

/// <summary>Where a name is, and for which accesses.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Extent(ulong Offset, int Width, RegisterDirections Directions)
{
    /// <summary>Whether an access is one of its directions and reaches into it.</summary>
    internal bool IsTouched(ulong offset, int width, RegisterDirections direction) =>
        (Directions & direction) != 0 && offset < Offset + (ulong)Width && Offset < offset + (ulong)width;
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
