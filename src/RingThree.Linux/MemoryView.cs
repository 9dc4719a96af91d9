using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RingThree.Linux;

/// <summary>Single accesses of a mapped range, for a caller that wants no pointer.</summary>
internal sealed unsafe class MemoryView(FileMapping mapping) : IDisposable
{
    public void Dispose() => mapping.Dispose();

    /// <summary>One access where the length is 1, 2, 4 or 8 and the place aligned; bytewise otherwise. All ones once closed.</summary>
    internal void Read(ulong offset, Span<byte> data)
    {
        if (!TryHold())
        {
            data.Fill(0xFF);
            return;
        }

        try
        {
            // Sound: the caller checked the range, and the mapping is held until the access is over.
            byte* place = (byte*)mapping.Address + offset;
            switch (Unit(place, data.Length))
            {
                case 8: MemoryMarshal.Write(data, Volatile.Read(ref *(ulong*)place)); break;
                case 4: MemoryMarshal.Write(data, Volatile.Read(ref *(uint*)place)); break;
                case 2: MemoryMarshal.Write(data, Volatile.Read(ref *(ushort*)place)); break;
                default:
                    for (int i = 0; i < data.Length; i++) data[i] = Volatile.Read(ref place[i]);
                    break;
            }
        }
        finally
        {
            mapping.DangerousRelease();
        }
    }

    internal void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        if (!TryHold()) return;
        try
        {
            // Sound: as for Read.
            byte* place = (byte*)mapping.Address + offset;
            switch (Unit(place, data.Length))
            {
                case 8: Volatile.Write(ref *(ulong*)place, MemoryMarshal.Read<ulong>(data)); break;
                case 4: Volatile.Write(ref *(uint*)place, MemoryMarshal.Read<uint>(data)); break;
                case 2: Volatile.Write(ref *(ushort*)place, MemoryMarshal.Read<ushort>(data)); break;
                default:
                    for (int i = 0; i < data.Length; i++) Volatile.Write(ref place[i], data[i]);
                    break;
            }
        }
        finally
        {
            mapping.DangerousRelease();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Unit(byte* place, int length) => length is 2 or 4 or 8 && (nuint)place % (nuint)length == 0 ? length : 1;

    private bool TryHold()
    {
        bool held = false;
        try
        {
            mapping.DangerousAddRef(ref held);
        }
        catch (ObjectDisposedException)
        {
            // Closed: all ones, as on the bus.
        }

        return held;
    }
}
