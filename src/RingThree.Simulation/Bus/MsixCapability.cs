namespace RingThree.Simulation;

/// <summary>Message-signalled interrupts with a table in a BAR (PCI Local Bus 3.0, 6.8.2).</summary>
internal sealed class MsixCapability : IMessageCapability
{
    private const ushort EnableBit = 0x8000;
    private const ushort FunctionMaskBit = 0x4000;
    private readonly ConfigurationSpace _config;
    private readonly int _offset;
    private readonly Entry[] _table;
    private readonly ulong[] _pending;

    internal MsixCapability(ConfigurationSpace config, int offset, CardDefinition card)
    {
        _config = config;
        _offset = offset;
        _table = new Entry[card.MsixVectors];
        _pending = new ulong[card.PendingLength / 8];
        config.Define16(offset + 2, (ushort)(card.MsixVectors - 1), EnableBit | FunctionMaskBit);
        config.Define32(offset + 4, card.MsixTableOffset | (uint)card.MsixBar);
        config.Define32(offset + 8, card.PendingOffset | (uint)card.PendingBar);
        Reset();
    }

    internal const int Length = 12;

    internal int Offset => _offset;

    public int Count => _table.Length;

    public bool IsEnabled => (_config.Read16(_offset + 2) & EnableBit) != 0;

    public bool HasPending => _pending.AsSpan().ContainsAnyExcept(0UL);

    public int? Select(int vector) => vector < Count ? vector : null;

    public ulong Address(int vector) => _table[vector].Address;

    public uint Data(int vector) => _table[vector].Data;

    public bool IsMasked(int vector) => (_config.Read16(_offset + 2) & FunctionMaskBit) != 0 || (_table[vector].Control & 1) != 0;

    public bool IsPending(int vector) => (_pending[vector / 64] & (1UL << (vector % 64))) != 0;

    public void SetPending(int vector, bool pending)
    {
        if (pending) _pending[vector / 64] |= 1UL << (vector % 64);
        else _pending[vector / 64] &= ~(1UL << (vector % 64));
    }

    /// <summary>A read of the table: 4 or 8 bytes, aligned; narrower reads are undefined and give ones here.</summary>
    internal ulong ReadTable(ulong offset, int width) => width switch
    {
        4 => Word((int)(offset / 4)),
        8 => Word((int)(offset / 4)) | ((ulong)Word((int)(offset / 4) + 1) << 32),
        _ => ulong.MaxValue,
    };

    internal void WriteTable(ulong offset, int width, ulong value)
    {
        if (width is not (4 or 8)) return; // undefined: software must write whole words
        SetWord((int)(offset / 4), (uint)value);
        if (width == 8) SetWord((int)(offset / 4) + 1, (uint)(value >> 32));
    }

    internal ulong ReadPending(ulong offset, int width)
    {
        ulong bits = _pending[offset / 8] >> (int)(8 * (offset % 8));
        return bits & LittleEndian.AllOnes(width);
    }

    /// <summary>After a reset every entry is masked.</summary>
    internal void Reset()
    {
        Array.Clear(_pending);
        Array.Fill(_table, new Entry { Control = 1 });
    }

    internal Entry[] Save() => [.. _table];

    internal void Restore(Entry[] saved) => saved.CopyTo(_table, 0);

    private uint Word(int index)
    {
        ref Entry entry = ref _table[index / 4];
        return (index % 4) switch { 0 => (uint)entry.Address, 1 => (uint)(entry.Address >> 32), 2 => entry.Data, _ => entry.Control };
    }

    private void SetWord(int index, uint value)
    {
        ref Entry entry = ref _table[index / 4];
        switch (index % 4)
        {
            case 0: entry.Address = (entry.Address & ~0xFFFF_FFFFUL) | (value & ~3u); break;
            case 1: entry.Address = (uint)entry.Address | ((ulong)value << 32); break;
            case 2: entry.Data = value; break;
            default: entry.Control = value & 1; break;
        }
    }

    /// <summary>A table entry: where to write, what, and whether not to.</summary>
    internal struct Entry
    {
        internal ulong Address;
        internal uint Data;
        internal uint Control;
    }
}
