namespace Jungo.wdapi_dotnet;

/// <summary>Sizes and numbers of the driver. What has no enumeration of its own in existing code is here, so that it needs no cast.</summary>
public static class windrvr_consts
{
    public const int WD_CARD_ITEMS = 128;
    public const int WD_PCI_CARDS = 256;
    public const int WD_PCI_MAX_CAPS = 50;
    public const int WD_DMA_PAGES = 256;
    public const int WD_LICENSE_LENGTH = 3072;
    public const int WD_IPC_MAX_PROCS = 0x40;
    public const int WD_PROCESS_NAME_LENGTH = 256;
    public const int WD_MAX_DRIVER_NAME_LENGTH = 128;
    public const int WD_MAX_KP_NAME_LENGTH = 128;
    public const int WD_KERNEL_PLUGIN_MAX_LENGTH = 128;
    public const int WD_VERSION_STR_LENGTH = 128;
    public const int DEBUG_USER_BUF_LEN = 2048;
    public const int MAX_TRANSFER_COMMANDS = 1024;
    public const int WD_PLATFORM_CARDS = 32;
    public const int WD_DEVICE_NAME_LENGTH = 256;
    public const uint WD_MATCH_EXCLUDE = 1;
    public const uint WD_FORCE_CLEANUP = 1;
    public const uint SLEEP_BUSY = 0;
    public const uint SLEEP_NON_BUSY = 1;
    public const uint WD_PCI_CAP_ID_ALL = 0;
    public const uint WD_ENABLED_INT_TYPE_MASK = 0x3f;
    public const int WD_ENABLED_INT_TYPE_NUM_VECTORS_POSITION_BITS = 20;
    public const uint DMA_OPTIONS_ADDRESS_WIDTH_MASK = 0x7f000000;
    public const int DMA_OPTIONS_ADDRESS_WIDTH_SHIFT = 24;
    public const uint WD_INSERT = 0x1;
    public const uint WD_REMOVE = 0x2;
    public const uint WD_OBSOLETE = 0x8;
    public const uint WD_CPCI_REENUM = WD_OBSOLETE;
    public const uint WD_POWER_CHANGED_D0 = 0x10;
    public const uint WD_POWER_CHANGED_D1 = 0x20;
    public const uint WD_POWER_CHANGED_D2 = 0x40;
    public const uint WD_POWER_CHANGED_D3 = 0x80;
    public const uint WD_POWER_SYSTEM_WORKING = 0x100;
    public const uint WD_POWER_SYSTEM_SLEEPING1 = 0x200;
    public const uint WD_POWER_SYSTEM_SLEEPING2 = 0x400;
    public const uint WD_POWER_SYSTEM_SLEEPING3 = 0x800;
    public const uint WD_POWER_SYSTEM_HIBERNATE = 0x1000;
    public const uint WD_POWER_SYSTEM_SHUTDOWN = 0x2000;
    public const uint WD_IPC_UNICAST_MSG = 0x4000;
    public const uint WD_IPC_MULTICAST_MSG = 0x8000;
    public const uint WD_IPC_ALL_MSG = WD_IPC_UNICAST_MSG | WD_IPC_MULTICAST_MSG;
    public const uint WD_ACTIONS_POWER = WD_POWER_CHANGED_D0 | WD_POWER_CHANGED_D1 | WD_POWER_CHANGED_D2 | WD_POWER_CHANGED_D3
        | WD_POWER_SYSTEM_WORKING | WD_POWER_SYSTEM_SLEEPING1 | WD_POWER_SYSTEM_SLEEPING3 | WD_POWER_SYSTEM_HIBERNATE | WD_POWER_SYSTEM_SHUTDOWN;
    public const uint WD_ACTIONS_ALL = WD_ACTIONS_POWER | WD_INSERT | WD_REMOVE;
    public const uint WD_IPC_UID_UNICAST = 1;
    public const uint WD_IPC_SUBGROUP_MULTICAST = 2;
    public const uint WD_IPC_MULTICAST = 4;
}

/// <summary>Numbers of the card library.</summary>
public static class wdc_lib_consts
{
    public const uint WDC_DRV_OPEN_BASIC = 0;
    public const uint WDC_DRV_OPEN_CHECK_VER = 1;
    public const uint WDC_DRV_OPEN_REG_LIC = 2;
    public const uint WDC_DRV_OPEN_ALL = 3;
    public const uint WDC_DRV_OPEN_KP = WDC_DRV_OPEN_BASIC;
    public const uint WDC_DRV_OPEN_DEFAULT = WDC_DRV_OPEN_ALL;
    public const uint WDC_DRV_OPEN_AGENT_DEFAULT_WAIT = 0x10;
    public const uint WDC_DRV_OPEN_AGENT_LONG_WAIT = 0x20;
    public const uint WDC_DRV_OPEN_AGENT_INFINITE_WAIT = 0x40;
    public const uint WDC_DBG_OUT_DBM = 0x1;
    public const uint WDC_DBG_OUT_FILE = 0x2;
    public const uint WDC_DBG_LEVEL_ERR = 0x10;
    public const uint WDC_DBG_LEVEL_TRACE = 0x20;
    public const uint WDC_DBG_NONE = 0x100;
    public const uint WDC_DBG_DEFAULT = 0x21;
    public const uint WDC_DBG_DBM_ERR = 0x11;
    public const uint WDC_DBG_DBM_TRACE = 0x21;
    public const uint WDC_DBG_FILE_ERR = 0x12;
    public const uint WDC_DBG_FILE_TRACE = 0x22;
    public const uint WDC_DBG_DBM_FILE_ERR = 0x13;
    public const uint WDC_DBG_DBM_FILE_TRACE = 0x23;
    public const uint WDC_DBG_FULL = 0x23;
    public const uint WDC_AD_CFG_SPACE = 0xFF;
    public const uint WDC_SIZE_8 = 1;
    public const uint WDC_SIZE_16 = 2;
    public const uint WDC_SIZE_32 = 4;
    public const uint WDC_SIZE_64 = 8;
    public const int MAX_NAME = 128;
    public const int MAX_DESC = 128;
    public const int MAX_NAME_DISPLAY = 22;
}

/// <summary>User code for an interrupt.</summary>
/// <param name="pData">What was given when it was enabled.</param>
public delegate void INT_HANDLER(IntPtr pData);

/// <summary>User code for an event.</summary>
/// <param name="pEvent">A <see cref="WD_EVENT"/> in memory, until it returns.</param>
/// <param name="pData">What was given when it was registered.</param>
public delegate void EVENT_HANDLER_DOTNET(IntPtr pEvent, IntPtr pData);

/// <summary>User code for a part of a DMA transaction.</summary>
/// <param name="pData">What was given with the transaction.</param>
public delegate void DMA_TRANSACTION_CALLBACK(IntPtr pData);
