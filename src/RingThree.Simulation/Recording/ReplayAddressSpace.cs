using RingThree.Dma;
using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>An address space that knows the driver's mappings, and puts into them what the recorded device wrote.</summary>
internal sealed unsafe class ReplayAddressSpace(ReplayHost host, string device, RecordedSpace recorded) : IAddressSpace
{
    private readonly bool[] _done = new bool[recorded.Entries.Count];
    private readonly SortedList<ulong, (nuint Memory, ulong Length, DmaAccess Access)> _mappings = [];
    private readonly Lock _gate = new();
    private int _front;
    private int _users;

    public IReadOnlyList<IovaRange> UsableRanges => recorded.UsableRanges;

    public ulong PageSizes => recorded.PageSizes;

    public int MaximumMappings => recorded.MaximumMappings;

    public void Map(nuint memory, ulong length, Iova iova, DmaAccess access)
    {
        RecordedEntry? entry;
        Departure? departure;
        lock (_gate)
        {
            (entry, departure) = Match(new RecordedEntry(RecordKind.Map, 0, 0) { Number = (int)access, Offset = iova.Value, Length = length });
            if (entry?.Failure is null) _mappings[iova.Value] = (memory, length, access);
        }

        Throw(departure);
        if (entry?.Failure is { } failure) throw failure.ToException(device);
    }

    public void Unmap(Iova iova, ulong length)
    {
        RecordedEntry? entry;
        Departure? departure;
        lock (_gate)
        {
            (entry, departure) = Match(new RecordedEntry(RecordKind.Unmap, 0, 0) { Offset = iova.Value, Length = length });
            if (entry?.Contents is { } contents) Put(contents, entry);
            if (entry?.Failure is null) _mappings.Remove(iova.Value);
        }

        Throw(departure);
        if (entry?.Failure is { } failure) throw failure.ToException(device);
    }

    /// <summary>None: faults are not recorded.</summary>
    public IReadOnlyList<DmaFault> TakeFaults() => [];

    /// <summary>Puts into memory what the device had written by then.</summary>
    internal void Put(List<RecordedContents> contents, RecordedEntry by)
    {
        lock (_gate)
        {
            foreach (RecordedContents change in contents) Put(change, by);
        }
    }

    /// <summary>One more device is open in it.</summary>
    internal void Enter() => Interlocked.Increment(ref _users);

    /// <summary>The last device in it was closed: what was not mapped now never will be.</summary>
    internal void Leave()
    {
        if (Interlocked.Decrement(ref _users) > 0) return;
        lock (_gate)
        {
            for (int i = _front; i < _done.Length; i++)
            {
                if (_done[i] || recorded.Entries[i].Kind != RecordKind.Map) continue;
                _done[i] = true;
                Report(DepartureKind.Missing, recorded.Entries[i].Place, recorded.Entries[i].Describe(null), "left it out", "See whether a buffer is missing.");
            }
        }
    }

    private (RecordedEntry? Entry, Departure? Departure) Match(RecordedEntry asked)
    {
        int last = Math.Min(recorded.Entries.Count, _front + host.Options.LookAhead);
        for (int i = _front; i < last; i++)
        {
            RecordedEntry entry = recorded.Entries[i];
            if (_done[i] || !entry.IsSame(asked)) continue;
            _done[i] = true;
            while (_front < _done.Length && _done[_front]) _front++;
            return (entry, null);
        }

        if (_front == _done.Length && !host.IsComplete) return (null, null); // the device's own timeline says that it was cut off
        RecordedEntry? next = recorded.Entries.Skip(_front).FirstOrDefault(e => e.Kind == asked.Kind);
        return (null, Report(DepartureKind.NotRecorded, next?.Place ?? 0, next?.Describe(null) ?? "no more mappings", asked.Describe(null),
            "Contents that the recorded device wrote elsewhere will not arrive here: map the same lengths in the same order, or record again."));
    }

    private void Put(RecordedContents change, RecordedEntry by)
    {
        var record = new RecordReader(change.Changes);
        ulong at = change.Address;
        while (!record.IsAtEnd)
        {
            at += record.Number();
            ReadOnlySpan<byte> bytes = record.Bytes().Span;
            if (Find(at, (ulong)bytes.Length) is { } memory)
            {
                // Sound: the range lies in a mapping, whose owner keeps the memory until Unmap, which waits for the gate.
                bytes.CopyTo(new Span<byte>((void*)memory, bytes.Length));
            }
            else
            {
                Report(DepartureKind.NoMemory, by.Place, $"the device has written {bytes.Length} bytes at bus address 0x{at:x}", "has no memory mapped there that the device may write",
                    "Map the buffer before the device is started, with the recorded length and order.");
                return;
            }

            at += (ulong)bytes.Length;
        }
    }

    private nuint? Find(ulong at, ulong length)
    {
        foreach ((ulong start, (nuint memory, ulong size, DmaAccess access)) in _mappings)
        {
            if (at >= start && at - start < size && length <= size - (at - start)) return (access & DmaAccess.DeviceWrites) != 0 ? memory + (nuint)(at - start) : null;
        }

        return null;
    }

    private Departure Report(DepartureKind kind, long place, string expected, string actual, string advice)
    {
        var departure = new Departure(kind, device, place, expected, actual, advice);
        host.Report(departure);
        return departure;
    }

    private void Throw(Departure? departure)
    {
        if (departure is not null && host.Options.ThrowOnDeparture) throw new DepartureException(departure);
    }
}
