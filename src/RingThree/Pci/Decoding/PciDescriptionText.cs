using System.Globalization;
using System.Text;
using RingThree.Hosting;

namespace RingThree.Pci.Decoding;

/// <summary>A description as a block of text for people.</summary>
public static class PciDescriptionText
{
    private const int Width = 140;
    private const string Indent = "    ";
    private const string Inner = "         ";

    /// <summary>Writes the block: the function's line, its header, its BARs, a line for each capability with its registers below, what is wrong.</summary>
    /// <param name="function">What was decoded.</param>
    /// <param name="name">What to call the function: its address.</param>
    public static string Write(PciFunctionDescription function, string name)
    {
        ArgumentNullException.ThrowIfNull(function);
        var text = new StringBuilder();
        if (!function.IsDecoded)
        {
            text.Append(name).Append("  not decoded\n");
            Problems(function, text);
            return text.ToString();
        }

        text.Append(CultureInfo.InvariantCulture, $"{name}  {function.Id}  {function.ClassName} ({function.ClassCode:x6})  revision {function.Revision:x2}");
        if (function.Subsystem is { } subsystem) text.Append(CultureInfo.InvariantCulture, $"  subsystem {subsystem}");
        text.Append('\n');
        Line(text, $"Header: type {function.HeaderType} ({TypeName(function.HeaderType)})", [
            function.IsMultiFunction ? "one of several functions" : "", $"cache line {function.CacheLineBytes} bytes", $"latency timer {function.LatencyTimer}",
            function.SelfTest.Any(f => f.Number != 0 || f.Words.Count > 0) ? $"self test: {string.Join(", ", function.SelfTest.Select(f => f.Text).Where(t => t.Length > 0))}" : "",
            function.CardBusPointer is > 0 and uint pointer ? $"CardBus pointer 0x{pointer:x}" : "", function.MinimumGrant > 0 ? $"minimum grant {function.MinimumGrant * 250} ns" : "",
            function.MaximumLatency > 0 ? $"maximum latency {function.MaximumLatency * 250} ns" : "", $"{function.BytesRead} bytes read"]);
        Line(text, "Command:", Texts(function.Command, "everything off"), " ");
        Line(text, "Status:", Texts(function.Status, "nothing set"), " ");
        foreach (PciBarDescription bar in function.Bars) text.Append(Indent).Append(Bar(bar)).Append('\n');
        if (function.Rom is { } rom)
            text.Append(CultureInfo.InvariantCulture, $"{Indent}ROM: {Place(rom.Address)}{Size(rom.Size)}{(rom.IsEnabled ? "" : function.IsRomSwitchedOn ? ", disabled with memory space" : ", disabled")}\n");
        if (function.InterruptPin > 0 || function.InterruptLine > 0)
        {
            string pin = function.InterruptPin > 0 ? $"INT{(char)('A' + function.InterruptPin - 1)}#" : "no pin";
            text.Append(CultureInfo.InvariantCulture, $"{Indent}Interrupt: {pin}, line {(function.InterruptLine == 255 ? "unknown" : function.InterruptLine)}\n");
        }

        if (function.Bridge.Count > 0)
        {
            Line(text, "Bridge:", [.. function.Bridge.Where(f => f.Kind != PciFieldKind.Group).Select(f => f.Text)], " ");
            foreach (PciField group in function.Bridge.Where(f => f.Kind == PciFieldKind.Group)) Group(text, group);
        }

        if (function.UnnamedBits.Count > 0) Line(text, "Unnamed bits:", function.UnnamedBits, " ");
        foreach (PciCapabilityDescription capability in function.Capabilities) Capability(text, capability);
        Problems(function, text);
        return text.ToString();
    }

