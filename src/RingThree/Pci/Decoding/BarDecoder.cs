using System.Buffers.Binary;
using RingThree.Hosting;

namespace RingThree.Pci.Decoding;

/// <summary>Base address registers and the ROM's (PCI Local Bus 3.0, 6.2.5).</summary>
internal static class BarDecoder
{
    private const int First = 0x10;

    internal static IReadOnlyList<PciBarDescription> Bars(byte[] image, int count, PciCommand command, IReadOnlyList<RegionDescription>? regions, List<string> problems)
    {
        var found = new List<PciBarDescription>();
        for (int index = 0; index < count; index++)
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(First + (4 * index)));
            RegionDescription? region = Region(regions, index);
            if (low == uint.MaxValue)
            {
                problems.Add($"BAR {index} reads all ones: it was being sized, or the function did not answer.");
                continue;
            }

            if (low == 0)
            {
                // Not there, or not placed: a 32-bit memory BAR of address 0 looks the same. A host that has it knows better.
                if (region is null) continue;
                bool wide = region.Abilities.HasFlag(RegionAbilities.Address64);
                found.Add(new PciBarDescription(index, region.Kind == RegionKind.Port ? RegionKind.Port : RegionKind.Memory, 0)
                {
                    Size = region.Size,
                    Is64Bit = wide,
                    IsPrefetchable = region.Abilities.HasFlag(RegionAbilities.Prefetchable),
                    IsEnabled = command.HasFlag(region.Kind == RegionKind.Port ? PciCommand.IoSpace : PciCommand.MemorySpace),
                    IsVirtual = true,
                });
                if (wide) index++;
                continue;
            }

            bool ports = (low & 1) != 0;
            uint type = (low >> 1) & 3;
            bool is64Bit = !ports && type == 2;
            ulong address = low & (ports ? 0xFFFF_FFFCu : 0xFFFF_FFF0u);
            if (!ports && type == 3) problems.Add($"BAR {index} is of the reserved memory type 3.");
            if (is64Bit)
            {
                if (index + 1 < count) address |= (ulong)BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(First + (4 * index) + 4)) << 32;
                else problems.Add($"BAR {index} is a 64-bit one, and there is no BAR {index + 1} for its upper half.");
            }

            found.Add(new PciBarDescription(index, ports ? RegionKind.Port : RegionKind.Memory, address)
            {
                Size = region?.Size,
                Is64Bit = is64Bit,
                IsBelow1Megabyte = !ports && type == 1,
                IsPrefetchable = !ports && (low & 8) != 0,
                IsEnabled = command.HasFlag(ports ? PciCommand.IoSpace : PciCommand.MemorySpace),
            });
            if (is64Bit) index++;
        }

        return found;
    }

    internal static PciRomDescription? Rom(byte[] image, int at, PciCommand command, IReadOnlyList<RegionDescription>? regions, List<string> problems)
    {
        uint register = BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(at));
        RegionDescription? region = Region(regions, PciNumbering.Rom);
        if (register == uint.MaxValue)
        {
            problems.Add("The ROM's register reads all ones: it was being sized, or the function did not answer.");
            return null;
        }

        if (register == 0 && region is null) return null;
        return new PciRomDescription(register & 0xFFFF_F800, (register & 1) != 0 && command.HasFlag(PciCommand.MemorySpace)) { Size = region?.Size };
    }

    private static RegionDescription? Region(IReadOnlyList<RegionDescription>? regions, int number) =>
        regions is not null && number < regions.Count && regions[number].Size > 0 ? regions[number] : null;
}
