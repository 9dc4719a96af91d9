using System.Diagnostics.Tracing;
using RingThree.Diagnostics;

namespace RingThree.Cli;

/// <summary>Sections and levels as they are written on a command line.</summary>
internal static class MonitorNames
{
    private static readonly (string Name, MonitorSections Section)[] Known =
    [
        ("IO", MonitorSections.Io), ("MEM", MonitorSections.Memory), ("INT", MonitorSections.Interrupts), ("PCI", MonitorSections.Pci),
        ("DMA", MonitorSections.Dma), ("MISC", MonitorSections.Miscellaneous), ("PNP", MonitorSections.PlugAndPlay),
        ("CARD_REG", MonitorSections.CardRegistration), ("KER_PLUG", MonitorSections.KernelPlugIn), ("EVENT", MonitorSections.Events),
        ("IPC", MonitorSections.InterProcess), ("KER_BUF", MonitorSections.KernelBuffer),
    ];

    internal static IEnumerable<string> Sections => Known.Select(k => k.Name);

    internal static IReadOnlyList<string> Levels { get; } = ["error", "warning", "info", "trace"];

    /// <summary>Names with commas between, in any case, with WinDriver's S_ or without; all where nothing is given.</summary>
    /// <exception cref="FormatException">There is no such section.</exception>
    internal static MonitorSections ParseSections(string? text)
    {
        if (text is null) return MonitorSections.All;
        MonitorSections sections = MonitorSections.None;
        foreach (string word in text.Split(',', StringSplitOptions.TrimEntries))
        {
            string name = word.StartsWith("S_", StringComparison.OrdinalIgnoreCase) ? word[2..] : word;
            MonitorSections found = name.Equals("ALL", StringComparison.OrdinalIgnoreCase)
                ? MonitorSections.All
                : Known.FirstOrDefault(k => k.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Section;
            if (found == MonitorSections.None) throw new FormatException($"'{word}' is no section; there are {string.Join(", ", Sections)}, and ALL.");
            sections |= found;
        }

        return sections;
    }

    /// <summary>The section of an event; what is of none that this version knows, or of several, is miscellaneous.</summary>
    internal static string NameOf(MonitorSections section) => Known.FirstOrDefault(k => k.Section == section).Name ?? "MISC";

    internal static EventLevel ParseLevel(string text) => text switch
    {
        "error" => EventLevel.Error,
        "warning" => EventLevel.Warning,
        "trace" => EventLevel.Verbose,
        _ => EventLevel.Informational,
    };

    internal static string NameOf(EventLevel level) => level switch
    {
        EventLevel.Warning => "warning",
        EventLevel.Informational => "info",
        EventLevel.Verbose => "trace",
        _ => "error",
    };
}
