using System.Text;

namespace RingThree.Simulation;

/// <summary>Reads one record's fields; whatever does not fit is an <see cref="InvalidDataException"/>.</summary>
internal ref struct RecordReader(ReadOnlyMemory<byte> bytes)
{
    private readonly ReadOnlyMemory<byte> _memory = bytes;
    private readonly ReadOnlySpan<byte> _bytes = bytes.Span;
    private int _at;

    internal readonly bool IsAtEnd => _at == _bytes.Length;

    internal readonly int Left => _bytes.Length - _at;

    internal readonly int Position => _at;

    internal byte Byte() => _at < _bytes.Length ? _bytes[_at++] : throw new InvalidDataException("it ends too early");

    internal bool Flag() => Byte() switch
    {
        0 => false,
        1 => true,
        byte other => throw new InvalidDataException($"{other} is neither yes nor no"),
    };

    internal ulong Number()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte();
            if (shift == 63 && next > 1) break;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw new InvalidDataException("a number has more than 64 bits");
    }

    /// <summary>A number that may not be larger than this.</summary>
    internal int Number(int most, string what)
    {
        ulong value = Number();
        return value <= (ulong)most ? (int)value : throw new InvalidDataException($"{what} {value} is larger than {most}");
    }

    /// <summary>A number of items that follow, each at least one byte long.</summary>
    internal int Count(string what) => Number(Left, what);

    internal T Enum<T>(string what)
        where T : struct, Enum
    {
        int value = Number(int.MaxValue, what);
        var named = (T)(object)value;
        return System.Enum.IsDefined(named) ? named : throw new InvalidDataException($"{what} {value} is not known");
    }

    internal ReadOnlyMemory<byte> Bytes()
    {
        int length = Length(Number());
        ReadOnlyMemory<byte> value = _memory.Slice(_at, length);
        _at += length;
        return value;
    }

    /// <summary>All that is left.</summary>
    internal ReadOnlyMemory<byte> Rest()
    {
        ReadOnlyMemory<byte> rest = _memory[_at..];
        _at = _bytes.Length;
        return rest;
    }

    internal string? Text()
    {
        ulong coded = Number();
        if (coded == 0) return null;
        int length = Length(coded - 1);
        string text = Encoding.UTF8.GetString(_bytes.Slice(_at, length));
        _at += length;
        return text;
    }

    internal string Word(string what) => Text() ?? throw new InvalidDataException($"{what} is missing");

    /// <summary>A length, behind which at least as many bytes are left.</summary>
    private readonly int Length(ulong length) => length <= (ulong)Left ? (int)length : throw new InvalidDataException($"{length} bytes are to follow and {Left} do");
}
