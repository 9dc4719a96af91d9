using RingThree.Hosting;

namespace RingThree.Memory;

/// <summary>Where a map is from, and with it which boot settings the machine understands.</summary>
public enum MemoryMapSource
{
    /// <summary>The kernel's messages on a machine with an e820 map: x86.</summary>
    BootMessages,

    /// <summary>The kernel's messages on another machine, which have memory by nodes only.</summary>
    NodeMessages,

    /// <summary>/proc/iomem of an x86 machine.</summary>
    ResourceTree,

    /// <summary>/proc/iomem of another machine, such as an arm64 one.</summary>
    OtherResourceTree,

    /// <summary>Windows' list of base addresses and lengths of the memory that it uses.</summary>
    WindowsList,

    /// <summary>The kernel's messages inside a Xen domain whose addresses are not the machine's.</summary>
    XenDomain,
}

/// <summary>
/// A machine's physical memory as its system tells it: which addresses are RAM that the system uses, and which are not.
/// Read from text, so that it can be another machine's.
/// </summary>
public sealed class PhysicalMemoryMap
{
    private const ulong FirstMegabyte = 1 << 20;

    /// <summary>Makes one of what a host knows.</summary>
    /// <param name="name">What it was read from, for messages.</param>
    /// <param name="source">Where it is from.</param>
    /// <param name="ranges">What is in force, in any order.</param>
    public PhysicalMemoryMap(string name, MemoryMapSource source, IReadOnlyList<PhysicalMemoryRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        Name = name;
        Source = source;
        Ranges = [.. ranges.OrderBy(r => r.Start).ThenBy(r => r.Last)];
    }

    /// <summary>What the map was read from, for messages.</summary>
    public string Name { get; }

    /// <summary>Where it is from.</summary>
    public MemoryMapSource Source { get; }

    /// <summary>What is in force, by address: the last map that the kernel printed, the outermost entries of /proc/iomem, Windows' list.</summary>
    public IReadOnlyList<PhysicalMemoryRange> Ranges { get; }

    /// <summary>What the firmware said before boot settings were applied, by address; empty where the text does not say.</summary>
    public IReadOnlyList<PhysicalMemoryRange> FirmwareRanges { get; init; } = [];

    /// <summary>
    /// What is in the RAM, by address: what the system has put there and puts elsewhere after a reboot (<see cref="PhysicalMemoryKind.Other"/>:
    /// Kernel code, Crash kernel of /proc/iomem), and what is somebody's, which no reservation is planned over (any other kind).
    /// </summary>
    public IReadOnlyList<PhysicalMemoryRange> Occupied { get; init; } = [];

    /// <summary>The boot settings about memory that the machine was started with: <c>mem=</c> and <c>memmap=</c>.</summary>
    public IReadOnlyList<string> BootSettings { get; init; } = [];

    /// <summary>The memory of each node of a machine with several: kind, start and last as told, the name is the node's.</summary>
    public IReadOnlyList<PhysicalMemoryRange> Nodes { get; init; } = [];

    /// <summary>What in the text is damaged, by line, the first twenty. A map with problems is no ground for a reservation.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>What else there is to know of the text, such as that its last boot has no map and this one is of the boot before.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>What the text leaves open; <see langword="null"/> where nothing does.</summary>
    public MemoryMapDoubt? Doubt { get; init; }

    /// <summary>Off x86, whether memory can be reserved in a device tree that its owner edits. Machines described by ACPI have none, and that of POWER is its firmware's.</summary>
    public bool IsDeviceTreeEditable { get; init; } = true;

    /// <summary>The RAM that the system uses: usable ranges without what another entry of the map takes out of them, joined where they touch.</summary>
    public IReadOnlyList<PhysicalMemoryRange> Usable => field ??= AddressSet.UsableOf(Ranges);

    /// <summary>
    /// What the firmware gives and the system does not use: reserved by boot settings, and free for a driver. Without the
    /// first MiB, from which a system keeps pages for itself.
    /// </summary>
    public IReadOnlyList<PhysicalMemoryRange> Withheld => field ??= AddressSet.Subtract(AddressSet.UsableOf(FirmwareRanges),
        [.. Usable, new PhysicalMemoryRange(0, FirstMegabyte - 1, PhysicalMemoryKind.Other, "")]);

    /// <summary>Reads the kernel's messages, as <c>dmesg</c> or <c>journalctl -k</c> print them; other lines are passed over.</summary>
    /// <param name="text">The messages; with several boots in it the last one counts whose map is whole (<see cref="Remarks"/> say when it is not the last). At most 64 Mi characters.</param>
    /// <param name="name">What to call the text in messages, such as a file's name.</param>
    /// <exception cref="DeviceException">There is no memory map in it.</exception>
    public static PhysicalMemoryMap ReadBootMessages(TextReader text, string name) => BootMessageReader.Read(text, name);

    /// <summary>Reads what <c>/proc/iomem</c> shows to root.</summary>
    /// <inheritdoc cref="ReadBootMessages"/>
    /// <exception cref="DeviceException">There is no memory map in it, or the kernel has hidden the addresses (<see cref="DeviceStatus.AccessDenied"/>).</exception>
    public static PhysicalMemoryMap ReadResourceTree(TextReader text, string name) => ResourceTreeReader.Read(text, name);

    /// <summary>
    /// Reads the memory that Windows uses: a row for each range, its base and its length in bytes, separated by commas, semicolons, white
    /// space. Numbers are decimal, or hexadecimal with <c>0x</c> before or <c>h</c> behind them. Rows without a number are headings.
    /// </summary>
    /// <inheritdoc cref="ReadBootMessages"/>
    public static PhysicalMemoryMap ReadWindowsList(TextReader text, string name) => WindowsListReader.Read(text, name);

    /// <summary>The boot settings about memory in a kernel's command line, such as /proc/cmdline: <c>mem=</c> and <c>memmap=</c>.</summary>
    /// <param name="commandLine">The command line.</param>
    public static IReadOnlyList<string> ReadBootSettings(ReadOnlySpan<char> commandLine) => BootMessageReader.Settings(commandLine);

    /// <summary>The RAM in use that a range of addresses lies in, the first of them; <see langword="null"/> where there is none.</summary>
    /// <param name="start">The first address.</param>
    /// <param name="length">Bytes, at least 1.</param>
    public PhysicalMemoryRange? FindUsable(ulong start, ulong length)
    {
        var asked = new PhysicalMemoryRange(start, length - 1 > ulong.MaxValue - start ? ulong.MaxValue : start + (length - 1), PhysicalMemoryKind.Other, "");
        foreach (PhysicalMemoryRange range in Usable)
        {
            if (range.Overlaps(asked)) return range;
        }

        return null;
    }
}
