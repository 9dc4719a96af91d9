using RingThree.Dma;
using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>A recording, read into memory and checked: what each device and address space saw, in order.</summary>
internal sealed class Recording
{
    private readonly string _path;
    private readonly Dictionary<int, RecordedOpening> _devices = [];
    private readonly Dictionary<(int Device, int Thread), RecordedEntry> _last = [];
    private readonly Dictionary<(int Device, int Thread), List<RecordedContents>> _contents = [];
    private RecordedEntry? _repeatable;
    private long _place;

    private Recording(string path) => _path = path;

    /// <summary>Every time a device was opened, in order; failures too.</summary>
    internal List<RecordedOpening> Openings { get; } = [];

    internal Dictionary<int, RecordedSpace> Spaces { get; } = [];

    /// <summary>Whether the recording was ended in order; otherwise it stops at the last whole record.</summary>
    internal bool IsComplete { get; private set; }

    internal static Recording Load(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        var recording = new Recording(path);
        if (bytes.Length < RecordingFormat.HeaderLength || !bytes.AsSpan().StartsWith(RecordingFormat.Magic))
            throw new InvalidDataException($"{path}: this is no recording: it does not start with '{System.Text.Encoding.ASCII.GetString(RecordingFormat.Magic)}'. Make one with {nameof(RecordingHost)}.");
        byte version = bytes[RecordingFormat.Magic.Length];
        if (version != RecordingFormat.Version)
            throw new InvalidDataException($"{path}: the recording has format {version}, and this reads {RecordingFormat.Version}. Replay it with the version that made it, or record again.");
        recording.ReadAll(bytes);
        return recording;
    }

    private void ReadAll(ReadOnlyMemory<byte> bytes)
    {
        int at = RecordingFormat.HeaderLength;
        while (at < bytes.Length && !IsComplete)
        {
            int start = at;
            try
            {
                if (Next(bytes, ref at) is not { } record) return; // cut off: what is whole counts
                _place++;
                ReadRecord(record);
            }
            catch (InvalidDataException error)
            {
                throw new InvalidDataException($"{_path}: record {_place} at byte {start} is damaged: {error.Message}. Record again, or cut the file off there: what is before can be replayed.");
            }
        }
    }

    /// <summary>The next record's bytes, or <see langword="null"/> when the file ends before they do.</summary>
    private static ReadOnlyMemory<byte>? Next(ReadOnlyMemory<byte> bytes, ref int at)
    {
        ReadOnlyMemory<byte> rest = bytes[at..];
        int digits = rest.Span[..Math.Min(rest.Length, 10)].IndexOfAnyInRange((byte)0, (byte)0x7F);
        if (digits < 0 && rest.Length < 10) return null;
        var head = new RecordReader(rest);
        ulong length = head.Number();
        if (length > (ulong)head.Left) return null;
        at += head.Position + (int)length;
        return rest.Slice(head.Position, (int)length);
    }

    private void ReadRecord(ReadOnlyMemory<byte> bytes)
    {
        var record = new RecordReader(bytes);
        var kind = (RecordKind)record.Byte();
        int device = record.Number(int.MaxValue, "the device");
        int thread = record.Number(int.MaxValue, "the thread");
        RecordedEntry? repeatable = null;
        switch (kind)
        {
            case RecordKind.Open: Open(device, RecordedShape.Read(ref record)); break;
            case RecordKind.OpenFailed: Openings.Add(new RecordedOpening(record.Word("the address"), Failure(ref record))); break;
            case RecordKind.Space: Space(ref record); break;
            case RecordKind.Contents: Contents(ref record, device, thread); break;
            case RecordKind.Bound: Last(device, thread, RecordKind.Bind).Value = (ulong)record.Number(int.MaxValue, "the number of vectors"); break;
            case RecordKind.Failed: Last(device, thread).Failure = Failure(ref record); break;
            case RecordKind.Repeat: Repeat(record.Number()); break;
            case RecordKind.Close: Device(device).IsClosed = true; break;
            case RecordKind.End: IsComplete = true; break;
            case RecordKind.Map or RecordKind.Unmap: repeatable = Mapping(ref record, kind, device, thread); break;
            default:
                repeatable = Entry(ref record, kind, thread);
                Keep(repeatable, device);
                if (!Device(device).IsClosed) Device(device).Entries.Add(repeatable); // a closed device answers nothing, then as now
                break;
        }

        if (!record.IsAtEnd) throw new InvalidDataException($"{record.Left} bytes are left over");
        _repeatable = repeatable;
    }

    private RecordedEntry Keep(RecordedEntry entry, int device)
    {
        if (entry.IsRead || entry.Kind is RecordKind.Signals or RecordKind.Unmap)
        {
            _contents.Remove((device, entry.Thread), out List<RecordedContents>? contents);
            entry.Contents = contents;
        }

        return _last[(device, entry.Thread)] = entry;
    }

    private RecordedEntry Entry(ref RecordReader record, RecordKind kind, int thread) => kind switch
    {
        RecordKind.Read or RecordKind.Write => new(kind, _place, thread)
        {
            Number = Small(ref record),
            Offset = record.Number(),
            Length = Width(record.Byte()),
            Value = record.Number(),
        },
        RecordKind.ReadBlock or RecordKind.WriteBlock => Block(ref record, kind, thread),
        RecordKind.Bind => Bind(ref record, thread),
        RecordKind.Unbind => new(kind, _place, thread) { Number = Small(ref record) },
        RecordKind.Mask or RecordKind.Unmask => new(kind, _place, thread) { Number = Small(ref record), Offset = (ulong)Small(ref record) },
        RecordKind.Trigger => new(kind, _place, thread) { Number = Small(ref record), Offset = (ulong)Small(ref record), Length = (ulong)Small(ref record) },
        RecordKind.Affinity => new(kind, _place, thread)
        {
            Number = Small(ref record),
            Offset = (ulong)Small(ref record),
            Value = record.Flag() ? 1u : 0u,
            Text = record.Text(),
        },
        RecordKind.Reset => new(kind, _place, thread),
        RecordKind.Present => new(kind, _place, thread) { Value = record.Flag() ? 1u : 0u },
        RecordKind.Signals => Signals(ref record, thread),
        _ => throw new InvalidDataException($"kind {(byte)kind} is not known"),
    };

