namespace RingThree.Hosting;

/// <summary>What is known of a device before it is opened.</summary>
/// <param name="Address">Its address on its host: <c>0000:00:04.0</c> for PCI functions.</param>
/// <param name="VendorId">Vendor id; FFFFh for a card that has none.</param>
/// <param name="DeviceId">Device id.</param>
public sealed record DeviceDescription(string Address, ushort VendorId, ushort DeviceId)
{
    /// <summary>Subsystem vendor id, 0 where not known.</summary>
    public ushort SubsystemVendorId { get; init; }

    /// <summary>Subsystem id, 0 where not known.</summary>
    public ushort SubsystemId { get; init; }

    /// <summary>Class code: base class, sub-class, programming interface, 24 bits (PCI Local Bus 3.0, appendix D).</summary>
    public uint ClassCode { get; init; }

    /// <summary>Revision id.</summary>
    public byte Revision { get; init; }

    /// <summary>A short name a person would use, when the host knows one, such as <c>edu</c>.</summary>
    public string? Name { get; init; }

    /// <summary>The driver that owns it, <see langword="null"/> for none.</summary>
    public string? Driver { get; init; }

    /// <summary>The devices that share its address space and must be owned together, as one number; <see langword="null"/> when isolation is not known.</summary>
    public int? IsolationGroup { get; init; }

    /// <summary>Memory node it is nearest to, <see langword="null"/> where not known.</summary>
    public int? NumaNode { get; init; }
}

/// <summary>Seeing and changing which driver owns a device.</summary>
public interface IDriverBinding
{
    /// <summary>The driver that lets this host open devices, such as <c>vfio-pci</c>.</summary>
    string RequiredDriver { get; }

    /// <summary>The driver that owns the device now, or <see langword="null"/>.</summary>
    string? GetDriver(string address);

    /// <summary>Hands the device to a driver (<see langword="null"/>: to none).</summary>
    /// <exception cref="DeviceException">The host refused; the message says what it answered.</exception>
    void SetDriver(string address, string? driver);
}
