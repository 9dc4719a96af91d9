using System.Globalization;

namespace RingThree.Pci;

/// <summary>Walks the two capability lists. A damaged list (a loop, a pointer into the header) ends the walk, nothing else.</summary>
public static class PciCapabilityList
{
    private const int HeaderEnd = 0x40;
    private const int ExtendedStart = 0x100;

    /// <summary>Reads both lists, for a host that needs to know before there is a device.</summary>
    /// <param name="read">Reads 32 bits at an aligned offset.</param>
    /// <param name="size">Size of the configuration space, 256 or 4096.</param>
    public static IReadOnlyList<PciCapability> Read(Func<int, uint> read, int size)
    {
        ArgumentNullException.ThrowIfNull(read);
        return Read(read, size, listPointer: 0x34, damage: null);
    }

    /// <summary>Reads both lists as far as they are asked for: whoever stops reads no more.</summary>
    /// <inheritdoc cref="Read(Func{int, uint}, int)"/>
    public static IEnumerable<PciCapability> Walk(Func<int, uint> read, int size)
    {
        ArgumentNullException.ThrowIfNull(read);
        return Walk(read, size, listPointer: 0x34, damage: null);
    }

    /// <summary>The walk itself, for one who also wants to know why it ended early.</summary>
    /// <param name="read">Reads 32 bits at an aligned offset.</param>
    /// <param name="size">Bytes that can be read, 8 or more, also fewer than the function has.</param>
    /// <param name="listPointer">Where the first pointer is: 34h, or 14h in a CardBus bridge (PC Card Standard 8.0, volume 7).</param>
    /// <param name="damage">Takes a sentence for each list that ended other than at its end.</param>
    internal static List<PciCapability> Read(Func<int, uint> read, int size, int listPointer, Action<string>? damage) => [.. Walk(read, size, listPointer, damage)];

    private static IEnumerable<PciCapability> Walk(Func<int, uint> read, int size, int listPointer, Action<string>? damage)
    {
        var seen = new bool[size]; // by offset
        const uint capabilitiesList = 1u << 20; // status bit 4 (PCI Local Bus 3.0, 6.2.3)
        uint command = read(0x04);
        if (command != uint.MaxValue && (command & capabilitiesList) != 0)
        {
            // The two low bits of a pointer are reserved and must be masked (PCI Local Bus 3.0, 6.7).
            int from = listPointer;
            int at = listPointer + 4 <= size ? (int)(read(listPointer) & 0xFC) : 0;
            while (Continues(at, from, HeaderEnd, Math.Min(size, ExtendedStart), seen, damage))
            {
                uint header = read(at);
                if ((header & 0xFF) is 0xFF)
                {
                    damage?.Invoke($"The capability at {Hex(at)} reads all ones, so the list ends there.");
                    break;
                }

                yield return new PciCapability((byte)header, (ushort)at, false, 0);
                from = at;
                at = (int)((header >> 8) & 0xFC);
            }
        }

        if (size < ExtendedStart + 4) yield break;
        for (int at = ExtendedStart, from = 0; Continues(at, from, ExtendedStart, size, seen, damage);)
        {
            uint header = read(at);
            if (header is 0 or uint.MaxValue) // PCI Express Base 5.0, 7.6.3: a null header ends an empty list
            {
                if (from != 0) damage?.Invoke($"The extended capability at {Hex(from)} points to {Hex(at)}, where there is none.");
                break;
            }

            yield return new PciCapability((ushort)header, (ushort)at, true, (byte)((header >> 16) & 0xF));
            from = at;
            at = (int)((header >> 20) & 0xFFC);
        }
    }

    private static bool Continues(int at, int from, int start, int end, bool[] seen, Action<string>? damage)
    {
        if (at == 0) return false;
        string? wrong = at < start ? $"below {Hex(start)}, where no capability can be"
            : at + 4 > end ? $"beyond the {end} bytes that were read"
            : seen[at] ? "which the list has been to: it is a loop"
            : null;
        if (wrong is null) return seen[at] = true;
        damage?.Invoke($"The capability list goes from {Hex(from)} to {Hex(at)}, {wrong}.");
        return false;
    }

    private static string Hex(int offset) => offset.ToString("x2", CultureInfo.InvariantCulture) + "h";
}
