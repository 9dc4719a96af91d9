using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using RingThree.DefaultHosts;
using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Transfers;

namespace RingThree.Cli;

/// <summary><c>ring3 watch</c>: live values of registers.</summary>
internal static class WatchCommand
{
    private const int ShortestInterval = 1; // ms
    private const int LongestInterval = 3_600_000;

    internal static Command Create()
    {
        Argument<string> device = DeviceNames.Argument();
        var places = new Argument<string[]>("place") { Description = "Where: bar0+0x20, cfg+0x04; several are read one after another.", Arity = ArgumentArity.OneOrMore };
        Option<int> width = AccessCommands.Width();
        Option<int> interval = LiveOutput.Number("--interval", "Milliseconds from one reading to the next.", 200, ShortestInterval, LongestInterval, " ms");
        Option<double?> timeout = LiveOutput.Timeout();
        var json = new Option<bool>("--json") { Description = "One JSON object a line for each change." };
        var command = new Command("watch", """
            Reads registers again and again and shows how they change, until Ctrl-C.

            Each reading is a bus access: do not watch a register that a read clears or takes from (a FIFO).
            Example: ring3 watch 0000:03:00.0 bar0+0x08 bar0+0x24
            """) { device, places, width, interval, timeout, json };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(device)!, [.. parsed.GetValue(places)!.Select(p => RegionPlace.Parse(p))], parsed.GetValue(width) / 8,
            TimeSpan.FromMilliseconds(parsed.GetValue(interval)), LiveOutput.Limit(parsed, timeout), parsed.GetValue(json), cancel));
        return command;
    }

    private static async Task<int> RunAsync(string name, RegionPlace[] places, int width, TimeSpan interval, TimeSpan? limit, bool json, CancellationToken cancel)
    {
        await Task.Yield(); // see ExitStatus.RunAsync
        TransferProgram program = AccessCommands.Build(b =>
        {
            foreach (RegionPlace place in places) b.Read(width, place.Region, place.Offset);
        });
        (IHost host, Device device) = HostNames.OpenAny(name);
        using (host)
        using (device)
        {
            PreparedProgram prepared = device.Prepare(program);
            var screen = new Screen(places, width, LiveOutput.Form(json));
            ulong[] values = new ulong[places.Length];
            long started = Stopwatch.GetTimestamp();
            while (!cancel.IsCancellationRequested && (limit is not { } time || Stopwatch.GetElapsedTime(started) < time))
            {
                prepared.Run(values);
                if (Array.TrueForAll(values, v => v == ulong.MaxValue >> (64 - (8 * width))) && !device.IsPresent())
                    throw new DeviceException(DeviceStatus.DeviceGone, name, "reading registers", "the device does not answer any more", "It was removed, lost power, or is stuck; open it again when it is back.");
                screen.Show(values, Stopwatch.GetElapsedTime(started));
                await Task.Delay(interval, cancel).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }

        return ExitStatus.Success;
    }

    /// <summary>Shows readings: a table over itself, or what has changed.</summary>
    private sealed class Screen(RegionPlace[] places, int width, LiveForm form)
    {
        private readonly string _form = "x" + (2 * width).ToString(CultureInfo.InvariantCulture);
        private readonly long[] _changes = new long[places.Length];
        private ulong[]? _last;

        internal void Show(ulong[] values, TimeSpan time)
        {
            for (int i = 0; i < places.Length; i++)
            {
                bool changed = _last is null || _last[i] != values[i];
                if (changed && _last is not null) _changes[i]++;
                if (changed && form != LiveForm.Table) Print(places[i], values[i], time);
            }

            if (form == LiveForm.Table) Draw(values);
            _last = [.. values];
            Console.Out.Flush();
        }

        private void Print(RegionPlace place, ulong value, TimeSpan time)
        {
            if (form == LiveForm.Lines)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds,12:0.000} s  {place}  0x{value.ToString(_form, CultureInfo.InvariantCulture)}"));
                return;
            }

            JsonOutput.WriteLine(j =>
            {
                j.WriteStartObject();
                j.WriteNumber("seconds", time.TotalSeconds);
                j.WriteString("place", place.ToString());
                j.WriteNumber("value", value);
                j.WriteEndObject();
            });
        }

        private void Draw(ulong[] values)
        {
            var text = new StringBuilder();
            for (int i = 0; i < places.Length; i++)
            {
                string mark = _last is not null && _last[i] != values[i] ? "*" : " ";
                text.AppendLine(CultureInfo.InvariantCulture, $"{places[i],-18} 0x{values[i].ToString(_form, CultureInfo.InvariantCulture)} {mark} {_changes[i],8} changes");
            }

            LiveOutput.Redraw(text, _last is null ? 0 : places.Length);
        }
    }
}
