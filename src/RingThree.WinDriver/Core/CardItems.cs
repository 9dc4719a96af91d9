using Jungo.wdapi_dotnet;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Pci.Decoding;

namespace RingThree.WinDriver;

/// <summary>A function's resources as items of a <see cref="WD_CARD"/>, found without opening it.</summary>
internal static class CardItems
{
    internal const uint Message = (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE;
    internal const uint MessageX = (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE_X;
    internal const uint LogicalId = (uint)WD_INTERRUPT_OPTIONS.INTERRUPT_CE_INT_ID;
    internal const uint Level = (uint)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE;

    /// <summary>Everything that is known of a function without disturbing it.</summary>
    /// <exception cref="StatusException">There is none.</exception>
    internal static PciFunctionDescription Describe(IHost host, string address)
    {
        if (host.PeekConfiguration(address) is not { Length: >= 64 } image)
            throw new StatusException(WD_ERROR_CODES.WD_DEVICE_NOT_FOUND, $"{address}: there is no such function on host '{host.Name}'.");
        return PciDecoder.Decode(image.Span, host.PeekRegions(address));
    }

    internal static WD_CARD Of(PciFunctionDescription function, WD_PCI_SLOT slot)
    {
        var card = new WD_CARD();
        foreach (PciBarDescription bar in function.Bars.Where(b => b.Size > 0))
        {
            var item = new WD_ITEMS { item = (uint)ITEM_TYPE.ITEM_MEMORY };
            if (bar.Kind == RegionKind.Port)
            {
                item.item = (uint)ITEM_TYPE.ITEM_IO;
                item.I.IO = new I_O { pAddr = bar.Address, dwBytes = (uint)bar.Size!.Value, dwBar = (uint)bar.Index };
            }
            else
            {
                // The address is what transfer commands will name: no pointer, and none is needed.
                item.I.Mem = new MEM { pPhysicalAddr = bar.Address, pTransAddr = bar.Address, qwBytes = bar.Size!.Value, dwBar = (uint)bar.Index };
            }

            Add(ref card, item);
        }

        uint types = InterruptTypes(function);
        if (types != 0)
        {
            var item = new WD_ITEMS { item = (uint)ITEM_TYPE.ITEM_INTERRUPT };
            item.I.Int = new INT { dwInterrupt = (uint)function.InterruptLine, dwOptions = types };
            Add(ref card, item);
        }

        var bus = new WD_ITEMS { item = (uint)ITEM_TYPE.ITEM_BUS };
        bus.I.Bus = new WD_BUS { dwBusType = WD_BUS_TYPE.WD_BUS_PCI, dwDomainNum = slot.dwDomain, dwBusNum = slot.dwBus, dwSlotFunc = (slot.dwSlot << 3) | slot.dwFunction };
        Add(ref card, bus);
        return card;
    }

    /// <summary>The items of a card that count; none where its fields do not fit together.</summary>
    internal static Span<WD_ITEMS> Items(in WD_CARD card) => card.Item is { } items && card.dwItems <= items.Length ? items.AsSpan(0, (int)card.dwItems) : [];

    /// <summary>The slot that a card's bus item names, or null for a card without one.</summary>
    internal static WD_PCI_SLOT? SlotOf(in WD_CARD card)
    {
        foreach (WD_ITEMS item in Items(card))
        {
            WD_BUS bus = item.I.Bus;
            if (item.item == (uint)ITEM_TYPE.ITEM_BUS && bus.dwBusType == WD_BUS_TYPE.WD_BUS_PCI)
                return new WD_PCI_SLOT { dwDomain = bus.dwDomainNum, dwBus = bus.dwBusNum, dwSlot = bus.dwSlotFunc >> 3, dwFunction = bus.dwSlotFunc & 7 };
        }

        return null;
    }

    /// <summary>Tells in a card's items what registering it has made of them: addresses for transfer commands and for the memory macros, the interrupt's handle.</summary>
    internal static void TellRegistered(in WD_CARD card, OpenCard registered)
    {
        Span<WD_ITEMS> items = Items(card);
        foreach (AddressSpace? space in registered.Spaces)
        {
            if (space is null || items[space.Item].item != (uint)ITEM_TYPE.ITEM_MEMORY) continue;
            (items[space.Item].I.Mem.pTransAddr, items[space.Item].I.Mem.pUserDirectAddr) = (space.Address, space.Direct);
        }

        SetHandles(card, (uint)registered.Handle);
    }

    /// <summary>The interrupt item tells the handle that interrupts are enabled with; 0 where the card is registered no longer.</summary>
    internal static void SetHandles(in WD_CARD card, uint handle)
    {
        foreach (ref WD_ITEMS item in Items(card))
        {
            if (item.item == (uint)ITEM_TYPE.ITEM_INTERRUPT) item.I.Int.hInterrupt = handle;
        }
    }

    /// <summary>Writes the capabilities of an id into an array, as many as it has room for.</summary>
    /// <returns>How many were written.</returns>
    internal static uint Fill(WD_PCI_CAP[] into, IEnumerable<PciCapability> capabilities, uint id)
    {
        PciCapability[] found = [.. capabilities.Where(c => id == windrvr_consts.WD_PCI_CAP_ID_ALL || c.Id == id).Take(into.Length)];
        for (int i = 0; i < found.Length; i++) into[i] = new WD_PCI_CAP { dwCapId = found[i].Id, dwCapOffset = (uint)found[i].Offset };
        return (uint)found.Length;
    }

    /// <summary>The generation of PCI Express that a function's link can have; 0 for one without, 1 for one inside the root complex, which has no link.</summary>
    /// <remarks>Source: PCI Express Base 5.0, 7.5.3.6, Max Link Speed.</remarks>
    internal static uint ExpressGeneration(PciFunctionDescription function) => function.Find(PciCapabilityId.Express)?.Number("linkCapabilities.maxSpeedGigatransfersPerSecond") switch
    {
        null => function.Find(PciCapabilityId.Express) is null ? 0u : 1u,
        >= 64 => 6,
        >= 32 => 5,
        >= 16 => 4,
        >= 8 => 3,
        >= 5 => 2,
        _ => 1,
    };

    private static uint InterruptTypes(PciFunctionDescription function) =>
        (function.Find(PciCapabilityId.MsiX) is null ? 0 : MessageX) | (function.Find(PciCapabilityId.Msi) is null ? 0 : Message) | (function.InterruptPin == 0 ? 0 : Level);

    private static void Add(ref WD_CARD card, WD_ITEMS item) => card.Item[card.dwItems++] = item;
}
