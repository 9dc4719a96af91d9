using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RingThree.Dma;

/// <summary>
/// A ring of descriptors in a DMA buffer: this process fills entries and the device takes them, or the device fills them and this process
/// takes them, or both (an entry with an owner bit comes back in its place). It knows where each side is; the doorbell is the driver's.
/// </summary>
/// <typeparam name="T">An entry, as it lies in memory; little-endian, as the machine is.</typeparam>
/// <remarks>
/// One thread may fill entries (<see cref="TryPost"/>, <see cref="TryMoveTail"/>) while another takes them (<see cref="TryTake"/>,
/// <see cref="TryMoveHead"/>), such as a handler; several on one side need a lock. Nothing is allocated by its methods.
/// </remarks>
/// <example>
/// <code>
/// DescriptorRing&lt;Command&gt; commands = memory.Ring&lt;Command&gt;(entries: 64);
/// DescriptorRing&lt;Completion&gt; completions = memory.Ring&lt;Completion&gt;(entries: 64, RingFlag.PhaseAt(112), offset: 4096);
/// if (!commands.TryPost(new Command(...))) return false;               // full
/// registers.Doorbell.Write((uint)commands.Tail.Index);
/// while (completions.TryTake(out Completion done)) Finish(done);       // at the interrupt
/// </code>
/// </example>
public sealed class DescriptorRing<T>
    where T : unmanaged
{
    private readonly DmaBuffer _buffer;
    private readonly RingFlag? _flag;
    private readonly int _offset;
    private long _filled; // written by the side that fills, as Tail is
    private long _taken; // written by the side that takes, as Head is

    internal DescriptorRing(DmaBuffer buffer, int entries, RingFlag? flag, int offset)
    {
        int size = Unsafe.SizeOf<T>();
        string what = $"a ring of {entries} entries of {typeof(T).Name} ({size} bytes each) at {offset}";
        if (entries < 2) throw new ArgumentOutOfRangeException(nameof(entries), $"{buffer}: {what} was asked for; a ring has 2 entries or more.");
        if (offset < 0 || offset % 4 != 0) throw new ArgumentOutOfRangeException(nameof(offset), $"{buffer}: {what} was asked for; the offset can be a multiple of 4 from 0 on.");
        if (offset + ((long)entries * size) > buffer.Length)
            throw new ArgumentOutOfRangeException(nameof(entries), $"{buffer}: {what} was asked for, which takes {(long)entries * size} bytes; the buffer has {buffer.Length}.");
        if (flag is { } bit && (size % 4 != 0 || bit.WordOffset + 4 > size))
            throw new ArgumentOutOfRangeException(nameof(flag), $"{buffer}: {what} was asked for; its flag lies in the 32 bits at {bit.WordOffset} of an entry, which has no such word.");
        _buffer = buffer;
        _flag = flag;
        _offset = offset;
        Head = Tail = new RingCursor(entries);
    }

    /// <summary>Where the device sees its first entry.</summary>
    public Iova Address => _buffer.Address + (ulong)_offset;

    /// <summary>How many entries it has.</summary>
    public int Entries => Head.Entries;

    /// <summary>
    /// How many entries can be filled at once: all with an owner bit; one less without, since a ring whose head is its tail is empty.
    /// </summary>
    public int Capacity => _flag is { IsPhase: false } ? Entries : Entries - 1;

    /// <summary>How many are filled and not taken, as far as this side knows; of a ring with phase bits that this side takes from, 0.</summary>
    public int Count => (int)(Volatile.Read(ref _filled) - Volatile.Read(ref _taken));

    /// <summary>The next entry to be taken.</summary>
    public RingCursor Head { get; private set; }

    /// <summary>The next entry to be filled; what a doorbell usually wants to know.</summary>
    public RingCursor Tail { get; private set; }

    /// <summary>An entry, whoever's it is.</summary>
    /// <param name="index">0 to <see cref="Entries"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such entry.</exception>
    /// <exception cref="ObjectDisposedException">The buffer has been disposed.</exception>
    public ref T this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Entries) throw new ArgumentOutOfRangeException(nameof(index), $"{_buffer}: entry {index} was asked for; the ring has entries 0 to {Entries - 1}.");
            return ref All[index];
        }
    }

    private Span<T> All => MemoryMarshal.Cast<byte, T>(_buffer.Span.Slice(_offset, Entries * Unsafe.SizeOf<T>()));

    /// <summary>Fills the next entry and hands it over; its flag, where the ring has one, is written last.</summary>
    /// <param name="entry">The entry; what it has for a flag does not matter.</param>
    /// <returns>False when the ring is full.</returns>
    /// <exception cref="ObjectDisposedException">The buffer has been disposed.</exception>
    public bool TryPost(in T entry)
    {
        if (Count == Capacity) return false;
        ref T place = ref All[Tail.Index];
        if (_flag is { } flag) Fill(ref place, entry, flag);
        else place = entry;
        Tail = Tail.Next();
        Volatile.Write(ref _filled, _filled + 1); // last: only now may the other side look at it
        return true;
    }

    /// <summary>Takes the next entry, if it is there: filled on this way round (phase), given back (owner), or told of by <see cref="TryMoveTail"/>.</summary>
    /// <param name="entry">The entry; its flag has been read before the rest.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="ObjectDisposedException">The buffer has been disposed.</exception>
    public bool TryTake(out T entry)
    {
        bool isPhase = _flag is { IsPhase: true };
        if (!isPhase && Count == 0)
        {
            entry = default;
            return false;
        }

        ref T place = ref All[Head.Index];
        if (_flag is { } flag && !flag.IsNew(Volatile.Read(ref WordOf(ref place, flag)), Head))
        {
            entry = default;
            return false;
        }

        entry = place;
        Head = Head.Next();
        if (!isPhase) Volatile.Write(ref _taken, _taken + 1);
        return true;
    }

    /// <summary>The device has taken every entry before this one: by a register, or by what a completion says.</summary>
    /// <param name="index">The next entry that it will take.</param>
    /// <returns>False when it cannot be: that entry has not been filled. Then the device is wrong, and nothing has changed.</returns>
    public bool TryMoveHead(int index)
    {
        if ((uint)index >= (uint)Entries) return false;
        int taken = Head.DistanceTo(index);
        if (taken > Count) return false;
        for (int i = 0; i < taken; i++) Head = Head.Next();
        Volatile.Write(ref _taken, _taken + taken);
        return true;
    }

    /// <summary>The device has filled every entry before this one, of a ring without flags: by a register, or by an index in memory.</summary>
    /// <param name="index">The next entry that it will fill.</param>
    /// <returns>False when it cannot be: there is no such entry, or it has not been taken yet. Then the device is wrong, and nothing has changed.</returns>
    public bool TryMoveTail(int index)
    {
        if ((uint)index >= (uint)Entries) return false;
        int filled = Tail.DistanceTo(index);
        if (filled > Capacity - Count) return false;
        for (int i = 0; i < filled; i++) Tail = Tail.Next();
        Volatile.Write(ref _filled, _filled + filled);
        return true;
    }

    /// <summary>Starts anew: both sides at entry 0 on their first way round, all bytes zero. The device must have stopped using it.</summary>
    /// <exception cref="ObjectDisposedException">The buffer has been disposed.</exception>
    public void Reset()
    {
        MemoryMarshal.AsBytes(All).Clear();
        Head = Tail = new RingCursor(Entries);
        _filled = _taken = 0;
    }

    private static ref uint WordOf(ref T entry, RingFlag flag) =>
        ref Unsafe.As<byte, uint>(ref Unsafe.AddByteOffset(ref Unsafe.As<T, byte>(ref entry), flag.WordOffset));

    /// <summary>The old flag stays until the rest is there: whoever looks meanwhile sees an entry that is not new.</summary>
    private void Fill(ref T place, T entry, RingFlag flag)
    {
        ref uint word = ref WordOf(ref place, flag);
        uint last = flag.Marked(WordOf(ref entry, flag), Tail);
        WordOf(ref entry, flag) = word;
        place = entry;
        Volatile.Write(ref word, last);
    }
}