    private RecordedEntry Bind(ref RecordReader record, int thread)
    {
        int group = Small(ref record);
        ulong vectors = (ulong)Small(ref record);
        return new(RecordKind.Bind, _place, thread) { Number = group, Length = vectors, Value = vectors };
    }

    private RecordedEntry Block(ref RecordReader record, RecordKind kind, int thread)
    {
        int region = Small(ref record);
        ulong offset = record.Number();
        ReadOnlyMemory<byte> data = record.Bytes();
        return new(kind, _place, thread) { Number = region, Offset = offset, Length = (ulong)data.Length, Data = data };
    }

    private RecordedEntry Signals(ref RecordReader record, int thread)
    {
        var signals = new List<RecordedSignal>();
        for (int left = record.Count("the number of signals"); left > 0; left--)
            signals.Add(new RecordedSignal(Small(ref record), Small(ref record), record.Number(int.MaxValue, "the count")));
        return new(RecordKind.Signals, _place, thread) { Signals = signals };
    }

    private RecordedEntry Mapping(ref RecordReader record, RecordKind kind, int device, int thread)
    {
        if (!Spaces.TryGetValue(Small(ref record), out RecordedSpace? space)) throw new InvalidDataException("its address space was not announced");
        var entry = new RecordedEntry(kind, _place, thread)
        {
            Offset = record.Number(),
            Length = record.Number(),
            Number = kind == RecordKind.Map ? record.Byte() & (int)DmaAccess.Both : 0,
        };
        space.Entries.Add(Keep(entry, device));
        return entry;
    }

    private void Contents(ref RecordReader record, int device, int thread)
    {
        int space = Small(ref record);
        if (!Spaces.ContainsKey(space)) throw new InvalidDataException("its address space was not announced");
        ulong address = record.Number();
        ReadOnlyMemory<byte> changes = record.Rest();
        var check = new RecordReader(changes);
        while (!check.IsAtEnd)
        {
            check.Number(int.MaxValue, "a gap");
            check.Bytes();
        }

        if (!_contents.TryGetValue((device, thread), out List<RecordedContents>? list)) _contents[(device, thread)] = list = [];
        list.Add(new RecordedContents(space, address, changes));
    }

    private void Space(ref RecordReader record)
    {
        int number = Small(ref record);
        ulong pages = record.Number();
        if (pages == 0 || System.Numerics.BitOperations.TrailingZeroCount(pages) > 30) throw new InvalidDataException("the address space has no pages of up to 1 GiB");
        int most = Small(ref record);
        var ranges = new List<IovaRange>();
        for (int left = record.Count("the number of ranges"); left > 0; left--) ranges.Add(new IovaRange(new Iova(record.Number()), new Iova(record.Number())));
        if (!Spaces.TryAdd(number, new RecordedSpace(pages, most, ranges))) throw new InvalidDataException($"address space {number} comes twice");
    }

    private void Open(int device, RecordedShape shape)
    {
        if (shape.Space != 0 && !Spaces.ContainsKey(shape.Space)) throw new InvalidDataException("its address space was not announced");
        var opening = new RecordedOpening(shape);
        if (!_devices.TryAdd(device, opening)) throw new InvalidDataException($"device {device} comes twice");
        Openings.Add(opening);
    }

    private void Repeat(ulong times)
    {
        if (_repeatable is null || times == 0 || times > long.MaxValue) throw new InvalidDataException("there is nothing to repeat");
        _repeatable.Times += times;
    }

    private RecordedOpening Device(int number) => _devices.TryGetValue(number, out RecordedOpening? device) ? device : throw new InvalidDataException($"device {number} was not opened");

    private RecordedEntry Last(int device, int thread, RecordKind? kind = null) =>
        _last.TryGetValue((device, thread), out RecordedEntry? entry) && (kind is null || entry.Kind == kind)
            ? entry
            : throw new InvalidDataException("it belongs to no action");

    private static RecordedFailure Failure(ref RecordReader record) =>
        new(record.Enum<DeviceStatus>("the status"), record.Text() ?? "", record.Text() ?? "", record.Text() ?? "");

    private static ulong Width(byte width) => LittleEndian.IsAccess(width) ? width : throw new InvalidDataException($"an access has 1, 2, 4 or 8 bytes, not {width}");

    private static int Small(ref RecordReader record) => record.Number(int.MaxValue, "a number");
}

/// <summary>One time that a device was opened: what it is, and what it saw until it was closed.</summary>
internal sealed class RecordedOpening
{
    internal RecordedOpening(RecordedShape shape)
    {
        Shape = shape;
        Address = shape.Description.Address;
    }

    internal RecordedOpening(string address, RecordedFailure failure)
    {
        Address = address;
        Failure = failure;
    }

    internal string Address { get; }

    internal RecordedShape? Shape { get; }

    internal RecordedFailure? Failure { get; }

    internal List<RecordedEntry> Entries { get; } = [];

    internal bool IsClosed { get; set; }
}

/// <summary>An address space: what it can do, and what was mapped in it.</summary>
internal sealed record RecordedSpace(ulong PageSizes, int MaximumMappings, IReadOnlyList<IovaRange> UsableRanges)
{
    internal List<RecordedEntry> Entries { get; } = [];
}
