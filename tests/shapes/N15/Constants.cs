using Jungo.wdapi_dotnet;
using DWORD = System.UInt32;

namespace Edu.N15
{
    /// <summary>The numbers of the constants.</summary>
    internal static class Constants
    {
        internal static void Run()
        {
            Numbers.Same("wdc_lib_consts", new DWORD[]
            {
                (DWORD)wdc_lib_consts.WDC_DRV_OPEN_BASIC, (DWORD)wdc_lib_consts.WDC_DRV_OPEN_CHECK_VER,
                (DWORD)wdc_lib_consts.WDC_DRV_OPEN_REG_LIC, (DWORD)wdc_lib_consts.WDC_DRV_OPEN_ALL, (DWORD)wdc_lib_consts.WDC_DRV_OPEN_KP,
                (DWORD)wdc_lib_consts.WDC_DRV_OPEN_DEFAULT, (DWORD)wdc_lib_consts.WDC_DBG_OUT_DBM, (DWORD)wdc_lib_consts.WDC_DBG_OUT_FILE,
                (DWORD)wdc_lib_consts.WDC_DBG_LEVEL_ERR, (DWORD)wdc_lib_consts.WDC_DBG_LEVEL_TRACE, (DWORD)wdc_lib_consts.WDC_DBG_NONE,
                (DWORD)wdc_lib_consts.WDC_DBG_DEFAULT, (DWORD)wdc_lib_consts.WDC_DBG_DBM_ERR, (DWORD)wdc_lib_consts.WDC_DBG_DBM_TRACE,
                (DWORD)wdc_lib_consts.WDC_DBG_FILE_ERR, (DWORD)wdc_lib_consts.WDC_DBG_FILE_TRACE,
                (DWORD)wdc_lib_consts.WDC_DBG_DBM_FILE_ERR, (DWORD)wdc_lib_consts.WDC_DBG_DBM_FILE_TRACE,
                (DWORD)wdc_lib_consts.WDC_DBG_FULL, (DWORD)wdc_lib_consts.WDC_AD_CFG_SPACE, (DWORD)wdc_lib_consts.MAX_NAME,
                (DWORD)wdc_lib_consts.MAX_DESC, (DWORD)wdc_lib_consts.MAX_NAME_DISPLAY,
            },
            new DWORD[]
            {
                0, 1, 2, 3, 0, 3, 1, 2, 0x10, 0x20, 0x100, 0x21, 0x11, 0x21, 0x12, 0x22, 0x13, 0x23, 0x23, 0xff, 0x80, 0x80, 0x16,
            });
            Numbers.Same("windrvr_consts", new DWORD[]
            {
                (DWORD)windrvr_consts.WD_CARD_ITEMS, (DWORD)windrvr_consts.WD_PCI_CARDS, (DWORD)windrvr_consts.WD_PCI_MAX_CAPS,
                (DWORD)windrvr_consts.WD_DMA_PAGES, (DWORD)windrvr_consts.WD_LICENSE_LENGTH, (DWORD)windrvr_consts.WD_IPC_MAX_PROCS,
                (DWORD)windrvr_consts.WD_PROCESS_NAME_LENGTH, (DWORD)windrvr_consts.WD_MAX_DRIVER_NAME_LENGTH,
                (DWORD)windrvr_consts.WD_MAX_KP_NAME_LENGTH, (DWORD)windrvr_consts.WD_VERSION_STR_LENGTH,
                (DWORD)windrvr_consts.WD_KERNEL_PLUGIN_MAX_LENGTH, (DWORD)windrvr_consts.DEBUG_USER_BUF_LEN,
                (DWORD)windrvr_consts.WD_MATCH_EXCLUDE, (DWORD)windrvr_consts.WD_FORCE_CLEANUP, (DWORD)windrvr_consts.SLEEP_BUSY,
                (DWORD)windrvr_consts.SLEEP_NON_BUSY, (DWORD)windrvr_consts.WD_PCI_CAP_ID_ALL,
            },
            new DWORD[] { 0x80, 0x100, 0x32, 0x100, 0xc00, 0x40, 0x100, 0x80, 0x80, 0x80, 0x80, 0x800, 1, 1, 0, 1, 0 });
        }
    }
}
