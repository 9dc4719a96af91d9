using System.Collections.Concurrent;
using System.CommandLine;
using RingThree.DefaultHosts;
using RingThree.Hosting;

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
            Lists devices: address, ids, class, driver, isolation group, interrupts, name.

            Needs no privilege; '?' stands for interrupts that the kernel shows to root alone.
            Example: ring3 list --json | jq '.[] | select(.driver == "vfio-pci")'
            """) { host, json, follow };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(host)!, parsed.GetValue(json), parsed.GetValue(follow), cancel));
        return command;
    }

    private static async Task<int> RunAsync(string hostName, bool json, bool follow, CancellationToken cancel)
    {
        await Task.Yield(); // see ExitStatus.RunAsync
        if (hostName == "sim")
        {
            if (follow) throw new FormatException("--follow watches this machine; simulated cards come and go in a program (SimulatedHost.Watch).");
            Print([.. HostNames.SimulatedCards.Select(Simulated)], json, PciNames.OfSystem());
            return ExitStatus.Success;
        }

        using IHost host = HostNames.Machine();
        using var changes = new BlockingCollection<DeviceChange>();
        using IDisposable? watch = follow ? host.Watch(changes.Add) : null; // before the list, so that nothing falls between
        var names = PciNames.OfSystem();
        Print([.. host.Scan().Select(d => DeviceLine.Of(host, d))], json, names);
        if (follow) await FollowAsync(host, changes, json, names, cancel);
        return ExitStatus.Success;
    }

    private static void Print(IReadOnlyList<DeviceLine> lines, bool json, PciNames names)
    {
        if (json)
        {
            JsonOutput.WriteLine(j =>
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
            return;
        }

        Console.WriteLine(DeviceLine.Heading);
        foreach (DeviceLine line in lines) Console.WriteLine(line.ToText(names));
        if (lines.Any(l => l.Interrupts is null or { Msi: null }))
            Console.Error.WriteLine("ring3: '?': the kernel shows a function's capabilities to root alone. Run it as root to see them.");
    }

    private static async Task FollowAsync(IHost host, BlockingCollection<DeviceChange> changes, bool json, PciNames names, CancellationToken cancel)
    {
        await Console.Out.FlushAsync(CancellationToken.None);
        await Task.Run(() =>
        {
            try
            {
                foreach (DeviceChange change in changes.GetConsumingEnumerable(cancel)) Print(DeviceLine.Of(host, change.Device), change.Kind, json, names);
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C: the way it ends.
            }
        }, CancellationToken.None);
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
