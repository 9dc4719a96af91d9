using System.Globalization;

namespace RingThree.Pci.Decoding;

/// <summary>Short capabilities of the extended list: identity, a vendor's own, resizable BARs, hints.</summary>
internal static class ExtendedCapabilities
{
    /// <summary>Device serial number, an EUI-64 (PCI Express Base 5.0, 7.9.3).</summary>
    internal static void SerialNumber(CapabilityReader reader, FieldList fields, int? port)
    {
        Register number = reader.Long(4);
        if (!number.IsKnown) return;
        string digits = number.Value.ToString("x16", CultureInfo.InvariantCulture);
        fields.Text("serialNumber", string.Join('-', Enumerable.Range(0, 8).Select(i => digits.Substring(2 * i, 2))));
    }

    /// <summary>Vendor specific (PCI Express Base 5.0, 7.9.5): id, revision, length, and what is in it.</summary>
    internal static void VendorSpecific(CapabilityReader reader, FieldList fields, int? port)
    {
        Register head = reader.Word(4);
        fields.From(head, r => r.Hex("vendorDefinedId", 0, 16, 4).Number("revision", 16, 4).Number("lengthBytes", 20, 12));
        if (head.IsKnown) ConventionalCapabilities.Content(reader, fields, from: 8, to: (int)head.Bits(20, 12));
    }

    /// <summary>Designated vendor specific (PCI Express Base 5.0, 7.9.6).</summary>
    internal static void DesignatedVendorSpecific(CapabilityReader reader, FieldList fields, int? port)
    {
        Register head = reader.Word(4);
        fields.From(head, r => r.Hex("vendorId", 0, 16, 4).Number("revision", 16, 4).Number("lengthBytes", 20, 12)).From(reader.Half(8), r => r.Hex("vendorDefinedId", 0, 16, 4));
        if (head.IsKnown) ConventionalCapabilities.Content(reader, fields, from: 10, to: (int)head.Bits(20, 12));
    }

    /// <summary>Resizable BARs, the function's own or its virtual functions' (PCI Express Base 5.0, 7.8.6, 9.3.7.5).</summary>
    internal static void ResizableBar(CapabilityReader reader, FieldList fields, int? port)
    {
        // The first control register says how many there are, up to six.
        Register first = reader.Word(8);
        if (!first.IsKnown) return;
        var bars = new List<FieldList>();
        for (int i = 0; i < Math.Min(first.Bits(5, 3), 6); i++)
        {
            Register sizes = reader.Word(4 + (8 * i));
            Register control = reader.Word(8 + (8 * i));
            if (!control.IsKnown) break;
            ulong supported = (sizes.Value >> 4) | ((control.Value >> 16) << 28); // bit n: 2^n MiB
            var bar = new FieldList();
            bar.From(control, r => r.Number("bar", 0, 3).Number("sizeMegabytes", 8, 6, n => n < 44 ? 1L << (int)n : 0));
            bars.Add(bar.Text("supportedSizes", string.Join(' ', Enumerable.Range(0, 44).Where(n => ((supported >> n) & 1) != 0).Select(n => ByteCount.Of(1UL << (n + 20), "")))));
        }

        fields.List("bars", bars);
    }

    /// <summary>TLP processing hints (PCI Express Base 5.0, 7.9.13).</summary>
    internal static void ProcessingHints(CapabilityReader reader, FieldList fields, int? port)
    {
        Register head = reader.Word(4);
        fields.From(head, r => r
            .Flag("noTagMode", 0).Flag("interruptVectorMode", 1).Flag("deviceSpecificMode", 2).Flag("extendedRequester", 8)
            .Choice("table", 9, 2, "none", "in this capability", "in the MSI-X table"));
        if (head.Bits(9, 2) != 0) fields.From(head, r => r.Number("tableEntries", 16, 11, n => n + 1));
        fields.From(reader.Word(8), r => r.Choice("mode", 0, 3, "no tag", "interrupt vector", "device specific").Choice("requester", 8, 2, "off", "on", "", "extended"));
    }
}
