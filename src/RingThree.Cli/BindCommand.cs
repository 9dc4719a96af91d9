using System.CommandLine;
using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Cli;

/// <summary><c>ring3 bind</c> and <c>ring3 unbind</c>: hand a function to the driver that lets RingThree open it, and back.</summary>
internal static class BindCommand
{
    internal static Command CreateBind()
    {
        Argument<string> address = CreateAddress();
        var driver = new Option<string?>("--driver") { Description = "Another driver than the one RingThree needs." };
        var command = new Command("bind", "Hands a PCI function to vfio-pci, so that it can be opened.") { address, driver };
        command.SetAction(parsed => Set(parsed.GetValue(address)!, binding => Check(parsed.GetValue(driver)) ?? binding.RequiredDriver));
        return command;
    }

    internal static Command CreateUnbind()
    {
        Argument<string> address = CreateAddress();
        var command = new Command("unbind", "Takes a PCI function from its driver and leaves it without one.") { address };
        command.SetAction(parsed => Set(parsed.GetValue(address)!, _ => null));
        return command;
    }

    private static Argument<string> CreateAddress() => new("address")
    {
        Description = "The function's address, such as 0000:00:04.0 or 00:04.0.",
        Validators = { ExitStatus.RefuseOptions },
    };

    /// <summary>A name that can be a driver's: wrong usage if not, before anything is asked of the system.</summary>
    private static string? Check(string? driver) => driver is null || (driver.Length > 0 && driver.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        ? driver
        : throw new FormatException($"'{driver}' is no driver's name; a name is made of letters, digits, '_' and '-', such as vfio-pci.");

    private static int Set(string address, Func<IDriverBinding, string?> choose)
    {
        string place = PciAddress.Parse(address).ToString();
        using IHost host = HostNames.Machine();
        IDriverBinding binding = host.Binding!;
        string? driver = choose(binding);
        string? before = binding.GetDriver(place);
        binding.SetDriver(place, driver);
        Console.WriteLine($"{place}: {before ?? "no driver"} -> {binding.GetDriver(place) ?? "no driver"}");
        return ExitStatus.Success;
    }
}
