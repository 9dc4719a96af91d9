using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>One thing that happened: what the driver did with its answer, or signals that it took.</summary>
internal sealed class RecordedEntry(RecordKind kind, long place, int thread)
{
    internal RecordKind Kind { get; } = kind;

    /// <summary>The record's number in the file, from 1.</summary>
    internal long Place { get; } = place;

    /// <summary>Which of the recorded driver's threads did it.</summary>
    internal int Thread { get; } = thread;

    /// <summary>The region of an access; the group of what concerns interrupts; the access of a mapping.</summary>
    internal int Number { get; init; }

    /// <summary>The offset of an access; the vector; the bus address of a mapping.</summary>
    internal ulong Offset { get; init; }

    /// <summary>The width of an access; how many vectors; the length of a mapping.</summary>
    internal ulong Length { get; init; }

    /// <summary>The value of an access; an answer.</summary>
    internal ulong Value { get; set; }

    /// <summary>The bytes of an access of an odd width.</summary>
    internal ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The host's words, where it gives some.</summary>
    internal string? Text { get; init; }

    internal IReadOnlyList<RecordedSignal> Signals { get; init; } = [];

    /// <summary>What was in mapped memory by then.</summary>
    internal List<RecordedContents>? Contents { get; set; }

    /// <summary>Why it failed, when it did.</summary>
    internal RecordedFailure? Failure { get; set; }

    /// <summary>How many times it came in a row.</summary>
    internal ulong Times { get; set; } = 1;

    internal bool IsRead => Kind is RecordKind.Read or RecordKind.ReadBlock or RecordKind.Present;

    /// <summary>Whether it is the same access, mapping or call; the values may differ.</summary>
    internal bool IsSamePlace(RecordedEntry other) => Kind == other.Kind && Number == other.Number && Offset == other.Offset
        && (Length == other.Length || Kind is RecordKind.Bind or RecordKind.Trigger);

    /// <summary>Whether it is the same access, mapping or call with the same value.</summary>
    internal bool IsSame(RecordedEntry other) => IsSamePlace(other) && Length == other.Length && (Kind != RecordKind.Write || Value == other.Value)
        && (Kind != RecordKind.WriteBlock || Data.Span.SequenceEqual(other.Data.Span));

    /// <summary>In a person's words.</summary>
    internal string Describe(RecordedShape? shape) => Kind switch
    {
        RecordKind.Read => $"read {8 * Length} bits at {Region(shape)} + 0x{Offset:x}",
        RecordKind.Write => $"write 0x{Value:x}, {8 * Length} bits, to {Region(shape)} + 0x{Offset:x}",
        RecordKind.ReadBlock => $"read {Length} bytes at {Region(shape)} + 0x{Offset:x}",
        RecordKind.WriteBlock => $"write {Length} bytes to {Region(shape)} + 0x{Offset:x}",
        RecordKind.Bind => $"enable {Length} vector(s) of {Group(shape)}",
        RecordKind.Unbind => $"disable {Group(shape)}",
        RecordKind.Mask => $"mask vector {Offset} of {Group(shape)}",
        RecordKind.Unmask => $"unmask vector {Offset} of {Group(shape)}",
        RecordKind.Trigger => $"trigger vector {Offset} of {Group(shape)}, {Length} from there on",
        RecordKind.Affinity => $"steer vector {Offset} of {Group(shape)}",
        RecordKind.Reset => "reset the function",
        RecordKind.Present => "ask whether the device is there",
        RecordKind.Map => $"map {Length} bytes for DMA at bus address 0x{Offset:x} ({(DmaAccess)Number})",
        RecordKind.Unmap => $"unmap {Length} bytes at bus address 0x{Offset:x}",
        RecordKind.Signals => $"{Signals.Count} signal(s)",
        _ => Kind.ToString(),
    };

    private string Region(RecordedShape? shape) => shape is not null && Number < shape.Regions.Count ? shape.Regions[Number].Name : $"region {Number}";

    private string Group(RecordedShape? shape) => shape is not null && Number < shape.Groups.Count ? shape.Groups[Number].Name : $"group {Number}";
}

/// <summary>Signals of one vector, as one wait took them.</summary>
internal readonly record struct RecordedSignal(int Group, int Vector, long Count);

/// <summary>Changed bytes in an address space: pairs of a length to skip and bytes, from a bus address on.</summary>
internal readonly record struct RecordedContents(int Space, ulong Address, ReadOnlyMemory<byte> Changes);

/// <summary>An exception's words.</summary>
internal sealed record RecordedFailure(DeviceStatus Status, string Operation, string Answer, string Advice)
{
    internal DeviceException ToException(string device) => new(Status, device, Operation, Answer, Advice);
}
