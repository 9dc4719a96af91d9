using System.Collections.Concurrent;
using System.CommandLine;
using System.Runtime.InteropServices;
using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;

namespace RingThree.Cli;

/// <summary><c>ring3 list</c>: every device, what it can do, and who owns it.</summary>
internal static class ListCommand
{
    internal static Command Create()
    {
        var host = new Option<string>("--host") { Description = "Whose devices: machine (this machine's PCI functions) or sim (the simulated cards).", DefaultValueFactory = _ => "machine" };
        host.AcceptOnlyFromAmong("machine", "sim");
        var json = new Option<bool>("--json") { Description = "One JSON array; with --follow, then one object a line per change." };
        var follow = new Option<bool>("--follow") { Description = "Stays and shows what comes, goes and changes hands, until Ctrl-C." };
        var command = new Command("list", """
            Lists PCI functions and who has them.

            Address, ids, class, driver, isolation group, interrupts, name.
            Needs no privilege; '?' stands for interrupts that the kernel shows to root alone.
            Example: ring3 list --json | jq '.[] | select(.driver == "vfio-pci")'
            """) { host, json, follow };
        command.SetAction(parsed => Run(parsed.GetValue(host)!, parsed.GetValue(json), parsed.GetValue(follow)));
        return command;
    }

    /// <summary>The list of this machine, as text.</summary>
    internal static int Run() => Run("machine", json: false, follow: false);

    private static int Run(string hostName, bool json, bool follow)
    {
        if (hostName == "sim")
        {
            if (follow) throw new FormatException("--follow watches this machine; simulated cards come and go in a program (SimulatedHost.Watch).");
            PrintSimulated(json);
            return ExitStatus.Success;
        }

        using IHost host = HostNames.Machine();
        if (follow) Follow(host, json);
        else Print(host, json, PciNames.OfSystem());
        return ExitStatus.Success;
    }

    private static void PrintSimulated(bool json) => Print(HostNames.SimulatedCards.Select(Simulated).ToList(), json, PciNames.OfSystem());

    private static void Print(IHost host, bool json, PciNames names)
    {
        var lines = new List<DeviceLine>();
        IReadOnlyDictionary<PciAddress, string> kept = new PersistentBindings().Read();
        foreach (DeviceDescription device in host.Scan()) lines.Add(DeviceLine.Of(device, kept));
        Print(lines, json, names);
    }

    private static void Print(List<DeviceLine> lines, bool json, PciNames names)
    {
        if (json) PrintJson(lines, names);
        else PrintText(lines, names);
    }

    private static void PrintText(List<DeviceLine> lines, PciNames names)
    {
        Console.WriteLine(DeviceLine.Heading);
        bool hidden = false;
        foreach (DeviceLine line in lines)
        {
            Console.WriteLine(line.ToText(names));
            hidden |= line.Interrupts is null or { Msi: null };
        }

        if (lines.Any(l => l.KeptDriver is not null)) Console.Error.WriteLine("ring3: '*': bound so at every boot ('ring3 unbind ADDRESS --persist' ends that).");
        if (hidden) Console.Error.WriteLine("ring3: '?': the kernel shows a function's capabilities to root alone. Run it as root to see them.");
    }

    internal static void PrintJson(List<DeviceLine> lines, PciNames names) => JsonOutput.WriteLine(j =>
    {
        j.WriteStartArray();
        foreach (DeviceLine line in lines)
        {
            j.WriteStartObject();
            line.Write(j, names);
            j.WriteEndObject();
        }

        j.WriteEndArray();
    });

    private static void Follow(IHost host, bool json)
    {
        var stop = new CancellationTokenSource(); // not disposed: a signal may come as late as it likes
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true; // the way it ends
            stop.Cancel();
        }

        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var changes = new BlockingCollection<DeviceChange>();
        using IDisposable? watch = host.Watch(changes.Add); // before the list, so that nothing falls between
        var names = PciNames.OfSystem();
        Print(host, json, names);
        try
        {
            foreach (DeviceChange change in changes.GetConsumingEnumerable(stop.Token)) Print(DeviceLine.Of(change.Device), change.Kind, json, names);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C.
        }
    }

    private static void Print(DeviceLine line, DeviceChangeKind kind, bool json, PciNames names)
    {
        string what = kind switch
        {
            DeviceChangeKind.Arrived => "arrived",
            DeviceChangeKind.Departed => "departed",
            DeviceChangeKind.PowerChanged => "power",
            _ => "driver",
        };
        if (json)
        {
            JsonOutput.WriteLine(j =>
            {
                j.WriteStartObject();
                j.WriteString("change", what);
                line.Write(j, names);
                j.WriteEndObject();
            });
        }
        else
        {
            Console.WriteLine($"{DateTime.Now:HH:mm:ss.fff} {what,-8} {line.ToText(names)}");
        }

        Console.Out.Flush();
    }

    private static DeviceLine Simulated(string card)
    {
        string name = "sim:" + card;
        (IHost host, Devices.Device device) = HostNames.OpenAny(name);
        using (host)
        using (device)
        {
            return new DeviceLine(name, device.Description, InterruptCounts.Of(device.Interrupts));
        }
    }
}
