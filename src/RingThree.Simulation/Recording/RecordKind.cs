namespace RingThree.Simulation;

/// <summary>What a record of a recording says.</summary>
/// <remarks>
/// A file is the magic, a version byte and records. A record is its length, then kind, device (0: the host's or an address
/// space's own), thread, and what the kind calls for. Numbers are little-endian in groups of seven bits, the top bit says
/// that another follows; a text is its length plus one (0: none) and UTF-8. Whatever a record caused comes behind it:
/// writes are recorded before they are done, reads after.
/// </remarks>
internal enum RecordKind : byte
{
    None = 0,

    /// <summary>Region, offset, width, value.</summary>
    Read = 1,

    /// <summary>Region, offset, width, value.</summary>
    Write = 2,

    /// <summary>Region, offset, bytes: an access of an odd width.</summary>
    ReadBlock = 3,

    /// <summary>Region, offset, bytes.</summary>
    WriteBlock = 4,

    /// <summary>Group, number of vectors.</summary>
    Bind = 5,

    /// <summary>How many vectors the thread's last bind got.</summary>
    Bound = 6,

    /// <summary>Group.</summary>
    Unbind = 7,

    /// <summary>Group, vector.</summary>
    Mask = 8,

    /// <summary>Group, vector.</summary>
    Unmask = 9,

    /// <summary>Group, first vector, count.</summary>
    Trigger = 10,

    /// <summary>Group, vector, whether it worked, why not.</summary>
    Affinity = 11,

    /// <summary>Nothing more.</summary>
    Reset = 12,

    /// <summary>Whether the device said that it is there.</summary>
    Present = 13,

    /// <summary>Signals that one wait took: how many entries, and for each group, vector, count.</summary>
    Signals = 14,

    /// <summary>Space, bus address, then until the end: bytes to skip, length, bytes. Belongs to the thread's next read, signals or unmap.</summary>
    Contents = 15,

    /// <summary>Space, bus address, length, access.</summary>
    Map = 16,

    /// <summary>Space, bus address, length.</summary>
    Unmap = 17,

    /// <summary>The thread's last action failed: status, operation, answer, advice.</summary>
    Failed = 18,

    /// <summary>A device was opened: its whole shape.</summary>
    Open = 19,

    /// <summary>A device could not be opened: address, then as for <see cref="Failed"/>.</summary>
    OpenFailed = 20,

    /// <summary>The device was closed.</summary>
    Close = 21,

    /// <summary>The record before this one came again, so many times.</summary>
    Repeat = 22,

    /// <summary>An address space: its number, page sizes, most mappings, usable ranges.</summary>
    Space = 23,

    /// <summary>The recording was ended in order.</summary>
    End = 24,
}

/// <summary>The file's frame.</summary>
internal static class RecordingFormat
{
    internal const byte Version = 1;

    internal static ReadOnlySpan<byte> Magic => "R3REC"u8;

    internal static int HeaderLength => Magic.Length + 1;
}
