using RingThree.Memory;

namespace RingThree.Hosting;

/// <summary>
/// Where devices come from: a simulated root complex, the Linux kernel, a socket, a process. Anyone can write one;
/// members with a body answer "not here" and need no code from a host that lacks the ability.
/// </summary>
public interface IHost : IDisposable
{
    /// <summary>A short name that starts this host's device names, such as <c>sim</c> or <c>vfio</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Which machine's addresses this host's are, the same for hosts of one machine: what is claimed at an address is
    /// claimed there (<see cref="Sharing.ResourceClaim.Host"/>).
    /// </summary>
    string Machine => Name;

    /// <summary>The ability to see and change which driver owns a device; <see langword="null"/> where there are no drivers.</summary>
    IDriverBinding? Binding => null;

    /// <summary>The platform's table of logical interrupts; <see langword="null"/> where lines are asked for by their own numbers.</summary>
    ILogicalInterrupts? LogicalInterrupts => null;

    /// <summary>Lists the devices that are there now, in address order. Opens none of them.</summary>
    /// <exception cref="DeviceException">The list could not be read.</exception>
    IReadOnlyList<DeviceDescription> Scan();

    /// <summary>A device's configuration space as it is now, without opening it.</summary>
    /// <param name="address">The device's address as <see cref="DeviceDescription.Address"/> spells it.</param>
    /// <returns>As much of it as this user may see, from its start (64, 256 or 4096 bytes); <see langword="null"/> where there is no such device or this host shows none.</returns>
    ReadOnlyMemory<byte>? PeekConfiguration(string address) => null;

    /// <summary>Writes to a device's configuration space without opening it: one bus access. Whoever has the device does not learn of it.</summary>
    /// <param name="address">The device's address as <see cref="DeviceDescription.Address"/> spells it.</param>
    /// <param name="offset">Bytes from its start, a multiple of the access's width.</param>
    /// <param name="data">1, 2 or 4 bytes, the lowest first.</param>
    /// <exception cref="DeviceException">
    /// There is no such device (<see cref="DeviceStatus.NotFound"/>); that is no access to its configuration space
    /// (<see cref="DeviceStatus.InvalidArgument"/>); this user may not (<see cref="DeviceStatus.AccessDenied"/>); or this host writes none
    /// (<see cref="DeviceStatus.NotSupported"/>).
    /// </exception>
    void PokeConfiguration(string address, int offset, ReadOnlySpan<byte> data) => throw new DeviceException(DeviceStatus.NotSupported, address,
        "writing configuration space", $"host '{Name}' writes that of open devices only", "Open the device, and write through its Config.");

    /// <summary>The sizes and kinds of a device's regions, without opening it.</summary>
    /// <param name="address">The device's address as <see cref="DeviceDescription.Address"/> spells it.</param>
    /// <returns>Its regions as <see cref="IHostedDevice.Regions"/> would have them, parts left out; <see langword="null"/> where there is no such device or this host shows none.</returns>
    IReadOnlyList<RegionDescription>? PeekRegions(string address) => null;

    /// <summary>The machine's physical memory: what is RAM that the system uses, and what is not.</summary>
    /// <returns>The map as it is now; <see langword="null"/> where this host has none to show.</returns>
    /// <exception cref="DeviceException">It cannot be read, or this user may not see it (<see cref="DeviceStatus.AccessDenied"/>).</exception>
    PhysicalMemoryMap? ReadMemoryMap() => null;

    /// <summary>Opens one device for the caller alone (as far as the host can tell).</summary>
    /// <param name="address">The device's address as <see cref="DeviceDescription.Address"/> spells it.</param>
    /// <param name="options">How to open it.</param>
    /// <exception cref="DeviceException">It is absent, in use, bound to another driver, or the host lacks what it needs.</exception>
    IHostedDevice OpenDevice(string address, OpenOptions options);

    /// <summary>Opens a device from descriptors that another process opened and handed over.</summary>
    /// <param name="descriptors">What <see cref="IHostedDevice.Export"/> gave there. Ownership passes to this call.</param>
    /// <exception cref="DeviceException">Not on this host (<see cref="DeviceStatus.NotSupported"/>), or the descriptors do not fit.</exception>
    IHostedDevice OpenDevice(DeviceDescriptors descriptors) =>
        throw new DeviceException(DeviceStatus.NotSupported, descriptors.Address, "opening from descriptors",
            $"host '{Name}' cannot take over another process's descriptors", "Open the device by its address instead.");

    /// <summary>Reports arrivals and departures until the answer is disposed.</summary>
    /// <param name="onChange">Called on a thread of the host's, one change at a time. An exception thrown there changes nothing.</param>
    /// <returns>The registration, or <see langword="null"/> where this host cannot tell.</returns>
    IDisposable? Watch(Action<DeviceChange> onChange) => null;

    /// <summary>
    /// Asks to be called when the host is disposed, before it gives anything back: the library closes the host's open devices then.
    /// A host does it with a <see cref="HostEnd"/>.
    /// </summary>
    /// <param name="close">Called once, on the thread that disposes the host.</param>
    /// <returns>The registration; <see langword="null"/> where disposing the host leaves its devices as they are.</returns>
    /// <exception cref="ObjectDisposedException">The host has been disposed already.</exception>
    IDisposable? WhenDisposed(Action close) => null;
}

/// <summary>How to open a device.</summary>
public sealed record OpenOptions
{
    /// <summary>The defaults: an address space of its own (or its group's).</summary>
    public static OpenOptions Default { get; } = new();

    /// <summary>
    /// An address space to join, so that one mapping serves several devices; <see langword="null"/> for one of its own.
    /// Devices that the hardware cannot tell apart (one IOMMU group) share theirs in any case.
    /// </summary>
    public IAddressSpace? ShareAddressSpace { get; init; }

    /// <summary>A shared secret some hosts ask for (VFIO's <c>vf_token</c>, a UUID); <see langword="null"/> for none.</summary>
    public Guid? Token { get; init; }
}

/// <summary>What happened to a device.</summary>
public enum DeviceChangeKind
{
    /// <summary>It appeared.</summary>
    Arrived,

    /// <summary>It left.</summary>
    Departed,

    /// <summary>Its power state changed.</summary>
    PowerChanged,

    /// <summary>Its driver changed.</summary>
    DriverChanged,
}

/// <summary>One arrival, departure or change.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Device">To which device, as it was last seen.</param>
public readonly record struct DeviceChange(DeviceChangeKind Kind, DeviceDescription Device);

/// <summary>Open descriptors of a device on their way from one process to another.</summary>
/// <param name="Address">The device's address on the host that opened it.</param>
/// <param name="Handles">The descriptors, in the order the host defines (VFIO: device, then container).</param>
public sealed record DeviceDescriptors(string Address, IReadOnlyList<System.Runtime.InteropServices.SafeHandle> Handles);
