using System.Buffers;
using RingThree.Hosting;

namespace RingThree.Memory;

/// <summary>
/// The memory map in the kernel's messages. x86 prints the firmware's list (BIOS-e820), then, where boot settings or the
/// kernel itself changed it, the new one (user, modified, reserve setup_data); the last list of a boot is in force.
/// Others print memory by nodes. Source: arch/x86/kernel/e820.c, mm/mm_init.c.
/// </summary>
internal static class BootMessageReader
{
    private const string XenList = "Xen: ";
    private const string UserList = "user: ";
    private static readonly SearchValues<char> Sizes = SearchValues.Create("0123456789. KMGTP");
    private static readonly string[] FirmwareLists = ["BIOS-e820: ", "BIOS-e801: ", "BIOS-88: ", XenList];
    private static readonly string[] LaterLists = [UserList, "modified: ", "reserve setup_data: ", "extended: "];

    internal static PhysicalMemoryMap Read(TextReader text, string name)
    {
        var builder = new MapBuilder(text, name);
        var boot = new Boot();
        while (builder.TryReadLine(out ReadOnlySpan<char> line))
        {
            ReadOnlySpan<char> message = MessageOf(line);
            if (message.StartsWith("Linux version ", StringComparison.Ordinal))
            {
                builder.Restart();
                boot = new Boot();
            }
            else if (MapBuilder.TryTake(ref message, "Command line: ") || MapBuilder.TryTake(ref message, "Kernel command line: ")) boot.Settings = Settings(message);
            else if (IsInitialNode(ref message)) ReadNode(builder, boot.Nodes, message);
            else if (Begin(message, FirmwareLists) is { } firmware && IsRange(message[firmware.Length..], firmware != XenList))
            {
                if (boot.Lists.Count > 0 && boot.Lists[^1].Name != firmware)
                {
                    builder.Restart(); // a boot whose first lines are lost, as this list is always the first
                    boot = new Boot();
                }

                ReadRange(builder, boot.List(firmware), message[firmware.Length..]);
            }
            else if (Begin(message, LaterLists) is { } later && IsRange(message[later.Length..], isCertain: false))
            {
                ReadRange(builder, boot.List(later), message[later.Length..]);
            }
        }

        return boot.Finish(builder, name);
    }

    /// <summary>A line without what stands before the kernel's words: a log's date and host, a priority, a time, a thread.</summary>
    private static ReadOnlySpan<char> MessageOf(ReadOnlySpan<char> line)
    {
        int log = line.IndexOf(" kernel: ", StringComparison.Ordinal);
        if (log >= 0) line = line[(log + " kernel: ".Length)..];
        line = line.TrimStart();
        if (line is ['<', .. var level] && level.IndexOf('>') is >= 0 and <= 3 and int end) line = level[(end + 1)..].TrimStart();
        if (MapBuilder.TryTake(ref line, "kern ") && line.IndexOf('[') is >= 0 and int bracket) line = line[bracket..]; // dmesg --decode
        while (line is ['[', .. var stamp] && stamp.IndexOf(']') is >= 0 and int close) line = stamp[(close + 1)..].TrimStart(); // time, and the thread
        return line;
    }

    private static string? Begin(ReadOnlySpan<char> message, string[] lists)
    {
        foreach (string list in lists)
        {
            if (message.StartsWith(list, StringComparison.Ordinal)) return list;
        }

        return null;
    }

