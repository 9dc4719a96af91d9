using RingThree.Pci.Decoding;

namespace RingThree.Memory;

/// <summary>
/// Early node ranges: RAM, and memory of the firmware that the kernel knows and does not map. Nothing tells one from the
/// other in a line, but two that adjoin in one node are not one because one of them is such. Source: mm/memblock.c
/// (MEMBLOCK_NOMAP), drivers/firmware/efi/efi-init.c (reserve_regions).
/// </summary>
/// <param name="Certain">What is RAM.</param>
/// <param name="Open">What may be the firmware's.</param>
internal sealed record NodeRanges(IReadOnlyList<PhysicalMemoryRange> Certain, IReadOnlyList<PhysicalMemoryRange> Open)
{
    /// <summary>A range of an EFI machine that is smaller, and has nothing beside it, may be the firmware's alone.</summary>
    private const ulong LeastOfEfi = 256 << 20;

    /// <summary>What is left out of the RAM; <see langword="null"/> where nothing is.</summary>
    internal MemoryMapDoubt? Doubt => Open.Count == 0 ? null : new MemoryMapDoubt(
        $"{ByteCount.About(AddressSet.Sum(AddressSet.Join(Open)))} in {Open.Count} node ranges are RAM or the firmware's, and the messages do not say which (the first is 0x{Open[0].Start:x}-0x{Open[0].Last:x})",
        "sudo cat /proc/iomem tells them apart (ring3 memory --iomem FILE); so do the messages of an EFI machine that is started once with efi=debug.", ForbidsPlans: false);

    internal static NodeRanges Of(IReadOnlyList<PhysicalMemoryRange> nodes, FirmwareClaims claims)
    {
        PhysicalMemoryRange[] ordered = [.. nodes.OrderBy(n => n.Start)];
        IReadOnlyList<PhysicalMemoryRange> unmapped = AddressSet.Join(claims.Unmapped);
        IReadOnlyList<PhysicalMemoryRange> told = AddressSet.Join(claims.Unmapped.Concat(claims.EfiRam));
        bool[] isUnmapped = [.. ordered.Select(n => AddressSet.Subtract([n], unmapped).Count == 0)];
        var certain = new List<PhysicalMemoryRange>();
        var open = new List<PhysicalMemoryRange>();
        for (int i = 0; i < ordered.Length; i++)
        {
            if (isUnmapped[i]) continue; // among the others already, by its name
            bool adjoins = (i > 0 && !isUnmapped[i - 1] && Adjoin(ordered[i - 1], ordered[i])) || (i + 1 < ordered.Length && !isUnmapped[i + 1] && Adjoin(ordered[i], ordered[i + 1]));
            bool mayBeEfis = claims.IsEfi && (ordered[i].Length < LeastOfEfi || claims.Points.Any(p => ordered[i].Start <= p && p <= ordered[i].Last));
            if (claims.EfiRam.Count > 0 ? AddressSet.Subtract([ordered[i]], told).Count == 0 : !adjoins && !mayBeEfis) certain.Add(ordered[i]);
            else open.Add(ordered[i] with { Kind = PhysicalMemoryKind.Other, Name = $"{ordered[i].Name}, RAM or the firmware's" });
        }

        return new NodeRanges(certain, open);
    }

    private static bool Adjoin(PhysicalMemoryRange low, PhysicalMemoryRange high) => low.Name == high.Name && (high.Start <= low.Last || high.Start - 1 == low.Last);
}
