using System.Globalization;
using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>VFIO's files below /dev: whether they are there, whether this process may open them, who has them.</summary>
internal static class NodeChecks
{
    internal const string Container = "/dev/vfio/vfio";

    internal static string OfGroup(int number) => string.Create(CultureInfo.InvariantCulture, $"/dev/vfio/{number}");

    /// <summary>What opening VFIO's own file meets, or has met.</summary>
    /// <param name="system">The machine.</param>
    /// <param name="error">The errno of opening it.</param>
    /// <param name="group">The group that is to be opened, for advice.</param>
    internal static CheckResult OfContainer(LinuxSystem system, int error, int? group)
    {
        const string name = "VFIO container";
        if (error is Errno.ENOENT or Errno.ENXIO or Errno.ENODEV && !system.Exists("/sys/class/misc/vfio"))
        {
            if (system.Exists("/sys/module/vfio") && system.Exists("/dev/iommu"))
                return CheckResult.Failed(DeviceStatus.NotSupported, name, "the kernel has VFIO by iommufd alone, which RingThree does not support", "Use a kernel with CONFIG_VFIO_CONTAINER or CONFIG_IOMMUFD_VFIO_CONTAINER.");
            if (!system.Exists("/sys/module/vfio"))
                return CheckResult.Failed(DeviceStatus.NotFound, name, $"{Container} does not exist, as VFIO is not loaded", ModuleChecks.VfioPci(system) is { State: CheckState.Failed, Remedy: var remedy } ? remedy : system.Rights.Run("modprobe vfio-pci"));
        }

        return Of(system, name, Container, error, group, "/sys/class/misc/vfio/dev", $"chmod 0666 {Container} (it gives no device away)");
    }

    /// <summary>What opening a group's file meets, or has met.</summary>
    /// <param name="system">The machine.</param>
    /// <param name="error">The errno of opening it.</param>
    /// <param name="number">The group.</param>
    /// <param name="place">The function it is opened for.</param>
    internal static CheckResult OfGroup(LinuxSystem system, int error, int number, string place)
    {
        const string name = "permission";
        string node = OfGroup(number);
        if (error == Errno.EBUSY) return InUse(system, number, place) is { State: CheckState.Failed } held ? held : Taken(system, node, null);
        if (error == Errno.ENOENT && !FunctionChecks.IsVfio(SysfsPci.DriverOf(place, system.Bus)))
            return CheckResult.Failed(DeviceStatus.WrongDriver, name, $"{node} does not exist", $"It comes with the binding. {system.Rights.Run($"ring3 bind {place}")}");
        return Of(system, name, node, error, number, $"/sys/class/vfio/{number}/dev", $"chown $USER {node} (for good: ring3 doctor --rules $USER)");
    }

    /// <summary>Which process has the group, as far as this one may see: by the group's file, or by a function's own (iommufd).</summary>
    internal static CheckResult InUse(LinuxSystem system, int number, string place)
    {
        string node = OfGroup(number);
        string[] nodes = [node, .. SysfsPci.Members(number, system.Root).Append(place).SelectMany(m => system.List($"{SysfsPci.Root}/devices/{m}/vfio-dev")).Select(d => "/dev/vfio/devices/" + d)];
        string self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture); // which shares its own groups among its devices
        foreach (string process in system.List("/proc").Where(p => p.All(char.IsAsciiDigit) && p != self))
        {
            foreach (string descriptor in system.List($"/proc/{process}/fd"))
            {
                if (system.LinkTarget($"/proc/{process}/fd/{descriptor}") is { } target && nodes.Contains(target)) return Taken(system, node, $"process {process} ({system.Read($"/proc/{process}/comm") ?? "of another user"})");
            }
        }

        return CheckResult.Ok("use", "nobody is seen to have it open");
    }

    private static CheckResult Taken(LinuxSystem system, string node, string? holder) => CheckResult.Failed(DeviceStatus.Busy, "use", $"{holder ?? "another process"} has a device of this group open",
        "Another process cannot share a group: close it there." + (holder is null ? $" {system.Rights.Run($"fuser -v {node}")}" : ""));

    private static CheckResult Of(LinuxSystem system, string name, string node, int error, int? group, string number, string permit)
    {
        ProcessRights rights = system.Rights;
        string nodes = group is { } g ? $"--device {Container} --device {OfGroup(g)}" : $"--device {Container} --device /dev/vfio/GROUP";
        string handIn = $"Pass both nodes when the container is started: {nodes}";
        switch (error)
        {
            case 0:
                return CheckResult.Ok(name, $"{node} may be opened");
            case Errno.ENOENT when rights.Container is not null:
                return CheckResult.Failed(DeviceStatus.NotFound, name, $"{node} is not in {rights.Place}, though the kernel has it", handIn + ".");
            case Errno.ENOENT:
                string made = system.Read(number)?.Replace(':', ' ') is { } numbers ? $" Elsewhere: {rights.Run($"mkdir -p /dev/vfio; mknod -m 600 {node} c {numbers}")}" : " Elsewhere mount a devtmpfs on /dev.";
                return CheckResult.Failed(DeviceStatus.NotFound, name, $"{node} does not exist, though the kernel has it: as in a container, or where /dev is not a devtmpfs", $"{handIn}.{made}");
            case Errno.ENXIO or Errno.ENODEV:
                return CheckResult.Failed(DeviceStatus.NotFound, name, $"{node} is left over from an earlier binding: the kernel no longer has that group under this number", $"Bind the card first. {handIn}.");
            case Errno.EPERM:
                return CheckResult.Failed(DeviceStatus.AccessDenied, name,
                    rights.Service is { } unit && !rights.IsConfined ? $"the device policy of the service {unit} denies {node}" : $"the device cgroup denies {node} to {(rights.Container is not null ? rights.Place : "this process, as in a container that was not given it")}",
                    $"{handIn}{(rights.Container is "docker" or "podman" or null ? "" : " (of Kubernetes: a device plug-in; of LXC: lxc.cgroup2.devices.allow and a mount entry)")}; a service: DeviceAllow={Container} rw, DeviceAllow=char-vfio rw.");
            case Errno.EACCES when rights.User != 0:
                return CheckResult.Failed(DeviceStatus.AccessDenied, name, $"user {rights.User} may not open {node}", rights.IsConfined ? rights.Run(permit.Replace("$USER", rights.User.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)) : rights.Run(permit));
            case Errno.EACCES when !rights.IsInitialNamespace:
                return CheckResult.Failed(DeviceStatus.AccessDenied, name, $"root of a user namespace (a rootless container) may not open {node}: outside it is another user",
                    $"On the host give the node to the user who starts it: chown USER {node}, or ring3 doctor --rules USER; or start it as root.");
            case Errno.EACCES when !rights.Has(ProcessRights.OverrideAccess):
                return CheckResult.Failed(DeviceStatus.AccessDenied, name, $"{node} belongs to another user, and this process runs as root without CAP_DAC_OVERRIDE", $"Give it that capability (a container: --cap-add DAC_OVERRIDE), or the node. {rights.Run(permit.Replace("$USER", "root", StringComparison.Ordinal))}");
            case Errno.EACCES:
                return CheckResult.Failed(DeviceStatus.AccessDenied, name, $"{node} is denied even to root, as by a security module (SELinux, AppArmor) or a mount with 'nodev'",
                    "See which: dmesg | grep -i -e avc -e apparmor; grep /dev /proc/self/mountinfo. A container: --security-opt label=disable.");
            default:
                return CheckResult.Failed(VfioErrors.StatusOf(error), name, $"{node} cannot be opened", "See the kernel's log: dmesg | tail");
        }
    }
}
