namespace RingThree.Memory;

/// <summary>What the messages of one boot say of the machine's memory.</summary>
internal sealed class KernelBoot
{
    internal const string UserList = "user: ";

    /// <summary>No plan begins below 16 MiB, so that a list that begins here lacks nothing that matters.</summary>
    private const ulong FirstMegabyte = 1 << 20;

    private int _claimsAtMap;

    /// <summary>The e820 lists in the order in which they were printed.</summary>
    internal List<(string Name, List<PhysicalMemoryRange> Ranges, bool IsWhole)> Lists { get; } = [];

    /// <summary>What the kernel took out of the last list.</summary>
    internal List<PhysicalMemoryRange> Updates { get; } = [];

    /// <summary>The early node ranges, whatever is in them.</summary>
    internal List<PhysicalMemoryRange> Nodes { get; } = [];

    internal FirmwareClaims Claims { get; } = new();

    internal IReadOnlyList<string> Settings { get; set; } = [];

    internal List<string> Problems { get; } = [];

    /// <summary>Whether its first line was seen: what was printed before the map is not lost.</summary>
    internal bool HasBegun { get; set; }

    internal bool HasFirmwares { get; set; }

    /// <summary>Whether the heading of the list that comes next was seen.</summary>
    internal bool HasHeading { get; set; }

    internal bool HasNodeHeading { get; set; }

    /// <summary>Whether the last line was one of the node ranges, or their heading.</summary>
    internal bool IsAmongNodes { get; set; }

    /// <summary>Whether messages were lost since the last line of a map.</summary>
    internal bool HasLost { get; set; }

    internal bool IsXen { get; set; }

    /// <summary>Whether a line was seen that only x86 prints: node ranges alone are no map there.</summary>
    internal bool IsX86 { get; set; }

    internal bool IsCaptureKernel { get; set; }

    internal bool HasMap => Lists.Count > 0 || Nodes.Count > 0;

    /// <summary>The list of that name, new if another was printed since.</summary>
    internal List<PhysicalMemoryRange> List(string name, ulong first)
    {
        if (Lists.Count == 0 || Lists[^1].Name != name)
        {
            Lists.Add((name, [], HasHeading || first <= FirstMegabyte));
            Updates.Clear(); // they are in it
        }

        HasHeading = false;
        return Lists[^1].Ranges;
    }

    /// <summary>What stands before a boot's first line, as POWER prints it, was taken for the end of the boot before.</summary>
    internal void Continue(KernelBoot before) => Claims.TakeReserved(before.Claims, before._claimsAtMap);

    /// <summary>Where the map is, claims so far are this boot's own.</summary>
    internal void MarkMap() => _claimsAtMap = Claims.Count;

    /// <summary>What makes its map no ground for a plan, the first of it; <see langword="null"/> for a whole one.</summary>
    internal string? Damage() => HasMap ? AllProblems().FirstOrDefault() : "it has no map";

    internal PhysicalMemoryMap ToMap(string name, IReadOnlyList<string> remarks) => Lists.Count > 0 ? FromLists(name, remarks) : FromNodes(name, remarks);

    private IEnumerable<string> AllProblems()
    {
        foreach (string problem in Problems) yield return problem;
        if (IsCaptureKernel) yield return "this is the map of a capture kernel (kdump, elfcorehdr=), which sees only the memory that is kept for it";
        if (Lists.Count > 0)
        {
            if (!HasFirmwares) yield return "the firmware's own list (BIOS-e820) is missing: the text begins too late";
            else if (Settings.Any(s => s != "mem=nopentium") && !Lists.Exists(l => l.Name == UserList)) yield return $"the machine was started with {string.Join(' ', Settings)}, and the list that this makes (user: ...) is missing: the text ends too early";
            foreach ((string list, _, bool isWhole) in Lists)
            {
                if (!isWhole && !(HasBegun && list == Lists[0].Name)) yield return $"the first lines of the list '{list.TrimEnd(' ', ':')}' are missing: the text begins too late, or has lost lines";
            }

            yield break;
        }

        if (IsX86) yield return "the e820 list is missing, which an x86 machine prints first: the text begins too late, or has lost lines";
        else if (!HasBegun || !HasNodeHeading) yield return "the lines before the node ranges are missing, and with them what the firmware keeps: the text begins too late";
        if (IsAmongNodes) yield return "the text ends among the node ranges";
    }

    private PhysicalMemoryMap FromLists(string name, IReadOnlyList<string> remarks) => new(name, IsXen ? MemoryMapSource.XenDomain : MemoryMapSource.BootMessages, Lists[^1].Ranges)
    {
        FirmwareRanges = HasFirmwares ? [.. Lists[0].Ranges.OrderBy(r => r.Start)] : [],
        Occupied = [.. Updates.Concat(Claims.Kept).Concat(Claims.Unmapped).OrderBy(r => r.Start)],
        BootSettings = Settings,
        Nodes = Nodes,
        Problems = [.. AllProblems()],
        Remarks = remarks,
        Doubt = Claims.DoubtOfLines,
    };

    private PhysicalMemoryMap FromNodes(string name, IReadOnlyList<string> remarks)
    {
        NodeRanges ranges = NodeRanges.Of(Nodes, Claims);
        return new PhysicalMemoryMap(name, MemoryMapSource.NodeMessages, [.. ranges.Certain, .. ranges.Open, .. Claims.Unmapped])
        {
            Occupied = [.. Claims.Kept.OrderBy(r => r.Start)],
            BootSettings = Settings,
            Nodes = Nodes,
            Problems = [.. AllProblems()],
            Remarks = [.. remarks, .. Claims.Remarks],
            Doubt = Claims.DoubtOfAll ?? ranges.Doubt,
            IsDeviceTreeEditable = !Claims.IsAcpi && !Claims.IsPower,
        };
    }
}
