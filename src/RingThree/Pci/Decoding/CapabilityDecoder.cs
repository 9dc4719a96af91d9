namespace RingThree.Pci.Decoding;

/// <summary>Names every capability, decodes the fields of those that have a layout, and shows the registers of the others.</summary>
internal static class CapabilityDecoder
{
    private const int ConventionalEnd = 0x100;
    private const int ExtendedEnd = 0x1000;

    /// <summary>PCI Code and ID Assignment 1.16, chapter 2.</summary>
    private static readonly Dictionary<ushort, (string Name, Layout? Layout)> Standard = new()
    {
        [0x00] = ("Null", null),
        [0x01] = ("Power Management", PowerCapabilities.Management),
        [0x02] = ("AGP", ConventionalCapabilities.Agp),
        [0x03] = ("Vital Product Data", ConventionalCapabilities.VitalProductData),
        [0x04] = ("Slot Identification", ConventionalCapabilities.SlotIdentification),
        [0x05] = ("MSI", MessageCapabilities.Msi),
        [0x06] = ("CompactPCI Hot Swap", ConventionalCapabilities.HotSwap),
        [0x07] = ("PCI-X", PciXCapability.Layout),
        [0x08] = ("HyperTransport", HyperTransportCapability.Layout),
        [0x09] = ("Vendor Specific", VendorCapabilities.Standard),
        [0x0A] = ("Debug Port", ConventionalCapabilities.DebugPort),
        [0x0B] = ("CompactPCI Resource Control", null),
        [0x0C] = ("PCI Hot-Plug", ConventionalCapabilities.HotPlug),
        [0x0D] = ("Bridge Subsystem", ConventionalCapabilities.BridgeSubsystem),
        [0x0E] = ("AGP 8x", ConventionalCapabilities.Agp),
        [0x0F] = ("Secure Device", ConventionalCapabilities.SecureDevice),
        [0x10] = ("PCI Express", ExpressCapability.Layout),
        [0x11] = ("MSI-X", MessageCapabilities.MsiX),
        [0x12] = ("SATA", ConventionalCapabilities.Sata),
        [0x13] = ("Advanced Features", ConventionalCapabilities.AdvancedFeatures),
        [0x14] = ("Enhanced Allocation", EnhancedAllocation.Layout),
        [0x15] = ("Flattening Portal Bridge", FlatteningPortal.Layout),
    };

