namespace RingThree.Pci.Decoding;

/// <summary>What isolates and translates a function's requests.</summary>
internal static class VirtualizationCapabilities
{
    private static readonly (int Bit, string Word)[] Controls =
    [
        (0, "sourceValidation"), (1, "translationBlocking"), (2, "requestRedirect"), (3, "completionRedirect"), (4, "upstreamForwarding"), (5, "egressControl"), (6, "directTranslated"),
    ];

    /// <summary>Access control services (PCI Express Base 5.0, 7.7.8).</summary>
    internal static void AccessControl(CapabilityReader reader, FieldList fields, int? port)
    {
        Register capable = reader.Half(4);
        fields.Words("capable", capable, Controls).Words("enabled", reader.Half(6), Controls);
        if (capable.Bit(5)) fields.From(capable, r => r.Number("egressVectorBits", 8, 8, n => n == 0 ? 256 : n));
    }

    /// <summary>Alternative routing-id interpretation (PCI Express Base 5.0, 7.8.7).</summary>
    internal static void AlternativeRouting(CapabilityReader reader, FieldList fields, int? port) => fields
        .From(reader.Half(4), r => r.Flag("functionGroupsCapable", 0).Flag("accessControlGroupsCapable", 1).Number("nextFunction", 8, 8))
        .From(reader.Half(6), r => r.Flag("functionGroups", 0).Flag("accessControlGroups", 1).Number("functionGroup", 4, 3));

    /// <summary>Address translation services (Address Translation Services 1.1, 5.1).</summary>
    internal static void AddressTranslation(CapabilityReader reader, FieldList fields, int? port)
    {
        fields.From(reader.Half(6), r => r.Flag("enabled", 15, clear: "disabled").Number("smallestUnitBytes", 0, 5, n => 4096m * (1UL << (int)n)));
        fields.From(reader.Half(4), r => r.Number("queueDepth", 0, 5, n => n == 0 ? 32 : n).Flag("pageAligned", 5).Flag("globalInvalidate", 6).Flag("relaxedOrdering", 7));
    }

    /// <summary>Page request interface (Address Translation Services 1.1, 5.2).</summary>
    internal static void PageRequest(CapabilityReader reader, FieldList fields, int? port)
    {
        fields.From(reader.Half(4), r => r.Flag("enabled", 0, clear: "disabled").Flag("reset", 1));
        fields.Group("status", reader.Half(6), r => r.Flag("responseFailure", 0).Flag("unexpectedGroup", 1).Flag("stopped", 8).Flag("pasidRequired", 15));
        Register capacity = reader.Word(8);
        Register allocation = reader.Word(12);
        if (capacity.IsKnown) fields.Number("capacity", capacity.Value);
        if (allocation.IsKnown) fields.Number("allocation", allocation.Value);
    }

    /// <summary>Process address space ids (PCI Express Base 5.0, 7.8.8).</summary>
    internal static void ProcessAddressSpace(CapabilityReader reader, FieldList fields, int? port) => fields
        .Group("capabilities", reader.Half(4), r => r.Flag("execute", 1).Flag("privileged", 2).Number("widthBits", 8, 5))
        .Group("control", reader.Half(6), r => r.Flag("enabled", 0, clear: "disabled").Flag("execute", 1).Flag("privileged", 2));
}
