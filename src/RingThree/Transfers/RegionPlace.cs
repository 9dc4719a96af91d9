using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using RingThree.Diagnostics;
using RingThree.Hosting;

namespace RingThree.Transfers;

/// <summary>A place in a device, as people write it: <c>bar0+0x20</c>, <c>rom+0</c>, <c>cfg+0x04</c>; of a card without PCI <c>range1+4</c>.</summary>
/// <param name="Region">The region's number, as transfer commands count: BARs 0 to 5, the ROM 6, configuration space 7; ranges from 0.</param>
/// <param name="Offset">Bytes from its start.</param>
public readonly record struct RegionPlace(int Region, ulong Offset) : IParsable<RegionPlace>
{
    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">It is not of that form.</exception>
    public static RegionPlace Parse(string s, IFormatProvider? provider = null) => TryParse(s, provider, out RegionPlace place)
        ? place
        : throw new FormatException($"{ForeignText.Quoted(s)} is no place in a device; places go like bar0+0x20, cfg+0x04, rom+0, or range1+4 for a card without PCI.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out RegionPlace result)
    {
        result = default;
        if (s?.Split('+') is not [string region, string offset]) return false;
        if (FindRegion(region.Trim().ToUpperInvariant()) is not { } number || !TransferText.TryNumber(offset, out ulong bytes)) return false;
        result = new RegionPlace(number, bytes);
        return true;
    }

    /// <summary>As it is read back, in PCI's words.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{NameOf(Region)}+0x{Offset:x}");

    internal static string NameOf(int region) => region switch
    {
        PciNumbering.Rom => "rom",
        PciNumbering.Configuration => "cfg",
        _ => string.Create(CultureInfo.InvariantCulture, $"bar{region}"),
    };

    private static int? FindRegion(string name)
    {
        if (name == "ROM") return PciNumbering.Rom;
        if (name is "CFG" or "CONFIG") return PciNumbering.Configuration;
        string? digits = name.StartsWith("BAR", StringComparison.Ordinal) ? name[3..] : name.StartsWith("RANGE", StringComparison.Ordinal) ? name[5..] : null;
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number)) return null;
        return name[0] == 'B' && number >= PciNumbering.BarCount ? null : number;
    }
}
