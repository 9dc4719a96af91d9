using Jungo.wdapi_dotnet;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.PciDiag;

/// <summary>Opens functions.</summary>
internal sealed class PciCards(Answers answers, Scan scan, Card card)
{
    /// <summary>Opens one by its number or its slot.</summary>
    internal void Open()
    {
        WD_PCI_SLOT slot = answers.Ask("number of the last scan, or slot", "0", scan.Parse);
        bool exclusive = answers.Choice("sharable or exclusive", "sharable", "exclusive") == "exclusive";
        var info = new WD_PCI_CARD_INFO { pciSlot = slot };
        Outcome.Check($"the resources of {Scan.Show(slot)}", WDC_PciGetDeviceInfo(ref info));
        for (int i = 0; exclusive && i < info.Card.dwItems; i++)
        {
            // The bus item says where it is, and is nobody's alone; a line is shared with whom the board says.
            if (info.Card.Item[i].item is (uint)ITEM_TYPE.ITEM_MEMORY or (uint)ITEM_TYPE.ITEM_IO) info.Card.Item[i].fNotSharable = 1;
        }

        card.Open(isPci: true, info.Card, () =>
        {
            IntPtr handle = 0;
            uint status = WDC_PciDeviceOpen(ref handle, ref info, 0);
            return (status, handle);
        });
    }
}
