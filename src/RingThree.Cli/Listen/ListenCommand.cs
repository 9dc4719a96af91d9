using System.CommandLine;
using RingThree.DefaultHosts;
using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Interrupts;
using RingThree.Transfers;

namespace RingThree.Cli;

/// <summary><c>ring3 listen</c>: takes a device's interrupts and shows them.</summary>
internal static class ListenCommand
{
    private const int MostVectors = 2048;

    internal static Command Create()
    {
        Argument<string> device = DeviceNames.Argument();
        var kind = new Option<string?>("--kind") { Description = "Only this kind: msix, msi, intx, edge. By default the best the device has." };
        kind.AcceptOnlyFromAmong("msix", "msi", "intx", "edge");
        Option<int> vectors = Numbers.Option("--vectors", "How many vectors to ask for; fewer may be granted.", 1, 1, MostVectors);
        var ack = new Option<string?>("--ack") { Description = "Transfer commands that decide whose interrupt it is and acknowledge it, at interrupt level." };
        var stimulus = new Option<string?>("--stimulus") { Description = "Transfer commands that make the device interrupt, once or at a rate." };
        Option<long?> count = Numbers.Count("Ends after so many interrupts; with --for, fewer is a failure.");
        Option<TimeSpan?> limit = Times.Limit();
        var json = new Option<bool>("--json") { Description = "One JSON object a line for each handler call, then one with the sums." };
        var command = new Command("listen", """
            Takes a device's interrupts and shows them.

            It goes on until Ctrl-C, or as long as --count and --for say.
            A level line (intx) needs --ack: commands that quiet the device, or it would signal for ever.
            Example: ring3 listen sim:edu --ack "r32 bar0+0x24; mask 0xffffffff; wb32 bar0+0x64" --stimulus "w32 bar0+0x60 1 @1kHz" --count 1000
            """) { device, kind, vectors, ack, stimulus, count, limit, json };
        command.SetAction(async (parsed, cancel) =>
        {
            await Task.Yield(); // see ExitStatus.RunAsync
            TransferProgram? program = parsed.GetValue(ack) is { } text ? TransferText.Parse(text) : null;
            Stimulus? cause = parsed.GetValue(stimulus) is { } what ? Stimulus.Parse(what) : null;
            var options = new InterruptOptions
            {
                Kinds = parsed.GetValue(kind) switch
                {
                    "msix" => InterruptKinds.MsiX,
                    "msi" => InterruptKinds.Msi,
                    "intx" => InterruptKinds.Level,
                    "edge" => InterruptKinds.Edge,
                    _ => InterruptKinds.All,
                },
                Slots = parsed.GetValue(vectors),
                Immediate = program,
                Latency = cause is null ? new LatencyMode() : null, // measures from the wake-up where nothing else is known
            };
            string name = parsed.GetValue(device)!;
            (IHost host, Device opened) = HostNames.OpenAny(name);
            using (host)
            using (opened)
            {
                var listener = new Listener(opened, options, cause, LiveOutput.Form(parsed.GetValue(json)));
                return await listener.RunAsync(parsed.GetValue(count), parsed.GetValue(limit), cancel);
            }
        });
        return command;
    }
}
