using System.Globalization;
using RingThree.Diagnostics;

namespace RingThree.Pci;

/// <summary>Vendor and device id of a function, as <c>1234:11e8</c>.</summary>
/// <param name="Vendor">Vendor id (PCI Local Bus 3.0, 6.2.1).</param>
/// <param name="Device">Device id.</param>
public readonly record struct PciId(ushort Vendor, ushort Device) : ISpanParsable<PciId>
{
    /// <summary>Reads the form <c>1234:11e8</c>.</summary>
    /// <exception cref="FormatException">It is not of that form.</exception>
    public static PciId Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out PciId id) ? id : throw new FormatException($"{ForeignText.Quoted(s)} is not a vendor and device id; the form is 1234:11e8.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char}, IFormatProvider)"/>
    public static PciId Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <summary>Reads the form <c>1234:11e8</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out PciId result)
    {
        result = default;
        if (s.Length != 9 || s[4] != ':' || s.Contains('\0')) return false; // number parsing takes trailing zero characters
        if (!ushort.TryParse(s[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort vendor)) return false;
        if (!ushort.TryParse(s[5..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort device)) return false;
        result = new PciId(vendor, device);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, IFormatProvider, out PciId)"/>
    public static bool TryParse(string? s, IFormatProvider? provider, out PciId result) => TryParse(s.AsSpan(), provider, out result);

    /// <summary>The form <c>1234:11e8</c>.</summary>
    public override string ToString() => $"{Vendor:x4}:{Device:x4}";
}
