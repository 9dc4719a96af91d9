using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Linux;

/// <summary>Everything that must hold for a driver in user mode, looked up and not tried: checking opens no device and changes nothing.</summary>
public sealed class SystemChecks
{
    private readonly LinuxSystem _system;

    /// <summary>Checks of this machine.</summary>
    public SystemChecks()
        : this(new LinuxSystem())
    {
    }

    /// <param name="system">The machine; tests have their own.</param>
    internal SystemChecks(LinuxSystem system) => _system = system;

    /// <summary>What concerns every device.</summary>
    public IReadOnlyList<CheckResult> OfMachine() =>
    [
        IommuChecks.OfMachine(_system), IommuChecks.Remapping(_system), ModuleChecks.VfioPci(_system),
        NodeChecks.OfContainer(_system, _system.AccessError(NodeChecks.Container), group: null), Lockdown(), ProcessChecks.LockedMemory(_system),
    ];

    /// <summary>What concerns one function, in the order in which opening it meets it; then what concerns every device.</summary>
    /// <exception cref="DeviceException">There is no such function.</exception>
    public IReadOnlyList<CheckResult> OfFunction(PciAddress address)
    {
        string place = address.ToString();
        if (!Directory.Exists(SysfsPci.PathOf(place, _system.Bus))) throw NotThere(_system, place, "checking it");
        IReadOnlyList<CheckResult> own = new FunctionDiagnosis(_system, place).All();
        return [.. own, AfterReboot(address), .. OfMachine().Where(c => own.All(o => o.Name != c.Name))];
    }

    private CheckResult AfterReboot(PciAddress address)
    {
        var kept = new PersistentBindings(_system.Root + PersistentBindings.Folder);
        return CheckResult.Ok("after a reboot", kept.Read().TryGetValue(address, out string? driver)
            ? $"bound to {driver}, by {kept.PathOf(address)}"
            : $"left to the kernel; ring3 bind {address} --persist keeps a binding");
    }

    /// <summary>The kernel shows no such function.</summary>
    internal static DeviceException NotThere(LinuxSystem system, string place, string operation) => Directory.Exists(system.Bus + "/devices")
        ? new(DeviceStatus.NotFound, place, operation, "there is no such function", "Run 'ring3 list' to see what is there.")
        : new(DeviceStatus.NotFound, place, operation, "the kernel shows no PCI bus (/sys/bus/pci)", "Mount sysfs on /sys; a container gets it from its engine.");

    private CheckResult Lockdown()
    {
        const string name = "kernel lockdown";
        return ProcessChecks.Lockdown(_system) is { } level
            ? CheckResult.Ok(name, $"{level}: VFIO works; /dev/mem, ports and MSR do not")
            : CheckResult.Ok(name, _system.Exists("/sys/kernel/security/lockdown") ? "off" : "not in this kernel");
    }
}
