using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using RingThree.DefaultHosts;
using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Registers.Files;
using RingThree.Transfers;

namespace RingThree.Cli;

/// <summary><c>ring3 watch</c>: live values of registers.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan UsualInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    internal static Command Create()
    {
        Argument<string> device = DeviceNames.Argument();
        var names = new RegisterNames();
        var places = new Argument<string[]>("place")
        {
            Description = "Where: bar0+0x20, cfg+0x04; with --map a register's name, or NAME.FIELD; several are read one after another.",
            Arity = ArgumentArity.OneOrMore,
            Validators = { ExitStatus.RefuseOptions },
            CompletionSources = { names.Complete },
        };
        Option<int> width = Numbers.Width();
        Option<TimeSpan?> interval = Times.Option("--interval", "From one reading to the next: 1s, 500ms (200ms); a number alone is milliseconds.", ShortestInterval, LongestInterval, "ms");
        Option<TimeSpan?> limit = Times.Limit();
        var json = new Option<bool>("--json") { Description = "One JSON object a line for each change." };
        var command = new Command("watch", """
            Shows registers as they change.

            Reads them again and again until Ctrl-C.
            Each reading is a bus access: do not watch a register that a read clears or takes from (a FIFO).
            Example: ring3 watch 0000:03:00.0 bar0+0x08 bar0+0x24
                     ring3 watch 0000:03:00.0 STATUS CONTROL.MODE --map card.svd
            """) { device, places, width, interval, limit, json };
        names.AddTo(command);
        command.SetAction((parsed, cancel) =>
        {
            DeviceMap? map = names.Load(parsed);
            Target[] targets = [.. parsed.GetValue(places)!.Select(p => RegisterNames.Find(map, p, parsed.GetValue(width) / 8, AccessCommands.IsGiven(parsed, width))).SelectMany(NamedAccess.Row)];
            foreach (Target target in targets) Check(target);
            return RunAsync(parsed.GetValue(device)!, targets, parsed.GetValue(interval) ?? UsualInterval, parsed.GetValue(limit), parsed.GetValue(json), cancel);
        });
        return command;
    }

    /// <summary>Refuses what cannot be read, or not without harm: a place is taken as it is.</summary>
    private static void Check(Target target)
    {
        RegisterNames.CheckReadable(target);
        if (target.Register is { } register && (register.OnRead != ReadEffect.None || register.Fields.Any(f => f.OnRead != ReadEffect.None)))
            throw new FormatException($"{register.Name} changes when it is read, by its map, and watching reads it again and again. If you mean that, watch its place: {target.Place}.");
    }

    private static async Task<int> RunAsync(string name, Target[] targets, TimeSpan interval, TimeSpan? limit, bool json, CancellationToken cancel)
    {
        await Task.Yield(); // see ExitStatus.RunAsync
        TransferProgram program = NamedAccess.Reads(targets);
        (IHost host, Device device) = HostNames.OpenAny(name);
        using (host)
        using (device)
        {
            PreparedProgram prepared = device.Prepare(program);
            var screen = new Screen(targets, LiveOutput.Form(json));
            ulong[] words = new ulong[targets.Sum(t => t.Words)];
            int[] widths = [.. targets.SelectMany(t => t.Places.Select(_ => t.Width))];
            long started = Stopwatch.GetTimestamp();
            while (!cancel.IsCancellationRequested && (limit is not { } time || Stopwatch.GetElapsedTime(started) < time))
            {
                prepared.Run(words);
                if (words.Zip(widths).All(w => w.First == ulong.MaxValue >> (64 - (8 * w.Second))) && !device.IsPresent())
                    throw new DeviceException(DeviceStatus.DeviceGone, name, "reading registers", "the device no longer responds", "It was removed, lost power, or is stuck; open it again when it is back.");
                screen.Show(NamedAccess.Join(targets, words), Stopwatch.GetElapsedTime(started));
                await Task.Delay(interval, cancel).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }

        return ExitStatus.Success;
    }

    /// <summary>Shows readings: a table over itself, or what has changed.</summary>
    private sealed class Screen(Target[] targets, LiveForm form)
    {
        private readonly int _labels = targets.Max(t => t.Label.Length);
        private readonly long[] _changes = new long[targets.Length];
        private ulong[]? _last;
        private int _drawn;

        internal void Show(ulong[] values, TimeSpan time)
        {
            for (int i = 0; i < targets.Length; i++)
            {
                bool changed = _last is null || _last[i] != values[i];
                if (changed && _last is not null) _changes[i]++;
                if (changed && form != LiveForm.Table) Print(targets[i], values[i], time);
            }

            if (form == LiveForm.Table) Draw(values);
            _last = values;
            Console.Out.Flush();
        }

        private static string Fields(Target target, ulong value) => string.Concat(target.Shown.Select(f => $"  {f.Name}={RegisterNames.Show(f, f.Of(value))}"));

        private void Print(Target target, ulong value, TimeSpan time)
        {
            if (form == LiveForm.Lines)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds,12:0.000} s  {target.Label}  {target.Show(value)}{Fields(target, value)}"));
                return;
            }

            JsonOutput.WriteLine(j =>
            {
                j.WriteStartObject();
                j.WriteNumber("seconds", time.TotalSeconds);
                RegisterNames.WriteValue(j, target, value);
                j.WriteEndObject();
            });
        }

        private void Draw(ulong[] values)
        {
            var text = new StringBuilder();
            int rows = LiveOutput.Fitting(targets.Length);
            for (int i = 0; i < rows; i++)
            {
                string mark = _last is not null && _last[i] != values[i] ? "*" : " ";
                string row = LiveOutput.Cut($"{targets[i].Label.PadRight(_labels)} {targets[i].Show(values[i])} {mark} {_changes[i],8} changes{Fields(targets[i], values[i])}");
                text.AppendLine(mark == "*" ? Terminal.Doubtful(row) : row);
            }

            if (rows < targets.Length) text.AppendLine(CultureInfo.InvariantCulture, $"... and {targets.Length - rows} more");
            LiveOutput.Redraw(text, _drawn);
            _drawn = rows + (rows < targets.Length ? 1 : 0);
        }
    }
}
