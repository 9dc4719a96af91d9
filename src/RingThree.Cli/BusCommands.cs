using System.CommandLine;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;

namespace RingThree.Cli;

/// <summary><c>ring3 remove</c> and <c>ring3 rescan</c>: a function out of the kernel's sight, and back as it is now.</summary>
internal static class BusCommands
{
    internal static Command CreateRemove()
    {
        var address = new Argument<string>("address") { Description = "The function's address, such as 0000:00:04.0 or 00:04.0; of a bridge: all below it too.", Validators = { ExitStatus.RefuseOptions } };
        var force = new Option<bool>("--force") { Description = "Also a disk that is mounted, or a network port that is up." };
        var json = new Option<bool>("--json") { Description = "One JSON object: what was removed." };
        var command = new Command("remove", """
            Removes a function from the kernel's list.

            Do this before an FPGA is loaded anew or a card is pulled; 'rescan' brings it back.
            Its binding goes with it, unless 'bind --persist' keeps that.
            Example: ring3 remove 0000:03:00.0
            """) { address, force, json };
        command.SetAction(parsed => Remove(PciAddress.Parse(parsed.GetValue(address)!), parsed.GetValue(force), parsed.GetValue(json)));
        return command;
    }

    internal static Command CreateRescan()
    {
        var bridge = new Argument<string?>("bridge") { Description = "Only below this bridge; everywhere when left out.", Arity = ArgumentArity.ZeroOrOne, Validators = { ExitStatus.RefuseOptions } };
        var json = new Option<bool>("--json") { Description = "One JSON array: what has come, as 'ring3 list --json' has it." };
        var command = new Command("rescan", """
            Has the kernel look for new functions.

            Finds what was removed or has been put in since, and prints it.
            Example: ring3 rescan
            """) { bridge, json };
        command.SetAction(parsed => Rescan(parsed.GetValue(bridge) is { } text ? PciAddress.Parse(text) : null, parsed.GetValue(json)));
        return command;
    }

    private static int Remove(PciAddress address, bool force, bool json)
    {
        if (!force) BindCommand.RefuseInUse(address);
        new BusControl().Remove(address);
        if (json)
        {
            JsonOutput.WriteLine(j =>
            {
                j.WriteStartObject();
                j.WriteString("removed", address.ToString());
                j.WriteEndObject();
            });
        }
        else
        {
            Console.WriteLine($"{address}: removed");
        }

        return ExitStatus.Success;
    }

    private static int Rescan(PciAddress? bridge, bool json)
    {
        IReadOnlyList<DeviceDescription> arrived = new BusControl().Rescan(bridge);
        var names = PciNames.OfSystem();
        List<DeviceLine> lines = [.. arrived.Select(d => DeviceLine.Of(d))];
        if (json) ListCommand.PrintJson(lines, names);
        else foreach (DeviceLine line in lines) Console.WriteLine(line.ToText(names));
        if (arrived.Count == 0) Console.Error.WriteLine("ring3: nothing new.");
        return ExitStatus.Success;
    }
}
