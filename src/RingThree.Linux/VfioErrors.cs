using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>What VFIO answers, in words that help.</summary>
internal static class VfioErrors
{
    internal const string NoIommuAdvice =
        "Switch the IOMMU on in the firmware (VT-d, AMD-Vi), boot Linux with intel_iommu=on (Intel), and check that /sys/kernel/iommu_groups is not empty.";

    /// <summary>A call failed; its errno is this thread's last.</summary>
    internal static DeviceException Failed(string device, string operation, string call, string advice) => Failed(Errno.Last, device, operation, call, advice);

    /// <summary>A call failed with an errno that was kept: making a message may make calls of its own.</summary>
    internal static DeviceException Failed(int error, string device, string operation, string call, string advice)
    {
        DeviceStatus status = error switch
        {
            Errno.EACCES or Errno.EPERM => DeviceStatus.AccessDenied,
            Errno.EBUSY => DeviceStatus.Busy,
            Errno.ENODEV or Errno.ENOENT => DeviceStatus.NotFound,
            Errno.ENOMEM or Errno.ENOSPC => DeviceStatus.NoResources,
            Errno.ENOSYS => DeviceStatus.NotSupported,
            _ => DeviceStatus.IoError,
        };
        return new DeviceException(status, device, operation, $"{call} answered {Errno.Describe(error)}", advice);
    }

    internal static DeviceException NoIommu(string device, string operation = "opening through VFIO") => new(DeviceStatus.NoIommu, device, operation,
        "it is in no isolation group: this machine has no IOMMU, or it is switched off", NoIommuAdvice);

    internal static DeviceException NoInterruptRemapping(string device) => new(DeviceStatus.NoInterruptRemapping, device, "opening through VFIO",
        $"VFIO_SET_IOMMU answered {Errno.Describe(Errno.EPERM)}: the IOMMU does not remap interrupts, so a device could forge them",
        "Switch interrupt remapping on in the firmware (x2APIC/VT-d) and do not boot with intremap=off; on a machine whose devices you trust: modprobe vfio_iommu_type1 allow_unsafe_interrupts=1.");

    internal static DeviceException WrongDriver(string device, string? driver) => new(DeviceStatus.WrongDriver, device, "opening through VFIO",
        driver is null ? "it is bound to no driver, not vfio-pci" : $"it is bound to '{driver}', not vfio-pci", $"Run: ring3 bind {device}");

    internal static DeviceException NotViable(string device, int group)
    {
        string[] members = [.. SysfsPci.Members(group).Select(m => $"{m} ({SysfsPci.DriverOf(m) ?? "no driver"})")];
        string[] foreign = [.. SysfsPci.Members(group).Where(m => m != device && !GivesWay(SysfsPci.DriverOf(m)))];
        return new DeviceException(DeviceStatus.GroupNotViable, device, "opening through VFIO",
            $"isolation group {group} is not viable: the IOMMU cannot tell its functions apart, and one belongs to another driver. Group {group}: {string.Join(", ", members)}",
            foreign.Length == 0 ? "Bind every function of the group to vfio-pci." : "Run: " + string.Join("; ", foreign.Select(f => $"ring3 bind {f}")));
    }

    /// <summary>Drivers that leave a group viable; bridges (pcieport) do too.</summary>
    internal static bool GivesWay(string? driver) => driver is null or "vfio-pci" or "pci-stub" or "pcieport" or "shpchp";
}
