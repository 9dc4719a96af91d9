using System.Globalization;
using System.Text;

namespace RingThree.Cli;

/// <summary>The sessions of the program and their counters, as it has told them last, and how fast they rise.</summary>
internal sealed class InterruptRates
{
    private const int MostRows = 20;
    private const string Counted = "InterruptsCounted";
    private const string Ended = "InterruptsDisabled";
    private readonly SortedDictionary<(string Device, long Session), MonitorEvent> _last = [];

    /// <summary>Takes an event.</summary>
    /// <param name="happened">Any event.</param>
    /// <param name="isNews">Whether there is something in it that the last one of the session did not have; true for what is no count.</param>
    /// <returns>The event, a count with its rate.</returns>
    internal MonitorEvent Take(MonitorEvent happened, out bool isNews)
    {
        (string Device, long Session) key = (happened.Device, happened.Number("session"));
        isNews = true;
        if (happened.Name == Ended) _last.Remove(key);
        if (happened.Name != Counted) return happened;
        if (_last.TryGetValue(key, out MonitorEvent? before))
        {
            double seconds = (happened.Time - before.Time).TotalSeconds;
            isNews = !happened.Fields.SequenceEqual(before.Fields);
            if (seconds > 0) happened = happened with { PerSecond = (happened.Number("signalled") - before.Number("signalled")) / seconds };
        }

        _last[key] = happened;
        return happened;
    }

    /// <summary>The table.</summary>
    /// <param name="rows">How many rows it has.</param>
    internal StringBuilder Draw(out int rows)
    {
        var text = new StringBuilder();
        text.AppendLine(LiveOutput.Cut("device              kind    vectors     signalled       claimed      rejected          lost      a second"));
        int shown = Math.Min(LiveOutput.Fitting(_last.Count + 2) - 2, MostRows);
        foreach (MonitorEvent count in _last.Values.Take(Math.Max(shown, 0))) text.AppendLine(LiveOutput.Cut(Row(count)));
        rows = 1 + Math.Min(_last.Count, Math.Max(shown, 0));
        if (rows - 1 >= _last.Count) return text;
        text.AppendLine(CultureInfo.InvariantCulture, $"... and {_last.Count - rows + 1} more");
        rows++;
        return text;
    }

    private static string Row(MonitorEvent c)
    {
        string rate = c.PerSecond is { } perSecond ? perSecond.ToString("0.0", CultureInfo.InvariantCulture) : "-";
        return string.Create(CultureInfo.InvariantCulture,
            $"{MonitorEvent.Printable(c.Device),-18}  {c.Text("kind"),-6}  {c.Number("vectors"),7}  {c.Number("signalled"),12}  {c.Number("claimed"),12}  {c.Number("rejected"),12}  {c.Number("lost"),12}  {rate,12}");
    }
}
