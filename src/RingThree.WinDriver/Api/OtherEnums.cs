namespace Jungo.wdapi_dotnet;

/// <summary>DMA options.</summary>
public enum WD_DMA_OPTIONS : int
{
    DMA_KERNEL_BUFFER_ALLOC = 0x1,
    DMA_KBUF_BELOW_16M = 0x2,
    DMA_LARGE_BUFFER = 0x4,
    DMA_ALLOW_CACHE = 0x8,
    DMA_KERNEL_ONLY_MAP = 0x10,
    DMA_FROM_DEVICE = 0x20,
    DMA_READ_FROM_DEVICE = 0x20,
    DMA_TO_DEVICE = 0x40,
    DMA_WRITE_TO_DEVICE = 0x40,
    DMA_TO_FROM_DEVICE = 0x60,
    DMA_DIRECTION_MASK = 0x60,
    DMA_ALLOW_64BIT_ADDRESS = 0x80,
    DMA_ALLOW_NO_HCARD = 0x100,
    DMA_GET_EXISTING_BUF = 0x200,
    DMA_RESERVED_MEM = 0x400,
    DMA_KBUF_ALLOC_SPECIFY_ADDRESS_WIDTH = 0x800,
    DMA_GET_PREALLOCATED_BUFFERS_ONLY = 0x1000,
    DMA_TRANSACTION = 0x2000,
    DMA_GPUDIRECT = 0x4000,
    DMA_DISABLE_MERGE_ADJACENT_PAGES = 0x8000,
    DMA_OVERRIDE_CMA_VALIDATION = 0x10000,
    DMA_P2PDMA = 0x20000,
    DMA_ADDRESS_WIDTH_MASK = 0x7f000000,
    DMA_ADDRESS_WIDTH_SHIFT = 24,
}

/// <summary>Options of a shared buffer.</summary>
public enum WD_KER_BUF_OPTION : int
{
    KER_BUF_ALLOC_NON_CONTIG = 1,
    KER_BUF_ALLOC_CONTIG = 2,
    KER_BUF_ALLOC_CACHED = 4,
    KER_BUF_GET_EXISTING_BUF = 8,
}

/// <summary>Directions.</summary>
public enum WDC_DIRECTION : int
{
    WDC_WRITE = 0,
    WDC_READ = 1,
    WDC_READ_WRITE = 2,
}

/// <summary>Options of a block access.</summary>
public enum WDC_ADDR_RW_OPTIONS : int
{
    WDC_ADDR_RW_DEFAULT = 0,
    WDC_ADDR_RW_NO_AUTOINC = 4,
}

/// <summary>Access widths, bytes.</summary>
public enum WDC_ADDR_MODE : int
{
    WDC_MODE_8 = 1,
    WDC_MODE_16 = 2,
    WDC_MODE_32 = 4,
    WDC_MODE_64 = 8,
}

/// <summary>Access sizes, bytes; as numbers they are <see cref="wdc_lib_consts.WDC_SIZE_8"/> and its neighbours.</summary>
public enum WDC_ADDR_SIZE : int
{
    WDC_SIZE_8 = 1,
    WDC_SIZE_16 = 2,
    WDC_SIZE_32 = 4,
    WDC_SIZE_64 = 8,
}

/// <summary>How to sleep.</summary>
public enum WDC_SLEEP_OPTIONS : int
{
    WDC_SLEEP_BUSY = 0,
    WDC_SLEEP_NON_BUSY = 1,
}

/// <summary>What happens to a device, as bits; as numbers they are in <see cref="windrvr_consts"/>.</summary>
public enum WD_EVENT_ACTION : int
{
    WD_INSERT = 0x1,
    WD_REMOVE = 0x2,
    WD_OBSOLETE = 0x8,
    WD_CPCI_REENUM = 0x8,
    WD_POWER_CHANGED_D0 = 0x10,
    WD_POWER_CHANGED_D1 = 0x20,
    WD_POWER_CHANGED_D2 = 0x40,
    WD_POWER_CHANGED_D3 = 0x80,
    WD_POWER_SYSTEM_WORKING = 0x100,
    WD_POWER_SYSTEM_SLEEPING1 = 0x200,
    WD_POWER_SYSTEM_SLEEPING2 = 0x400,
    WD_POWER_SYSTEM_SLEEPING3 = 0x800,
    WD_POWER_SYSTEM_HIBERNATE = 0x1000,
    WD_POWER_SYSTEM_SHUTDOWN = 0x2000,
    WD_IPC_UNICAST_MSG = 0x4000,
    WD_IPC_MULTICAST_MSG = 0x8000,
    WD_IPC_ALL_MSG = 0xC000,
    WD_ACTIONS_POWER = 0x3BF0,
    WD_ACTIONS_ALL = 0x3BF3,
}

/// <summary>Options of an event.</summary>
public enum WD_EVENT_OPTION : int
{
    WD_ACKNOWLEDGE = 1,
    WD_ACCEPT_CONTROL = 2,
}

/// <summary>What an event is about.</summary>
public enum WD_EVENT_TYPE : int
{
    WD_EVENT_TYPE_UNKNOWN = 0,
    WD_EVENT_TYPE_PCI = 1,
    WD_EVENT_TYPE_USB = 3,
    WD_EVENT_TYPE_IPC = 4,
}

/// <summary>Levels of the debug log.</summary>
public enum DEBUG_LEVEL : int
{
    D_OFF = 0,
    D_ERROR = 1,
    D_WARN = 2,
    D_INFO = 3,
    D_TRACE = 4,
}

/// <summary>Commands to the debug log.</summary>
public enum DEBUG_COMMAND : int
{
    DEBUG_STATUS = 1,
    DEBUG_SET_FILTER = 2,
    DEBUG_SET_BUFFER = 3,
    DEBUG_CLEAR_BUFFER = 4,
    DEBUG_DUMP_SEC_ON = 5,
    DEBUG_DUMP_SEC_OFF = 6,
    KERNEL_DEBUGGER_ON = 7,
    KERNEL_DEBUGGER_OFF = 8,
    DEBUG_DUMP_CLOCK_ON = 9,
    DEBUG_DUMP_CLOCK_OFF = 10,
    DEBUG_CLOCK_RESET = 11,
}

/// <summary>Sections of the debug log.</summary>
public enum DEBUG_SECTION : uint
{
    S_ALL = 0xffffffff,
    S_IO = 8,
    S_MEM = 0x10,
    S_INT = 0x20,
    S_PCI = 0x40,
    S_DMA = 0x80,
    S_MISC = 0x100,
    S_LICENSE = 0x200,
    S_PNP = 0x1000,
    S_CARD_REG = 0x2000,
    S_KER_DRV = 0x4000,
    S_USB = 0x8000,
    S_KER_PLUG = 0x10000,
    S_EVENT = 0x20000,
    S_IPC = 0x40000,
    S_KER_BUF = 0x80000,
    S_PLATFORM = 0x100000,
    S_P2PDMA = 0x200000,
}
