using System.Buffers;
using RingThree.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Memory;

/// <summary>
/// The memory map in the kernel's messages. x86 prints the firmware's list (BIOS-e820), then, where boot settings or the
/// kernel itself changed it, the new one (user, modified, reserve setup_data); the last list of a boot is in force.
/// Others print memory by nodes. Of several boots the last one counts whose map is whole.
/// Source: arch/x86/kernel/e820.c, mm/mm_init.c, kernel/printk/printk.c.
/// </summary>
internal sealed class BootMessageReader
{
    private const string XenList = "Xen: ";
    private static readonly SearchValues<char> Sizes = SearchValues.Create("0123456789. KMGTP");
    private static readonly string[] FirmwareLists = ["BIOS-e820: ", "BIOS-e801: ", "BIOS-88: ", XenList];
    private static readonly string[] LaterLists = [KernelBoot.UserList, "modified: ", "reserve setup_data: ", "extended: "];
    private static readonly string[] AllLists = [.. FirmwareLists, .. LaterLists];
    private readonly MapBuilder _builder;
    private KernelBoot _boot = new();
    private KernelBoot? _whole;
    private bool _isFirst = true;

    private BootMessageReader(MapBuilder builder) => _builder = builder;

    internal static PhysicalMemoryMap Read(TextReader text, string name)
    {
        var reader = new BootMessageReader(new MapBuilder(text, name));
        while (reader._builder.TryReadLine(out ReadOnlySpan<char> line))
        {
            ReadOnlySpan<char> message = LogLine.MessageOf(line);
            if (!message.IsWhiteSpace()) reader.Take(message.TrimEnd());
        }

        return reader.Finish(name);
    }

    internal static string[] Settings(ReadOnlySpan<char> commandLine) => [.. Words(commandLine).Where(word => word.StartsWith("mem=", StringComparison.Ordinal) || word.StartsWith("memmap=", StringComparison.Ordinal)).Distinct()];

    private static IEnumerable<string> Words(ReadOnlySpan<char> commandLine) =>
        commandLine.ToString().Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(word => ForeignText.Shown(word.Trim('"')));

    private void Take(ReadOnlySpan<char> message)
    {
        bool isFirst = _isFirst;
        _isFirst = false;
        bool inNodes = _boot.IsAmongNodes;
        if (_builder.IsLineWhole) _boot.IsAmongNodes = false;
        ReadOnlySpan<char> rest = message;
        if (LogLine.TryTakeFirst(ref rest, "Linux version ") || LogLine.TryTakeFirst(ref rest, "Booting Linux on physical CPU ")) BeginBoot();
        else if (LogLine.TryTakeFirst(ref rest, "Command line: ") || LogLine.TryTakeFirst(ref rest, "Kernel command line: ")) TakeCommandLine(rest);
        else if (IsLoss(message)) _boot.HasLost = true;
        else if (LogLine.TryTakeUpTo(ref rest, "BIOS-provided physical RAM map:")) BeginList(isFirmwares: true);
        else if (LogLine.TryTakeUpTo(ref rest, "Early memory node ranges")) BeginNodes();
        else if (TryTakeNode(ref rest, inNodes)) TakeNode(rest);
        else if (TryTakeList(message, FirmwareLists, out string list, out ReadOnlySpan<char> range)) TakeFirmwares(list, range);
        else if (TryTakeList(message, LaterLists, out list, out range)) TakeRange(list, range);
        else if (IsCutEntry(message)) _builder.Problem($"{ForeignText.Quoted(message)} is no range; is the text cut?");
        else if (message.EndsWith(" physical RAM map:", StringComparison.Ordinal)) BeginList(isFirmwares: false);
        else if (LogLine.TryTakeUpTo(ref rest, "e820: ") || LogLine.TryTakeFirst(ref rest, "e820 ")) TakeUpdate(rest);
        else FirmwareMessages.Read(message, _boot, _builder);
        _boot.IsX86 |= message.StartsWith("x86/", StringComparison.Ordinal) || message.StartsWith("MTRR ", StringComparison.Ordinal);
        if (isFirst) _boot.Claims.MayLackFirst = _boot.Claims.ListsReserved;
    }

    /// <summary>A boot's first line, unless the boot has begun and printed no map yet: POWER lists reserved memory before it.</summary>
    private void BeginBoot()
    {
        if (_boot.HasMap) NextBoot();
        _boot.HasLost &= _boot.Claims.Count > 0;
        _boot.HasBegun = true;
    }

    private void NextBoot()
    {
        _boot.Problems.AddRange(_builder.TakeProblems());
        KernelBoot ended = _boot;
        _boot = new KernelBoot();
        _boot.Continue(ended);
        if (ended.Damage() is null) _whole = ended;
    }

    private void BeginList(bool isFirmwares)
    {
        if (isFirmwares && _boot.HasMap) NextBoot(); // a boot whose first lines are lost, as this list is always the first
        TakeMapLine();
        _boot.HasHeading = true;
    }

