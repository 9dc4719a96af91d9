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
        var found = new List<PciCapability>();
        var seen = new HashSet<int>();
        const uint capabilitiesList = 1u << 20; // status bit 4 (PCI Local Bus 3.0, 6.2.3)
        uint command = read(0x04);
        if (command != uint.MaxValue && (command & capabilitiesList) != 0)
        {
            // The two low bits of a pointer are reserved and must be masked (PCI Local Bus 3.0, 6.7).
            for (int at = (int)(read(0x34) & 0xFC); at >= HeaderEnd && at + 4 <= Math.Min(size, 0x100) && seen.Add(at);)
            {
                uint header = read(at);
                if ((header & 0xFF) is 0xFF) break;
                found.Add(new PciCapability((byte)header, (ushort)at, false, 0));
                at = (int)((header >> 8) & 0xFC);
            }
        }

        if (size < 0x1000) return found;
        for (int at = ExtendedStart; at >= ExtendedStart && at + 4 <= size && seen.Add(at);)
        {
            uint header = read(at);
            if (header is 0 or uint.MaxValue) break; // PCI Express Base 5.0, 7.6.3: a null header ends an empty list
            found.Add(new PciCapability((ushort)header, (ushort)at, true, (byte)((header >> 16) & 0xF)));
            at = (int)((header >> 20) & 0xFFC);
        }

        return found;
    }
}
