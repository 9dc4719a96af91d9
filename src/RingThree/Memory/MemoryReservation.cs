using System.Globalization;
using RingThree.Hosting;
using RingThree.Pci.Decoding;

namespace RingThree.Memory;

/// <summary>
/// Where physical memory can be reserved on a machine, and how: base, size, what to tell the boot loader, and how to see
/// after the reboot that it worked. Nothing is changed here.
/// </summary>
/// <remarks>
/// Source: WinDriver manual 10.2. As there, the memory is taken from the end of a range that the system uses, and the
/// highest one that is large enough.
/// </remarks>
public sealed class MemoryReservation
{
    /// <summary>What sizes are multiples of: 1 MiB, which every boot setting can say. On Linux the base is as well.</summary>
    public const ulong Unit = 1 << 20;

    /// <summary>No reservation begins below: kernels want to be loaded there.</summary>
    public const ulong LowestBase = 16 << 20;

    /// <summary>The least that is left to the system.</summary>
    public const ulong LeastLeft = 128 << 20;

    private const ulong Page = 4096;

    private MemoryReservation(PhysicalMemoryMap map, PhysicalMemoryRange from, ulong start, ulong size)
    {
        Map = map;
        From = from;
        Base = start;
        Size = size;
        LeftToSystem = AddressSet.Sum(map.Usable) - size;
        Above = AddressSet.Sum(AddressSet.Subtract(map.Usable, [new PhysicalMemoryRange(0, start + (size - 1), PhysicalMemoryKind.Other, "")]));
        Settings = BootSettingTexts.Of(this);
        Checks = BootSettingTexts.ChecksOf(this);
        Notes = BootSettingTexts.NotesOf(this);
    }

    /// <summary>The map that it was worked out from.</summary>
    public PhysicalMemoryMap Map { get; }

    /// <summary>The usable range that it is taken from.</summary>
    public PhysicalMemoryRange From { get; }

    /// <summary>The first address.</summary>
    public ulong Base { get; }

    /// <summary>Bytes.</summary>
    public ulong Size { get; }

    /// <summary>The last address.</summary>
    public ulong Last => Base + (Size - 1);

    /// <summary>Usable bytes that stay the system's.</summary>
    public ulong LeftToSystem { get; }

    /// <summary>Usable bytes above it, which a setting that cuts from the top would take as well.</summary>
    public ulong Above { get; }

    /// <summary>The boot settings that reserve it, the best one first.</summary>
    public IReadOnlyList<BootSetting> Settings { get; }

    /// <summary>How to see after the reboot that it worked.</summary>
    public IReadOnlyList<string> Checks { get; }

    /// <summary>What else to know of it.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Finds the place.</summary>
    /// <param name="map">The machine's map.</param>
    /// <param name="size">Bytes, at least 1; rounded up to whole MiB.</param>
    /// <param name="alignment">What the base is a multiple of, bytes: a power of 2, 1 MiB or more; 0 for what the boot settings need (1 MiB, on Windows a page).</param>
    /// <param name="addressBits">How many address bits the card has, 12 to 64, where it reaches memory without an IOMMU; 32 keeps it below 4 GiB. Behind an IOMMU it does not matter.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is none of those.</exception>
    /// <exception cref="DeviceException">The map is damaged or is no machine's own (<see cref="DeviceStatus.InvalidArgument"/>, <see cref="DeviceStatus.NotSupported"/>), or no range is large enough (<see cref="DeviceStatus.NoResources"/>); the message says which come nearest.</exception>
    public static MemoryReservation Plan(PhysicalMemoryMap map, ulong size, ulong alignment = 0, int addressBits = 64)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (size == 0) throw new ArgumentOutOfRangeException(nameof(size), "A reservation of 0 bytes was asked for; it can have 1 or more.");
        if (addressBits is < 12 or > 64) throw new ArgumentOutOfRangeException(nameof(addressBits), $"A card with {addressBits} address bits was asked for; it can be 12 to 64.");
        if (alignment != 0 && (!ulong.IsPow2(alignment) || alignment < Unit)) throw new ArgumentOutOfRangeException(nameof(alignment), $"An alignment of 0x{alignment:x} bytes was asked for; it can be a power of 2, 0x{Unit:x} (1 MiB) or more.");
        if (map.Problems is [var problem, ..]) throw Refused(map, size, DeviceStatus.InvalidArgument, $"the map is damaged: {problem}", Again(map.Source));
        if (map.Doubt is { ForbidsPlans: true } unknown) throw Refused(map, size, DeviceStatus.InvalidArgument, unknown.What, unknown.Advice);
        if (map.Source == MemoryMapSource.XenDomain)
        {
            throw Refused(map, size, DeviceStatus.NotSupported, "this is a Xen domain: its addresses are Xen's inventions, and a boot setting of its Linux reserves nothing in the machine",
                "Start Linux without Xen for this, or use DMA buffers (Dma.Allocate), which work in a domain.");
        }

