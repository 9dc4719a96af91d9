using RingThree.Hosting;
using RingThree.Transfers;

namespace RingThree.Simulation;

/// <summary>
/// An open device whose traffic is recorded. It takes no lock around an access: what an access caused comes behind it in
/// the file, because writes are recorded before they are done and reads after; of two that overlap either may come first.
/// </summary>
internal sealed class RecordingDevice : IHostedDevice
{
    private readonly IHostedDevice _inner;
    private readonly int _number;
    private readonly RecordingAddressSpace? _space;
    private readonly RecordingWriter _writer;
    private readonly RegionDescription[] _regions;
    private readonly Dictionary<(int Region, ulong Offset, int Width), ulong> _answers = [];
    private readonly Lock _answersGate = new();
    private int _closed;

    internal RecordingDevice(IHostedDevice inner, int number, RecordingAddressSpace? space, RecordingWriter writer)
    {
        _inner = inner;
        _number = number;
        _space = space;
        _writer = writer;
        // It says what it does: nothing is mapped here, so that each access comes by.
        _regions = [.. inner.Regions.Select(r => r with { Abilities = r.Abilities & ~RegionAbilities.Map })];
        Scheduler = inner.Scheduler is { } scheduler ? new RecordingScheduler(scheduler) : null;
        var record = new RecordBuilder(new byte[1024], RecordKind.Open, number);
        RecordedShape.Write(ref record, inner, space?.Number ?? 0);
        writer.Append(record);
    }

    public DeviceDescription Description => _inner.Description;

    public IReadOnlyList<RegionDescription> Regions => _regions;

    public IReadOnlyList<InterruptGroupDescription> InterruptGroups => _inner.InterruptGroups;

    public IHostScheduler? Scheduler { get; }

    public IAddressSpace? AddressSpace => _space;

    public bool CanReset => _inner.CanReset;

    public void Read(int region, ulong offset, Span<byte> data)
    {
        _inner.Read(region, offset, data);
        if (!LittleEndian.IsAccess(data.Length))
        {
            RecordBlock(RecordKind.ReadBlock, region, offset, data);
            return;
        }

        ulong value = LittleEndian.Read(data);
        if (Changes(region, offset, data.Length, value)) _space?.Snapshot(_number); // a poll that ends may mean that a DMA has
        RecordAccess(RecordKind.Read, region, offset, data.Length, value);
    }

    public void Write(int region, ulong offset, ReadOnlySpan<byte> data)
    {
        if (LittleEndian.IsAccess(data.Length)) RecordAccess(RecordKind.Write, region, offset, data.Length, LittleEndian.Read(data));
        else RecordBlock(RecordKind.WriteBlock, region, offset, data);
        _inner.Write(region, offset, data);
    }

    public IReadOnlyList<IRegionMapping> Map(int region) => [];

    public IInterruptWaiter CreateWaiter() => new RecordingWaiter(this, _inner.CreateWaiter());

    public int Bind(int group, ReadOnlySpan<VectorRoute> routes)
    {
        Record(RecordKind.Bind, group, routes.Length);
        var inner = new VectorRoute[routes.Length];
        for (int i = 0; i < routes.Length; i++)
        {
            (routes[i].Waiter as RecordingWaiter)?.Learn(group, routes);
            inner[i] = routes[i] with { Waiter = RecordingWaiter.Unwrap(routes[i].Waiter) };
        }

        try
        {
            int granted = _inner.Bind(group, inner);
            Record(RecordKind.Bound, granted);
            return granted;
        }
        catch (DeviceException error)
        {
            Failed(_writer, _number, error);
            throw;
        }
    }

    public void Unbind(int group)
    {
        _inner.Unbind(group);
        Record(RecordKind.Unbind, group); // after: until then signals may come
    }

    public void Mask(int group, int vector)
    {
        Record(RecordKind.Mask, group, vector);
        _inner.Mask(group, vector);
    }

