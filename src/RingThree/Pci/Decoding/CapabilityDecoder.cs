namespace RingThree.Pci.Decoding;

/// <summary>Names every capability and decodes the fields of those that have a decoder.</summary>
internal static class CapabilityDecoder
{
    private const int ConventionalEnd = 0x100;
    private const int ExtendedEnd = 0x1000;

    private static readonly Dictionary<ushort, (string Name, Fill? Fill)> Standard = new()
    {
        [0x00] = ("Null", null),
        [0x01] = ("Power Management", PowerCapability.Decode),
        [0x02] = ("AGP", ConventionalCapabilities.Agp),
        [0x03] = ("Vital Product Data", ConventionalCapabilities.VitalProductData),
        [0x04] = ("Slot Identification", ConventionalCapabilities.SlotIdentification),
        [0x05] = ("MSI", MessageCapabilities.Msi),
        [0x06] = ("CompactPCI Hot Swap", null),
        [0x07] = ("PCI-X", PciXCapability.Decode),
        [0x08] = ("HyperTransport", HyperTransportCapability.Decode),
        [0x09] = ("Vendor Specific", ConventionalCapabilities.VendorSpecific),
        [0x0A] = ("Debug Port", ConventionalCapabilities.DebugPort),
        [0x0B] = ("CompactPCI Resource Control", null),
        [0x0C] = ("PCI Hot-Plug", null),
        [0x0D] = ("Bridge Subsystem", ConventionalCapabilities.BridgeSubsystem),
        [0x0E] = ("AGP 8x", ConventionalCapabilities.Agp),
        [0x0F] = ("Secure Device", null),
        [0x10] = ("PCI Express", ExpressCapability.Decode),
        [0x11] = ("MSI-X", MessageCapabilities.MsiX),
        [0x12] = ("SATA", ConventionalCapabilities.Sata),
        [0x13] = ("Advanced Features", ConventionalCapabilities.AdvancedFeatures),
        [0x14] = ("Enhanced Allocation", EnhancedAllocation.Decode),
        [0x15] = ("Flattening Portal Bridge", null),
    };

    private static readonly Dictionary<ushort, (string Name, Fill? Fill)> Extended = new()
    {
        [0x0000] = ("Null", null),
        [0x0001] = ("Advanced Error Reporting", ErrorCapabilities.AdvancedErrorReporting),
        [0x0002] = ("Virtual Channel", VirtualChannelCapability.Decode),
        [0x0003] = ("Device Serial Number", ExtendedCapabilities.SerialNumber),
        [0x0004] = ("Power Budgeting", null),
        [0x0005] = ("Root Complex Link Declaration", null),
        [0x0006] = ("Root Complex Internal Link Control", null),
        [0x0007] = ("Root Complex Event Collector Association", null),
        [0x0008] = ("Multi-Function Virtual Channel", VirtualChannelCapability.Decode),
        [0x0009] = ("Virtual Channel (with multi-function)", VirtualChannelCapability.Decode),
        [0x000A] = ("Root Complex Register Block", null),
        [0x000B] = ("Vendor Specific", ExtendedCapabilities.VendorSpecific),
        [0x000C] = ("Configuration Access Correlation", null),
        [0x000D] = ("Access Control Services", VirtualizationCapabilities.AccessControl),
        [0x000E] = ("Alternative Routing-ID", VirtualizationCapabilities.AlternativeRouting),
        [0x000F] = ("Address Translation Services", VirtualizationCapabilities.AddressTranslation),
        [0x0010] = ("Single Root I/O Virtualization", SriovCapability.Decode),
        [0x0011] = ("Multi-Root I/O Virtualization", null),
        [0x0012] = ("Multicast", null),
        [0x0013] = ("Page Request Interface", VirtualizationCapabilities.PageRequest),
        [0x0014] = ("Reserved for AMD", null),
        [0x0015] = ("Resizable BAR", ExtendedCapabilities.ResizableBar),
        [0x0016] = ("Dynamic Power Allocation", null),
        [0x0017] = ("TLP Processing Hints", ExtendedCapabilities.ProcessingHints),
        [0x0018] = ("Latency Tolerance Reporting", LinkCapabilities.LatencyTolerance),
        [0x0019] = ("Secondary PCI Express", LinkCapabilities.SecondaryExpress),
        [0x001A] = ("Protocol Multiplexing", null),
        [0x001B] = ("Process Address Space ID", VirtualizationCapabilities.ProcessAddressSpace),
        [0x001C] = ("LN Requester", null),
        [0x001D] = ("Downstream Port Containment", ErrorCapabilities.PortContainment),
        [0x001E] = ("L1 PM Substates", LinkCapabilities.L1Substates),
        [0x001F] = ("Precision Time Measurement", LinkCapabilities.PrecisionTime),
        [0x0020] = ("M-PCIe", null),
        [0x0021] = ("FRS Queueing", null),
        [0x0022] = ("Readiness Time Reporting", null),
        [0x0023] = ("Designated Vendor Specific", ExtendedCapabilities.DesignatedVendorSpecific),
        [0x0024] = ("VF Resizable BAR", ExtendedCapabilities.ResizableBar),
        [0x0025] = ("Data Link Feature", LinkCapabilities.DataLinkFeature),
        [0x0026] = ("Physical Layer 16 GT/s", LinkCapabilities.PhysicalLayer16),
        [0x0027] = ("Lane Margining at the Receiver", LinkCapabilities.LaneMargining),
        [0x0028] = ("Hierarchy ID", null),
        [0x0029] = ("Native PCIe Enclosure Management", null),
        [0x002A] = ("Physical Layer 32 GT/s", null),
        [0x002B] = ("Alternate Protocol", null),
        [0x002C] = ("System Firmware Intermediary", null),
        [0x002D] = ("Shadow Functions", null),
        [0x002E] = ("Data Object Exchange", null),
        [0x002F] = ("Device 3", null),
        [0x0030] = ("Integrity and Data Encryption", null),
        [0x0031] = ("Physical Layer 64 GT/s", null),
        [0x0032] = ("Flit Logging", null),
        [0x0033] = ("Flit Performance Measurement", null),
        [0x0034] = ("Flit Error Injection", null),
    };

    /// <summary>Adds a capability's fields.</summary>
    /// <param name="reader">Its registers, by offset from its start.</param>
    /// <param name="fields">Takes the fields.</param>
    /// <param name="port">The function's PCI Express port type, or <see langword="null"/> without that capability.</param>
    internal delegate void Fill(CapabilityReader reader, FieldList fields, int? port);

    internal static string NameOf(ushort id, bool isExtended) =>
        (isExtended ? Extended : Standard).GetValueOrDefault(id).Name ?? $"unknown ({id.ToString(isExtended ? "x4" : "x2", null)}h)";

    internal static PciCapabilityDescription Decode(PciCapability capability, byte[] image, int? port, List<string> problems)
    {
        Fill? fill = (capability.IsExtended ? Extended : Standard).GetValueOrDefault(capability.Id).Fill;
        string name = NameOf(capability.Id, capability.IsExtended);
        var fields = new FieldList();
        var reader = new CapabilityReader(image, capability.Offset, capability.IsExtended ? ExtendedEnd : ConventionalEnd);
        fill?.Invoke(reader, fields, port);
        if (reader.Lack is { } lack) problems.Add($"The capability {name} at {capability.Offset:x2}h is not known in full: {lack}.");
        return new PciCapabilityDescription(capability, name, fields.Fields);
    }
}
