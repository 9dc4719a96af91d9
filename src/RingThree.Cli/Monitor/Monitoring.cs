using System.Text;
using System.Threading.Channels;

namespace RingThree.Cli;

/// <summary>Looks at one program and shows what it does. What is read is printed on another thread: reading must keep up.</summary>
internal sealed class Monitoring(MonitoredProcess process, MonitorRequest request, LiveForm form)
{
    private const int MostUnprinted = 1 << 16;
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(5);
    private readonly Channel<MonitorEvent> _events = Channel.CreateBounded<MonitorEvent>(new BoundedChannelOptions(MostUnprinted) { SingleReader = true });
    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly InterruptRates _rates = new();
    private long _unprinted;
    private long _shown;
    private int _drawn;

    private bool HasEnough => request.Count is { } count && _shown >= count;

    /// <summary>Shows until there were enough, time is up, the user ends it, or the program does.</summary>
    /// <returns>The exit status.</returns>
    internal async Task<int> RunAsync(CancellationToken cancel)
    {
        MonitorStream stream;
        try
        {
            stream = await MonitorStream.AttachAsync(process, request, cancel);
        }
        catch (OperationCanceledException)
        {
            return ExitStatus.Success; // Ctrl-C before it answered
        }

        Task reading;
        Task printing;
        bool ended;
        using (stream)
        {
            await Console.Error.WriteLineAsync($"ring3: monitoring {process}. Ctrl-C ends it.");
            reading = Task.Factory.StartNew(() => Read(stream), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            printing = Task.Run(PrintAsync, CancellationToken.None);
            Task first = await Task.WhenAny(reading, printing, _enough.Task, Task.Delay(request.Limit ?? Timeout.InfiniteTimeSpan, cancel));
            // What prints may see the end of the events a moment before the one who reads has returned.
            ended = first == reading || (first == printing && printing.IsCompletedSuccessfully && !HasEnough);
            if (!ended) await stream.StopAsync();
            await Task.WhenAny(reading, Task.Delay(EndTime, CancellationToken.None));
        }

        _events.Writer.TryComplete(); // of a program that hangs the reader does not come back
        await printing;
        if (reading.IsCompleted) await reading;
        return Conclude(ended, cancel.IsCancellationRequested);
    }

    private int Conclude(bool ended, bool interrupted)
    {
        if (_unprinted > 0) Console.Error.WriteLine($"ring3: {_unprinted} events came faster than they could be printed.");
        if (request.Count is { } count && !HasEnough && !interrupted)
        {
            Console.Error.WriteLine(ended
                ? $"ring3: {process} has ended after {_shown} of {count} events."
                : $"ring3: {_shown} of {count} events in {Times.NameOf(request.Limit ?? TimeSpan.Zero)}. More come with --level trace, or of more sections.");
            return ExitStatus.Failure;
        }

        if (ended && !HasEnough) Console.Error.WriteLine($"ring3: {process} has ended.");
        return ExitStatus.Success;
    }

    private void Read(MonitorStream stream)
    {
        try
        {
            stream.Run(e =>
            {
                if (!_events.Writer.TryWrite(e)) _unprinted++;
            });
        }
        finally
        {
            _events.Writer.TryComplete();
        }
    }

    private async Task PrintAsync()
    {
        if (form == LiveForm.Table) Draw([]);
        while (await MoreAsync())
        {
            var lines = new List<MonitorEvent>();
            while (!HasEnough && _events.Reader.TryRead(out MonitorEvent? happened))
            {
                happened = _rates.Take(happened, out bool isNews);
                bool isCount = happened.Name == "InterruptsCounted";
                // Counts are the table's; without a table those in which nothing has changed are no line.
                if (isCount && (form == LiveForm.Table || (form == LiveForm.Lines && !isNews))) continue;
                _shown++;
                if (form == LiveForm.Table) lines.Add(happened);
                else if (form == LiveForm.Json) happened.Write();
                else Console.WriteLine(happened.ToText());
            }

            if (form == LiveForm.Table) Draw(lines);
            else await Console.Out.FlushAsync();
            if (!HasEnough) continue;
            _enough.TrySetResult();
            return;
        }
    }

    /// <summary>Waits for events; before a table is drawn anew for as long as an eye needs.</summary>
    private async Task<bool> MoreAsync()
    {
        if (form == LiveForm.Table && _drawn > 0 && !_events.Reader.Completion.IsCompleted) await Task.WhenAny(_events.Reader.Completion, Task.Delay(Refresh));
        return await _events.Reader.WaitToReadAsync();
    }

    /// <summary>What has happened goes above the table, and stays there.</summary>
    private void Draw(List<MonitorEvent> lines)
    {
        var text = new StringBuilder();
        foreach (MonitorEvent line in lines)
        {
            string words = line.ToText();
            text.AppendLine(line.Level switch
            {
                System.Diagnostics.Tracing.EventLevel.Error => Terminal.Bad(words),
                System.Diagnostics.Tracing.EventLevel.Warning => Terminal.Doubtful(words),
                _ => words,
            });
        }

        text.Append(_rates.Draw(out int rows));
        LiveOutput.Redraw(text, _drawn);
        _drawn = rows;
    }
}
