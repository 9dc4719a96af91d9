using System.Globalization;
using RingThree.Diagnostics;

namespace RingThree.Pci;

/// <summary>Where a PCI function is: domain, bus, device, function, as <c>0000:00:04.0</c>.</summary>
/// <param name="Domain">Domain (segment); Linux numbers some bridges' domains above 16 bits.</param>
/// <param name="Bus">Bus, 0-255.</param>
/// <param name="Device">Device, 0-31.</param>
/// <param name="Function">Function, 0-7.</param>
public readonly record struct PciAddress(uint Domain, byte Bus, byte Device, byte Function) : ISpanParsable<PciAddress>, IComparable<PciAddress>
{
    /// <summary>Reads <c>0000:00:04.0</c>, or <c>00:04.0</c> in domain 0.</summary>
    /// <exception cref="FormatException">It is not of that form.</exception>
    public static PciAddress Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out PciAddress address) ? address : throw new FormatException($"{ForeignText.Quoted(s)} is not a PCI address; the form is 0000:00:04.0.");

    /// <inheritdoc cref="Parse(ReadOnlySpan{char}, IFormatProvider)"/>
    public static PciAddress Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <summary>Reads <c>0000:00:04.0</c>, or <c>00:04.0</c> in domain 0.</summary>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out PciAddress result)
    {
        result = default;
        if (s.Length < 7 || s.Contains('\0')) return false; // number parsing takes trailing zero characters
        ReadOnlySpan<char> tail = s[^7..];
        uint domain = 0;
        if (s.Length > 7)
        {
            if (s.Length is < 12 or > 16 || s[^8] != ':') return false;
            if (!uint.TryParse(s[..^8], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out domain)) return false;
        }

        if (tail[2] != ':' || tail[5] != '.') return false;
        if (!byte.TryParse(tail[..2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte bus)) return false;
        if (!byte.TryParse(tail[3..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte device) || device > 31) return false;
        if (tail[6] is < '0' or > '7') return false;
        result = new PciAddress(domain, bus, device, (byte)(tail[6] - '0'));
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, IFormatProvider, out PciAddress)"/>
    public static bool TryParse(string? s, IFormatProvider? provider, out PciAddress result) => TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc/>
    public int CompareTo(PciAddress other)
    {
        int domains = Domain.CompareTo(other.Domain);
        return domains != 0 ? domains : ((Bus << 8) | (Device << 3) | Function).CompareTo((other.Bus << 8) | (other.Device << 3) | other.Function);
    }

    /// <summary>The form <c>0000:00:04.0</c>.</summary>
    public override string ToString() => $"{Domain:x4}:{Bus:x2}:{Device:x2}.{Function:x}";
}
