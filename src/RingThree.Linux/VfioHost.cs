using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Memory;
using RingThree.Pci;
using RingThree.Platform;

namespace RingThree.Linux;

/// <summary>
/// The PCI functions of this Linux machine, opened through VFIO by container and group. Needs an IOMMU, the vfio-pci
/// driver, and the right to open /dev/vfio (root, or the group's file handed to you). Cards and memory that are defined by
/// hand are opened as by <see cref="PlatformHost"/>.
/// </summary>
public sealed class VfioHost : IHost
{
    /// <inheritdoc/>
    public string Name => "vfio";

    /// <inheritdoc/>
    public string Machine => SystemMemoryMap.Machine;

    /// <inheritdoc/>
    public IDriverBinding Binding { get; } = new DriverBinding();

    /// <inheritdoc/>
    public IReadOnlyList<DeviceDescription> Scan() => SysfsPci.Scan();

    /// <inheritdoc/>
    /// <remarks>Without privilege Linux shows the first 64 bytes.</remarks>
    public ReadOnlyMemory<byte>? PeekConfiguration(string address)
    {
        if (!PciAddress.TryParse(address, null, out PciAddress place)) return null;
        try
        {
            return SysfsConfiguration.Read(place).Image;
        }
        catch (DeviceException)
        {
            return null; // gone meanwhile, or kept to others
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<RegionDescription>? PeekRegions(string address)
    {
        try
        {
            return PciAddress.TryParse(address, null, out PciAddress place) ? SysfsConfiguration.Read(place).Regions : null;
        }
        catch (DeviceException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public PhysicalMemoryMap ReadMemoryMap() => new SystemMemoryMap().Read();

    /// <inheritdoc/>
    /// <remarks>From the kernel's uevents, which say nothing of power states.</remarks>
    public IDisposable Watch(Action<DeviceChange> onChange)
    {
        ArgumentNullException.ThrowIfNull(onChange);
        return new KernelEvents(onChange);
    }

    /// <inheritdoc/>
    public IHostedDevice OpenDevice(string address, OpenOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (PlatformResources.TryParse(address, null, out PlatformResources? resources) && !resources.IsEmpty) return new PlatformCard(resources);
        if (PciAddress.TryParse(address, null, out PciAddress place)) address = place.ToString(); // 00:04.0 is 0000:00:04.0
        DeviceDescription device = SysfsPci.Describe(address)
            ?? throw new DeviceException(DeviceStatus.NotFound, address, "opening through VFIO", "there is no such function", "Run 'ring3 list' to see what is there.");
        if (device.IsolationGroup is not { } group) throw VfioErrors.NoIommu(address);
        // Variant drivers (mlx5_vfio_pci and the like) speak VFIO too.
        if (device.Driver is not { } driver || !driver.Contains("vfio", StringComparison.Ordinal)) throw VfioErrors.WrongDriver(address, device.Driver);
        VfioContainer? share = options.ShareAddressSpace switch
        {
            null => null,
            VfioAddressSpace space => space.Container,
            _ => throw new DeviceException(DeviceStatus.InvalidArgument, address, "opening in a shared address space",
                "the space is another host's", "Share the space of a device that this host opened."),
        };
        (VfioGroup opened, FileDescriptor descriptor) = VfioGroup.OpenDevice(address, group, share, options.Token);
        try
        {
            return new VfioDevice(device, opened, descriptor);
        }
        catch
        {
            opened.Close(address, descriptor);
            throw;
        }
    }

    /// <summary>Does nothing: open devices stay usable, and there is nothing else to give back.</summary>
    public void Dispose()
    {
    }
}
