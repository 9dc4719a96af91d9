using System.CommandLine;
using System.Globalization;
using System.Text;

namespace RingThree.Cli;

/// <summary>How what happens is shown as it happens.</summary>
internal enum LiveForm
{
    /// <summary>A line each.</summary>
    Lines,

    /// <summary>A JSON object each.</summary>
    Json,

    /// <summary>A table that is drawn anew, for a terminal.</summary>
    Table,
}

/// <summary>What commands share that show something until Ctrl-C.</summary>
internal static class LiveOutput
{
    /// <summary>The form that fits where the output goes.</summary>
    internal static LiveForm Form(bool json) => json ? LiveForm.Json : Console.IsOutputRedirected ? LiveForm.Lines : LiveForm.Table;

    /// <summary>A table's row, cut where the terminal ends: a row of two lines would be drawn over wrongly.</summary>
    internal static string Cut(string row)
    {
        int most = Console.IsOutputRedirected || Console.WindowWidth <= 1 ? int.MaxValue : Console.WindowWidth - 1;
        return row.Length <= most ? row : row[..most];
    }

    /// <summary>
    /// How many of a table's rows to show: all of them, or so many that the terminal has room for a row that tells of the rest
    /// and for the cursor below. What has left a terminal at its top cannot be drawn over.
    /// </summary>
    internal static int Fitting(int rows)
    {
        int height = Console.IsOutputRedirected || Console.WindowHeight <= 1 ? int.MaxValue : Console.WindowHeight;
        return rows < height ? rows : Math.Max(height - 2, 0);
    }

    /// <summary>Draws a table over the one before.</summary>
    /// <param name="text">The rows.</param>
    /// <param name="rowsBefore">How many rows that one has; 0 for the first.</param>
    internal static void Redraw(StringBuilder text, int rowsBefore)
    {
        if (rowsBefore > 0) text.Insert(0, string.Create(CultureInfo.InvariantCulture, $"\e[{rowsBefore}A\e[J"));
        Console.Write(text);
        Console.Out.Flush();
    }
}
