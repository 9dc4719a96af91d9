using RingThree.Hosting;

namespace RingThree.Linux;

/// <summary>The kernel's modules: loaded, forbidden, or not there at all.</summary>
internal static class ModuleChecks
{
    internal const string NotLoaded = "not loaded";
    private static readonly string[] Settings = ["/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d"];

    internal static CheckResult VfioPci(LinuxSystem system)
    {
        const string module = "vfio-pci";
        const string name = "driver " + module;
        if (Directory.Exists($"{system.Bus}/drivers/{module}")) return CheckResult.Ok(name, "loaded");
        if (Forbidding(system, module) is { } option)
            return CheckResult.Failed(DeviceStatus.WrongDriver, name, $"the kernel was booted with '{option}', which keeps it out", $"Boot Linux without that. {system.Rights.Run("modprobe " + module)}");
        if (InsteadOf(system, module) is { } setting)
            return CheckResult.Failed(DeviceStatus.WrongDriver, name, $"{setting}, so modprobe does not load it", $"Remove that line. {system.Rights.Run("modprobe " + module)}");
        string release = system.Release ?? "";
        string folder = $"/lib/modules/{release}";
        if (!system.Rights.IsConfined && release.Length > 0 && system.List("/lib/modules").Length > 0)
        {
            if (!system.Exists(folder))
                return CheckResult.Failed(DeviceStatus.WrongDriver, name, $"the modules of the running kernel ({release}) are missing: the kernel was updated since the machine was started", "Restart the machine.");
            if (system.Read(folder + "/modules.dep") is { Length: > 0 } modules && !(modules + system.Read(folder + "/modules.builtin")).Contains($"/{module}.ko", StringComparison.Ordinal))
            {
                return CheckResult.Failed(DeviceStatus.WrongDriver, name, $"this kernel ({release}) does not include it",
                    "Install the rest of its modules (Ubuntu: linux-modules-extra-" + release + "; cloud kernels leave it out), or a kernel with CONFIG_VFIO_PCI.");
            }
        }

        return CheckResult.Failed(DeviceStatus.WrongDriver, name, NotLoaded, system.Rights.Run("modprobe " + module));
    }

    /// <summary>The boot option that forbids a module or one that it needs. <c>modprobe.blacklist</c> and <c>blacklist</c> lines keep it only from being loaded by itself.</summary>
    private static string? Forbidding(LinuxSystem system, string module)
    {
        const string option = "module_blacklist=";
        string? set = system.Read("/proc/cmdline")?.Split((char[]?)null).LastOrDefault(o => o.StartsWith(option, StringComparison.Ordinal));
        return set?[option.Length..].Split(',').Any(m => Same(m, module) || Same(m, "vfio") || Same(m, "vfio_pci_core") || Same(m, "vfio_iommu_type1")) == true ? set : null;
    }

    /// <summary>The <c>install</c> line that makes modprobe run something else.</summary>
    private static string? InsteadOf(LinuxSystem system, string module)
    {
        foreach (string folder in Settings)
        {
            foreach (string file in system.List(folder).Where(f => f.EndsWith(".conf", StringComparison.Ordinal)))
            {
                foreach (string line in system.Read($"{folder}/{file}")?.Split('\n') ?? [])
                {
                    if (line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is ["install", var named, _, ..] && Same(named, module)) return $"{folder}/{file} has '{line.Trim()}'";
                }
            }
        }

        return null;
    }

    private static bool Same(string name, string module) => name.Replace('-', '_') == module.Replace('-', '_');
}