    internal static string[] Settings(ReadOnlySpan<char> commandLine) =>
        [.. commandLine.ToString().Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('"')).Where(word => word.StartsWith("mem=", StringComparison.Ordinal) || word.StartsWith("memmap=", StringComparison.Ordinal)).Distinct()];

    /// <summary>Whether a range follows, or the begin of one. What follows a list's own name is one; "user: " may begin any driver's words.</summary>
    private static bool IsRange(ReadOnlySpan<char> text, bool isCertain) =>
        isCertain || text.StartsWith("[mem 0x", StringComparison.Ordinal) || (text.Length >= 16 && text[..16].IndexOfAnyExceptInRange('0', 'f') < 0);

    /// <summary><c>[mem 0xFIRST-0xLAST] kind</c> (System RAM for usable from Linux 7 on), or until 2012 <c>FIRST - END (kind)</c> with an end that is one beyond.</summary>
    private static void ReadRange(MapBuilder builder, List<PhysicalMemoryRange> list, ReadOnlySpan<char> text)
    {
        if (text.StartsWith("[gap 0x", StringComparison.Ordinal)) return; // what is between, from Linux 7 on
        ReadOnlySpan<char> rest = text;
        ulong last;
        string word;
        if (MapBuilder.TryTake(ref rest, "[mem 0x"))
        {
            if (!MapBuilder.TryTakeHex(ref rest, out ulong first) || !MapBuilder.TryTake(ref rest, "-0x") || !MapBuilder.TryTakeHex(ref rest, out last) || !MapBuilder.TryTake(ref rest, "] "))
            {
                builder.Problem($"{MapBuilder.Quoted(text)} is no range; is the text cut?");
                return;
            }

            word = WithoutSize(rest.Trim()).ToString();
            Add(first);
            return;
        }

        if (!MapBuilder.TryTakeHex(ref rest, out ulong start) || !MapBuilder.TryTake(ref rest, " - ") || !MapBuilder.TryTakeHex(ref rest, out ulong end)
            || !MapBuilder.TryTake(ref rest, " (") || rest.IndexOf(')') is not (> 0 and int close))
        {
            builder.Problem($"{MapBuilder.Quoted(text)} is no range; is the text cut?");
            return;
        }

        if (end == start) return; // empty
        last = end - 1; // an end of 0 is 2^64
        word = rest[..close].ToString();
        Add(start);

        void Add(ulong first)
        {
            if (KindOf(word) is { } kind) builder.Add(list, first, last, kind, word);
            else builder.Problem($"{MapBuilder.Quoted(word)} is no kind of memory; is the text cut?");
        }
    }

    /// <summary>Without a size before the kind, as in <c>1.9 GB device reserved</c>, which some kernels print.</summary>
    private static ReadOnlySpan<char> WithoutSize(ReadOnlySpan<char> words)
    {
        if (words is not [>= '0' and <= '9', ..] || words.IndexOf('B') is not (> 0 and int unit)) return words;
        return words[..unit].IndexOfAnyExcept(Sizes) < 0 ? words[(unit + 1)..].TrimStart() : words;
    }

    private static PhysicalMemoryKind? KindOf(string word) => word switch
    {
        "usable" or "System RAM" or "kernel usable RAM" => PhysicalMemoryKind.Usable,
        "reserved" or "device reserved" or "soft reserved" or "Soft Reserved" => PhysicalMemoryKind.Reserved,
        "ACPI data" => PhysicalMemoryKind.AcpiTables,
        "ACPI NVS" => PhysicalMemoryKind.AcpiNonvolatile,
        "unusable" => PhysicalMemoryKind.Unusable,
        _ when word.StartsWith("persistent ", StringComparison.Ordinal) && word.EndsWith(')') => PhysicalMemoryKind.Persistent,
        _ when word.StartsWith("type ", StringComparison.Ordinal) && word.Length > 5 => PhysicalMemoryKind.Other,
        _ => null,
    };

    /// <summary><c>  node   0: [mem 0x...-0x...]</c> of the early ranges; not the lines that begin "Initmem setup node".</summary>
    private static bool IsInitialNode(ref ReadOnlySpan<char> message) => MapBuilder.TryTake(ref message, "node ") && message.Contains(": [mem 0x", StringComparison.Ordinal);

    private static void ReadNode(MapBuilder builder, List<PhysicalMemoryRange> nodes, ReadOnlySpan<char> text)
    {
        int colon = text.IndexOf(':');
        ReadOnlySpan<char> rest = text[(colon + 1)..];
        if (MapBuilder.TryTake(ref rest, " [mem 0x") && MapBuilder.TryTakeHex(ref rest, out ulong first) && MapBuilder.TryTake(ref rest, "-0x") && MapBuilder.TryTakeHex(ref rest, out ulong last) && rest is [']', ..])
            builder.Add(nodes, first, last, PhysicalMemoryKind.Usable, $"node {text[..colon].Trim()}");
        else builder.Problem($"{MapBuilder.Quoted(text)} is no node's memory; is the text cut?");
    }

    /// <summary>What was read of one boot.</summary>
    private sealed class Boot
    {
        internal List<(string Name, List<PhysicalMemoryRange> Ranges)> Lists { get; } = [];

        internal List<PhysicalMemoryRange> Nodes { get; } = [];

        internal IReadOnlyList<string> Settings { get; set; } = [];

        internal List<PhysicalMemoryRange> List(string name)
        {
            if (Lists.Count == 0 || Lists[^1].Name != name) Lists.Add((name, []));
            return Lists[^1].Ranges;
        }

        internal PhysicalMemoryMap Finish(MapBuilder builder, string name)
        {
            IReadOnlyList<string> problems = builder.Problems;
            if (Lists.Count == 0)
            {
                if (Nodes.Count == 0)
                {
                    throw builder.Failed(DeviceStatus.NotFound, "no line of it is of a memory map (BIOS-e820, user, node)",
                        "The kernel prints the map first, and its buffer may have lost it: take 'journalctl -k -b', or as root /proc/iomem (ring3 memory --iomem FILE).");
                }

                return new PhysicalMemoryMap(name, MemoryMapSource.NodeMessages, Nodes) { Nodes = Nodes, BootSettings = Settings, Problems = problems };
            }

            bool startsAtTheStart = FirmwareLists.Contains(Lists[0].Name);
            if (!startsAtTheStart) problems = [.. problems, "the firmware's own list (BIOS-e820) is missing: the text begins too late"];
            else if (Settings.Any(s => s != "mem=nopentium") && !Lists.Exists(l => l.Name == UserList)) problems = [.. problems, $"the machine was started with {string.Join(' ', Settings)}, and the list that this makes (user: ...) is missing: the text ends too early"];
            return new PhysicalMemoryMap(name, Lists[0].Name == XenList ? MemoryMapSource.XenDomain : MemoryMapSource.BootMessages, Lists[^1].Ranges)
            {
                FirmwareRanges = startsAtTheStart ? [.. Lists[0].Ranges.OrderBy(r => r.Start)] : [],
                BootSettings = Settings,
                Nodes = Nodes,
                Problems = problems,
            };
        }
    }
}
