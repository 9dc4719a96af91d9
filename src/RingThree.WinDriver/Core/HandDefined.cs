using Jungo.wdapi_dotnet;
using RingThree.Hosting;
using RingThree.Platform;

namespace RingThree.WinDriver;

/// <summary>A card that no bus enumerates, by the items that a program has written down: memory, ports, an interrupt line.</summary>
internal static class HandDefined
{
    private const string Name = "isa";
    private const uint AllowCache = (uint)WD_ITEM_MEM_OPTIONS.WD_ITEM_MEM_ALLOW_CACHE;

    /// <summary>Where the card is.</summary>
    /// <exception cref="StatusException">The items name no resource, or one that cannot be.</exception>
    internal static PlatformResources Resources(WD_CARD card)
    {
        var resources = new PlatformResources(Name);
        foreach (WD_ITEMS item in CardItems.Items(card))
        {
            resources = (ITEM_TYPE)item.item switch
            {
                ITEM_TYPE.ITEM_MEMORY => resources.Memory(item.I.Mem.pPhysicalAddr, item.I.Mem.qwBytes, (item.I.Mem.dwOptions & AllowCache) != 0, item.fNotSharable != 0),
                ITEM_TYPE.ITEM_IO => resources.Ports(Whole(item.I.IO.pAddr, "a port"), Whole(item.I.IO.dwBytes, "a number of ports"), item.fNotSharable != 0),
                ITEM_TYPE.ITEM_INTERRUPT => Line(resources, item.I.Int),
                _ => resources,
            };
        }

        return resources.IsEmpty ? throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, "the card has no memory, no ports and no interrupt among its items.") : resources;
    }

    /// <summary>The card's spaces, by the order of its memory and port items.</summary>
    internal static IReadOnlyList<AddressSpace> Spaces(PlatformDevice device, WD_CARD card)
    {
        var spaces = new List<AddressSpace>();
        Span<WD_ITEMS> items = CardItems.Items(card);
        for (int i = 0; i < items.Length; i++)
        {
            if ((ITEM_TYPE)items[i].item is not (ITEM_TYPE.ITEM_MEMORY or ITEM_TYPE.ITEM_IO)) continue;
            int number = spaces.Count;
            PlatformRange range = device.Resources.Ranges[number];
            if (range.Kind == RegionKind.Memory) items[i].I.Mem.pTransAddr = range.Start; // what transfer commands will name
            spaces.Add(new AddressSpace(number, device.Region(number), number, range.Start, i));
        }

        return spaces;
    }

    private static PlatformResources Line(PlatformResources resources, INT line)
    {
        LineTrigger trigger = (line.dwOptions & CardItems.Level) != 0 ? LineTrigger.Level : LineTrigger.Edge;
        if ((line.dwOptions & CardItems.LogicalId) != 0) return resources.Logical(Whole(line.dwInterrupt, "a logical interrupt"), trigger);
        return resources.Irq(Whole(line.dwInterrupt, "an interrupt line"), trigger);
    }

    private static int Whole(ulong value, string what) => value <= int.MaxValue ? (int)value : throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"0x{value:x} cannot be {what}.");
}
