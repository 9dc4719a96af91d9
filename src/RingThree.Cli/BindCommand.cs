using System.CommandLine;
using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;

namespace RingThree.Cli;

/// <summary><c>ring3 bind</c> and <c>ring3 unbind</c>: hand a function to the driver that lets RingThree open it, and back.</summary>
internal static class BindCommand
{
    internal static Command CreateBind()
    {
        Argument<string> address = CreateAddress();
        var driver = new Option<string?>("--driver") { Description = "Another driver than the one RingThree needs." };
        var group = new Option<bool>("--group") { Description = "Every function of its isolation group, but for bridges: the kernel opens none while a driver of its own has another." };
        var force = new Option<bool>("--force") { Description = "Also a disk that is mounted, or a network port that is up." };
        var command = new Command("bind", """
            Hands a PCI function to vfio-pci, so that it can be opened. 'unbind' gives it back to the driver it had.

            Example: ring3 bind 0000:03:00.0 --group
            """) { address, driver, group, force };
        command.SetAction(parsed => Bind(PciAddress.Parse(parsed.GetValue(address)!), Check(parsed.GetValue(driver)), parsed.GetValue(group), parsed.GetValue(force)));
        return command;
    }

    internal static Command CreateUnbind()
    {
        Argument<string> address = CreateAddress();
        var force = new Option<bool>("--force") { Description = "Also a disk that is mounted, or a network port that is up." };
        var command = new Command("unbind", """
            Gives a PCI function back to the driver it had before 'bind', also if that was before a crash. One that was not bound
            by ring3 is taken from its driver and left without one.

            Example: ring3 unbind 0000:03:00.0
            """) { address, force };
        command.SetAction(parsed =>
        {
            PciAddress place = PciAddress.Parse(parsed.GetValue(address)!);
            if (!parsed.GetValue(force)) RefuseInUse(place);
            using IHost host = HostNames.Machine();
            Change(host, place, () => new BindingHistory().GiveBack(place));
            return ExitStatus.Success;
        });
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

    private static int Bind(PciAddress address, string? driver, bool wholeGroup, bool force)
    {
        using IHost host = HostNames.Machine();
        driver ??= host.Binding!.RequiredDriver;
        DeviceDescription[] others = Neighbours(host, address);
        PciAddress[] all = wholeGroup ? [address, .. others.Select(d => PciAddress.Parse(d.Address))] : [address];
        if (!force)
        {
            foreach (PciAddress place in all) RefuseInUse(place); // all before the first is touched
        }

        var history = new BindingHistory();
        foreach (PciAddress place in all) Change(host, place, () => history.Bind(place, driver));
        string[] foreign = [.. others.Where(d => d.Driver is not (null or "vfio-pci" or "pci-stub")).Select(d => $"{d.Address} ('{d.Driver}')")];
        if (!wholeGroup && foreign.Length > 0)
            Console.Error.WriteLine($"ring3: {address} shares its isolation group with {string.Join(", ", foreign)} and cannot be opened beside them: ring3 bind {address} --group");
        return ExitStatus.Success;
    }

    /// <summary>The other functions of its group, without bridges, which need no driver to give way.</summary>
    private static DeviceDescription[] Neighbours(IHost host, PciAddress address)
    {
        const uint bridge = 0x06;
        IReadOnlyList<DeviceDescription> all = host.Scan();
        int? group = all.FirstOrDefault(d => d.Address == address.ToString())?.IsolationGroup;
        return group is null ? [] : [.. all.Where(d => d.IsolationGroup == group && d.Address != address.ToString() && d.ClassCode >> 16 != bridge)];
    }

    private static void RefuseInUse(PciAddress address)
    {
        IReadOnlyList<string> uses = DeviceUse.Of(address);
        if (uses.Count == 0) return;
        throw new DeviceException(DeviceStatus.Busy, address.ToString(), "taking it from its driver", string.Join("; ", uses),
            "Unmount it or take it down first (umount, ip link set PORT down); --force does it all the same.");
    }

    private static void Change(IHost host, PciAddress address, Action change)
    {
        string? before = host.Binding!.GetDriver(address.ToString());
        change();
        Console.WriteLine($"{address}: {before ?? "no driver"} -> {host.Binding.GetDriver(address.ToString()) ?? "no driver"}");
    }
}