    /// <summary>A BAR in a line, as <c>BAR 0: memory at 0xfebf0000, 64-bit, prefetchable, 16 KiB</c>.</summary>
    internal static string Bar(PciBarDescription bar) =>
        $"BAR {bar.Index}: {(bar.Kind == RegionKind.Port ? "I/O ports" : "memory")} {Place(bar.IsUnplaced ? 0 : bar.Address)}"
        + (bar.Kind == RegionKind.Port ? "" : bar.Is64Bit ? ", 64-bit" : bar.IsBelow1Megabyte ? ", below 1 MiB" : ", 32-bit")
        + (bar.IsPrefetchable ? ", prefetchable" : "") + Size(bar.Size) + (bar.IsUnplaced ? bar.Address == 0 ? ", no room was found" : $", no room was found (the register holds 0x{bar.Address:x})" : bar.IsEnabled ? "" : ", disabled") + (bar.IsVirtual ? ", virtual (the register is empty, the host has it)" : "");

    private static string Place(ulong address) => address == 0 ? "not placed" : $"at 0x{address:x}";

    private static string Size(ulong? size) => size is { } bytes ? ", " + ByteCount.Of(bytes) : "";

    private static string TypeName(int type) => type switch { 0 => "card", 1 => "PCI bridge", 2 => "CardBus bridge", _ => "reserved" };

    private static void Capability(StringBuilder text, PciCapabilityDescription capability)
    {
        string version = capability.Capability is { IsExtended: true, Version: not 1 } ? $" version {capability.Capability.Version}" : "";
        string head = $"[{capability.Capability.Offset.ToString(capability.Capability.IsExtended ? "x3" : "x2", CultureInfo.InvariantCulture)}] {capability.Name}{version}";
        string[] flat = [.. capability.Fields.Where(f => IsFlat(f)).Select(f => f.Text).Where(t => t.Length > 0)];
        if (flat.Length == 0) text.Append(Indent).Append(head).Append('\n');
        else Line(text, head + ":", flat, " ");
        foreach (PciField field in capability.Fields.Where(f => !IsFlat(f)))
        {
            if (field.Kind == PciFieldKind.Group) Group(text, field);
            else foreach (PciField item in field.Fields) Group(text, item, $"{field.Text} {item.Name}");
        }
    }

    private static bool IsFlat(PciField field) => field.Kind is not (PciFieldKind.Group or PciFieldKind.List) || field.IsSentence;

    private static void Group(StringBuilder text, PciField group, string? name = null)
    {
        if (group.IsSentence) text.Append(Inner).Append(group.Text).Append('\n');
        else Line(text, (name ?? group.Text) + ":", Texts(group.Fields, "nothing set"), " ", Inner);
    }

    private static string[] Texts(IReadOnlyList<PciField> fields, string none)
    {
        string[] texts = [.. fields.Select(Text).Where(t => t.Length > 0)];
        return texts.Length > 0 ? texts : [none];
    }

    /// <summary>A register inside a group or a list is in brackets.</summary>
    private static string Text(PciField field) =>
        field.Kind == PciFieldKind.Group && !field.IsSentence ? $"{field.Text} ({string.Join(", ", Texts(field.Fields, "nothing set"))})" : field.Text;

    /// <summary>One line, or several when it is long, broken between fields.</summary>
    private static void Line(StringBuilder text, string head, IReadOnlyList<string> fields, string separator = ", ", string indent = Indent)
    {
        var line = new StringBuilder(indent + head);
        bool first = true;
        foreach (string field in fields.Where(f => f.Length > 0))
        {
            line.Append(first ? separator : ", ");
            if (!first && line.Length + field.Length > Width)
            {
                text.Append(line.ToString().TrimEnd()).Append('\n');
                line.Clear().Append(indent).Append(Indent);
            }

            line.Append(field);
            first = false;
        }

        text.Append(line).Append('\n');
    }

    private static void Problems(PciFunctionDescription function, StringBuilder text)
    {
        foreach (string problem in function.Problems) text.Append(Indent).Append("! ").Append(problem).Append('\n');
    }
}