    /// <summary>PCI Code and ID Assignment 1.16, chapter 3.</summary>
    private static readonly Dictionary<ushort, (string Name, Layout? Layout)> Extended = new()
    {
        [0x0000] = ("Null", null),
        [0x0001] = ("Advanced Error Reporting", ErrorCapabilities.AdvancedErrorReporting),
        [0x0002] = ("Virtual Channel", VirtualChannelCapability.Layout),
        [0x0003] = ("Device Serial Number", ExtendedCapabilities.SerialNumber),
        [0x0004] = ("Power Budgeting", PowerCapabilities.Budgeting),
        [0x0005] = ("Root Complex Link Declaration", RootComplexCapabilities.LinkDeclaration),
        [0x0006] = ("Root Complex Internal Link Control", RootComplexCapabilities.InternalLinkControl),
        [0x0007] = ("Root Complex Event Collector Association", RootComplexCapabilities.EventCollectorAssociation),
        [0x0008] = ("Multi-Function Virtual Channel", VirtualChannelCapability.Layout),
        [0x0009] = ("Virtual Channel (with multi-function)", VirtualChannelCapability.Layout),
        [0x000A] = ("Root Complex Register Block", RootComplexCapabilities.RegisterBlock),
        [0x000B] = ("Vendor Specific", VendorCapabilities.Extended),
        [0x000C] = ("Configuration Access Correlation", RootComplexCapabilities.AccessCorrelation),
        [0x000D] = ("Access Control Services", VirtualizationCapabilities.AccessControl),
        [0x000E] = ("Alternative Routing-ID", VirtualizationCapabilities.AlternativeRouting),
        [0x000F] = ("Address Translation Services", VirtualizationCapabilities.AddressTranslation),
        [0x0010] = ("Single Root I/O Virtualization", SriovCapability.Layout),
        [0x0011] = ("Multi-Root I/O Virtualization", null),
        [0x0012] = ("Multicast", ExtendedCapabilities.Multicast),
        [0x0013] = ("Page Request Interface", VirtualizationCapabilities.PageRequest),
        [0x0014] = ("Reserved for AMD", null),
        [0x0015] = ("Resizable BAR", ExtendedCapabilities.ResizableBar),
        [0x0016] = ("Dynamic Power Allocation", PowerCapabilities.DynamicAllocation),
        [0x0017] = ("TLP Processing Hints", ExtendedCapabilities.ProcessingHints),
        [0x0018] = ("Latency Tolerance Reporting", LinkCapabilities.LatencyTolerance),
        [0x0019] = ("Secondary PCI Express", PhysicalLayerCapabilities.SecondaryExpress),
        [0x001A] = ("Protocol Multiplexing", LinkCapabilities.ProtocolMultiplexing),
        [0x001B] = ("Process Address Space ID", VirtualizationCapabilities.ProcessAddressSpace),
        [0x001C] = ("LN Requester", ExtendedCapabilities.LightweightNotification),
        [0x001D] = ("Downstream Port Containment", ErrorCapabilities.PortContainment),
        [0x001E] = ("L1 PM Substates", LinkCapabilities.L1Substates),
        [0x001F] = ("Precision Time Measurement", LinkCapabilities.PrecisionTime),
        [0x0020] = ("M-PCIe", null),
        [0x0021] = ("FRS Queueing", ReadinessCapabilities.FunctionReadiness),
        [0x0022] = ("Readiness Time Reporting", ReadinessCapabilities.TimeReporting),
        [0x0023] = ("Designated Vendor Specific", VendorCapabilities.Designated),
        [0x0024] = ("VF Resizable BAR", ExtendedCapabilities.ResizableBar),
        [0x0025] = ("Data Link Feature", LinkCapabilities.DataLinkFeature),
        [0x0026] = ("Physical Layer 16 GT/s", PhysicalLayerCapabilities.At16),
        [0x0027] = ("Lane Margining at the Receiver", PhysicalLayerCapabilities.LaneMargining),
        [0x0028] = ("Hierarchy ID", ExtendedCapabilities.HierarchyId),
        [0x0029] = ("Native PCIe Enclosure Management", ExtendedCapabilities.EnclosureManagement),
        [0x002A] = ("Physical Layer 32 GT/s", PhysicalLayerCapabilities.At32),
        [0x002B] = ("Alternate Protocol", PhysicalLayerCapabilities.AlternateProtocol),
        [0x002C] = ("System Firmware Intermediary", null),
        [0x002D] = ("Shadow Functions", null),
        [0x002E] = ("Data Object Exchange", ExtendedCapabilities.DataObjectExchange),
        [0x002F] = ("Device 3", ExpressDevice.Third),
        [0x0030] = ("Integrity and Data Encryption", IntegrityCapability.Layout),
        [0x0031] = ("Physical Layer 64 GT/s", PhysicalLayerCapabilities.At64),
        [0x0032] = ("Flit Logging", FlitCapabilities.Logging),
        [0x0033] = ("Flit Performance Measurement", null),
        [0x0034] = ("Flit Error Injection", FlitCapabilities.ErrorInjection),
        [0x0035] = ("Streamlined Virtual Channel", null),
        [0x0036] = ("MMIO Register Block Locator", ExtendedCapabilities.RegisterBlockLocator),
        [0x0037] = ("NOP Flit", null),
        [0x0038] = ("Scalable I/O Virtualization", null),
        [0x0039] = ("Physical Layer 128 GT/s", null),
        [0x003A] = ("Captured Data", null),
    };

    internal static string NameOf(ushort id, bool isExtended) =>
        (isExtended ? Extended : Standard).GetValueOrDefault(id).Name ?? $"unknown ({id.ToString(isExtended ? "x4" : "x2", null)}h)";

    /// <param name="capability">Which.</param>
    /// <param name="places">Where capabilities begin, of both lists, in order: what no layout explains belongs to one up to the next.</param>
    /// <param name="image">The image, as far as it was read.</param>
    /// <param name="function">What registers depend on.</param>
    /// <param name="problems">Takes what is not known.</param>
    internal static PciCapabilityDescription Decode(PciCapability capability, int[] places, byte[] image, FunctionContext function, List<string> problems)
    {
        Layout? layout = (capability.IsExtended ? Extended : Standard).GetValueOrDefault(capability.Id).Layout;
        string name = NameOf(capability.Id, capability.IsExtended);
        var fields = new FieldList();
        int end = capability.IsExtended ? ExtendedEnd : ConventionalEnd;
        int next = Math.Min(image.Length, Array.Find(places, p => p > capability.Offset) is > 0 and int place ? Math.Min(place, end) : end);
        var reader = new CapabilityReader(image, capability.Offset, end, function) { Next = next - capability.Offset };
        int head = capability.IsExtended ? 4 : 2;
        RegisterRow pointer = capability.IsExtended ? Table.Word(0, Table.Elsewhere(19, 0), Table.Elsewhere(31, 22)) : Table.Half(0, Table.Elsewhere(7, 0), Table.Elsewhere(15, 10));
        Row.Decode(reader, [pointer, .. layout?.Invoke(reader) ?? [Table.Rest(head)]], fields, from: head);
        if (reader.Lack is { } lack) problems.Add($"The capability {name} at {capability.Offset:x2}h is not known in full: {lack}.");
        return new PciCapabilityDescription(capability, name, fields.Fields) { Extent = Math.Max(head, reader.End) };
    }
}
