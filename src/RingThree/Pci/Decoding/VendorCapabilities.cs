using static RingThree.Pci.Decoding.Table;

namespace RingThree.Pci.Decoding;

/// <summary>Capabilities whose content is a vendor's: decoded where the vendor has published it, and shown as bytes otherwise.</summary>
internal static class VendorCapabilities
{
    private const ushort Intel = 0x8086;
    private const ushort RedHat = 0x1AF4;
    private const ushort CxlConsortium = 0x1E98;

    /// <summary>Of the standard list (PCI Local Bus 3.0, appendix H): the length comes first, and counts the id.</summary>
    internal static IEnumerable<Row> Standard(CapabilityReader at)
    {
        int length = (int)at.Peek(2, 1, 7, 0);
        FunctionContext function = at.Function;
        if (function is { Vendor: RedHat, Device: >= 0x1000 and <= 0x107F } && length >= 16) return Virtio(at, length);
        if (function.Vendor == Intel && IntelCapability.Layout(at, length) is { } rows) return rows;
        return [Byte(2, Number(7, 0, "lengthBytes")), Bytes("content", 3, length)];
    }

    /// <summary>Of the extended list (PCI Express Base 5.0, 7.9.5): id, revision, length, and what is in it.</summary>
    internal static IEnumerable<Row> Extended(CapabilityReader at) =>
    [
        Word(4, Hex(15, 0, "vendorDefinedId", 4), Number(19, 16, "revision"), Number(31, 20, "lengthBytes")),
        Bytes("content", 8, (int)at.Peek(4, 4, 31, 20)),
    ];

    /// <summary>Designated (PCI Express Base 5.0, 7.9.6): as before, and any vendor's.</summary>
    internal static IEnumerable<Row> Designated(CapabilityReader at)
    {
        int length = (int)at.Peek(4, 4, 31, 20);
        Row[] head = [Word(4, Hex(15, 0, "vendorId", 4), Number(19, 16, "revision"), Number(31, 20, "lengthBytes")), Half(8, Hex(15, 0, "vendorDefinedId", 4))];
        return at.Peek(4, 4, 15, 0) == CxlConsortium && CxlCapabilities.Rows(at, length) is { } rows ? [.. head, .. rows, Rest(to: length)] : [.. head, Bytes("content", 10, length)];
    }

    /// <summary>Where a structure of a VirtIO device is (VirtIO 1.2, 4.1.4).</summary>
    private static IEnumerable<Row> Virtio(CapabilityReader at, int length)
    {
        const int notify = 2;
        const int sharedMemory = 8;
        uint type = at.Peek(3, 1, 7, 0);
        bool wide = type == sharedMemory && length >= 24;
        Row[] place = wide
            ? [Word(8, (into, low) => { into.Hex("offset", Joined(low, 16)); return Mask(31, 0); }), Word(12, (into, low) => { into.Number("structureBytes", Joined(low, 20)); return Mask(31, 0); }),
                Word(16, Elsewhere(31, 0)), Word(20, Elsewhere(31, 0))]
            : [Word(8, Hex(31, 0, "offset")), Word(12, Number(31, 0, "structureBytes"))];
        bool multiplied = type == notify && length >= 20;
        return
        [
            Byte(2, Number(7, 0, "lengthBytes")),
            Byte(3, Choice(7, 0, "virtio", "", "common configuration", "notifications", "interrupt status", "device configuration", "access through configuration space", "", "", "shared memory", "vendor's")),
            Byte(4, Number(7, 0, "bar")), Byte(5, Optional(7, 0, "id")),
            .. place,
            .. multiplied ? new Row[] { Word(16, Number(31, 0, "notifyMultiplier")) } : [],
            Bytes("content", wide ? 24 : multiplied ? 20 : 16, length),
        ];

        ulong Joined(ulong low, int high) => low | ((ulong)at.Peek(high, 4, 31, 0) << 32);
    }
}
