using Jungo.wdapi_dotnet;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.PciDiag;

/// <summary>Opens cards that no bus enumerates: what their jumpers say is typed in.</summary>
internal sealed class IsaCards(Answers answers, Card card)
{
    private const int MostItems = 16;

    /// <summary>Asks for the card's items, one after another, and opens it.</summary>
    internal void Open()
    {
        var items = new WD_CARD { dwItems = 1 };
        items.Item[0].item = (uint)ITEM_TYPE.ITEM_BUS;
        items.Item[0].I.Bus.dwBusType = WD_BUS_TYPE.WD_BUS_ISA;
        while (items.dwItems < MostItems)
        {
            string kind = answers.Choice("next item", "done", "memory", "ports", "irq");
            if (kind == "done") break;
            ref WD_ITEMS item = ref items.Item[items.dwItems++];
            switch (kind)
            {
                case "memory":
                    item.item = (uint)ITEM_TYPE.ITEM_MEMORY;
                    item.I.Mem.pPhysicalAddr = answers.Number("physical address", ulong.MaxValue);
                    item.I.Mem.qwBytes = answers.Number("bytes", 1UL << 40, least: 1);
                    if (answers.YesOrNo("cached")) item.I.Mem.dwOptions = (uint)WD_ITEM_MEM_OPTIONS.WD_ITEM_MEM_ALLOW_CACHE;
                    item.fNotSharable = answers.YesOrNo("exclusive") ? 1u : 0;
                    break;
                case "ports":
                    item.item = (uint)ITEM_TYPE.ITEM_IO;
                    item.I.IO.pAddr = answers.Number("first port", ushort.MaxValue);
                    item.I.IO.dwBytes = answers.Number32("ports", 0x10000, least: 1);
                    item.fNotSharable = answers.YesOrNo("exclusive") ? 1u : 0;
                    break;
                default:
                    item.item = (uint)ITEM_TYPE.ITEM_INTERRUPT;
                    item.I.Int.dwInterrupt = answers.Number32("irq", 255);
                    bool level = answers.Choice("trigger", "edge", "level") == "level";
                    item.I.Int.dwOptions = level ? (uint)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE : (uint)WD_INTERRUPT_TYPE.INTERRUPT_LATCHED;
                    item.fNotSharable = level ? 0 : 1u; // an edge that two cards make is one that gets lost
                    break;
            }
        }

        card.Open(isPci: false, items, () =>
        {
            IntPtr handle = 0;
            uint status = WDC_IsaDeviceOpen(ref handle, items, 0);
            return (status, handle);
        });
    }
}
