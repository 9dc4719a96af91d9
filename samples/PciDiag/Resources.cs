using Jungo.wdapi_dotnet;
using static Jungo.wdapi_dotnet.wdc_defs_macros;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using static Jungo.wdapi_dotnet.wdc_lib_macros;

namespace RingThree.Samples.PciDiag;

/// <summary>What the open card has.</summary>
internal sealed class Resources(Card card)
{
    private const int FirstBar = 0;

    /// <summary>Prints its address spaces and its interrupt.</summary>
    internal void Show()
    {
        WDC_DEVICE device = card.Device;
        Console.WriteLine($"{device.cardReg.cDescription}: bus {WDC_GetBusType(card.Handle)}");
        for (uint space = FirstBar; space < device.dwNumAddrSpaces; space++)
        {
            if (!WDC_AddrSpaceIsActive(card.Handle, space)) continue;
            WDC_ADDR_DESC description = WDC_GET_ADDR_DESC(device, space);
            bool exclusive = card.Items.Item[description.dwItemIndex].fNotSharable != 0;
            Console.WriteLine($"space {space}: {(WDC_ADDR_IS_MEM(description) ? "memory" : "ports")} at 0x{description.pAddr:x}, {WDC_GET_ADDR_SPACE_SIZE(device, space)} bytes{(exclusive ? ", exclusive" : "")}");
        }

        foreach (WD_ITEMS item in card.Items.Item.Take((int)card.Items.dwItems).Where(i => i.item == (uint)ITEM_TYPE.ITEM_INTERRUPT))
            Console.WriteLine($"interrupt: line {item.I.Int.dwInterrupt}, {Kinds(item.I.Int.dwOptions)}{(item.fNotSharable != 0 ? ", exclusive" : "")}");
    }

    /// <summary>Prints its capabilities, the extended ones behind the others.</summary>
    internal void ShowCapabilities()
    {
        var plain = new WDC_PCI_SCAN_CAPS_RESULT();
        Outcome.Check("scanning capabilities", WDC_PciScanCaps(card.Handle, windrvr_consts.WD_PCI_CAP_ID_ALL, ref plain));
        var extended = new WDC_PCI_SCAN_CAPS_RESULT();
        Outcome.Check("scanning extended capabilities", WDC_PciScanExtCaps(card.Handle, windrvr_consts.WD_PCI_CAP_ID_ALL, ref extended));
        if (plain.dwNumCaps + extended.dwNumCaps == 0) Console.WriteLine("no capabilities");
        foreach (WD_PCI_CAP found in plain.pciCaps.Take((int)plain.dwNumCaps))
            Console.WriteLine($"0x{found.dwCapOffset:x2}: 0x{found.dwCapId:x2} {GetCapabilityStr(found.dwCapId)}");
        foreach (WD_PCI_CAP found in extended.pciCaps.Take((int)extended.dwNumCaps))
            Console.WriteLine($"0x{found.dwCapOffset:x3}: 0x{found.dwCapId:x4} {GetExtendedCapabilityStr(found.dwCapId)}");
        uint generation = WDC_PciGetExpressGen(card.Handle);
        if (generation > 0) Console.WriteLine($"PCI Express, generation {generation}");
    }

    private static string Kinds(uint options)
    {
        var kinds = new List<string>();
        if ((options & (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE_X) != 0) kinds.Add("MSI-X");
        if ((options & (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE) != 0) kinds.Add("MSI");
        if ((options & (uint)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE) != 0) kinds.Add("level");
        return kinds.Count > 0 ? string.Join(", ", kinds) : "edge";
    }
}