    private void TakeFirmwares(string list, ReadOnlySpan<char> range)
    {
        if (_boot.Lists.Count > 0 && _boot.Lists[^1].Name != list) NextBoot(); // likewise
        _boot.IsXen = list == XenList;
        _boot.HasFirmwares = true;
        TakeRange(list, range);
    }

    private void BeginNodes()
    {
        if (_boot.Nodes.Count > 0) NextBoot();
        TakeMapLine();
        _boot.HasNodeHeading = true;
        _boot.IsAmongNodes = true;
    }

    /// <summary>After lost messages nothing of the map is known to be whole.</summary>
    private void TakeMapLine()
    {
        if (_boot.HasLost) _builder.Problem("some of the messages before it are lost");
        _boot.HasLost = false;
        _boot.MarkMap();
    }

    private void TakeCommandLine(ReadOnlySpan<char> commandLine)
    {
        _boot.Settings = Settings(commandLine);
        _boot.IsCaptureKernel |= Words(commandLine).Any(word => word.StartsWith("elfcorehdr=", StringComparison.Ordinal));
    }

    private static bool IsLoss(ReadOnlySpan<char> message) =>
        message.Contains(" printk messages dropped **", StringComparison.Ordinal) || (message.Contains("Missed ", StringComparison.Ordinal) && message.EndsWith(" kernel messages", StringComparison.Ordinal));

    /// <summary>A list's entry. What follows a list's own name is a range, or the begin of one; "user: " may begin any driver's words.</summary>
    private static bool TryTakeList(ReadOnlySpan<char> message, string[] lists, out string list, out ReadOnlySpan<char> range)
    {
        foreach (string name in lists)
        {
            range = message;
            if (!LogLine.TryTakeUpTo(ref range, name)) continue;
            list = name;
            return name.StartsWith("BIOS", StringComparison.Ordinal) || range.StartsWith("[mem 0x", StringComparison.Ordinal) || (range.Length >= 16 && range[..16].IndexOfAnyExceptInRange('0', 'f') < 0);
        }

        list = "";
        range = [];
        return false;
    }

    /// <summary>Whether a line of a list ends before its range begins.</summary>
    private static bool IsCutEntry(ReadOnlySpan<char> message)
    {
        if (message.Length < ClaimForms.LeastOfHead) return false;
        foreach (string name in AllLists)
        {
            if ((message.Length >= name.Length ? message.StartsWith(name, StringComparison.Ordinal) && "[mem 0x".AsSpan().StartsWith(message[name.Length..], StringComparison.Ordinal) : name.StartsWith(message, StringComparison.Ordinal))) return true;
        }

        return false;
    }

    /// <summary><c>[mem 0xFIRST-0xLAST] kind</c> (System RAM for usable from Linux 7 on), or until 2012 <c>FIRST - END (kind)</c> with an end that is one beyond.</summary>
    private void TakeRange(string list, ReadOnlySpan<char> text)
    {
        TakeMapLine();
        if (text.StartsWith("[gap 0x", StringComparison.Ordinal)) return; // what is between, from Linux 7 on
        ReadOnlySpan<char> rest = text;
        if (!TryTakeAddresses(ref rest, out ulong first, out ulong? last))
        {
            _builder.Problem($"{ForeignText.Quoted(text)} is no range; is the text cut?");
            return;
        }

        if (last is null) return; // empty
        string word = WithoutSize(rest.Trim()).ToString();
        if (KindOf(word) is { } kind) _builder.Add(_boot.List(list, first), first, last.Value, kind, word);
        else _builder.Problem($"{ForeignText.Quoted(word)} is no kind of memory; is the text cut?");
    }

    /// <summary>Takes either form, with the brackets of a kind's word; no last address for an empty range.</summary>
    private static bool TryTakeAddresses(ref ReadOnlySpan<char> text, out ulong first, out ulong? last)
    {
        last = null;
        first = 0;
        if (MapBuilder.TryTake(ref text, "[mem 0x"))
        {
            bool isRange = MapBuilder.TryTakeHex(ref text, out first) & MapBuilder.TryTake(ref text, "-0x") & MapBuilder.TryTakeHex(ref text, out ulong there) && text is [']', ' ', ..] or [']'];
            if (!isRange) return false;
            last = there;
            text = text[1..];
            return true;
        }

        bool isOld = MapBuilder.TryTakeHex(ref text, out first) & MapBuilder.TryTake(ref text, " - ") & MapBuilder.TryTakeHex(ref text, out ulong end) && MapBuilder.TryTake(ref text, " (");
        if (!isOld || text.IndexOf(')') is not (> 0 and int close)) return false;
        text = text[..close];
        if (end != first) last = end - 1; // an end of 0 is 2^64
        return true;
    }

