using System.Text;

namespace RingThree.Simulation;

/// <summary>Puts one record's bytes together, in the caller's space as long as that lasts.</summary>
internal ref struct RecordBuilder
{
    private Span<byte> _space;
    private int _length;

    internal RecordBuilder(Span<byte> space, RecordKind kind, int device)
    {
        _space = space;
        Byte((byte)kind);
        Number((uint)device);
        Number((uint)Environment.CurrentManagedThreadId);
    }

    internal readonly int Length => _length;

    internal readonly ReadOnlySpan<byte> Written => _space[.._length];

    internal void Byte(byte value)
    {
        Reserve(1);
        _space[_length++] = value;
    }

    internal void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    internal void Number(ulong value)
    {
        Reserve(10);
        _length += Encode(value, _space[_length..]);
    }

    internal void Bytes(ReadOnlySpan<byte> value)
    {
        Number((ulong)value.Length);
        Reserve(value.Length);
        value.CopyTo(_space[_length..]);
        _length += value.Length;
    }

    internal void Text(string? value)
    {
        if (value is null)
        {
            Number(0);
            return;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(value);
        Number((ulong)bytes.Length + 1);
        Reserve(bytes.Length);
        bytes.CopyTo(_space[_length..]);
        _length += bytes.Length;
    }

    /// <summary>Seven bits a byte, lowest first.</summary>
    internal static int Encode(ulong value, Span<byte> to)
    {
        int length = 0;
        for (; value >= 0x80; value >>= 7) to[length++] = (byte)(value | 0x80);
        to[length++] = (byte)value;
        return length;
    }

    private void Reserve(int bytes)
    {
        if (_space.Length - _length >= bytes) return;
        byte[] larger = new byte[Math.Max(2 * _space.Length, _length + bytes)];
        _space[.._length].CopyTo(larger);
        _space = larger;
    }
}
