using System.Globalization;

namespace RingThree.Benchmarks;

/// <summary>The tool from its start to its end, against the C program that an engineer would run instead.</summary>
internal static class StartRow
{
    private const double ListBar = 1;
    private const double ShowBar = 1.2;

    /// <summary>Lists this machine, and shows its first function, in turn with both.</summary>
    /// <param name="effort">How often.</param>
    /// <param name="tool">The published tool.</param>
    public static void Run(Effort effort, string tool)
    {
        Print(effort, "cli_list_start_ratio", "ring3 list against lspci, from start to end", ListBar, ["lspci"], [tool, "list"]);
        if (Directory.EnumerateFileSystemEntries("/sys/bus/pci/devices").Select(Path.GetFileName).Order(StringComparer.Ordinal).FirstOrDefault() is { } address)
            Print(effort, "cli_show_start_ratio", $"ring3 show against lspci -vvv -s, {address}, from start to end", ShowBar, ["lspci", "-vvv", "-s", address], [tool, "show", address]);
    }

    private static void Print(Effort effort, string name, string figure, double bar, string[] theirs, string[] ours)
    {
        string runs = Math.Max(2, 10 / effort.Scale).ToString(CultureInfo.InvariantCulture);
        Comparison result = effort.Compare(() => effort.RunC("start", [runs, .. theirs]), () => effort.RunC("start", [runs, .. ours]));
        Rows.Print(name, figure, $"{result.C / 1e6:0.0} ms", $"{result.Sharp / 1e6:0.0} ms", $"{result.Ratio:0.00}", $"{bar:0.00}", "", result.Ratio <= bar);
    }
}