    public void Unmask(int group, int vector)
    {
        Record(RecordKind.Unmask, group, vector);
        _inner.Unmask(group, vector);
    }

    public void Trigger(int group, int first, int count)
    {
        Record(RecordKind.Trigger, group, first, count);
        Attempt(() => _inner.Trigger(group, first, count));
    }

    public bool TrySetAffinity(int group, int vector, ReadOnlySpan<int> processors, out string answer)
    {
        bool worked = _inner.TrySetAffinity(group, vector, processors, out answer);
        var record = new RecordBuilder(stackalloc byte[256], RecordKind.Affinity, _number);
        record.Number((uint)group);
        record.Number((uint)vector);
        record.Flag(worked);
        record.Text(answer);
        _writer.Append(record);
        return worked;
    }

    /// <summary>No: nearer to the hardware its accesses could not be seen.</summary>
    public bool CanRunNear(TransferProgram program) => false;

    public INearStage? InstallNear(int group, TransferProgram program) => null;

    public void Reset()
    {
        Record(RecordKind.Reset);
        Attempt(_inner.Reset);
    }

    public bool IsPresent()
    {
        bool present = _inner.IsPresent();
        Record(RecordKind.Present, present ? 1 : 0);
        return present;
    }

    /// <summary>Not here: what another process does with the device could not be seen.</summary>
    public DeviceDescriptors? Export() => null;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        _inner.Dispose();
        Record(RecordKind.Close);
    }

    /// <summary>A wait has taken signals: first what the device wrote before them, then the signals.</summary>
    internal void Taken(RecordingWaiter waiter, ReadOnlySpan<InterruptSignal> signals)
    {
        _space?.Snapshot(_number);
        var record = new RecordBuilder(stackalloc byte[256], RecordKind.Signals, _number);
        record.Number((uint)signals.Length);
        foreach (InterruptSignal signal in signals)
        {
            (int group, int vector) = waiter.PlaceOf(signal.Tag);
            record.Number((uint)group);
            record.Number((uint)vector);
            record.Number((ulong)signal.Count);
        }

        _writer.Append(record);
    }

    /// <summary>The last action of this thread failed.</summary>
    internal static void Failed(RecordingWriter writer, int device, DeviceException error)
    {
        var record = new RecordBuilder(stackalloc byte[256], RecordKind.Failed, device);
        Describe(ref record, error);
        writer.Append(record);
    }

    internal static void Describe(ref RecordBuilder record, DeviceException error)
    {
        record.Number((uint)error.Status);
        record.Text(error.Operation);
        record.Text(error.Answer);
        record.Text(error.Advice);
    }

    private void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (DeviceException error)
        {
            Failed(_writer, _number, error);
            throw;
        }
    }

    private bool Changes(int region, ulong offset, int width, ulong value)
    {
        lock (_answersGate)
        {
            bool changes = _answers.TryGetValue((region, offset, width), out ulong last) && last != value;
            _answers[(region, offset, width)] = value;
            return changes;
        }
    }

    private void RecordAccess(RecordKind kind, int region, ulong offset, int width, ulong value)
    {
        var record = new RecordBuilder(stackalloc byte[64], kind, _number);
        record.Number((uint)region);
        record.Number(offset);
        record.Byte((byte)width);
        record.Number(value);
        _writer.Append(record);
    }

    private void RecordBlock(RecordKind kind, int region, ulong offset, ReadOnlySpan<byte> data)
    {
        var record = new RecordBuilder(stackalloc byte[256], kind, _number);
        record.Number((uint)region);
        record.Number(offset);
        record.Bytes(data);
        _writer.Append(record);
    }

    private void Record(RecordKind kind, params ReadOnlySpan<int> numbers)
    {
        var record = new RecordBuilder(stackalloc byte[64], kind, _number);
        foreach (int number in numbers) record.Number((uint)number);
        _writer.Append(record);
    }
}
