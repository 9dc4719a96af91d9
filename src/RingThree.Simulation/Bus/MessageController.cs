using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>
/// Where messages end: the window of addresses that are interrupts, and an entry per data value that says who may write
/// it and who hears of it. As an IOMMU that remaps interrupts, it knows the requester. Guarded by the root complex's gate.
/// </summary>
internal sealed class MessageController
{
    /// <summary>Where messages are written to on x86 (Intel SDM volume 3, 10.11.1).</summary>
    internal const ulong Window = 0xFEE0_0000;

    /// <summary>How long that window is.</summary>
    internal const ulong WindowLength = 0x10_0000;

    private const int Largest = 1 << 16; // MSI data has 16 bits
    private const int Spacing = 32; // a block of MSI messages starts at a multiple of its size, 32 at most
    private readonly List<(int First, int Size)> _freed = [];
    private Entry[] _entries = new Entry[256];
    private int _next = Spacing;

    /// <summary>Takes a run of data values.</summary>
    /// <returns>The first, or -1 when none are left.</returns>
    internal int Allocate(int count, ulong requester)
    {
        int size = SizeOf(count);
        int first;
        int freed = _freed.FindLastIndex(f => f.Size == size);
        if (freed >= 0)
        {
            first = _freed[freed].First;
            _freed.RemoveAt(freed);
        }
        else
        {
            first = (_next + size - 1) & ~(size - 1);
            if (first + size > Largest) return -1;
            _next = first + size;
        }

        if (first + size > _entries.Length) Array.Resize(ref _entries, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(first + size)));
        for (int i = first; i < first + count; i++) _entries[i] = new Entry { Requester = requester, IsUsed = true };
        return first;
    }

    internal void Connect(int data, VectorRoute route) => _entries[data].Waiter = ((SimulatedWaiter?)route.Waiter, route.Tag);

    internal void Free(int first, int count)
    {
        Array.Clear(_entries, first, count);
        _freed.Add((first, SizeOf(count)));
    }

    /// <summary>A function writes into the window.</summary>
    /// <returns>Whether that was a message that someone has enabled for this function.</returns>
    internal bool Deliver(ulong address, uint data, ulong requester)
    {
        if (address != Window || data >= (uint)_entries.Length) return false;
        ref Entry entry = ref _entries[data];
        if (!entry.IsUsed || entry.Requester != requester) return false;
        entry.Waiter.Waiter?.Signal(entry.Waiter.Tag);
        return true;
    }

    /// <summary>How many data values a run of so many takes.</summary>
    private static int SizeOf(int count) => Math.Max((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count), Spacing);

    private struct Entry
    {
        internal (SimulatedWaiter? Waiter, int Tag) Waiter;
        internal ulong Requester;
        internal bool IsUsed;
    }
}
