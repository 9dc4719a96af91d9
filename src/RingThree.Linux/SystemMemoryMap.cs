using System.Globalization;
using System.Runtime.InteropServices;
using RingThree.Hosting;
using RingThree.Memory;

namespace RingThree.Linux;

/// <summary>
/// This machine's physical memory, from the kernel's files: /proc/iomem for what is in force, /sys/firmware/memmap (x86)
/// for what the firmware gave, /proc/cmdline for the boot settings.
/// </summary>
internal sealed class SystemMemoryMap(string root = "")
{
    /// <summary>What <see cref="IHost.Machine"/> is of every host of this machine.</summary>
    internal const string Machine = "this machine";

    private const string Tree = "/proc/iomem";

    /// <exception cref="DeviceException">It cannot be read, or the kernel shows it to root alone.</exception>
    internal PhysicalMemoryMap Read()
    {
        PhysicalMemoryMap tree = ReadTree();
        IReadOnlyList<PhysicalMemoryRange> firmware = ReadFirmware();
        bool isX86 = firmware.Count > 0 || (root.Length == 0 && RuntimeInformation.OSArchitecture is Architecture.X64 or Architecture.X86);
        return new PhysicalMemoryMap(Tree, isX86 ? MemoryMapSource.ResourceTree : tree.Source, tree.Ranges)
        {
            FirmwareRanges = firmware,
            Occupied = tree.Occupied,
            BootSettings = ReadText("/proc/cmdline") is { } line ? PhysicalMemoryMap.ReadBootSettings(line) : [],
            Problems = tree.Problems,
            Doubt = tree.Doubt,
            IsDeviceTreeEditable = tree.IsDeviceTreeEditable && !Directory.Exists(root + "/sys/firmware/acpi/tables"),
        };
    }

    private PhysicalMemoryMap ReadTree()
    {
        try
        {
            using StreamReader text = File.OpenText(root + Tree);
            return PhysicalMemoryMap.ReadResourceTree(text, Tree);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DeviceException(error is UnauthorizedAccessException ? DeviceStatus.AccessDenied : DeviceStatus.NotFound, Tree, "reading the memory map", error.Message, "Run as root, with /proc mounted.", error);
        }
    }

    /// <summary>A folder for each range: start, end (the last address), type. Source: drivers/firmware/memmap.c.</summary>
    private IReadOnlyList<PhysicalMemoryRange> ReadFirmware()
    {
        string folder = root + "/sys/firmware/memmap";
        if (!Directory.Exists(folder)) return [];
        var ranges = new List<PhysicalMemoryRange>();
        foreach (string entry in Directory.EnumerateDirectories(folder))
        {
            if (Number(entry + "/start") is not { } start || Number(entry + "/end") is not { } last || last < start) return []; // half a map is none
            string word = ReadText(entry[root.Length..] + "/type")?.Trim() ?? "";
            ranges.Add(new PhysicalMemoryRange(start, last, word switch
            {
                "System RAM" => PhysicalMemoryKind.Usable,
                "ACPI Tables" => PhysicalMemoryKind.AcpiTables,
                "ACPI Non-volatile Storage" => PhysicalMemoryKind.AcpiNonvolatile,
                "Unusable memory" => PhysicalMemoryKind.Unusable,
                "Persistent Memory" or "Persistent Memory (legacy)" => PhysicalMemoryKind.Persistent,
                "Reserved" or "Soft Reserved" => PhysicalMemoryKind.Reserved,
                _ => PhysicalMemoryKind.Other,
            }, word));
        }

        return [.. ranges.OrderBy(r => r.Start)];
    }

    private static ulong? Number(string path)
    {
        try
        {
            string text = File.ReadAllText(path).Trim();
            return text.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value) ? value : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(root + path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
