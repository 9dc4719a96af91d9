namespace RingThree.Benchmarks;

/// <summary>The tool from its start to its end, against the C program that an engineer would run instead.</summary>
internal static class StartRow
{
    private const double Bar = 3;

    /// <summary>Lists this machine in turn with both.</summary>
    /// <param name="effort">How often.</param>
    /// <param name="tool">The published tool.</param>
    public static void Run(Effort effort, string tool)
    {
        string runs = $"{Math.Max(2, 10 / effort.Scale)}";
        Comparison result = effort.Compare(() => effort.RunC("start", runs, "lspci"), () => effort.RunC("start", runs, tool, "list"));
        Rows.Print("cli_list_start_ratio", "ring3 list against lspci, from start to end", $"{result.C / 1e6:0.0} ms", $"{result.Sharp / 1e6:0.0} ms",
            $"{result.Ratio:0.00}", $"{Bar:0.00}", "", result.Ratio <= Bar);
    }
}
