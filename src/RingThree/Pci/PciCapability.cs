namespace RingThree.Pci;

/// <summary>Capability ids in the first 256 bytes (PCI Code and ID Assignment Specification, chapter 2).</summary>
public enum PciCapabilityId : ushort
{
    /// <summary>Power management.</summary>
    PowerManagement = 0x01,

    /// <summary>Vital product data.</summary>
    VitalProductData = 0x03,

    /// <summary>Message-signalled interrupts.</summary>
    Msi = 0x05,

    /// <summary>PCI-X.</summary>
    PciX = 0x07,

    /// <summary>Vendor specific.</summary>
    VendorSpecific = 0x09,

    /// <summary>Subsystem id of a bridge.</summary>
    BridgeSubsystem = 0x0D,

    /// <summary>PCI Express.</summary>
    Express = 0x10,

    /// <summary>Message-signalled interrupts with a table.</summary>
    MsiX = 0x11,

    /// <summary>SATA configuration.</summary>
    Sata = 0x12,

    /// <summary>Advanced features of a conventional function.</summary>
    AdvancedFeatures = 0x13,
}

/// <summary>Extended capability ids, from 100h up (PCI Code and ID Assignment Specification, chapter 3).</summary>
public enum PciExtendedCapabilityId : ushort
{
    /// <summary>Advanced error reporting.</summary>
    AdvancedErrorReporting = 0x0001,

    /// <summary>Device serial number.</summary>
    DeviceSerialNumber = 0x0003,

    /// <summary>Vendor specific.</summary>
    VendorSpecific = 0x000B,

    /// <summary>Access control services.</summary>
    AccessControl = 0x000D,

    /// <summary>Alternative routing-id interpretation.</summary>
    AlternativeRoutingId = 0x000E,

    /// <summary>Single-root I/O virtualization.</summary>
    SingleRootIoVirtualization = 0x0010,

    /// <summary>Resizable BAR.</summary>
    ResizableBar = 0x0015,
}

/// <summary>A capability of a function.</summary>
/// <param name="Id">Its id: a <see cref="PciCapabilityId"/>, or a <see cref="PciExtendedCapabilityId"/> when extended.</param>
/// <param name="Offset">Where it starts in configuration space.</param>
/// <param name="IsExtended">Whether it is in the extended list, from 100h up.</param>
/// <param name="Version">Version of an extended capability, 0 otherwise.</param>
public readonly record struct PciCapability(ushort Id, ushort Offset, bool IsExtended, byte Version)
{
    /// <summary>The name, as far as known here, with the offset.</summary>
    public override string ToString() =>
        (IsExtended ? $"{(PciExtendedCapabilityId)Id} v{Version}" : $"{(PciCapabilityId)Id}") + $" at 0x{Offset:x}";
}