        // Windows' settings name an amount, or any page, so that as in the manual the base is the end less the size.
        ulong boundary = map.Source == MemoryMapSource.WindowsList ? Page : Unit;
        alignment = Math.Max(alignment, boundary);
        ulong wanted = size > ulong.MaxValue - (Unit - 1) ? ulong.MaxValue : (size + (Unit - 1)) & ~(Unit - 1);
        ulong limit = addressBits == 64 ? ulong.MaxValue : (1UL << addressBits) - 1;
        IReadOnlyList<PhysicalMemoryRange> free = AddressSet.Subtract(map.Usable, map.Occupied.Where(r => r.Kind != PhysicalMemoryKind.Other));
        ulong usable = AddressSet.Sum(free);
        if ((wanted > usable || usable - wanted < LeastLeft) && map.Doubt is { } open) throw Refused(map, wanted, DeviceStatus.InvalidArgument, $"the messages name {ByteCount.About(usable)} that are surely the system's; {open.What}", open.Advice);
        if (wanted > usable || usable - wanted < LeastLeft)
        {
            throw Refused(map, wanted, DeviceStatus.NoResources, $"the system uses {ByteCount.About(usable)}, and {ByteCount.Of(LeastLeft)} are the least to leave to it",
                "Reserve less, or put more memory in.");
        }

        // From the top: a range is cut at its end, as the system wants its low addresses most.
        foreach (PhysicalMemoryRange range in free.Reverse())
        {
            if (Fit(range, wanted, boundary, alignment, limit) is not { } start) continue;
            var plan = new MemoryReservation(map, range, start, wanted);
            return plan.Settings.Count > 0 ? plan : throw Refused(map, wanted, DeviceStatus.NotSupported, $"this machine has no device tree to edit, and mem=, which cuts from the top, would take {ByteCount.About(plan.Above)} above 0x{plan.Base:x} as well",
                "Take memory at the top (without --bits; behind an IOMMU a card's address bits do not matter), or use DMA buffers (Dma.Allocate).");
        }

        if (map.Doubt is { } left) throw Refused(map, wanted, DeviceStatus.InvalidArgument, $"{Misfit(free, alignment, limit, addressBits)}; {left.What}", left.Advice);
        throw Refused(map, wanted, DeviceStatus.NoResources, Misfit(free, alignment, limit, addressBits), addressBits < 64
            ? "Reserve less. With an IOMMU the card's address bits do not matter (Dma.Map gives it addresses that it has): then leave them out."
            : "Reserve less, or several pieces.");
    }

    private static ulong? Fit(PhysicalMemoryRange range, ulong size, ulong boundary, ulong alignment, ulong limit)
    {
        ulong last = Math.Min(range.Last, limit);
        ulong first = Math.Max(range.Start, LowestBase);
        if (last < first || last - first < size - 1) return null;
        // Both ends lie on a boundary, so that every setting can name them: memory beside the end stays the system's.
        ulong end = (last == ulong.MaxValue ? last : last + 1) & ~(boundary - 1);
        if (end < size) return null;
        ulong start = (end - size) & ~(alignment - 1);
        return start >= first ? start : null;
    }

    private static string Again(MemoryMapSource source) => "Take it again, as a whole" + (source switch
    {
        MemoryMapSource.BootMessages or MemoryMapSource.NodeMessages or MemoryMapSource.XenDomain => " (journalctl -k -b), or as root /proc/iomem (ring3 memory --iomem FILE)",
        MemoryMapSource.ResourceTree or MemoryMapSource.OtherResourceTree => " (sudo cat /proc/iomem)",
        _ => "",
    }) + ": a place that is worked out from a part of it may be somebody else's.";

    private static string Misfit(IReadOnlyList<PhysicalMemoryRange> free, ulong alignment, ulong limit, int addressBits)
    {
        ulong best = 0;
        PhysicalMemoryRange? where = null;
        foreach (PhysicalMemoryRange range in free)
        {
            ulong first = Math.Max(range.Start, LowestBase);
            if (first > ulong.MaxValue - (alignment - 1)) continue;
            first = (first + (alignment - 1)) & ~(alignment - 1);
            ulong last = Math.Min(range.Last, limit);
            ulong room = last > first ? (last - first + 1) & ~(Unit - 1) : 0;
            if (room > best) (best, where) = (room, range);
        }

        string place = addressBits == 64 ? "" : string.Create(CultureInfo.InvariantCulture, $" below 2^{addressBits}");
        return where is { } largest ? $"the largest free piece{place} has {ByteCount.About(best)}, in {largest}" : $"there is no piece{place} to take it from";
    }

    private static DeviceException Refused(PhysicalMemoryMap map, ulong size, DeviceStatus status, string answer, string advice) =>
        new(status, map.Name, $"finding a place for {ByteCount.About(size)} of reserved memory", answer, advice);
}
