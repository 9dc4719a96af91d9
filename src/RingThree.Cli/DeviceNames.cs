using System.CommandLine;
using RingThree.DefaultHosts;

namespace RingThree.Cli;

/// <summary>The device a command is for.</summary>
internal static class DeviceNames
{
    internal static Argument<string> Argument()
    {
        var device = new Argument<string>("device")
        {
            HelpName = "device",
            Description = "An address (0000:03:00.0), an id (10ee:7024), a simulated card (sim:edu), or platform:RESOURCES.",
            Validators = { ExitStatus.RefuseOptions },
        };
        device.CompletionSources.Add(_ => HostNames.SimulatedCards.Select(c => new System.CommandLine.Completions.CompletionItem("sim:" + c)));
        return device;
    }
}
