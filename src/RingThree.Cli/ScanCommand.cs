using System.CommandLine;
using RingThree.DefaultHosts;
using RingThree.Hosting;

namespace RingThree.Cli;

/// <summary><c>ring3 scan</c>: the machine's PCI functions, and who owns them.</summary>
internal static class ScanCommand
{
    internal static Command Create()
    {
        var command = new Command("scan", "Lists this machine's PCI functions and their drivers.");
        command.SetAction(_ => Run());
        return command;
    }

    private static int Run()
    {
        using IHost host = HostNames.Machine();
        Console.WriteLine($"{"address",-13} {"id",-10} {"class",-7} {"group",-6} driver");
        foreach (DeviceDescription device in host.Scan())
        {
            string group = device.IsolationGroup?.ToString() ?? "-";
            Console.WriteLine($"{device.Address,-13} {$"{device.VendorId:x4}:{device.DeviceId:x4}",-10} {device.ClassCode:x6}  {group,-6} {device.Driver ?? "-"}");
        }

        return ExitStatus.Success;
    }
}
