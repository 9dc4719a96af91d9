using System.CommandLine;
using System.Diagnostics;
using RingThree.DefaultHosts;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Pci;
using RingThree.Samples.Edu;

namespace RingThree.Cli;

/// <summary><c>ring3 demo</c>: the edu driver at work, on the simulated card or on QEMU's, with a table of what was checked.</summary>
internal static class DemoCommand
{
    private const int Interrupts = 10_000;
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(250); // seldom enough not to be measured

    internal static Command Create()
    {
        var device = new Argument<string?>("device")
        {
            Description = "An edu card's PCI address or id; without it the simulated one, sim:edu.",
            Arity = ArgumentArity.ZeroOrOne,
            Validators = { ExitStatus.RefuseOptions },
        };
        var json = new Option<bool>("--json") { Description = "One JSON object, when all is done." };
        var command = new Command("demo", """
            Drives an edu card and checks what it does.

            A factorial by interrupt, 10,000 interrupts of each kind, a DMA round trip.

            Example: ring3 demo
                     ring3 demo 0000:00:02.0
            """) { device, json };
        command.SetAction(parsed => RunAsync(parsed.GetValue(device) ?? "sim:edu", parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(string name, bool json)
    {
        (IHost host, PciDevice device) = HostNames.Open(name);
        using (host)
        using (device)
        {
            if (device.Id != EduDriver.Id)
            {
                throw new DeviceException(DeviceStatus.InvalidArgument, name, "running the demo",
                    $"the demo drives QEMU's edu card ({EduDriver.Id}), and this is {device.Id}", "Run it on sim:edu, or on an edu in QEMU (-device edu).");
            }

            var table = new Table(json);
            if (!json) Console.WriteLine($"ring3 demo: {device} on host '{host.Name}', driven by samples/edu/EduDriver.cs{Environment.NewLine}");
            foreach (InterruptKind kind in Enum.GetValues<InterruptKind>().Where(k => device.Interrupts.Count(k) > 0))
                await CheckKindAsync(device, kind, table);
            if (json) table.WriteJson(name);
            else Console.WriteLine($"{Environment.NewLine}{(table.Failures == 0 ? "All checks passed." : $"{table.Failures} of {table.Rows} checks failed.")}");
            return table.Failures == 0 ? ExitStatus.Success : ExitStatus.Failure;
        }
    }

    private static async Task CheckKindAsync(PciDevice device, InterruptKind kind, Table table)
    {
        await using var edu = new EduDriver(device, (InterruptKinds)kind);
        string how = kind == InterruptKind.Level ? "INTx" : kind == InterruptKind.Msi ? "MSI" : "MSI-X";
        table.Add($"{how}: identification and liveness", $"{edu.Registers.Identification.Read():x8}", edu.Identify());
        uint factorial = await edu.FactorialAsync(10);
        table.Add($"{how}: 10! by interrupt", $"{factorial}", factorial == 3_628_800);

        long before = edu.Interrupts.GetCounters().Claimed;
        long started = Stopwatch.GetTimestamp();
        long said = started;
        for (uint i = 1; i <= Interrupts; i++)
        {
            await edu.RaiseAsync((EduInterrupts)i);
            if (i % 100 != 0 || Stopwatch.GetElapsedTime(said) < ProgressEvery) continue;
            said = Stopwatch.GetTimestamp();
            Terminal.Progress($"  {how}: {i:N0} of {Interrupts:N0} interrupts");
        }

        TimeSpan time = Stopwatch.GetElapsedTime(started);
        Terminal.Progress("");
        InterruptCounters counters = edu.Interrupts.GetCounters();
        long claimed = counters.Claimed - before;
        table.Add($"{how}: {Interrupts:N0} interrupts", $"{claimed:N0} claimed, {time.TotalMicroseconds / Interrupts:0.0} us each",
            claimed == Interrupts && counters.Handled == counters.Claimed && counters.Signalled == counters.Rejected + counters.Claimed);

        (int bytes, bool same) = await RoundTripAsync(edu);
        table.Add($"{how}: DMA to the card and back", $"{bytes:N0} bytes", same);
    }

    private static async Task<(int Bytes, bool Same)> RoundTripAsync(EduDriver edu)
    {
        using DmaBuffer sent = edu.Allocate(EduDriver.LargestDma);
        using DmaBuffer received = edu.Allocate(EduDriver.LargestDma);
        new Random(1).NextBytes(sent.Span);
        await edu.ToCardAsync(sent, sent.Length);
        await edu.FromCardAsync(received, received.Length);
        return (sent.Length, sent.Span.SequenceEqual(received.Span));
    }

    /// <summary>What was checked: printed as it is found, or kept for JSON.</summary>
    private sealed class Table(bool json)
    {
        private readonly List<(string Check, string Found, bool Passed)> _rows = [];

        internal int Rows => _rows.Count;

        internal int Failures => _rows.Count(r => !r.Passed);

        internal void Add(string check, string found, bool passed)
        {
            _rows.Add((check, found, passed));
            if (!json) Console.WriteLine($"  {check,-38} {found,-34} {(passed ? Terminal.Good("ok") : Terminal.Bad("FAILED"))}");
        }

        internal void WriteJson(string device) => JsonOutput.WriteLine(j =>
        {
            j.WriteStartObject();
            j.WriteString("device", device);
            j.WriteNumber("failed", Failures);
            j.WriteStartArray("checks");
            foreach ((string check, string found, bool passed) in _rows)
            {
                j.WriteStartObject();
                j.WriteString("check", check);
                j.WriteString("found", found);
                j.WriteBoolean("passed", passed);
                j.WriteEndObject();
            }

            j.WriteEndArray();
            j.WriteEndObject();
        });
    }
}
