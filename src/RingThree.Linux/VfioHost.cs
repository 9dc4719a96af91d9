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
    private readonly LinuxSystem _system;
    private readonly HostEnd _end = new("vfio");

    /// <summary>The functions of this machine.</summary>
    public VfioHost()
        : this(new LinuxSystem())
    {
    }

    /// <param name="system">The machine; tests have their own.</param>
    internal VfioHost(LinuxSystem system) => _system = system;

    /// <inheritdoc/>
    public string Name => "vfio";

    /// <inheritdoc/>
    public string Machine => SystemMemoryMap.Machine;

    /// <inheritdoc/>
    public IDriverBinding Binding { get; } = new DriverBinding();

    /// <inheritdoc/>
    public IReadOnlyList<DeviceDescription> Scan() => SysfsPci.Scan(_system.Bus);

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
    /// <remarks>By the kernel's file, which root alone may write.</remarks>
    public void PokeConfiguration(string address, int offset, ReadOnlySpan<byte> data)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!PciAddress.TryParse(address, null, out PciAddress place)) throw DriverBinding.NotThere(address, SysfsConfigurationFile.Writing);
        SysfsConfigurationFile.Write(place, offset, data, _system);
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
        _end.ThrowIfOver($"opening {address}");
        if (PlatformResources.TryParse(address, null, out PlatformResources? resources) && !resources.IsEmpty) return new PlatformCard(resources);
        if (PciAddress.TryParse(address, null, out PciAddress place)) address = place.ToString(); // 00:04.0 is 0000:00:04.0
        return OpenFunction(new FunctionDiagnosis(_system, address), options);
    }

    /// <inheritdoc/>
    public IDisposable WhenDisposed(Action close) => _end.Add(close);

    /// <summary>Closes the devices that are open; their registers read all ones from then on. None can be opened afterwards. Idempotent.</summary>
    public void Dispose() => _end.Begin();

    private VfioDevice OpenFunction(FunctionDiagnosis diagnosis, OpenOptions options)
    {
        string address = diagnosis.Place;
        DeviceDescription device = SysfsPci.Describe(address, _system.Bus) ?? throw SystemChecks.NotThere(_system, address, FunctionDiagnosis.Opening);
        diagnosis.Check();
        VfioContainer? share = options.ShareAddressSpace switch
        {
            null => null,
            VfioAddressSpace space => space.Container,
            _ => throw new DeviceException(DeviceStatus.InvalidArgument, address, "opening in a shared address space",
                "the space is another host's", "Share the space of a device that this host opened."),
        };
        (VfioGroup opened, FileDescriptor descriptor) = VfioGroup.OpenDevice(diagnosis, device.IsolationGroup!.Value, share, options.Token);
        try
        {
            diagnosis.CheckAfterReset();
            return new VfioDevice(device, opened, descriptor, SysfsConfiguration.Describe(_system.Read($"{SysfsPci.Root}/devices/{address}/resource"), SysfsPci.ReadHeader(address, _system.Bus)));
        }
        catch
        {
            opened.Close(address, descriptor);
            throw;
        }
    }
}
