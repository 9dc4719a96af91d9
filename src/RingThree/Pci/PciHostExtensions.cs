using RingThree.Devices;
using RingThree.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Pci;

/// <summary>Opening PCI functions on any host.</summary>
public static class PciHostExtensions
{
    /// <summary>Opens the only function with this id.</summary>
    /// <param name="host">The host.</param>
    /// <param name="id">Vendor and device id.</param>
    /// <param name="options">How to open it; <see langword="null"/> for the defaults.</param>
    /// <exception cref="DeviceException">None or several have that id, or it could not be opened.</exception>
    public static PciDevice Open(this IHost host, PciId id, DeviceOpenOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        string address;
        try
        {
            address = host.Find(id).Address;
        }
        catch (DeviceException error)
        {
            RingThreeEvents.Log.DeviceOpenFailed(id.ToString(), host.Name, error.Status.ToString(), RingThreeEvents.Reason(host.Name, error));
            throw;
        }

        return host.Open(address, options);
    }

    /// <summary>The only function with this id, without opening it.</summary>
    /// <param name="host">The host.</param>
    /// <param name="id">Vendor and device id.</param>
    /// <exception cref="DeviceException">None or several have that id.</exception>
    public static DeviceDescription Find(this IHost host, PciId id)
    {
        ArgumentNullException.ThrowIfNull(host);
        IReadOnlyList<DeviceDescription> all = host.Scan();
        DeviceDescription[] found = [.. all.Where(d => d.VendorId == id.Vendor && d.DeviceId == id.Device)];
        if (found.Length == 1) return found[0];
        if (found.Length == 0)
        {
            throw new DeviceException(DeviceStatus.NotFound, host.Name, $"looking for a device {id}",
                "there is none", DescribeAll([.. all.OrderByDescending(d => d.VendorId == id.Vendor)]));
        }

        throw new DeviceException(DeviceStatus.InvalidArgument, host.Name, $"looking for the device {id}",
            $"there are {found.Length}: {string.Join(", ", found.Select(d => d.Address))}", "Open one of them by its address.");
    }

    private static string DescribeAll(IReadOnlyList<DeviceDescription> all)
    {
        const int most = 8;
        if (all.Count == 0) return "The host has no devices at all.";
        return $"There are {string.Join(", ", all.Take(most).Select(d => $"{d.Address} ({d.VendorId:x4}:{d.DeviceId:x4})"))}{(all.Count > most ? $" and {all.Count - most} more." : ".")}";
    }

    /// <summary>Opens a function by its address on this host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="address">The address, as <see cref="DeviceDescription.Address"/> spells it.</param>
    /// <param name="options">How to open it; <see langword="null"/> for the defaults.</param>
    /// <exception cref="DeviceException">It is absent, in use, bound to another driver, or the host lacks what it needs.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The options hold a time that cannot be waited for.</exception>
    public static PciDevice Open(this IHost host, string address, DeviceOpenOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentException.ThrowIfNullOrEmpty(address);
        options ??= DeviceOpenOptions.Default;
        options.Check(nameof(options));
        return OpenEvents.Open(host, address, () =>
        {
            IHostedDevice hosted = host.OpenDevice(address, options.Host);
            PciDevice device;
            try
            {
                device = new PciDevice(hosted, options);
            }
            catch
            {
                hosted.Dispose();
                throw;
            }

            device.EndWith(host);
            return device;
        });
    }
}
