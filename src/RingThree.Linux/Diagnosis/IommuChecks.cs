using System.Globalization;
using RingThree.Hosting;

namespace RingThree.Linux;

/// <summary>The IOMMU: whether there is one, why not, and what it and the firmware let a user have.</summary>
internal static class IommuChecks
{
    /// <summary>Whether the machine has isolation groups.</summary>
    internal static CheckResult OfMachine(LinuxSystem system)
    {
        const string name = "IOMMU";
        int count = system.List("/sys/kernel/iommu_groups").Count(g => !IsUnisolated(system, g));
        if (count > 0) return CheckResult.Ok(name, string.Create(CultureInfo.InvariantCulture, $"{count} isolation groups"));
        return None(system, name, "no isolation groups");
    }

    /// <summary>Why a function is in no isolation group; <see langword="null"/> when it is in one.</summary>
    internal static CheckResult? OfFunction(LinuxSystem system, int? group)
    {
        const string name = "isolation group";
        if (group is { } number) return IsUnisolated(system, number.ToString(CultureInfo.InvariantCulture)) ? Unisolated(name) : null;
        if (system.List("/sys/kernel/iommu_groups").Any(g => !IsUnisolated(system, g)))
        {
            return CheckResult.Failed(DeviceStatus.NoIommu, name, "it is in no isolation group, but other functions are: no IOMMU covers its slot",
                system.BootOption("intel_iommu=igfx_off") is { } option ? $"Boot Linux without '{option}'." : "Put the card into another slot, or look in the firmware for a setting of that port (VMD).");
        }

        return None(system, name, "it is in no isolation group");
    }

    /// <summary>Whether a device could send the interrupts of others. The kernel's names of interrupt chips tell: behind remapping they are IR-something (arch/x86/kernel/apic).</summary>
    internal static CheckResult Remapping(LinuxSystem system)
    {
        const string name = "interrupt remapping";
        const string parameter = "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts";
        string? chips = system.Read("/proc/interrupts");
        if (chips?.Contains(" IR-", StringComparison.Ordinal) == true) return CheckResult.Ok(name, "in use");
        if (chips?.Contains(" ITS-", StringComparison.Ordinal) == true) return CheckResult.Ok(name, "in use (GIC ITS)");
        if (system.Read(parameter) is "Y" or "1") return CheckResult.Ok(name, "not in use, and done without (allow_unsafe_interrupts)");
        string? option = system.BootOption("intremap=off", "nointremap");
        string remedy = (option is not null ? $"Boot Linux without '{option}'" : "Switch interrupt remapping on in the firmware (x2APIC, VT-d), or in the virtual machine's definition (intremap=on)")
            + $"; on a machine whose devices you trust, allow it. {system.Rights.Run($"echo 1 > {parameter}")} (for good: boot with vfio_iommu_type1.allow_unsafe_interrupts=1)";
        // Other architectures name their chips otherwise.
        return chips?.Contains("IO-APIC", StringComparison.Ordinal) == true
            ? CheckResult.Failed(DeviceStatus.NoInterruptRemapping, name, "the IOMMU does not remap interrupts, so a device could forge them" + (option is not null ? $": the kernel was booted with '{option}'" : ""), remedy)
            : CheckResult.Unknown(DeviceStatus.NoInterruptRemapping, name, "/proc/interrupts does not tell whether the IOMMU remaps interrupts", remedy);
    }

    /// <summary>Memory that the firmware keeps mapped for the functions of a group (Intel's RMRR, AMD's IVMD, Arm's RMR).</summary>
    internal static CheckResult? Reserved(LinuxSystem system, int group)
    {
        string[] kept = [.. (system.Read($"/sys/kernel/iommu_groups/{group}/reserved_regions")?.Split('\n') ?? [])
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(w => w is [_, _, "direct"]).Select(w => $"{w[0]}-{w[1]}")];
        if (kept.Length == 0) return null;
        const string name = "firmware's memory";
        string found = string.Create(CultureInfo.InvariantCulture,
            $"the firmware reserves memory for this device to reach at any time ({string.Join(", ", kept)}, 'direct' in /sys/kernel/iommu_groups/{group}/reserved_regions), and the kernel does not assign such a device to user space");
        const string remedy = "In the firmware, switch off what uses that memory (on HPE servers 'HP Shared Memory' of the slot; USB legacy support), update the firmware, "
            + "or put the card into another slot. Some patched kernels ignore it (Proxmox: intel_iommu=on,relax_rmrr).";
        // Before 6.5 only Intel's driver refused (drivers/iommu/iommu.c, require_direct).
        return system.List("/sys/class/iommu").Any(i => i.StartsWith("ivhd", StringComparison.Ordinal)) && !IsAtLeast(system.Release, 6, 5)
            ? CheckResult.Unknown(DeviceStatus.NotSupported, name, found, remedy)
            : CheckResult.Failed(DeviceStatus.NotSupported, name, found, remedy);
    }

