using System.Buffers;
using RingThree.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Memory;

/// <summary>
/// /proc/iomem: <c>START-LAST : name</c>, an entry inside another two spaces further in. To those without CAP_SYS_ADMIN
/// the kernel shows every address as 0. Source: kernel/resource.c.
/// </summary>
internal static class ResourceTreeReader
{
    // What only an x86 machine has.
    private static readonly string[] OfX86 = ["System ROM", "Video ROM", "Video RAM area", "ACPI Tables", "ACPI Non-volatile Storage", "Local APIC", "IOAPIC 0", "RAM buffer"];

    private const int LeastDigits = 8; // the kernel pads to that
    private static readonly SearchValues<char> AcpiIds = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    internal static PhysicalMemoryMap Read(TextReader text, string name)
    {
        var builder = new MapBuilder(text, name);
        var ranges = new List<PhysicalMemoryRange>();
        var occupied = new List<PhysicalMemoryRange>();
        bool isX86 = false;
        bool isAcpi = false;
        bool isPower = false;
        int ramDepth = -1; // of the RAM that the entry is in
        int entries = 0;
        int zeros = 0;
        while (builder.TryReadLine(out ReadOnlySpan<char> line))
        {
            ReadOnlySpan<char> rest = line.TrimStart(' ');
            int depth = (line.Length - rest.Length) / 2;
            if (rest.IsWhiteSpace()) continue;
            if (entries == 0 && (depth > 0 || rest.IndexOf('-') is > 0 and < LeastDigits)) builder.Problem("the first entry stands alone: the text begins too late");
            if (!MapBuilder.TryTakeHex(ref rest, out ulong start) || !MapBuilder.TryTake(ref rest, "-") || !MapBuilder.TryTakeHex(ref rest, out ulong last) || !MapBuilder.TryTake(ref rest, " : "))
            {
                builder.Problem($"{ForeignText.Quoted(line)} is no entry of /proc/iomem");
                continue;
            }

            string word = rest.Trim().ToString();
            entries++;
            if (start == 0 && last == 0) zeros++;
            isX86 |= Array.IndexOf(OfX86, word) >= 0;
            isAcpi |= IsAcpiDevice(word);
            isPower |= word.StartsWith("/pci", StringComparison.Ordinal);
            // Depth counts for what it says: RAM can stand inside persistent or hot-plugged memory.
            bool isRam = IsRam(word);
            if (depth <= ramDepth) ramDepth = -1;
            if (depth == 0 || isRam) builder.Add(ranges, start, last, isRam ? PhysicalMemoryKind.Usable : KindOf(word), word);
            else if (ramDepth >= 0) builder.Add(occupied, start, last, KindOf(word), word);
            if (isRam) ramDepth = depth;
        }

        if (entries > 0 && entries == zeros)
        {
            throw builder.Failed(DeviceStatus.AccessDenied, "every address in it is 0: the kernel shows them to root alone",
                "Run it as root. Of another machine: sudo cat /proc/iomem > FILE, there.");
        }

        if (!ranges.Exists(r => r.Kind == PhysicalMemoryKind.Usable))
            throw builder.Failed(DeviceStatus.NotFound, entries == 0 ? "no line of it is an entry (START-LAST : name)" : "it has no System RAM", "Give the whole of /proc/iomem.");
        // An outer entry around RAM is no other use of it.
        PhysicalMemoryRange[] ram = [.. ranges.Where(r => r.Kind == PhysicalMemoryKind.Usable)];
        return new PhysicalMemoryMap(name, isX86 ? MemoryMapSource.ResourceTree : MemoryMapSource.OtherResourceTree,
            [.. ranges.SelectMany(r => r.Kind == PhysicalMemoryKind.Usable ? [r] : AddressSet.Subtract([r], ram))])
        {
            Occupied = [.. occupied.OrderBy(r => r.Start)],
            Problems = builder.Problems,
            IsDeviceTreeEditable = !isAcpi && !isPower,
            Doubt = isPower ? new MemoryMapDoubt("/proc/iomem of a POWER machine shows nothing of what is in its RAM, and the firmware keeps memory at its top",
                "The messages of a kernel from 6.3 on have it (dmesg > FILE, ring3 memory --dmesg FILE); ls /proc/device-tree/reserved-memory shows where each range begins.", ForbidsPlans: true) : null,
        };
    }

    /// <summary>A device that ACPI describes, by its id and number, <c>ARMH0011:00</c>; a device tree's has its address and name.</summary>
    private static bool IsAcpiDevice(string word) =>
        word.Length is 10 or 11 && word[^3] == ':' && word.AsSpan(0, word.Length - 3).IndexOfAnyExcept(AcpiIds) < 0 && word.AsSpan(word.Length - 2).IndexOfAnyExcept(AcpiIds) < 0;

    private static bool IsRam(string word) => word.StartsWith("System RAM", StringComparison.Ordinal);

    private static PhysicalMemoryKind KindOf(string word) => word switch
    {
        "Reserved" or "reserved" or "Soft Reserved" => PhysicalMemoryKind.Reserved,
        "ACPI Tables" => PhysicalMemoryKind.AcpiTables,
        "ACPI Non-volatile Storage" => PhysicalMemoryKind.AcpiNonvolatile,
        "Unusable memory" => PhysicalMemoryKind.Unusable,
        _ when word.StartsWith("Persistent Memory", StringComparison.Ordinal) => PhysicalMemoryKind.Persistent,
        _ => PhysicalMemoryKind.Other,
    };
}
