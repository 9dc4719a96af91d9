using System.CommandLine;
using RingThree.DefaultHosts;
using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;

namespace RingThree.Cli;

/// <summary><c>ring3 bind</c> and <c>ring3 unbind</c>: hand a function to the driver that lets RingThree open it, and back.</summary>
internal static class BindCommand
{
    private const uint BridgeClass = 0x06;

    internal static Command CreateBind()
    {
        Argument<string> address = CreateAddress();
        var driver = new Option<string?>("--driver") { Description = "Another driver than the one RingThree needs." };
        var group = new Option<bool>("--group") { Description = "Every function of its isolation group that must give way: the kernel opens none while a driver of its own has another. Bridges to other buses give way as they are." };
        Option<bool> force = CreateForce();
        Option<bool> json = CreateJson();
        var persist = new Option<bool>("--persist") { Description = "Also after every reboot, by a udev rule for this card in this place. 'unbind --persist' ends it." };
        var command = new Command("bind", """
            Hands a PCI function to vfio-pci.

            Then it can be opened. 'unbind' gives it back to the driver it had.

            Example: ring3 bind 0000:03:00.0 --group
                     ring3 bind 0000:03:00.0 --persist
            """) { address, driver, group, force, persist, json };
        command.SetAction(parsed => Bind(PciAddress.Parse(parsed.GetValue(address)!), Check(parsed.GetValue(driver)), parsed.GetValue(group), parsed.GetValue(force), parsed.GetValue(persist), parsed.GetValue(json)));
        return command;
    }

    internal static Command CreateUnbind()
    {
        Argument<string> address = CreateAddress();
        var group = new Option<bool>("--group") { Description = "Every function of its isolation group that 'bind' has handed over." };
        Option<bool> force = CreateForce();
        Option<bool> json = CreateJson();
        var persist = new Option<bool>("--persist") { Description = "Also ends what 'bind --persist' keeps over reboots." };
        var command = new Command("unbind", """
            Gives a PCI function back to its driver.

            That is the one it had before 'bind', also if that was before a crash. A function that was not bound by ring3 is taken
            from its driver and left without one.

            Example: ring3 unbind 0000:03:00.0
            """) { address, group, force, persist, json };
        command.SetAction(parsed => Unbind(PciAddress.Parse(parsed.GetValue(address)!), parsed.GetValue(group), parsed.GetValue(force), parsed.GetValue(persist), parsed.GetValue(json)));
        return command;
    }

    private static Argument<string> CreateAddress() => new("address")
    {
        Description = "The function's address, such as 0000:00:04.0 or 00:04.0.",
        Validators = { ExitStatus.RefuseOptions },
    };

    private static Option<bool> CreateForce() => new("--force") { Description = "Also a disk that is mounted, or a network port that is up." };

    private static Option<bool> CreateJson() => new("--json") { Description = "One JSON object: each function with the driver it had and the one it has." };

