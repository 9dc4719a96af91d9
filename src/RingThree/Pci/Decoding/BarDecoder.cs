using System.Buffers.Binary;
using RingThree.Hosting;
using static RingThree.Pci.Decoding.Table;

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
            RegionObstacle? obstacle = regions is not null && index < regions.Count ? regions[index].Obstacle : null;
            if (obstacle is not null && low != uint.MaxValue) problems.Add($"BAR {index} is not placed: {obstacle.Found}. {obstacle.Remedy}");
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
                    IsVirtual = obstacle is null,
                    IsUnplaced = obstacle is not null,
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
                IsUnplaced = obstacle is not null,
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

    /// <summary>What of the registers is shown: of ports all but bit 1, of memory all but a type that is reserved.</summary>
    internal static IEnumerable<Row> Rows(CapabilityReader header, int count)
    {
        for (int index = 0; index < count; index++)
        {
            int at = First + (4 * index);
            uint register = header.Peek(at, 4, 31, 0);
            bool wide = (register & 7) == 4;
            yield return Word(at, (_, low) => low is uint.MaxValue ? low : (low & 1) != 0 ? Mask(31, 2) | 1 : (low & 6) == 6 ? Mask(31, 3) : Mask(31, 0));
            if (wide && index + 1 < count) yield return Word(First + (4 * ++index), Elsewhere(31, 0));
        }
    }

    private static RegionDescription? Region(IReadOnlyList<RegionDescription>? regions, int number) =>
        regions is not null && number < regions.Count && regions[number].Size > 0 ? regions[number] : null;
}
