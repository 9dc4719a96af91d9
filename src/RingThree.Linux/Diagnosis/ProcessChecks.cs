using System.Globalization;
using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>What this process may use up: memory that is locked for DMA, descriptors.</summary>
internal static class ProcessChecks
{
    private const long EnoughMemory = 64L << 20;

    internal static CheckResult LockedMemory(LinuxSystem system)
    {
        const string name = "locked memory";
        if (system.Rights.Has(ProcessRights.LockMemory)) return CheckResult.Ok(name, "without limit (CAP_IPC_LOCK)");
        string? limit = Limit(system, "Max locked memory");
        if (limit is null) return CheckResult.Unknown(DeviceStatus.NoResources, name, "the limit cannot be read", "");
        return limit == "unlimited" || (Number(limit) >= EnoughMemory) ? CheckResult.Ok(name, limit) : Exhausted(system, name, limit);
    }

    /// <summary>The kernel refused memory for DMA.</summary>
    internal static CheckResult NoLockedMemory(LinuxSystem system)
    {
        const string name = "locked memory";
        if (!system.Rights.Has(ProcessRights.LockMemory) && Limit(system, "Max locked memory") is { } limit and not "unlimited") return Exhausted(system, name, limit);
        return CheckResult.Failed(DeviceStatus.NoResources, name, "no limit on locked memory applies to this process, so the machine or its control group (memory.max) has run out of memory",
            "Map less, or give the machine or the container more memory.");
    }

    /// <summary>A call was refused for want of a descriptor. Nothing can be looked up now, as that takes one.</summary>
    internal static CheckResult NoDescriptors(int error) => error == Errno.ENFILE
        ? CheckResult.Failed(DeviceStatus.NoResources, "descriptors", "the machine has no more descriptors",
            "Close what is not used, or raise the machine's supply as root: sysctl fs.file-max")
        : CheckResult.Failed(DeviceStatus.NoResources, "descriptors", "this process has as many descriptors open as it may",
            "Dispose devices, sessions and files that are not used, or raise the limit: ulimit -n, of a service LimitNOFILE, of a container --ulimit nofile");

    /// <summary>How far the kernel is locked down, such as <c>integrity</c>; <see langword="null"/> for not at all.</summary>
    internal static string? Lockdown(LinuxSystem system)
    {
        string text = system.Read("/sys/kernel/security/lockdown") ?? "";
        int open = text.IndexOf('[', StringComparison.Ordinal);
        int close = text.IndexOf(']', StringComparison.Ordinal);
        return open >= 0 && close > open && text[(open + 1)..close] is not "none" and var level ? level : null;
    }

    /// <summary>Why the kernel refuses memory or ports by their addresses with EPERM; <see langword="null"/> where its files do not tell.</summary>
    internal static CheckResult? NoRawAccess(LinuxSystem system)
    {
        if (Lockdown(system) is { } level)
            return CheckResult.Failed(DeviceStatus.AccessDenied, "kernel lockdown", $"the kernel is locked down ({level}), and gives nobody access to memory and ports by address", "Switch Secure Boot off, or boot without lockdown=. A PCI card needs neither: VFIO works under lockdown.");
        if (system.Rights.Has(ProcessRights.RawIo)) return null;
        return CheckResult.Failed(DeviceStatus.AccessDenied, "raw access", $"{system.Rights.Place} is without CAP_SYS_RAWIO",
            system.Rights.IsConfined ? "Start the container as root with --cap-add SYS_RAWIO, for memory also --device /dev/mem." : system.Rights.User != 0 ? "Run as root." : "Give it that capability.");
    }

    private static CheckResult Exhausted(LinuxSystem system, string name, string limit)
    {
        ProcessRights rights = system.Rights;
        string why = rights.User != 0 ? "" : rights.IsInitialNamespace
            ? ": it runs as root but without CAP_IPC_LOCK, and only that capability lifts the limit"
            : ": the CAP_IPC_LOCK of a user namespace does not lift the limit";
        string locked = ProcessRights.StatusField(system, "VmLck") is { } now ? $" ({now} are locked)" : "";
        string remedy = rights.IsConfined || rights.User == 0
            ? $"Give it {(rights.IsInitialNamespace ? "CAP_IPC_LOCK, or " : "")}a higher limit: a container {(rights.IsInitialNamespace ? "--cap-add IPC_LOCK or " : "")}--ulimit memlock=-1, a service LimitMEMLOCK=infinity, a shell ulimit -l unlimited."
            : rights.Service is { } service ? $"Give the service {service} LimitMEMLOCK=infinity, or CAP_IPC_LOCK (AmbientCapabilities)."
            : "For good: ring3 doctor --rules $USER, and log in anew. A service takes LimitMEMLOCK=infinity, a container --ulimit memlock=-1.";
        return CheckResult.Failed(DeviceStatus.NoResources, name, $"this process may lock {limit} bytes for DMA{locked}{why}", remedy);
    }

    private static string? Limit(LinuxSystem system, string name) =>
        system.Read("/proc/self/limits")?.Split('\n').FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();

    private static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : 0;
}
