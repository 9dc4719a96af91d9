using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>What a device is, as a recording keeps it: description, regions, interrupt groups.</summary>
internal sealed record RecordedShape(
    DeviceDescription Description, IReadOnlyList<RegionDescription> Regions, IReadOnlyList<InterruptGroupDescription> Groups, bool CanReset, int Space)
{
    private const int MostVectors = 1 << 16;
    private const int FlagsMask = 0xFF;

    internal static void Write(ref RecordBuilder record, IHostedDevice device, int space)
    {
        DeviceDescription d = device.Description;
        record.Text(d.Address);
        foreach (ulong number in (ReadOnlySpan<ulong>)[d.VendorId, d.DeviceId, d.SubsystemVendorId, d.SubsystemId, d.ClassCode, d.Revision]) record.Number(number);
        record.Text(d.Name);
        record.Text(d.Driver);
        Optional(ref record, d.IsolationGroup);
        Optional(ref record, d.NumaNode);
        record.Flag(device.CanReset);
        record.Number((uint)space);
        record.Number((uint)device.Regions.Count);
        foreach (RegionDescription region in device.Regions)
        {
            record.Number((uint)region.Kind);
            record.Number(region.Size);
            record.Number((uint)region.Abilities);
            record.Text(region.Name);
            record.Number(region.HostSpecificType);
            record.Number((uint)region.Parts.Count);
            foreach (RegionPart part in region.Parts)
            {
                record.Number((uint)part.Kind);
                record.Number(part.Offset);
                record.Number(part.Length);
            }
        }

        record.Number((uint)device.InterruptGroups.Count);
        foreach (InterruptGroupDescription group in device.InterruptGroups)
        {
            record.Number((uint)group.Kind);
            record.Number((uint)group.Count);
            record.Number((uint)group.Abilities);
            record.Text(group.Name);
            record.Flag(group.Shared);
        }
    }

    internal static RecordedShape Read(ref RecordReader record)
    {
        string address = record.Word("the address");
        var description = new DeviceDescription(address, Id(ref record), Id(ref record))
        {
            SubsystemVendorId = Id(ref record),
            SubsystemId = Id(ref record),
            ClassCode = (uint)record.Number(0xFFFFFF, "the class"),
            Revision = (byte)record.Number(0xFF, "the revision"),
            Name = record.Text(),
            Driver = record.Text(),
            IsolationGroup = Optional(ref record),
            NumaNode = Optional(ref record),
        };
        bool canReset = record.Flag();
        int space = record.Number(int.MaxValue, "the address space");
        var regions = new List<RegionDescription>();
        for (int left = record.Count("the number of regions"); left > 0; left--) regions.Add(Region(ref record));
        var groups = new List<InterruptGroupDescription>();
        for (int left = record.Count("the number of groups"); left > 0; left--) groups.Add(Group(ref record));
        return new RecordedShape(description, regions, groups, canReset, space);
    }

    private static RegionDescription Region(ref RecordReader record)
    {
        RegionKind kind = record.Enum<RegionKind>("the region's kind");
        ulong size = record.Number();
        // A replay has no memory of the card's to map.
        RegionAbilities abilities = (RegionAbilities)record.Number(FlagsMask, "the region's abilities") & ~RegionAbilities.Map;
        string name = record.Word("the region's name");
        ulong type = record.Number();
        var parts = new List<RegionPart>();
        for (int left = record.Count("the number of parts"); left > 0; left--)
        {
            var part = new RegionPart(record.Enum<RegionPartKind>("the part's kind"), record.Number(), record.Number());
            if (part.Length > size || part.Offset > size - part.Length) throw new InvalidDataException("a part reaches beyond its region");
            parts.Add(part);
        }

        return new RegionDescription(kind, size, abilities, name) { HostSpecificType = type, Parts = parts };
    }

    private static InterruptGroupDescription Group(ref RecordReader record) =>
        new(record.Enum<InterruptGroupKind>("the group's kind"), record.Number(MostVectors, "the number of vectors"),
            (InterruptGroupAbilities)record.Number(FlagsMask, "the group's abilities"), record.Word("the group's name"))
        {
            Shared = record.Flag(),
        };

    private static ushort Id(ref RecordReader record) => (ushort)record.Number(0xFFFF, "the id");

    private static void Optional(ref RecordBuilder record, int? number)
    {
        record.Flag(number is not null);
        if (number is { } value) record.Number((uint)value);
    }

    private static int? Optional(ref RecordReader record) => record.Flag() ? (int)(uint)record.Number() : null;
}
