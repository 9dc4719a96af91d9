using System.Globalization;
using RingThree.Hosting;

namespace RingThree.Platform;

/// <summary>A range of addresses that a card without plug and play answers to.</summary>
/// <param name="Kind"><see cref="RegionKind.Memory"/> or <see cref="RegionKind.Port"/>.</param>
/// <param name="Start">Its first address: physical for memory, 0 to FFFFh for ports.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct PlatformRange(RegionKind Kind, ulong Start, ulong Length)
{
    /// <summary>
    /// Whether the processor may keep memory in its cache: right for RAM that was reserved, wrong for registers. WinDriver:
    /// WD_ITEM_MEM_ALLOW_CACHE.
    /// </summary>
    public bool IsCached { get; init; }

    /// <summary>Whether nobody else in this process may open it meanwhile (<see cref="Sharing.ResourceLocks"/>). WinDriver: fNotSharable.</summary>
    public bool IsExclusive { get; init; }

    /// <summary>Its last address.</summary>
    public ulong Last => Start + (Length - 1);

    /// <summary>Whether some address is in both.</summary>
    public bool Overlaps(PlatformRange other) => Kind == other.Kind && Start <= other.Last && other.Start <= Last;

    /// <summary>As in <see cref="PlatformResources.ToString"/>: <c>mem=0xd0000+0x4000</c>, <c>io=0x300+0x10</c>, <c>mem=0x74600000+0x100000/cached/exclusive</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{(Kind == RegionKind.Port ? "io" : "mem")}=0x{Start:x}+0x{Length:x}{(IsCached ? "/cached" : "")}{(IsExclusive ? "/exclusive" : "")}");
}

/// <summary>Where a line ends.</summary>
public enum PlatformLineKind
{
    /// <summary>An input of the machine's interrupt controller, by its IRQ number.</summary>
    Irq,

    /// <summary>A general-purpose input, by its number.</summary>
    Gpio,

    /// <summary>A logical interrupt of the platform's table (<see cref="ILogicalInterrupts"/>), by its id.</summary>
    Logical,
}

/// <summary>What of a line signals.</summary>
public enum LineTrigger
{
    /// <summary>The transition from inactive to active, once each (ISA; WinDriver: latched). Such a line has one user.</summary>
    Edge,

    /// <summary>Being active, for as long as it lasts.</summary>
    Level,

    /// <summary>Both transitions, as of a button that is pressed and let go. Such a line has one user.</summary>
    BothEdges,
}

/// <summary>An interrupt line that a card without plug and play pulls.</summary>
/// <param name="Kind">Where it ends.</param>
/// <param name="Number">Which one.</param>
/// <param name="Trigger">What signals.</param>
public readonly record struct PlatformLine(PlatformLineKind Kind, int Number, LineTrigger Trigger)
{
    /// <summary>What to call it in a message, such as "IRQ 5".</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{(Kind switch { PlatformLineKind.Gpio => "GPIO", PlatformLineKind.Logical => "logical interrupt", _ => "IRQ" })} {Number}");

    /// <summary>As in <see cref="PlatformResources.ToString"/>: <c>irq=5</c>, <c>irq=11/level</c>, <c>gpio=3/both</c>, <c>logical=23</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{(Kind switch { PlatformLineKind.Gpio => "gpio", PlatformLineKind.Logical => "logical", _ => "irq" })}={Number}{Trigger switch { LineTrigger.Level => "/level", LineTrigger.BothEdges => "/both", _ => "" }}");
}
