using System.CommandLine;
using System.Globalization;
using RingThree.DefaultHosts;
using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Memory;

namespace RingThree.Cli;

/// <summary><c>ring3 memory</c>: a machine's physical memory, and where some of it can be reserved for a driver.</summary>
internal static class MemoryCommand
{
    internal static Command Create()
    {
        var dmesg = new Option<string?>("--dmesg") { Description = "Instead of this machine: a file with another's kernel messages (dmesg, journalctl -k); - for standard input.", HelpName = "file" };
        var iomem = new Option<string?>("--iomem") { Description = "Instead: a file with its /proc/iomem, copied as root.", HelpName = "file" };
        var windows = new Option<string?>("--windows") { Description = "Instead: a file with a row for each range that Windows uses, its base and its length.", HelpName = "file" };
        var reserve = new Option<string?>("--reserve") { Description = "Says where so much can be reserved, and how: 150M, 2G.", HelpName = "size" };
        var bits = new Option<int>("--bits") { Description = "How many address bits the card has, when it works without an IOMMU: 32 keeps the memory below 4 GiB.", HelpName = "bits", DefaultValueFactory = _ => 64 };
        var align = new Option<string?>("--align") { Description = "What the base is to be a multiple of: 1M and more.", HelpName = "size" };
        var json = new Option<bool>("--json") { Description = "Prints JSON: one object." };
        var command = new Command("memory", """
            Shows physical memory and plans reservations.

            Which physical addresses are memory that the system uses, and with --reserve what to tell the boot loader so that it
            leaves some to a driver, and how to see after the reboot that it did. Nothing is changed.

            This machine's map needs root.
            Example: ring3 memory --reserve 150M
                     ring3 memory --dmesg messages.txt --reserve 150M --bits 32
                     ring3 memory --windows ranges.txt --reserve 10M --json
            """)
        {
            dmesg, iomem, windows, reserve, bits, align, json,
        };
        command.Validators.Add(result =>
        {
            if (new[] { dmesg, iomem, windows }.Count(o => result.GetResult(o) is not null) > 1) result.AddError("Give one of --dmesg, --iomem, --windows.");
            if (result.GetResult(reserve) is null && (result.GetResult(align) is { Implicit: false } || result.GetResult(bits) is { Implicit: false })) result.AddError("--align and --bits say what to --reserve.");
        });
        command.SetAction(parsed =>
        {
            var asked = parsed.GetValue(reserve) is { } size
                ? new AskedMemory(SizeOf("--reserve", size), parsed.GetValue(align) is { } text ? SizeOf("--align", text) : 0, parsed.GetValue(bits))
                : null;
            asked?.Check();
            return Run(Read(parsed.GetValue(dmesg), parsed.GetValue(iomem), parsed.GetValue(windows)), asked, parsed.GetValue(json));
        });
        return command;
    }

    /// <summary>What is to be reserved.</summary>
    internal sealed record AskedMemory(ulong Size, ulong Alignment, int AddressBits)
    {
        internal void Check()
        {
            if (AddressBits is < 12 or > 64) throw new FormatException("--bits is 12 to 64.");
            if (Alignment != 0 && (!ulong.IsPow2(Alignment) || Alignment < MemoryReservation.Unit)) throw new FormatException("--align is a power of 2, 1M or more.");
        }

        internal MemoryReservation PlanOn(PhysicalMemoryMap map) => MemoryReservation.Plan(map, Size, Alignment, AddressBits);
    }

    private static int Run(PhysicalMemoryMap map, AskedMemory? asked, bool asJson)
    {
        MemoryReservation? plan = null;
        DeviceException? refusal = null;
        try
        {
            plan = asked?.PlanOn(map);
        }
        catch (DeviceException error)
        {
            refusal = error; // with the map before it, as that is where the reason can be seen
        }

        if (asJson) JsonOutput.WriteIndented(json => MemoryJson.Write(json, map, plan));
        else MemoryText.Write(map, plan);
        if (refusal is not null) throw refusal;
        if (map.Problems.Count == 0) return ExitStatus.Success;
        string more = map.Problems.Count > 1 ? $" ({map.Problems.Count - 1} more do not fit either.)" : "";
        Console.Error.WriteLine($"ring3: {map.Name}: {map.Problems[0]}.{more}");
        return ExitStatus.Failure;
    }

    private static PhysicalMemoryMap Read(string? dmesg, string? iomem, string? windows)
    {
        if (dmesg is not null) return TextFile.Read("--dmesg", dmesg, text => PhysicalMemoryMap.ReadBootMessages(text, NameOf(dmesg)));
        if (iomem is not null) return TextFile.Read("--iomem", iomem, text => PhysicalMemoryMap.ReadResourceTree(text, NameOf(iomem)));
        if (windows is not null) return TextFile.Read("--windows", windows, text => PhysicalMemoryMap.ReadWindowsList(text, NameOf(windows)));
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("On Windows write the ranges that regedit shows into a file (docs/memory.md), and give it: ring3 memory --windows FILE");
        using IHost host = HostNames.Machine();
        return host.ReadMemoryMap() ?? throw new PlatformNotSupportedException("This system shows no map of its memory.");
    }

    private static string NameOf(string file) => file == "-" ? "standard input" : ForeignText.Shown(file);

    /// <summary>A number of bytes with K, M, G or T behind it, decimal or 0x.</summary>
    private static ulong SizeOf(string option, string text)
    {
        string digits = text.Trim();
        int shift = digits.Length == 0 ? 0 : char.ToUpperInvariant(digits[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        if (shift > 0) digits = digits[..^1];
        bool known = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)
            : ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        if (!known || value == 0 || value > ulong.MaxValue >> shift) throw new FormatException($"{option} is a size such as 150M, not '{text}'.");
        return value << shift;
    }
}
