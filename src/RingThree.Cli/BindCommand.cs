using System.CommandLine;
using RingThree.DefaultHosts;
using RingThree.Hosting;

namespace RingThree.Cli;

/// <summary><c>ring3 bind</c> and <c>ring3 unbind</c>: hand a function to the driver that lets RingThree open it, and back.</summary>
internal static class BindCommand
{
    internal static Command CreateBind()
    {
        var address = new Argument<string>("address") { Description = "The function's address, such as 0000:00:04.0." };
        var driver = new Option<string?>("--driver") { Description = "Another driver than the one RingThree needs." };
        var command = new Command("bind", "Hands a PCI function to vfio-pci, so that it can be opened.") { address, driver };
        command.SetAction(parsed => Failure.Guard(() => Task.FromResult(Set(parsed.GetValue(address)!, binding => parsed.GetValue(driver) ?? binding.RequiredDriver))));
        return command;
    }

    internal static Command CreateUnbind()
    {
        var address = new Argument<string>("address") { Description = "The function's address, such as 0000:00:04.0." };
        var command = new Command("unbind", "Takes a PCI function from its driver and leaves it without one.") { address };
        command.SetAction(parsed => Failure.Guard(() => Task.FromResult(Set(parsed.GetValue(address)!, _ => null))));
        return command;
    }

    private static int Set(string address, Func<IDriverBinding, string?> choose)
    {
        using IHost host = HostNames.Machine();
        IDriverBinding binding = host.Binding!;
        string? before = binding.GetDriver(address);
        binding.SetDriver(address, choose(binding));
        Console.WriteLine($"{address}: {before ?? "no driver"} -> {binding.GetDriver(address) ?? "no driver"}");
        return 0;
    }
}
