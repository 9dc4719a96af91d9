using System.Diagnostics;
using System.Threading.Channels;
using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Interrupts;

namespace RingThree.Cli;

/// <summary>Listens to one device. The handler notes and goes on; what it noted is printed elsewhere.</summary>
internal sealed class Listener
{
    private const int MostUnprinted = 1 << 16;
    private readonly Device _device;
    private readonly InterruptOptions _options;
    private readonly Stimulus? _stimulus;
    private readonly LiveForm _form;
    private readonly LatencySamples _samples = new();
    private readonly Channel<HeardInterrupt> _heard = Channel.CreateBounded<HeardInterrupt>(new BoundedChannelOptions(MostUnprinted) { SingleReader = true });
    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<string> _reports = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });
    private RemovalNotice? _removal;
    private bool _leftMasked;
    private long _started;
    private long _calls;
    private long _received;
    private long _unprinted;
    private long _wanted = long.MaxValue;

    internal Listener(Device device, InterruptOptions options, Stimulus? stimulus, LiveForm form)
    {
        _device = device;
        _stimulus = stimulus;
        _form = form;
        device.RemovalRequested += notice => Volatile.Write(ref _removal, notice);
        _options = options with { Handler = Handle, Report = Note };
    }

    /// <summary>Listens until there were enough, time is up, the user ends it, or the device does.</summary>
    /// <returns>The exit status.</returns>
    internal async Task<int> RunAsync(long? count, TimeSpan? limit, CancellationToken cancel)
    {
        _wanted = count ?? long.MaxValue;
        _started = Stopwatch.GetTimestamp();
        InterruptSession session = _device.Interrupts.Enable(_options);
        await Console.Error.WriteLineAsync($"ring3: listening to {_device.Address}: {HeardInterrupt.NameOf(session.Kind)}, {session.VectorCount} vector{(session.VectorCount == 1 ? "" : "s")}. Ctrl-C ends it.");
        Func<Task> print = _form == LiveForm.Table ? new VectorTable(session, _heard.Reader, _reports.Reader).DrawAsync : () => Task.WhenAll(PrintAsync(), PrintReportsAsync());
        Task printing = Task.Run(print, CancellationToken.None);
        bool over = false;
        Task ended;
        Task stimulating = _stimulus is { } stimulus
            ? Task.Factory.StartNew(() => Stimulate(stimulus, () => Volatile.Read(ref over)), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            : Task.CompletedTask;
        try
        {
            ended = await Task.WhenAny(_enough.Task, session.Completion, Failing(stimulating), Task.Delay(limit ?? Timeout.InfiniteTimeSpan, cancel));
            if (ended != _enough.Task && ended.IsFaulted) await ended;
        }
        finally
        {
            Volatile.Write(ref over, true);
            await session.DisposeAsync(); // from here on nothing is added
            _reports.Writer.Complete();
            _heard.Writer.Complete();
            await printing;
            Summarize(session);
        }

        await IgnoreCancel(stimulating);
        if (session.Error is { } error) throw error;
        if (ended == session.Completion && Volatile.Read(ref _received) < _wanted && !cancel.IsCancellationRequested) throw TakenAway();
        if (Volatile.Read(ref _leftMasked) && Volatile.Read(ref _received) < _wanted) return ExitStatus.Failure; // its report has said why
        if (count is null || Volatile.Read(ref _received) >= count || cancel.IsCancellationRequested) return ExitStatus.Success;
        await Console.Error.WriteLineAsync($"ring3: {_received} of {count} interrupts in {limit?.TotalSeconds:0.###} s. {Hint(session)}");
        return ExitStatus.Failure;
    }

    private void Stimulate(Stimulus stimulus, Func<bool> isOver)
    {
        try
        {
            stimulus.Run(_device, _samples.Stimulated, isOver);
        }
        catch (ObjectDisposedException)
        {
            // The device was taken away; the session ends for the same reason, and says so.
        }
    }

    /// <summary>What to say when the device has ended the session, and no error of it is known.</summary>
    private DeviceException TakenAway() => new(DeviceStatus.DeviceGone, _device.Address, "listening", Volatile.Read(ref _removal)?.Reason switch
    {
        RemovalReason.Error => "the device reported an error that it does not recover from by itself",
        RemovalReason.Requested => "the system wants the device back: it is being removed, or goes to another driver",
        _ => "the device no longer responds",
    }, "Listen again when it is back: ring3 list --follow tells.");

    /// <summary>Ends only when the task fails: a stimulus that has been given ends nothing.</summary>
    private static async Task Failing(Task task)
    {
        await task;
        await Task.Delay(Timeout.InfiniteTimeSpan);
    }

    private static async Task IgnoreCancel(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C before it had begun.
        }
    }

    /// <summary>On the handler's thread: nothing is printed here.</summary>
    private void Handle(in Interrupt interrupt)
    {
        double? latency = _stimulus is null ? null : _samples.Handled();
        long call = ++_calls;
        if (_form != LiveForm.Table)
        {
            var heard = new HeardInterrupt(call, Stopwatch.GetElapsedTime(_started), interrupt.Kind, interrupt.Vector, interrupt.Count, interrupt.Values.ToArray(), latency);
            if (!_heard.Writer.TryWrite(heard)) _unprinted++;
        }

        if (Volatile.Read(ref _received) < _wanted && (_received += interrupt.Count) >= _wanted) _enough.TrySetResult();
    }

    /// <summary>On a thread of the road: nothing is printed here.</summary>
    private void Note(InterruptReport report)
    {
        if (report.Kind is InterruptReportKind.DeviceGone or InterruptReportKind.CallbackFailed) return; // the command's last line says it
        if (report.Kind == InterruptReportKind.Storm) Volatile.Write(ref _leftMasked, true); // nobody unmasks it here
        _reports.Writer.TryWrite("ring3: " + report.Message);
    }

    private async Task PrintReportsAsync()
    {
        await foreach (string report in _reports.Reader.ReadAllAsync()) await Console.Error.WriteLineAsync(report);
    }

    private async Task PrintAsync()
    {
        await foreach (HeardInterrupt heard in _heard.Reader.ReadAllAsync())
        {
            if (_form == LiveForm.Json) heard.Write();
            else Console.WriteLine(heard.ToText());
        }
    }

    private void Summarize(InterruptSession session)
    {
        TimeSpan time = Stopwatch.GetElapsedTime(_started);
        InterruptCounters counters = session.GetCounters();
        (double P50, double P99, double Max)? latency = _stimulus is not null
            ? _samples.Summarize()
            : session.GetLatency().AfterWake is { Count: > 0 } wake ? (wake.P50.TotalMicroseconds, wake.P99.TotalMicroseconds, wake.Max.TotalMicroseconds) : null;
        string from = _stimulus is not null ? "stimulus" : "wakeup";
        double rate = counters.Claimed / time.TotalSeconds;
        if (_form == LiveForm.Json)
        {
            JsonOutput.WriteLine(j =>
            {
                j.WriteStartObject();
                j.WriteNumber("received", counters.Claimed);
                j.WriteNumber("handled", counters.Handled);
                j.WriteNumber("lost", counters.Lost);
                j.WriteNumber("rejected", counters.Rejected);
                j.WriteNumber("unprinted", _unprinted);
                j.WriteNumber("ratePerSecond", rate);
                j.WriteString("latencyFrom", from);
                j.WriteStartObject("latencyMicroseconds");
                if (latency is { } l)
                {
                    j.WriteNumber("p50", l.P50);
                    j.WriteNumber("p99", l.P99);
                    j.WriteNumber("max", l.Max);
                }

                j.WriteEndObject();
                j.WriteEndObject();
            });
        }
        else
        {
            string rejected = counters.Rejected > 0 ? $", {counters.Rejected} rejected" : "";
            Console.WriteLine($"received {counters.Claimed}, handled {counters.Handled}, lost {counters.Lost}{rejected}; {rate:0.0} a second");
            if (latency is { } l) Console.WriteLine($"latency from {from}: p50 {l.P50:0.0} us, p99 {l.P99:0.0} us, max {l.Max:0.0} us");
            if (_unprinted > 0) Console.WriteLine($"{_unprinted} came faster than they could be printed, and were only counted");
        }
    }

    private string Hint(InterruptSession session)
    {
        InterruptCounters counters = session.GetCounters();
        return counters.Rejected > 0 ? $"The --ack commands rejected {counters.Rejected} signals: check the mask."
            : counters.Signalled == 0 ? "The device has not signalled: is its own interrupt enable set, and was it told to (--stimulus)?"
            : _options.Immediate is null && session.Kind == InterruptKind.Level ? "A level line needs --ack."
            : "Give it more time, or ask for fewer.";
    }
}
