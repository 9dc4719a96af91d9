using System.Globalization;

namespace RingThree.Pci.Decoding;

/// <summary>A number of bytes for people: 256 B, 16 KiB, 1 MiB.</summary>
internal static class ByteCount
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    internal static string Of(ulong bytes, string space = " ")
    {
        int unit = 0;
        while (bytes >= 1024 && bytes % 1024 == 0)
        {
            bytes /= 1024;
            unit++;
        }

        return bytes.ToString(CultureInfo.InvariantCulture) + space + Units[unit];
    }

    /// <summary>For sizes that need not be exact: as 191.9 MiB, in the unit that leaves most to see below ten thousand.</summary>
    internal static string About(ulong bytes)
    {
        int unit = 0;
        double value = bytes;
        for (; value >= 10_000 || (value >= 1024 && value % 1024 == 0); unit++) value /= 1024;
        string rounded = value.ToString("0.#", CultureInfo.InvariantCulture);
        return $"{rounded} {Units[unit]}";
    }
}
