using RingThree.Diagnostics;

namespace RingThree.Memory;

/// <summary>The memory that a boot's messages say is somebody's, and what they say of who described the machine.</summary>
internal sealed class FirmwareClaims
{
    private const int Most = 8192; // a device tree has a few hundred; a text that has more is of no boot that can be planned with
    private const int MostPoints = 256;
    private readonly List<PhysicalMemoryRange> _kept = [];
    private readonly List<PhysicalMemoryRange> _unmapped = [];
    private readonly List<string> _initialized = [];
    private readonly List<(PhysicalMemoryRange Range, bool IsUnmapped)> _reserved = [];

    /// <summary>Memory that is in the kernel's map and is somebody's.</summary>
    internal IReadOnlyList<PhysicalMemoryRange> Kept => _kept;

    /// <summary>Memory that the kernel does not even map: <c>no-map</c>, or the firmware's by the EFI map.</summary>
    internal IReadOnlyList<PhysicalMemoryRange> Unmapped => _unmapped;

    /// <summary>What the EFI map has as RAM; empty where it was not printed (efi=debug).</summary>
    internal List<PhysicalMemoryRange> EfiRam { get; } = [];

    /// <summary>Addresses of firmware tables, whose extent is not told.</summary>
    internal List<ulong> Points { get; } = [];

    /// <summary>Whether the last line told where a pool is, whose name comes next.</summary>
    internal bool IsPoolTold { get; set; }

    /// <summary>Whether the kernel is one that lists what the device tree reserves.</summary>
    internal bool ListsReserved { get; set; }

    /// <summary>Whether the text begins with such a line, as on POWER: whether there were others before it, nothing tells.</summary>
    internal bool MayLackFirst { get; set; }

    internal bool IsEfi { get; set; }

    internal bool IsPower { get; set; }

    internal bool IsPowerNonVirtual { get; set; }

    internal bool HasAcpiTables { get; set; }

    internal bool HasModel { get; set; }

    internal bool IsListCut { get; set; }

    /// <summary>The first line that says that memory is somebody's, and not where it is.</summary>
    internal string? Untold { get; set; }

    /// <summary>Whether there was more than is kept here.</summary>
    private bool IsFull { get; set; }

    /// <summary>Whether ACPI describes the machine: its tables were read, or the firmware has them and no device tree's model was named.</summary>
    internal bool IsAcpi => HasAcpiTables && !HasModel;

    internal int Count => _reserved.Count;

    /// <summary>What to compare a plan with.</summary>
    internal IEnumerable<string> Remarks
    {
        get
        {
            if (MayLackFirst) yield return "the text begins with the ranges that the firmware keeps, and whether there were others before them it does not tell: compare with 'ls /proc/device-tree/reserved-memory'";
            if (!ListsReserved && !IsAcpi && DoubtOfAll is null) yield return "these messages do not list the reserved memory of the device tree (Linux does so from 6.3 on): compare with 'sudo cat /proc/iomem'";
        }
    }

    /// <summary>What makes any plan a guess, on any machine; <see langword="null"/> where nothing does.</summary>
    internal MemoryMapDoubt? DoubtOfLines =>
        IsFull ? new MemoryMapDoubt("the messages name more ranges as somebody's than any machine has", "sudo cat /proc/iomem on it (ring3 memory --iomem FILE) has the machine's own.", ForbidsPlans: true)
        : Untold is { } line ? new MemoryMapDoubt($"{ForeignText.Quoted(line)} does not say where that is", "sudo cat /proc/iomem on it (ring3 memory --iomem FILE) shows what is the machine's.", ForbidsPlans: true)
        : null;

    /// <summary>The same on a machine without e820.</summary>
    internal MemoryMapDoubt? DoubtOfAll
    {
        get
        {
            const string tree = "sudo cat /proc/iomem on it (ring3 memory --iomem FILE) shows it as reserved.";
            if (DoubtOfLines is { } untold) return untold;
            if (IsPowerNonVirtual && !ListsReserved)
                return new MemoryMapDoubt("this kernel does not print what the firmware of a POWER machine keeps, which lies at the top of its memory", "A kernel from 6.3 on prints it (dmesg | grep 'OF: reserved mem'); ls /proc/device-tree/reserved-memory shows where each range begins.", ForbidsPlans: true);
            if (IsListCut) return new MemoryMapDoubt("the device tree reserves more than this kernel can list", $"ls /proc/device-tree/reserved-memory has all; {tree}", ForbidsPlans: true);
            return _initialized.Find(n => !_reserved.Exists(r => r.Range.Name == n)) is { } first
                ? new MemoryMapDoubt($"the device tree reserves memory for {ForeignText.Quoted(first)}, and no line says where", tree, ForbidsPlans: true) : null;
        }
    }

    /// <summary>A node of the device tree was reserved; its place is told by the line before, or by one of the same name.</summary>
    internal void Initialize(string node)
    {
        if (_initialized.Count >= Most) IsFull = true;
        else if (!IsPoolTold) _initialized.Add(node);
        IsPoolTold = false;
    }

    internal void Add(PhysicalMemoryRange range, bool isUnmapped, bool isOfTree)
    {
        if (range.Last < range.Start) return;
        if (_kept.Count + _unmapped.Count >= Most)
        {
            IsFull = true;
            return;
        }

        (isUnmapped ? _unmapped : _kept).Add(range);
        if (isOfTree) _reserved.Add((range, isUnmapped));
    }

    /// <summary>A range that is somebody's, and stays mapped.</summary>
    internal void AddReserved(ulong first, ulong last, string name) => Add(new PhysicalMemoryRange(first, last, PhysicalMemoryKind.Reserved, name), isUnmapped: false, isOfTree: false);

    /// <summary>
    /// A range whose first address ends its line, without zeros before it that would tell how long it was: it is kept, and so is
    /// whatever it would be with more digits.
    /// </summary>
    internal void AddOpen(ulong first, ulong rest, string name)
    {
        for (int shift = 0; shift < 64 && first <= ulong.MaxValue >> shift; shift += 4)
        {
            ulong start = first << shift;
            ulong last = start + ((1UL << shift) - 1);
            AddReserved(start, rest > ulong.MaxValue - last ? ulong.MaxValue : last + rest, shift == 0 ? name : $"{name}, if that is cut");
            if (first == 0) return;
        }
    }

    /// <summary>A table of the firmware is there, of a length that is not told.</summary>
    internal void AddTable(ulong point, ulong length, string name, bool mayGoOn)
    {
        if (Points.Count < MostPoints) Points.Add(point);
        else IsFull = true;
        ulong page = point & ~0xFFFUL;
        if (mayGoOn) AddOpen(point, length, name);
        AddReserved(page, ClaimForm.EndOf(page, length), name);
    }

    /// <summary>Takes over what another lists of its device tree, from one on.</summary>
    internal void TakeReserved(FirmwareClaims other, int from)
    {
        foreach ((PhysicalMemoryRange range, bool isUnmapped) in other._reserved.Skip(from)) Add(range, isUnmapped, isOfTree: true);
        ListsReserved = _reserved.Count > 0;
    }
}
