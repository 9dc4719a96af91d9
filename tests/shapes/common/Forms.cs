using System;
using Jungo.wdapi_dotnet;
using DWORD = System.UInt32;

namespace Shapes
{
    /// <summary>Constants in the forms in which programs of every shape use them: that this compiles is most of what it checks.</summary>
    internal static class Forms
    {
        private const string DRIVER = "windrvr" + windrvr_decl.WD_VERSION;
        private const string ABOUT = windrvr_decl.WD_VER_STRING + ", " + windrvr_decl.DLL_NAME + windrvr_decl.COPYRIGHTS_YEAR_STR + windrvr_decl.JUNGO_COPYRIGHT;
        private const DWORD ACTIONS = windrvr_consts.WD_ACTIONS_ALL & ~windrvr_consts.WD_POWER_CHANGED_D1;

        internal static void Run()
        {
            DWORD[] sizes = { wdc_lib_consts.WDC_SIZE_8, wdc_lib_consts.WDC_SIZE_16, wdc_lib_consts.WDC_SIZE_32, wdc_lib_consts.WDC_SIZE_64 };
            DWORD bits = 0;
            foreach (DWORD size in sizes)
                bits += Bits(size);
            Report.Equal("sizes as case labels", 120u, bits);
            Report.Check("constants as part of constants", ACTIONS == 0x3bd3 && DRIVER == "windrvr1630" && ABOUT.Length > 0);

            DWORD option = (DWORD)WD_DMA_OPTIONS.DMA_KBUF_ALLOC_SPECIFY_ADDRESS_WIDTH;
            option |= (DWORD)28 << windrvr_consts.DMA_OPTIONS_ADDRESS_WIDTH_SHIFT;
            Report.Equal("a constant as a shift count", 0x1c000800u, option);
            Report.Check("events as case labels", Event(windrvr_consts.WD_INSERT) == "insert" && Event((DWORD)WD_EVENT_ACTION.WD_REMOVE) == "remove"
                && Event(windrvr_consts.WD_POWER_SYSTEM_HIBERNATE) == "other");
            Report.Check("configuration space among address spaces", Space(wdc_lib_consts.WDC_AD_CFG_SPACE) == "configuration" && Space(2) == "BAR2");
            WD_PCI_SLOT[] slots = new WD_PCI_SLOT[windrvr_consts.WD_PCI_CARDS];
            char[] name = new char[wdc_lib_consts.MAX_NAME_DISPLAY];
            Report.Check("constants as lengths", slots.Length == 256 && name.Length == 22);
            Report.Check("registers by their class", (DWORD)PciRegs.PCI_CFG_REG.PCI_MLR == 0x3f && (DWORD)PCI_CFG_REG.PCI_MLR == 0x3f);
        }

        private static DWORD Bits(DWORD size)
        {
            switch (size)
            {
                case wdc_lib_consts.WDC_SIZE_8:
                    return 8;
                case wdc_lib_consts.WDC_SIZE_16:
                    return 16;
                case wdc_lib_consts.WDC_SIZE_32:
                    return 32;
                case wdc_lib_consts.WDC_SIZE_64:
                    return 64;
                default:
                    return 0;
            }
        }

        private static string Event(DWORD action)
        {
            switch (action)
            {
                case windrvr_consts.WD_INSERT:
                    return "insert";
                case windrvr_consts.WD_REMOVE:
                    return "remove";
                default:
                    return "other";
            }
        }

        private static string Space(DWORD space)
        {
            switch (space)
            {
                case wdc_lib_consts.WDC_AD_CFG_SPACE:
                    return "configuration";
                case (DWORD)AD_PCI_BAR.AD_PCI_BAR2:
                    return "BAR2";
                default:
                    return "";
            }
        }
    }
}
