namespace RingThree.Benchmarks;

/// <summary>One line per figure: name, words, C, C#, value, bar, unit, verdict; separated by tabs.</summary>
internal static class Rows
{
    public static void Ratio(string name, string figure, Comparison result, double bar) =>
        Print(name, figure, $"{result.C / 1000:0.00} us", $"{result.Sharp / 1000:0.00} us", $"{result.Ratio:0.000}", $"{bar:0.00}", "", result.Ratio <= bar);

    public static void Difference(string name, string figure, Comparison result, double bar) =>
        Print(name, figure, $"{result.C:0.000} ns", $"{result.Sharp:0.000} ns", $"{result.Difference:0.000}", $"{bar:0.000}", "ns", result.Difference <= bar);

    /// <summary>Bytes for each operation; one byte over all of them is already short.</summary>
    public static void Allocation(string name, string figure, long bytes, long operations) =>
        Print(name, figure, "-", $"{bytes} B / {operations}", bytes == 0 ? "0" : $"{(double)bytes / operations:0.0000000}", "0", "B", bytes == 0);

    /// <summary>Any other figure.</summary>
    public static void Print(string name, string figure, string c, string sharp, string value, string bar, string unit, bool ok) =>
        Console.WriteLine(string.Join('\t', name, figure, c, sharp, value, bar, unit, ok ? "ok" : "short"));
}
