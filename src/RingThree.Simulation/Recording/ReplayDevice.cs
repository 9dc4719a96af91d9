using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>A device that answers from a recording.</summary>
internal sealed class ReplayDevice : IHostedDevice
{
    // Bit 3 of the status register, by its place in the doubleword at 4 (PCI Local Bus 2.3, 6.2.3).
    private const ulong PendingBit = 1UL << 19;
    private readonly RecordedShape _shape;
    private readonly ReplayAddressSpace? _space;
    private readonly ReplayTimeline _timeline;
    private int _closed;

    internal ReplayDevice(ReplayHost host, RecordedOpening opening, RecordedShape shape, ReplayAddressSpace? space)
    {
        _shape = shape;
        _space = space;
        _timeline = new ReplayTimeline(host, opening, shape, space);
    }

    public DeviceDescription Description => _shape.Description;

    public IReadOnlyList<RegionDescription> Regions => _shape.Regions;

    public IReadOnlyList<InterruptGroupDescription> InterruptGroups => _shape.Groups;

    public IAddressSpace? AddressSpace => _space;

    public bool CanReset => _shape.CanReset;

    private bool IsClosed => Volatile.Read(ref _closed) != 0;

    public void Read(int region, ulong offset, Span<byte> data)
    {
        data.Fill(0xFF); // what nothing is known of reads as on a bus without an answer
        if (IsClosed) return;
        RecordKind kind = LittleEndian.IsAccess(data.Length) ? RecordKind.Read : RecordKind.ReadBlock;
        if (_timeline.Read(new RecordedEntry(kind, 0, 0) { Number = region, Offset = offset, Length = (ulong)data.Length }, out bool repeated) is not { } answer)
        {
            // Opening asks whether the device responds, by its class; recordings of earlier versions have no answer.
            if (offset == 8 && data.Length == 4 && _shape.Regions[region].Kind == RegionKind.Configuration) LittleEndian.Write(data, (_shape.Description.ClassCode << 8) | _shape.Description.Revision);
            return;
        }

        if (kind == RecordKind.ReadBlock)
        {
            answer.Data.Span.CopyTo(data);
            return;
        }

        ulong value = answer.Value;
        // A line that was seen pending would look like a storm if that answer came again; signals come when they come.
        if (repeated && _shape.Regions[region].Kind == RegionKind.Configuration && offset is >= 4 and < 8) value &= ~(PendingBit >> (8 * ((int)offset - 4)));
        LittleEndian.Write(data, value);
    }

    public void Write(int region, ulong offset, ReadOnlySpan<byte> data)
    {
        if (IsClosed) return;
        bool access = LittleEndian.IsAccess(data.Length);
        _timeline.Do(new RecordedEntry(access ? RecordKind.Write : RecordKind.WriteBlock, 0, 0)
        {
            Number = region,
            Offset = offset,
            Length = (ulong)data.Length,
            Value = access ? LittleEndian.Read(data) : 0,
            Data = access ? default : data.ToArray(),
        });
    }

    /// <summary>Nothing: every access is looked up.</summary>
    public IReadOnlyList<IRegionMapping> Map(int region) => [];

    public IInterruptWaiter CreateWaiter() => new ReplayWaiter(_timeline);

    public int Bind(int group, ReadOnlySpan<VectorRoute> routes)
    {
        if (IsClosed) throw Closed();
        VectorRoute[] wanted = routes.ToArray();
        int granted = wanted.Length;
        RecordedEntry? entry = _timeline.Do(new RecordedEntry(RecordKind.Bind, 0, 0) { Number = group, Length = (ulong)wanted.Length }, e =>
        {
            if (e is not null && e.Length == (ulong)wanted.Length) granted = (int)Math.Min(e.Value, e.Length);
            if (e?.Failure is null && granted >= wanted.Length) _timeline.Route(group, wanted);
        });
        return entry?.Failure is { } failure ? throw failure.ToException(Description.Address) : granted;
    }

    public void Unbind(int group)
    {
        if (!IsClosed) _timeline.Do(new RecordedEntry(RecordKind.Unbind, 0, 0) { Number = group }, _ => _timeline.Route(group, null));
    }

    public void Mask(int group, int vector)
    {
        if (!IsClosed) _timeline.Do(new RecordedEntry(RecordKind.Mask, 0, 0) { Number = group, Offset = (ulong)vector });
    }

    public void Unmask(int group, int vector)
    {
        if (!IsClosed) _timeline.Do(new RecordedEntry(RecordKind.Unmask, 0, 0) { Number = group, Offset = (ulong)vector });
    }

    public void Trigger(int group, int first, int count) =>
        Attempt(new RecordedEntry(RecordKind.Trigger, 0, 0) { Number = group, Offset = (ulong)first, Length = (ulong)count });

    public bool TrySetAffinity(int group, int vector, ReadOnlySpan<int> processors, out string answer)
    {
        if (IsClosed) throw Closed();
        RecordedEntry? entry = _timeline.Do(new RecordedEntry(RecordKind.Affinity, 0, 0) { Number = group, Offset = (ulong)vector });
        answer = entry is null ? "the recording has no answer" : entry.Text ?? "";
        return entry is { Value: 1 };
    }

    public void Reset() => Attempt(new RecordedEntry(RecordKind.Reset, 0, 0));

    public bool IsPresent() => !IsClosed && _timeline.Read(new RecordedEntry(RecordKind.Present, 0, 0), out _) is not { Value: 0 };

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        _timeline.Finish();
        _space?.Leave();
    }

    private ObjectDisposedException Closed() => new(Description.Address, $"{Description.Address}: the replayed device has been closed meanwhile.");

    private void Attempt(RecordedEntry asked)
    {
        if (IsClosed) throw Closed();
        if (_timeline.Do(asked)?.Failure is { } failure) throw failure.ToException(Description.Address);
    }
}