    /// <summary>What the kernel takes out of the list in force without printing it anew: <c>update RANGE kind ==> other kind</c>, <c>remove RANGE kind</c>, the latter also without a kind.</summary>
    private void TakeUpdate(ReadOnlySpan<char> text)
    {
        const string update = "update ";
        const string remove = "remove ";
        _boot.IsX86 = true;
        ReadOnlySpan<char> rest = text;
        bool isUpdate = MapBuilder.TryTake(ref rest, update);
        if (!isUpdate && !MapBuilder.TryTake(ref rest, remove))
        {
            if (!text.IsEmpty && (update.StartsWith(text, StringComparison.Ordinal) || remove.StartsWith(text, StringComparison.Ordinal))) ClaimForms.Cut(text, _builder);
            return;
        }

        MapBuilder.TryTake(ref rest, "range: ");
        int arrow = rest.IndexOf("==>", StringComparison.Ordinal);
        PhysicalMemoryKind? becomes = arrow < 0 ? null : KindOfUpdate(rest[(arrow + 3)..]);
        if (isUpdate && becomes == PhysicalMemoryKind.Usable) return;
        bool isBare = TryTakeBareAddresses(rest, out ulong first, out ulong? last);
        if (!isBare && !TryTakeAddresses(ref rest, out first, out last)) ClaimForms.Cut(text, _builder);
        else if (last < first || (isUpdate ? becomes is null : !isBare && !rest.IsWhiteSpace() && KindOfUpdate(rest) is null)) ClaimForms.Cut(text, _builder);
        else if (last is not null) _boot.Updates.Add(new PhysicalMemoryRange(first, last.Value, PhysicalMemoryKind.Reserved, "taken by the kernel (e820)"));
    }

    private static PhysicalMemoryKind? KindOfUpdate(ReadOnlySpan<char> words)
    {
        words = words.Trim();
        return KindOf((words is ['(', .. var inside, ')'] ? inside : WithoutSize(words)).ToString());
    }

    /// <summary><c>FIRST - END</c> with no kind behind it, each of the 16 digits that the kernel gives them.</summary>
    private static bool TryTakeBareAddresses(ReadOnlySpan<char> text, out ulong first, out ulong? last)
    {
        const int width = 16;
        first = 0;
        last = null;
        if (text.Length != (2 * width) + 3 || !MapBuilder.TryTakeHex(ref text, out first) || !MapBuilder.TryTake(ref text, " - ") || !MapBuilder.TryTakeHex(ref text, out ulong end) || !text.IsEmpty) return false;
        if (end != first) last = end - 1;
        return true;
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

    /// <summary><c>  node   0: [mem 0x...-0x...]</c> of the early ranges, or what is left of such a line among others; not the lines that begin "Initmem setup node".</summary>
    private static bool TryTakeNode(ref ReadOnlySpan<char> message, bool amongNodes)
    {
        ReadOnlySpan<char> rest = message;
        if (amongNodes && ("node".StartsWith(rest, StringComparison.Ordinal) || LogLine.TryTakeFirst(ref rest, "node "))) // whole or not: what is cut must not be passed over
        {
            message = rest.TrimStart(' ');
            return true;
        }

        if (!LogLine.TryTakeUpTo(ref rest, "node ")) return false;
        rest = rest.TrimStart(' ');
        if (rest.IndexOfAnyExceptInRange('0', '9') is not (> 0 and int digits) || !rest[digits..].StartsWith(": [mem 0x", StringComparison.Ordinal)) return false;
        message = rest;
        return true;
    }

    private void TakeNode(ReadOnlySpan<char> text)
    {
        TakeMapLine();
        _boot.IsAmongNodes = true;
        int colon = text.IndexOf(':');
        ReadOnlySpan<char> rest = text[(colon + 1)..];
        if (colon > 0 && MapBuilder.TryTake(ref rest, " [mem 0x") && MapBuilder.TryTakeHex(ref rest, out ulong first) && MapBuilder.TryTake(ref rest, "-0x") && MapBuilder.TryTakeHex(ref rest, out ulong last) && rest is [']', ..])
            _builder.Add(_boot.Nodes, first, last, PhysicalMemoryKind.Usable, $"node {text[..colon].Trim()}");
        else _builder.Problem($"{ForeignText.Quoted(text)} is no node's memory; is the text cut?");
    }

    private PhysicalMemoryMap Finish(string name)
    {
        _boot.Problems.AddRange(_builder.TakeProblems());
        string? damage = _boot.Damage();
        if (damage is null || _whole is null)
        {
            if (_boot.HasMap) return _boot.ToMap(name, []);
            throw _builder.Failed(DeviceStatus.NotFound, "no line of it is of a memory map (BIOS-e820, user, node)" + (_boot.Problems is [var first, ..] ? $"; {first}" : ""),
                "The kernel prints the map first, and its buffer may have lost it: take 'journalctl -k -b', or as root /proc/iomem (ring3 memory --iomem FILE).");
        }

        string? problem = _boot.HasMap ? damage : _boot.Problems.FirstOrDefault();
        return _whole.ToMap(name, problem is null && !_boot.HasBegun ? [] : [problem is not null
            ? $"the map of the text's last boot is damaged ({problem}); this is the map of the boot before it"
            : "the text's last boot has no map; this is the map of the boot before it"]);
    }
}