    /// <summary>A name that can be a driver's: wrong usage if not, before anything is asked of the system.</summary>
    private static string? Check(string? driver) => driver is null || (driver.Length > 0 && driver.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
        ? driver
        : throw new FormatException($"'{driver}' is no driver's name; a name is made of letters, digits, '_' and '-', such as vfio-pci.");

    private static int Bind(PciAddress address, string? driver, bool wholeGroup, bool force, bool persist, bool json)
    {
        using IHost host = HostNames.Machine();
        driver ??= host.Binding!.RequiredDriver;
        var history = new BindingHistory();
        DeviceDescription[] foreign = [.. Neighbours(host, address).Where(d => !GivesWay(host, d))];
        PciAddress[] all = wholeGroup ? [address, .. foreign.Select(d => PciAddress.Parse(d.Address))] : [address];
        // All before the first is touched.
        foreach (PciAddress place in all)
        {
            history.Check(place, driver);
            if (!force) RefuseInUse(place);
        }

        BindingChange.Make(host, all, place => history.Bind(place, driver), json);
        if (persist) Persist(host, all, driver);
        string[] left = wholeGroup ? [] : [.. foreign.Where(d => IsForeign(d.Driver)).Select(d => $"{d.Address} ('{d.Driver}')")];
        if (left.Length > 0)
            Console.Error.WriteLine($"ring3: {address} shares its isolation group with {string.Join(", ", left)} and cannot be opened beside them: ring3 bind {address} --group");
        return ExitStatus.Success;
    }

    private static int Unbind(PciAddress address, bool wholeGroup, bool force, bool persist, bool json)
    {
        using IHost host = HostNames.Machine();
        var history = new BindingHistory();
        PciAddress[] all = wholeGroup ? [address, .. Neighbours(host, address).Select(d => PciAddress.Parse(d.Address)).Where(history.IsBound)] : [address];
        if (!force)
        {
            foreach (PciAddress place in all) RefuseInUse(place);
        }

        var kept = new PersistentBindings();
        // First: the card may be absent, and its rule is to go all the same.
        var forgotten = new HashSet<PciAddress>();
        foreach (PciAddress place in persist ? all : [])
        {
            if (!kept.Forget(place)) continue;
            forgotten.Add(place);
            Console.Error.WriteLine($"ring3: {kept.PathOf(place)} has been removed: from the next boot on {place} has its own driver.");
        }

        BindingChange.Make(host, all, place => history.GiveBack(place, letKernelChoose: forgotten.Contains(place)), json);
        foreach (PciAddress place in all)
        {
            if (File.Exists(kept.PathOf(place))) Console.Error.WriteLine($"ring3: at the next boot {place} is bound again, by {kept.PathOf(place)}. To end that: ring3 unbind {place} --persist");
        }

        return ExitStatus.Success;
    }

    private static void Persist(IHost host, PciAddress[] functions, string driver)
    {
        var kept = new PersistentBindings();
        var devices = host.Scan().ToDictionary(d => d.Address);
        foreach (PciAddress place in functions)
        {
            if (!devices.TryGetValue(place.ToString(), out DeviceDescription? device)) continue; // gone since it was bound
            kept.Keep(device, driver);
            Console.Error.WriteLine($"ring3: {kept.PathOf(place)} binds {place} to {driver} at every boot.");
        }
    }

    /// <summary>The other functions of its isolation group.</summary>
    private static DeviceDescription[] Neighbours(IHost host, PciAddress address)
    {
        IReadOnlyList<DeviceDescription> all = host.Scan();
        int? group = all.FirstOrDefault(d => d.Address == address.ToString())?.IsolationGroup;
        return group is null ? [] : [.. all.Where(d => d.IsolationGroup == group && d.Address != address.ToString())];
    }

    /// <summary>
    /// Whether a function need not be taken: a bridge between buses gives way whatever driver has it; others of that class (to
    /// ISA, to the processors) as long as none has them.
    /// </summary>
    private static bool GivesWay(IHost host, DeviceDescription device)
    {
        const int headerType = 0x0E; // 1 and 2 are bridges' (PCI Local Bus 3.0, 6.2.1)
        bool isBridge = host.PeekConfiguration(device.Address) is { Length: > headerType } header && (header.Span[headerType] & 0x7F) is 1 or 2;
        return isBridge || (device.ClassCode >> 16 == BridgeClass && !IsForeign(device.Driver));
    }

    /// <summary>Whether a driver keeps the other functions of the group from being opened.</summary>
    private static bool IsForeign(string? driver) => driver is not (null or "pci-stub" or "pcieport") && !driver.Contains("vfio", StringComparison.Ordinal);

    internal static void RefuseInUse(PciAddress address)
    {
        IReadOnlyList<string> uses = DeviceUse.Of(address);
        if (uses.Count == 0) return;
        throw new DeviceException(DeviceStatus.Busy, address.ToString(), "taking it from its driver", string.Join("; ", uses),
            "Unmount it or take it down first (umount, swapoff, ip link set PORT down); --force does it all the same.");
    }
}
