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

    internal static PhysicalMemoryMap Read(TextReader text, string name)
    {
        var builder = new MapBuilder(text, name);
        var ranges = new List<PhysicalMemoryRange>();
        var occupied = new List<PhysicalMemoryRange>();
        bool isX86 = false;
        bool isInRam = false;
        int entries = 0;
        int zeros = 0;
        while (builder.TryReadLine(out ReadOnlySpan<char> line))
        {
            ReadOnlySpan<char> rest = line.TrimStart(' ');
            int depth = (line.Length - rest.Length) / 2;
            if (rest.IsWhiteSpace()) continue;
            if (!MapBuilder.TryTakeHex(ref rest, out ulong start) || !MapBuilder.TryTake(ref rest, "-") || !MapBuilder.TryTakeHex(ref rest, out ulong last) || !MapBuilder.TryTake(ref rest, " : "))
            {
                builder.Problem($"{MapBuilder.Quoted(line)} is no entry of /proc/iomem");
                continue;
            }

            string word = rest.Trim().ToString();
            entries++;
            if (start == 0 && last == 0) zeros++;
            isX86 |= Array.IndexOf(OfX86, word) >= 0;
            // Depth counts for what it says: RAM can stand inside persistent or hot-plugged memory.
            bool isRam = IsRam(word);
            if (depth == 0 || isRam) builder.Add(ranges, start, last, isRam ? PhysicalMemoryKind.Usable : KindOf(word), word);
            else if (depth == 1 && isInRam) builder.Add(occupied, start, last, KindOf(word), word);
            if (depth == 0) isInRam = isRam;
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
        };
    }

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
