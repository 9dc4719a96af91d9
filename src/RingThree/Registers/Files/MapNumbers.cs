using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace RingThree.Registers.Files;

/// <summary>Numbers as register maps write them. Source: CMSIS-SVD schema, <c>scaledNonNegativeInteger</c> and <c>enumeratedValueDataType</c>.</summary>
internal static class MapNumbers
{
    /// <summary>Reads 12, 0x1F, #1010, 0b1010, 4K, 16M.</summary>
    internal static bool TryRead([NotNullWhen(true)] string? text, out ulong value)
    {
        value = 0;
        string digits = (text ?? "").Trim().TrimStart('+');
        int scale = digits.Length == 0 ? 0 : char.ToUpperInvariant(digits[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        if (scale > 0) digits = digits[..^1];
        bool known = digits switch
        {
            ['0', 'x' or 'X', .. var hex] => ulong.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value),
            ['#', .. var bits] => ulong.TryParse(bits, NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out value),
            ['0', 'b' or 'B', .. var bits] => ulong.TryParse(bits, NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out value),
            _ => ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value),
        };
        if (!known || (value << scale) >> scale != value) return false;
        value <<= scale;
        return true;
    }

    /// <summary>Reads a number, or bits of which some do not matter: <c>#1x0</c>; <c>*</c> is none that do.</summary>
    internal static bool TryReadPattern(string? text, out ulong value, out ulong cared)
    {
        cared = ulong.MaxValue;
        if (TryRead(text, out value)) return true;
        if (text?.Trim() == "*") // everything that has no name of its own
        {
            cared = 0;
            return true;
        }

        string? bits = (text ?? "").Trim() switch
        {
            ['#', .. var b] => b,
            ['0', 'b' or 'B', .. var b] => b,
            _ => null,
        };
        if (bits is null or "" || bits.Length > 64) return false;
        foreach (char bit in bits)
        {
            if (bit is not ('0' or '1' or 'x' or 'X')) return false;
            value = (value << 1) | (bit == '1' ? 1u : 0);
            cared = (cared << 1) | (bit is '0' or '1' ? 1u : 0);
        }

        return true;
    }

    /// <summary>Writes what <see cref="TryReadPattern"/> reads.</summary>
    internal static string WritePattern(FieldValue value)
    {
        if (value.Cared == ulong.MaxValue) return value.Value.ToString(CultureInfo.InvariantCulture);
        if (value.Cared == 0) return "*";
        // Above the highest bit that does not matter, those that do are zeros.
        int length = 64 - System.Numerics.BitOperations.LeadingZeroCount(~value.Cared | value.Value);
        return "0b" + string.Create(length, value, static (span, v) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                int bit = span.Length - 1 - i;
                span[i] = ((v.Cared >> bit) & 1) == 0 ? 'x' : ((v.Value >> bit) & 1) == 1 ? '1' : '0';
            }
        });
    }

    /// <summary>Reads a field's bits: <c>7:4</c>, <c>[7:4]</c>, or <c>3</c>.</summary>
    internal static bool TryReadBits(string? text, out int low, out int count)
    {
        (low, count) = (0, 0);
        string bits = (text ?? "").Trim();
        if (bits is ['[', .. var inner, ']']) bits = inner;
        string[] ends = bits.Split(':', StringSplitOptions.TrimEntries);
        if (ends.Length > 2 || !TryBit(ends[0], out int high) || !TryBit(ends[^1], out low) || high < low) return false;
        count = high - low + 1;
        return true;
    }

    private static bool TryBit(string text, out int bit) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out bit) && bit < 64;
}
