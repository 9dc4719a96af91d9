using System.Globalization;
using System.Text;
using System.Threading.Channels;
using RingThree.Interrupts;

namespace RingThree.Cli;

/// <summary>The vectors and their counters on a terminal, drawn over themselves.</summary>
/// <param name="session">What is shown; of many vectors those that signalled.</param>
/// <param name="lines">Ends when listening does; nothing comes by it in this form.</param>
/// <param name="reports">What is printed on standard error, above the table: below it would be drawn over.</param>
internal sealed class VectorTable(InterruptSession session, ChannelReader<HeardInterrupt> lines, ChannelReader<string> reports)
{
    private const int MostRows = 20;
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);
    private int _drawn;

    internal async Task DrawAsync()
    {
        Task<bool> more = lines.WaitToReadAsync().AsTask();
        while (!more.IsCompleted)
        {
            Draw();
            await Task.WhenAny(more, Task.Delay(Refresh));
        }

        Draw();
    }

    private void Draw()
    {
        PrintReports();
        var text = new StringBuilder();
        text.AppendLine("vector   signalled     claimed     handled        lost");
        int rows = 1;
        int hidden = 0;
        for (int v = 0; v < session.VectorCount; v++)
        {
            InterruptCounters c = session.GetCounters(v);
            if (session.VectorCount > MostRows && c.Signalled == 0) continue;
            if (rows > MostRows)
            {
                hidden++;
                continue;
            }

            text.AppendLine(CultureInfo.InvariantCulture, $"{v,6} {c.Signalled,11} {c.Claimed,11} {c.Handled,11} {c.Lost,11}");
            rows++;
        }

        if (hidden > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"... and {hidden} more vectors");
            rows++;
        }

        LiveOutput.Redraw(text, _drawn);
        _drawn = rows;
    }

    private void PrintReports()
    {
        while (reports.TryRead(out string? report))
        {
            LiveOutput.Redraw(new StringBuilder(), _drawn);
            _drawn = 0;
            Console.Error.WriteLine(report);
        }
    }
}
