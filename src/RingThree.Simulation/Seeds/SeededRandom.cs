namespace RingThree.Simulation;

/// <summary>Draws that are the same for the same seed on every machine and runtime (xorshift128+).</summary>
public sealed class SeededRandom
{
    private ulong _a;
    private ulong _b;

    internal SeededRandom(int seed)
    {
        // splitmix64: neighbouring seeds must not draw alike.
        ulong state = (uint)seed;
        _a = Mix(ref state);
        _b = Mix(ref state);
    }

    /// <summary>A number from 0 to a limit, the limit left out.</summary>
    /// <param name="limit">1 or more.</param>
    public uint Next(uint limit)
    {
        ArgumentOutOfRangeException.ThrowIfZero(limit);
        return (uint)(((Draw() >> 32) * limit) >> 32);
    }

    /// <summary>Whether something happens.</summary>
    /// <param name="chance">0 to 1.</param>
    public bool Happens(double chance) => (Draw() >> 11) * (1.0 / (1UL << 53)) < chance;

    /// <summary>64 random bits.</summary>
    public ulong Bits() => Draw();

    private static ulong Mix(ref ulong state)
    {
        state += 0x9E37_79B9_7F4A_7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    private ulong Draw()
    {
        ulong x = _a;
        ulong y = _b;
        _a = y;
        x ^= x << 23;
        _b = x ^ y ^ (x >> 17) ^ (y >> 26);
        return _b + y;
    }
}
