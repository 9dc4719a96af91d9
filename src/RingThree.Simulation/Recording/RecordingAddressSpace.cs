using RingThree.Dma;
using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>An address space whose mappings are recorded, with what changes in the memory behind them.</summary>
/// <remarks>
/// A change is found by comparing memory with a copy, so it is seen when a device's signal is taken, when a polled register
/// changes, and at unmap; who made it, the device or this process, cannot be told.
/// </remarks>
internal sealed unsafe class RecordingAddressSpace : IAddressSpace
{
    private const int Page = 4096;
    private const int ShortestGap = 8; // a gap between changes costs two bytes or more; a shorter one is cheaper as contents
    private readonly int _number;
    private readonly RecordingWriter _writer;
    private readonly SortedList<ulong, Shadow> _shadows = [];
    private readonly Lock _gate = new();

    internal RecordingAddressSpace(IAddressSpace inner, int number, RecordingWriter writer)
    {
        Inner = inner;
        _number = number;
        _writer = writer;
        var record = new RecordBuilder(stackalloc byte[256], RecordKind.Space, 0);
        record.Number((uint)number);
        record.Number(inner.PageSizes);
        record.Number((uint)inner.MaximumMappings);
        IReadOnlyList<IovaRange> ranges = inner.UsableRanges;
        record.Number((uint)ranges.Count);
        foreach (IovaRange range in ranges)
        {
            record.Number(range.First.Value);
            record.Number(range.Last.Value);
        }

        writer.Append(record);
    }

    public IReadOnlyList<IovaRange> UsableRanges => Inner.UsableRanges;

    public ulong PageSizes => Inner.PageSizes;

    public int MaximumMappings => Inner.MaximumMappings;

    internal IAddressSpace Inner { get; }

    internal int Number => _number;

    public IHostMemory? Allocate(ulong length, DmaMemoryOptions wishes) => Inner.Allocate(length, wishes);

    public void Map(nuint memory, ulong length, Iova iova, DmaAccess access)
    {
        var record = new RecordBuilder(stackalloc byte[64], RecordKind.Map, 0);
        record.Number((uint)_number);
        record.Number(iova.Value);
        record.Number(length);
        record.Byte((byte)access);
        _writer.Append(record);
        // The copy first: from the next line on the device may write.
        Shadow? shadow = (access & DmaAccess.DeviceWrites) != 0 && length <= int.MaxValue ? new Shadow(memory, (int)length) : null;
        try
        {
            Inner.Map(memory, length, iova, access);
        }
        catch (DeviceException error)
        {
            RecordingDevice.Failed(_writer, 0, error);
            throw;
        }

        if (shadow is null) return;
        lock (_gate) _shadows[iova.Value] = shadow;
    }

    public void Unmap(Iova iova, ulong length)
    {
        DeviceException? failure = null;
        try
        {
            Inner.Unmap(iova, length);
        }
        catch (DeviceException error)
        {
            failure = error;
        }

        lock (_gate)
        {
            // Now the device is done with it, and the caller keeps the memory until we return.
            if (failure is null && _shadows.Remove(iova.Value, out Shadow? shadow)) Compare(0, iova.Value, shadow);
        }

        var record = new RecordBuilder(stackalloc byte[64], RecordKind.Unmap, 0);
        record.Number((uint)_number);
        record.Number(iova.Value);
        record.Number(length);
        _writer.Append(record);
        if (failure is null) return;
        RecordingDevice.Failed(_writer, 0, failure);
        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    public IReadOnlyList<DmaFault> TakeFaults() => Inner.TakeFaults();

    /// <summary>Records what has changed in mapped memory since the last time.</summary>
    /// <param name="device">The device whose read or signals the changes belong to.</param>
    internal void Snapshot(int device)
    {
        lock (_gate) // no unmap, and so no freed memory, meanwhile
        {
            for (int i = 0; i < _shadows.Count; i++) Compare(device, _shadows.GetKeyAtIndex(i), _shadows.GetValueAtIndex(i));
        }
    }

    private void Compare(int device, ulong iova, Shadow shadow)
    {
        // Sound: the caller of Map keeps the memory until Unmap has returned, and that waits for the gate.
        var memory = new ReadOnlySpan<byte>((void*)shadow.Memory, shadow.Copy.Length);
        for (int page = 0; page < memory.Length; page += Page)
        {
            int end = Math.Min(page + Page, memory.Length);
            if (memory[page..end].SequenceEqual(shadow.Copy.AsSpan(page, end - page))) continue;
            // The device may go on writing: what is recorded and what is compared with next is one and the same copy.
            byte[] now = memory[page..end].ToArray();
            RecordChanges(device, iova + (ulong)page, shadow.Copy.AsSpan(page, now.Length), now);
            now.CopyTo(shadow.Copy, page);
        }
    }

    private void RecordChanges(int device, ulong iova, ReadOnlySpan<byte> before, ReadOnlySpan<byte> now)
    {
        var record = new RecordBuilder(new byte[256], RecordKind.Contents, device);
        record.Number((uint)_number);
        record.Number(iova);
        int told = 0;
        for (int at = before.CommonPrefixLength(now); at < now.Length;)
        {
            int end = at + 1; // behind the last change of this run
            for (int i = end; i < now.Length && i - end < ShortestGap; i++)
            {
                if (before[i] != now[i]) end = i + 1;
            }

            record.Number((uint)(at - told));
            record.Bytes(now[at..end]);
            told = end;
            at = end + before[end..].CommonPrefixLength(now[end..]);
        }

        _writer.Append(record);
    }

    /// <summary>Mapped memory, and what it held when it was looked at last.</summary>
    private sealed class Shadow(nuint memory, int length)
    {
        internal nuint Memory { get; } = memory;

        internal byte[] Copy { get; } = new ReadOnlySpan<byte>((void*)memory, length).ToArray();
    }
}
