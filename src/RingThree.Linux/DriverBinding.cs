using RingThree.Hosting;

namespace RingThree.Linux;

/// <summary>Which kernel driver owns a function: seen and changed through sysfs.</summary>
internal sealed class DriverBinding : IDriverBinding
{
    public string RequiredDriver => "vfio-pci";

    public string? GetDriver(string address) => SysfsPci.DriverOf(address);

    public void SetDriver(string address, string? driver)
    {
        string device = SysfsPci.PathOf(address);
        string operation = driver is null ? "taking it from its driver" : $"handing it to '{driver}'";
        if (!Directory.Exists(device))
            throw new DeviceException(DeviceStatus.NotFound, address, operation, "there is no such function", "Run 'ring3 scan' to see what is there.");
        if (driver is not null && !Directory.Exists($"{SysfsPci.Root}/drivers/{driver}"))
        {
            throw new DeviceException(DeviceStatus.NotFound, address, operation, $"no driver '{driver}' is loaded",
                $"Load it first: modprobe {driver}");
        }

        string? now = GetDriver(address);
        if (now == driver) return;
        // driver_override makes this one driver match, and no other, whatever their id tables say.
        Write($"{device}/driver_override", driver ?? "\n", address, operation);
        if (now is not null) Write($"{device}/driver/unbind", address, address, operation);
        if (driver is null) return;
        Write($"{SysfsPci.Root}/drivers_probe", address, address, operation);
        if (GetDriver(address) is var got && got != driver)
        {
            throw new DeviceException(SysfsPci.GroupOf(address) is null ? DeviceStatus.NoIommu : DeviceStatus.WrongDriver, address, operation,
                got is null ? "the driver did not take it" : $"'{got}' took it", SysfsPci.GroupOf(address) is null ? VfioErrors.NoIommuAdvice : "See the kernel's log: dmesg | tail");
        }
    }

    private static void Write(string path, string value, string address, string operation)
    {
        try
        {
            File.WriteAllText(path, value);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new DeviceException(DeviceStatus.AccessDenied, address, operation, $"{path}: {error.Message}", "Run it as root: sudo ring3 bind " + address, error);
        }
        catch (IOException error)
        {
            throw new DeviceException(DeviceStatus.IoError, address, operation, $"{path}: {error.Message}", "See the kernel's log: dmesg | tail", error);
        }
    }
}
