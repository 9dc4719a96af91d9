namespace RingThree.Pci.Decoding;

/// <summary>Short capabilities of the standard list.</summary>
internal static class ConventionalCapabilities
{
    /// <summary>AGP (AGP 3.0, 5.3): the rates' bits mean 1x, 2x, 4x, or 4x, 8x where bit 3 says AGP 3.0.</summary>
    internal static void Agp(CapabilityReader reader, FieldList fields, int? port)
    {
        fields.From(reader.Byte(2), r => r.Number("major", 4, 4).Number("minor", 0, 4));
        fields.Group("agpStatus", reader.Word(4), r => Rates(r).Number("requestQueue", 24, 8, n => n + 1));
        fields.Group("agpCommand", reader.Word(8), r => Rates(r).Flag("enabled", 8).Number("requestQueue", 24, 8, n => n + 1));

        static RegisterFields Rates(RegisterFields r)
        {
            if (r.Register.Bit(3)) r.List.Words("rates", r.Register, (0, "4x"), (1, "8x"));
            else r.List.Words("rates", r.Register, (0, "1x"), (1, "2x"), (2, "4x"));
            return r.Flag("fastWrite", 4).Flag("above4Gigabytes", 5, "above 4 GiB").Flag("sideBand", 9);
        }
    }

    /// <summary>Vital product data (PCI Local Bus 3.0, appendix I).</summary>
    internal static void VitalProductData(CapabilityReader reader, FieldList fields, int? port)
    {
        fields.From(reader.Half(2), r => r.Hex("vpdAddress", 0, 15).Flag("completed", 15));
        Register data = reader.Word(4);
        if (data.IsKnown) fields.Hex("data", data.Value, 8);
    }

    /// <summary>Slot identification (PCI-to-PCI Bridge 1.2, 13.3).</summary>
    internal static void SlotIdentification(CapabilityReader reader, FieldList fields, int? port) => fields
        .From(reader.Byte(2), r => r.Number("slots", 0, 5).Flag("firstInChassis", 5))
        .From(reader.Byte(3), r => r.Number("chassis", 0, 8));

    /// <summary>Vendor specific (PCI Local Bus 3.0, appendix H): the length, and what is in it.</summary>
    internal static void VendorSpecific(CapabilityReader reader, FieldList fields, int? port)
    {
        Register length = reader.Byte(2);
        if (!length.IsKnown) return;
        fields.Number("lengthBytes", length.Value);
        Content(reader, fields, from: 3, to: (int)length.Value);
    }

    /// <summary>Debug port (EHCI 1.0, appendix C).</summary>
    internal static void DebugPort(CapabilityReader reader, FieldList fields, int? port) =>
        fields.From(reader.Half(2), r =>
        {
            if (r.Register.Bits(13, 3) is > 0 and <= 6 and uint bar) r.List.Number("bar", bar - 1); // 1 is BAR 0
            r.Hex("offset", 0, 13);
        });

    /// <summary>Subsystem of a bridge (PCI-to-PCI Bridge 1.2, 13.2).</summary>
    internal static void BridgeSubsystem(CapabilityReader reader, FieldList fields, int? port) => fields
        .From(reader.Half(4), r => r.Hex("vendorId", 0, 16, 4))
        .From(reader.Half(6), r => r.Hex("subsystemId", 0, 16, 4));

    /// <summary>SATA index and data registers (Serial ATA AHCI 1.3.1, 2.4).</summary>
    internal static void Sata(CapabilityReader reader, FieldList fields, int? port)
    {
        fields.From(reader.Half(2), r => r.Number("major", 4, 4).Number("minor", 0, 4));
        fields.From(reader.Word(4), r =>
        {
            const uint inCapability = 0xF;
            uint place = r.Register.Bits(0, 4);
            if (place == inCapability) r.List.Text("registers", "in this capability");
            else if (place is >= 4 and <= 9) r.List.Text("registers", "in a BAR").Number("bar", place - 4);
            else r.List.Text("registers", $"reserved ({place})");
            r.Hex("offset", 4, 20);
        });
    }

    /// <summary>Advanced features (Advanced Capabilities for Conventional PCI ECN, 2006).</summary>
    internal static void AdvancedFeatures(CapabilityReader reader, FieldList fields, int? port)
    {
        fields.From(reader.Byte(3), r => r.Flag("transactionsPendingCapable", 0, "tells pending transactions").Flag("functionLevelReset", 1));
        fields.From(reader.Byte(5), r => r.Flag("transactionsPending", 0));
    }

    /// <summary>Bytes of no defined meaning, as text in hexadecimal.</summary>
    internal static void Content(CapabilityReader reader, FieldList fields, int from, int to)
    {
        const int most = 64;
        var bytes = new List<string>();
        for (int at = from; at < Math.Min(to, from + most); at++)
        {
            Register one = reader.Byte(at);
            if (!one.IsKnown) break;
            bytes.Add(one.Value.ToString("x2", null));
        }

        if (bytes.Count > 0) fields.Text("content", string.Join(' ', bytes) + (to > from + most ? " ..." : ""));
    }
}
