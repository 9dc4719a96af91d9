using System.Buffers.Binary;
using System.Globalization;

namespace RingThree.Pci.Decoding;

/// <summary>Registers in which two states of a function differ, and of which no field says it: each is there by its offset.</summary>
internal static class UnexplainedBytes
{
    private const int HeaderLength = 0x40;
    private const int CardBusHeaderLength = 0x48;
    private const int FirstBar = 0x10;

    /// <param name="before">One state.</param>
    /// <param name="after">The other, of which as many bytes are known.</param>
    /// <param name="isAnyNamed">Whether a field differs. Where none does, every register that differs is there.</param>
    internal static IEnumerable<PciDifference> Between(PciFunctionDescription before, PciFunctionDescription after, bool isAnyNamed)
    {
        if (before.IsDecoded != after.IsDecoded) yield break; // that says it all
        HashSet<int> pointers = Pointers(before, after);
        ReadOnlyMemory<byte> one = before.Image;
        ReadOnlyMemory<byte> other = after.Image;
        for (int at = 0; at < one.Length; at += 4)
        {
            (uint was, uint now) = (Word(one.Span, at), Word(other.Span, at));
            if (was == now) continue;
            if (isAnyNamed && !pointers.Contains(at) && IsExplained(before, at, was, was ^ now) && IsExplained(after, at, now, was ^ now)) continue;
            string name = $"{at.ToString("x2", CultureInfo.InvariantCulture)}h";
            yield return new PciDifference(name, PciField.OfHex(name, was, 8), PciField.OfHex(name, now, 8));
        }
    }

    /// <summary>Whether fields say each byte that differs: a capability may end between two of them. A register of the header that reads all ones has no fields.</summary>
    private static bool IsExplained(PciFunctionDescription function, int at, uint value, uint differing)
    {
        if (at < (function.HeaderType == 2 ? CardBusHeaderLength : HeaderLength)) return at < FirstBar || value != uint.MaxValue;
        for (int i = 0; i < 4; i++)
        {
            int place = at + i;
            if (((differing >> (8 * i)) & 0xFF) != 0 && !function.Capabilities.Any(c => c.Capability.Offset <= place && place < c.Capability.Offset + c.Extent)) return false;
        }

        return true;
    }

    /// <summary>The registers with a pointer that leads elsewhere, where no capability that came or went explains it: to a loop, to beyond what was read, another order.</summary>
    private static HashSet<int> Pointers(PciFunctionDescription before, PciFunctionDescription after)
    {
        Dictionary<(int At, bool IsExtended), int> first = Targets(before);
        Dictionary<(int At, bool IsExtended), int> second = Targets(after);
        var found = new HashSet<int>();
        foreach (((int At, bool IsExtended) place, int was) in first)
        {
            if (!second.TryGetValue(place, out int now) || was == now) continue;
            bool went = first.ContainsKey((was, place.IsExtended)) && !second.ContainsKey((was, place.IsExtended));
            bool came = second.ContainsKey((now, place.IsExtended)) && !first.ContainsKey((now, place.IsExtended));
            if (!went && !came) found.Add(place.At);
        }

        return found;
    }

    /// <summary>Where each pointer leads, by the place of what has it; the header's own is at its register.</summary>
    private static Dictionary<(int At, bool IsExtended), int> Targets(PciFunctionDescription function)
    {
        if (!function.IsDecoded) return [];
        ReadOnlySpan<byte> image = function.Image.Span;
        int list = function.HeaderType == 2 ? 0x14 : 0x34;
        var targets = new Dictionary<(int At, bool IsExtended), int> { [(list, false)] = image[list] & 0xFC };
        foreach (PciCapability capability in function.Capabilities.Select(c => c.Capability))
        {
            uint header = Word(image, capability.Offset);
            targets[(capability.Offset, capability.IsExtended)] = (int)(capability.IsExtended ? (header >> 20) & 0xFFC : (header >> 8) & 0xFC);
        }

        return targets;
    }

    /// <summary>32 bits; what was not read is 0, of both states.</summary>
    private static uint Word(ReadOnlySpan<byte> image, int at)
    {
        if (at + 4 <= image.Length) return BinaryPrimitives.ReadUInt32LittleEndian(image[at..]);
        uint value = 0;
        for (int i = at; i < image.Length; i++) value |= (uint)image[i] << (8 * (i - at));
        return value;
    }
}
