using System.Diagnostics.Tracing;
using System.Globalization;
using System.Net.Sockets;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using RingThree.Diagnostics;

namespace RingThree.Cli;

/// <summary>The events of a process, by its diagnostics port.</summary>
internal sealed class MonitorStream : IDisposable
{
    private const int BufferMegabytes = 16; // what the program keeps for us while we are slow; then it drops
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);
    private readonly EventPipeSession _session;
    private readonly MonitoredProcess _process;
    private bool _stopped;

    private MonitorStream(EventPipeSession session, MonitoredProcess process) => (_session, _process) = (session, process);

    /// <summary>Attaches to a process.</summary>
    /// <exception cref="IOException">It cannot be attached to.</exception>
    /// <exception cref="TimeoutException">It does not answer.</exception>
    internal static async Task<MonitorStream> AttachAsync(MonitoredProcess process, MonitorRequest request, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(AnswerTime);
        var provider = new EventPipeProvider(DebugMonitor.SourceName, request.Level, (long)request.Sections,
            new Dictionary<string, string> { [DebugMonitor.IntervalArgument] = request.Interval.TotalSeconds.ToString(CultureInfo.InvariantCulture) });
        try
        {
            // Without a rundown: the program need not tell every method it has compiled, and ending is quick.
            return new MonitorStream(await new DiagnosticsClient(process.Id).StartEventPipeSessionAsync(provider, requestRundown: false, BufferMegabytes, limit.Token), process);
        }
        catch (OperationCanceledException error) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"attaching to process {process} failed: it has not answered within {AnswerTime.TotalSeconds:0} s. Is it stopped, in a debugger or by a signal (kill -CONT {process.Id})?", error);
        }
        catch (Exception error) when (error is ServerNotAvailableException or ServerErrorException or UnsupportedCommandException or SocketException or IOException or UnauthorizedAccessException)
        {
            throw MonitorRefusal.Explain(process.Id, error);
        }
    }

    /// <summary>Reads until the program ends or <see cref="StopAsync"/>; on the calling thread.</summary>
    /// <param name="took">Takes each event.</param>
    /// <exception cref="IOException">The stream has broken off while the program lives.</exception>
    internal void Run(Action<MonitorEvent> took)
    {
        try
        {
            using var source = new EventPipeEventSource(_session.EventStream);
            source.Dynamic.All += e =>
            {
                if (e.ProviderName == DebugMonitor.SourceName) took(Read(e));
            };
            source.Process();
        }
        catch (Exception error)
        {
            // The reader throws what it likes when a stream ends in the midst of something, as it does when the program is killed.
            if (Volatile.Read(ref _stopped) || HasEnded()) return;
            throw MonitorRefusal.Make($"reading the events of process {_process}", $"what it sends is no stream of events, or breaks off in the midst of one ({error.GetType().Name}: {error.Message})",
                "Attach again; if it stays so, something else than the runtime has its diagnostics port.", error);
        }

        if (Volatile.Read(ref _stopped) || HasEnded()) return;
        throw MonitorRefusal.Make($"reading the events of process {_process}", "it has closed the connection", "Attach again.");
    }

    /// <summary>Asks the program to send no more; then <see cref="Run"/> ends. One that does not answer is left alone.</summary>
    internal async Task StopAsync()
    {
        Volatile.Write(ref _stopped, true);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        try
        {
            await _session.StopAsync(limit.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or EndOfStreamException or IOException or SocketException or TimeoutException or ServerNotAvailableException or ServerErrorException)
        {
            // It has ended meanwhile, or hangs.
        }
    }

    public void Dispose() => _session.Dispose();

    /// <summary>Whether the process is gone. Its streams close a moment before it does.</summary>
    private bool HasEnded() => WaitForEnd(DateTime.UtcNow.AddSeconds(1));

    private bool WaitForEnd(DateTime until)
    {
        while (MonitoredProcess.IsAlive(_process.Id))
        {
            if (DateTime.UtcNow > until) return false;
            Thread.Sleep(10);
        }

        return true;
    }

    private static MonitorEvent Read(TraceEvent e)
    {
        var fields = new List<(string Name, object? Value)>();
        try
        {
            // Looked at now: the reader uses the same object for the next event.
            for (int i = 0; i < e.PayloadNames.Length; i++) fields.Add((e.PayloadNames[i], e.PayloadValue(i)));
        }
        catch (Exception)
        {
            // A field that is not as declared; what came before it is shown.
        }

        return new MonitorEvent(e.TimeStamp, (EventLevel)(int)e.Level, (MonitorSections)(long)e.Keywords & MonitorSections.All, MonitorEvent.Printable(e.EventName), fields);
    }
}
