namespace RingThree.Simulation;

/// <summary>Message-signalled interrupts as registers (PCI Local Bus 3.0, 6.8.1).</summary>
internal sealed class MsiCapability : IMessageCapability
{
    private const ushort EnableBit = 1;
    private const int CountShift = 4; // multiple message enable, bits 6:4
    private readonly ConfigurationSpace _config;
    private readonly int _offset;
    private readonly int _capable;
    private readonly bool _masks;

    internal MsiCapability(ConfigurationSpace config, int offset, int vectors, bool perVectorMasks)
    {
        _config = config;
        _offset = offset;
        _capable = System.Numerics.BitOperations.Log2((uint)vectors);
        _masks = perVectorMasks;
        const ushort address64 = 0x80;
        config.Define16(offset + 2, (ushort)(address64 | (_capable << 1) | (_masks ? 0x100 : 0)), 0x71);
        config.Define32(offset + 4, 0, 0xFFFF_FFFC);
        config.Define32(offset + 8, 0, uint.MaxValue);
        config.Define16(offset + 12, 0, ushort.MaxValue);
        if (!_masks) return;
        uint implemented = vectors == 32 ? uint.MaxValue : (1u << vectors) - 1;
        config.Define32(offset + 16, 0, implemented);
        config.Define32(offset + 20, 0);
    }

    internal int Offset => _offset;

    /// <summary>Bytes, header included.</summary>
    internal int Length => _masks ? 24 : 14;

    public bool IsEnabled => (_config.Read16(_offset + 2) & EnableBit) != 0;

    /// <summary>How many messages the card may use: never more than it has.</summary>
    public int Count => 1 << Math.Min((_config.Read16(_offset + 2) >> CountShift) & 7, _capable);

    public bool HasPending => _masks && _config.Read32(_offset + 20) != 0;

    /// <summary>With fewer messages than it has, a card uses the low bits of its number (PCI Local Bus 3.0, 6.8.1.6).</summary>
    public int? Select(int vector) => vector & (Count - 1);

    /// <summary>One for all messages.</summary>
    public ulong Address(int vector) => _config.Read32(_offset + 4) | ((ulong)_config.Read32(_offset + 8) << 32);

    /// <summary>The data of one message: the low bits are its number, whatever is written there.</summary>
    public uint Data(int vector) => (_config.Read16(_offset + 12) & ~(uint)(Count - 1)) | (uint)vector;

    public bool IsMasked(int vector) => _masks && (_config.Read32(_offset + 16) & (1u << vector)) != 0;

    public bool IsPending(int vector) => _masks && (_config.Read32(_offset + 20) & (1u << vector)) != 0;

    public void SetPending(int vector, bool pending)
    {
        if (!_masks) return;
        uint bits = _config.Read32(_offset + 20);
        _config.Set32(_offset + 20, pending ? bits | (1u << vector) : bits & ~(1u << vector));
    }

    /// <summary>What a kernel writes to use it.</summary>
    internal static ushort Enabled(ushort now, int vectors) =>
        (ushort)((now & ~0x71) | (System.Numerics.BitOperations.Log2((uint)vectors) << CountShift) | EnableBit);
}
