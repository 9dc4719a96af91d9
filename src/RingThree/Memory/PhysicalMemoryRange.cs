using System.Globalization;
using RingThree.Pci.Decoding;

namespace RingThree.Memory;

/// <summary>What a machine's map says of a range of physical addresses.</summary>
public enum PhysicalMemoryKind
{
    /// <summary>RAM that the system uses as it likes (e820: usable; /proc/iomem: System RAM).</summary>
    Usable,

#pragma warning disable CA1700 // "reserved for future use" is meant there; here it is the e820 map's own word
    /// <summary>Kept from the system: by the firmware, or by a boot setting.</summary>
    Reserved,
#pragma warning restore CA1700

    /// <summary>Tables of the firmware, which the system may take over when it has read them (ACPI data).</summary>
    AcpiTables,

    /// <summary>Memory of the firmware that must stay as it is (ACPI NVS).</summary>
    AcpiNonvolatile,

    /// <summary>Persistent memory, which a boot setting can also make of RAM.</summary>
    Persistent,

    /// <summary>RAM with errors in it.</summary>
    Unusable,

    /// <summary>Anything else: registers of devices, a bus, a kind that only a later system knows.</summary>
    Other,
}

/// <summary>A range of physical addresses.</summary>
/// <param name="Start">Its first address.</param>
/// <param name="Last">Its last address (not one beyond it: a range may end at 2^64 - 1).</param>
/// <param name="Kind">What is there.</param>
/// <param name="Name">The map's own word for it, such as "ACPI NVS" or "System RAM".</param>
public readonly record struct PhysicalMemoryRange(ulong Start, ulong Last, PhysicalMemoryKind Kind, string Name)
{
    /// <summary>Bytes; 2^64 - 1 where there is one more, which no 64 bits hold.</summary>
    public ulong Length => Last - Start == ulong.MaxValue ? ulong.MaxValue : Last - Start + 1;

    /// <summary>The length for people: <c>2 GiB</c>, <c>1923.9 MiB</c>.</summary>
    public string Size => ByteCount.About(Length);

    /// <summary>Whether some address is in both.</summary>
    public bool Overlaps(PhysicalMemoryRange other) => Start <= other.Last && other.Start <= Last;

    /// <summary>As <c>0x100000-0x7dcdffff (2012 MiB) usable</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Start:x}-0x{Last:x} ({Size}) {Name}");
}