    private static CheckResult None(LinuxSystem system, string name, string what)
    {
        if (system.Read("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode") is "Y" or "1") return Unisolated(name);
        (string found, string remedy) = WhyNone(system);
        return CheckResult.Failed(DeviceStatus.NoIommu, name, $"{what}: {found}", remedy);
    }

    private static CheckResult Unisolated(string name) => CheckResult.Failed(DeviceStatus.NotSupported, name,
        $"VFIO runs in no-IOMMU mode (vfio.enable_unsafe_noiommu_mode), where a card reaches all of memory; that mode is not supported",
        "Use a machine with an IOMMU: switch it on in the firmware (VT-d, AMD-Vi), boot Linux with intel_iommu=on (Intel), and load vfio without enable_unsafe_noiommu_mode. A virtual machine needs one given to it (QEMU: -device intel-iommu,intremap=on).");

    private static bool IsUnisolated(LinuxSystem system, string group) => system.Read($"/sys/kernel/iommu_groups/{group}/name") == "vfio-noiommu";

    /// <summary>The kernel was told not to use it; or was not told to; or the firmware shows none (its ACPI tables).</summary>
    private static (string Found, string Remedy) WhyNone(LinuxSystem system)
    {
        if (system.BootOption("intel_iommu=off", "amd_iommu=off", "iommu=off") is { } off)
            return ($"the kernel was booted with '{off}'", off.StartsWith("intel", StringComparison.Ordinal) ? "Boot Linux with intel_iommu=on instead." : $"Boot Linux without '{off}'.");
        string[] tables = system.List("/sys/firmware/acpi/tables");
        string processor = system.Read("/proc/cpuinfo") ?? "";
        bool isVirtual = processor.Contains(" hypervisor", StringComparison.Ordinal);
        const string log = "The kernel's log says why: dmesg | grep -i -e iommu -e dmar -e amd-vi -e smmu";
        if (tables.Contains("DMAR"))
        {
            return system.BootOption("intel_iommu=on") is null
                ? ("the firmware reports one (ACPI table DMAR), but the kernel was not told to use it", "Boot Linux with intel_iommu=on.")
                : ("the firmware reports one (ACPI table DMAR), but the kernel does not use it", log);
        }

        if (tables.FirstOrDefault(t => t is "IVRS" or "IORT" or "VIOT") is { } table) return ($"the firmware reports one (ACPI table {table}), but the kernel does not use it", log);
        if (isVirtual) return ("this virtual machine has no IOMMU", "Give it one (QEMU: -device intel-iommu,intremap=on), and boot its Linux with intel_iommu=on.");
        if (tables.Contains("FACP") && processor.Length > 0)
        {
            bool isAmd = processor.Contains("AuthenticAMD", StringComparison.Ordinal);
            return ("the firmware reports none (no ACPI table DMAR or IVRS): it is switched off there, or the machine has none",
                isAmd ? "Switch AMD-Vi (IOMMU) on in the firmware." : "Switch VT-d on in the firmware, and boot Linux with intel_iommu=on.");
        }

        return ("this machine has no IOMMU, or it is switched off",
            "Switch the IOMMU on in the firmware (VT-d, AMD-Vi), boot Linux with intel_iommu=on (Intel), and check that /sys/kernel/iommu_groups is not empty.");
    }

    private static bool IsAtLeast(string? release, int major, int minor)
    {
        string[] parts = release?.Split('.', '-', '+') ?? [];
        return parts.Length < 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first) || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int second)
            || first > major || (first == major && second >= minor);
    }
}
