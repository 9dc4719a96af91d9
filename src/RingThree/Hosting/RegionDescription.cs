namespace RingThree.Hosting;

/// <summary>What lies behind a region.</summary>
public enum RegionKind
{
    /// <summary>Nothing: the number is not used.</summary>
    None,

    /// <summary>Memory-mapped registers or memory.</summary>
    Memory,

    /// <summary>I/O ports.</summary>
    Port,

    /// <summary>An expansion ROM.</summary>
    Rom,

    /// <summary>PCI configuration space.</summary>
    Configuration,

    /// <summary>Something of the host's own, such as a ring of results.</summary>
    HostSpecific,
}

/// <summary>What a region can do.</summary>
[Flags]
public enum RegionAbilities
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It can be read.</summary>
    Read = 1,

    /// <summary>It can be written.</summary>
    Write = 2,

    /// <summary>At least a part of it can be mapped.</summary>
    Map = 4,

    /// <summary>Reads have no side effects (a prefetchable BAR).</summary>
    Prefetchable = 8,

    /// <summary>It decodes 64-bit addresses.</summary>
    Address64 = 16,
}

/// <summary>Why a part of a region is special.</summary>
public enum RegionPartKind
{
    /// <summary>Reads and writes work, a mapping does not.</summary>
    NotMappable,

    /// <summary>The MSI-X table: the host's, not the user's. Not mapped; reads all ones; writing it is an error.</summary>
    MsixTable,

    /// <summary>The MSI-X pending bits: readable; writing them is undefined (PCI Local Bus 3.0, 6.8.2) and an error here.</summary>
    MsixPending,
}

/// <summary>A special part of a region.</summary>
/// <param name="Kind">Why it is special.</param>
/// <param name="Offset">Bytes from the region's start.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct RegionPart(RegionPartKind Kind, ulong Offset, ulong Length);

/// <summary>Why nobody reaches a region that a device has.</summary>
/// <param name="Found">What the system says, as the middle of a sentence.</param>
/// <param name="Remedy">What to do, as a sentence.</param>
public sealed record RegionObstacle(string Found, string Remedy);

/// <summary>A region of a device.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Bytes; 0 when absent.</param>
/// <param name="Abilities">What it can do.</param>
/// <param name="Name">What to call it in a message, such as "BAR 0".</param>
public sealed record RegionDescription(RegionKind Kind, ulong Size, RegionAbilities Abilities, string Name)
{
    /// <summary>An unused number.</summary>
    public static RegionDescription Absent { get; } = new(RegionKind.None, 0, RegionAbilities.None, "absent");

    /// <summary>The parts that differ from the rest, in address order.</summary>
    public IReadOnlyList<RegionPart> Parts { get; init; } = [];

    /// <summary>What keeps everybody from a region that the device has, such as no room for it among the machine's addresses; <see langword="null"/> where nothing does.</summary>
    public RegionObstacle? Obstacle { get; init; }

    /// <summary>The index of a host-specific region's meaning, 0 otherwise (VFIO: type in the high, subtype in the low 32 bits).</summary>
    public ulong HostSpecificType { get; init; }
}

/// <summary>
/// A part of a region mapped into this process. It stays readable for as long as anyone holds it: when the device stops
/// answering, the range is overlaid in place, so that another thread's load yields all ones and never a fault.
/// Dispose gives the range back; call it only when no pointer into it can remain (a finalizer does it otherwise).
/// </summary>
public interface IRegionMapping : IDisposable
{
    /// <summary>The part's start in the region, bytes.</summary>
    ulong Offset { get; }

    /// <summary>The part's length, bytes.</summary>
    ulong Length { get; }

    /// <summary>How the processor treats it.</summary>
    RegionCaching Caching => RegionCaching.Uncached;

    /// <summary>Where it is in this process. It does not change.</summary>
    nuint Address { get; }

    /// <summary>
    /// Replaces the device under the range by memory that reads all ones; what is written there stays private and is
    /// forgotten by the next overlay or restore. Does nothing when overlaid already.
    /// </summary>
    void Overlay();

    /// <summary>Puts the device back under the range. Does nothing when it is there already.</summary>
    void Restore();
}

/// <summary>A mapping of cached memory that its host copies faster than the runtime does, by a native call.</summary>
public interface ICopiedMapping : IRegionMapping
{
    /// <summary>Copies bytes out of or into the mapping. Either side lies in it as a whole, as the caller has checked.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="destination">Where they go; at least as long.</param>
    void Copy(ReadOnlySpan<byte> source, Span<byte> destination);
}
