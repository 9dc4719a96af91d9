using System.Buffers.Binary;
using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Pci;

namespace RingThree.Linux;

/// <summary>What VFIO says of a device's regions, in the contract's words.</summary>
internal static unsafe class VfioRegions
{
    private const int Known = PciNumbering.Configuration + 1;
    private static readonly ulong Page = (ulong)Environment.SystemPageSize;

    /// <summary>A region as VFIO numbers it, and where it lies in the device's file.</summary>
    internal readonly record struct Place(RegionDescription Description, long Position, IReadOnlyList<(ulong Offset, ulong Length)> Mappable)
    {
        /// <summary>Where the MSI-X table is, if it is in this region.</summary>
        internal RegionPart? Table { get; init; }
    }

    internal static Place[] Read(FileDescriptor device, string address, uint count)
    {
        var places = new Place[Math.Max(count, Known)];
        Array.Fill(places, new Place(RegionDescription.Absent, 0, []));
        var answers = new byte[count][];
        for (uint i = 0; i < count; i++)
        {
            answers[i] = VfioInfo.Ask(device, VfioApi.DeviceGetRegionInfo, new VfioApi.RegionInfo { Size = (uint)sizeof(VfioApi.RegionInfo), Index = i }) ?? [];
        }

        if (count < Known || answers[PciNumbering.Configuration].Length == 0)
            throw new DeviceException(DeviceStatus.NotSupported, address, "opening through VFIO", "it shows no configuration space", "Only PCI functions can be opened here.");
        VfioApi.RegionInfo configuration = VfioInfo.Head<VfioApi.RegionInfo>(answers[PciNumbering.Configuration]);
        uint ReadConfiguration(int at)
        {
            uint value = uint.MaxValue;
            // Sound: four bytes into a variable of four.
            return Libc.ReadAt(device, &value, sizeof(uint), (long)configuration.Offset + at) == sizeof(uint) ? value : uint.MaxValue;
        }

        (int Bar, ulong Offset, ulong Length)? table = MsixTable(ReadConfiguration, (int)configuration.Length, out (int Bar, ulong Offset, ulong Length) pending);
        for (int i = 0; i < count; i++)
        {
            if (answers[i].Length == 0) continue;
            VfioApi.RegionInfo info = VfioInfo.Head<VfioApi.RegionInfo>(answers[i]);
            if (info.Length == 0) continue;
            uint bar = i < PciNumbering.BarCount ? ReadConfiguration(0x10 + (4 * i)) : 0;
            var parts = new List<RegionPart>();
            RegionPart? own = table is { } t && t.Bar == i ? new RegionPart(RegionPartKind.MsixTable, t.Offset, t.Length) : null;
            if (own is { } part) parts.Add(part);
            if (pending.Bar == i) parts.Add(new RegionPart(RegionPartKind.MsixPending, pending.Offset, pending.Length));
            parts.Sort((a, b) => a.Offset.CompareTo(b.Offset));

            places[i] = new Place(
                Describe(i, info, bar) with { Parts = parts, HostSpecificType = 0 },
                (long)info.Offset,
                (info.Flags & VfioApi.RegionMmap) == 0 ? [] : Mappable(answers[i], info, own))
            {
                Table = own,
            };
        }

        return places;
    }

    internal static RegionDescription Describe(int index, VfioApi.RegionInfo info, uint bar)
    {
        RegionAbilities abilities = ((info.Flags & VfioApi.RegionRead) != 0 ? RegionAbilities.Read : 0)
            | ((info.Flags & VfioApi.RegionWrite) != 0 ? RegionAbilities.Write : 0)
            | ((info.Flags & VfioApi.RegionMmap) != 0 ? RegionAbilities.Map : 0);
        switch (index)
        {
            case < PciNumbering.BarCount:
                // PCI Local Bus 3.0, 6.2.5.1: bit 0 ports, bits 2:1 = 2 64-bit, bit 3 prefetchable.
                bool port = (bar & 1) != 0;
                if (!port && (bar & 8) != 0) abilities |= RegionAbilities.Prefetchable;
                if (!port && (bar & 6) == 4) abilities |= RegionAbilities.Address64;
                return new(port ? RegionKind.Port : RegionKind.Memory, info.Length, abilities, $"BAR {index}");
            case PciNumbering.Rom:
                return new(RegionKind.Rom, info.Length, abilities & ~RegionAbilities.Write, "ROM");
            case PciNumbering.Configuration:
                return new(RegionKind.Configuration, info.Length, abilities, "configuration space");
            default:
                return new(RegionKind.HostSpecific, info.Length, abilities, $"region {index}");
        }
    }

    /// <summary>The parts of a region to map: those the kernel allows, without the pages of the MSI-X table.</summary>
    private static List<(ulong Offset, ulong Length)> Mappable(byte[] answer, VfioApi.RegionInfo info, RegionPart? table)
    {
        var areas = new List<(ulong Offset, ulong Length)>();
        ReadOnlySpan<byte> sparse = VfioInfo.FindCapability(answer, info.CapabilityOffset, VfioApi.CapabilitySparseMmap);
        if (sparse.Length >= 8)
        {
            // struct vfio_region_info_cap_sparse_mmap: count, reserved, then pairs of offset and size.
            uint count = BinaryPrimitives.ReadUInt32LittleEndian(sparse);
            for (int i = 0; i < count && 8 + ((i + 1) * 16) <= sparse.Length; i++)
            {
                ulong length = BinaryPrimitives.ReadUInt64LittleEndian(sparse[(16 + (i * 16))..]);
                if (length > 0) areas.Add((BinaryPrimitives.ReadUInt64LittleEndian(sparse[(8 + (i * 16))..]), length));
            }
        }
        else
        {
            areas.Add((0, info.Length));
        }

        if (table is not { } hole) return areas;
        ulong from = hole.Offset & ~(Page - 1);
        ulong to = (hole.Offset + hole.Length + Page - 1) & ~(Page - 1);
        var left = new List<(ulong Offset, ulong Length)>();
        foreach ((ulong offset, ulong length) in areas)
        {
            ulong end = offset + length;
            if (offset < Math.Min(end, from)) left.Add((offset, Math.Min(end, from) - offset));
            if (Math.Max(offset, to) < end) left.Add((Math.Max(offset, to), end - Math.Max(offset, to)));
        }

        return left;
    }

    internal static (int Bar, ulong Offset, ulong Length)? MsixTable(Func<int, uint> read, int size, out (int Bar, ulong Offset, ulong Length) pending)
    {
        pending = (-1, 0, 0);
        foreach (PciCapability capability in PciCapabilityList.Read(read, size))
        {
            const int length = 12;
            if (capability.IsExtended || capability.Id != (ushort)PciCapabilityId.MsiX || capability.Offset + length > 0x100) continue;
            // PCI Local Bus 3.0, 6.8.2: entries - 1 in the control word; table and pending bits: BAR in the low three bits.
            uint entries = ((read(capability.Offset) >> 16) & 0x7FF) + 1;
            uint table = read(capability.Offset + 4);
            uint bits = read(capability.Offset + 8);
            pending = ((int)(bits & 7), bits & ~7u, (entries + 63) / 64 * 8);
            return ((int)(table & 7), table & ~7u, entries * 16);
        }

        return null;
    }
}
