namespace Jungo.wdapi_dotnet;

/// <summary>Transfer commands: R or W, P for ports or M for memory, S for a block, and the size.</summary>
public enum WD_TRANSFER_CMD : uint
{
    CMD_NONE = 0,
    CMD_END = 1,
    CMD_MASK = 2,
    RP_BYTE = 10,
    RP_WORD = 11,
    RP_DWORD = 12,
    WP_BYTE = 13,
    WP_WORD = 14,
    WP_DWORD = 15,
    RP_QWORD = 16,
    WP_QWORD = 17,
    RP_SBYTE = 20,
    RP_SWORD = 21,
    RP_SDWORD = 22,
    WP_SBYTE = 23,
    WP_SWORD = 24,
    WP_SDWORD = 25,
    RP_SQWORD = 26,
    WP_SQWORD = 27,
    RM_BYTE = 30,
    RM_WORD = 31,
    RM_DWORD = 32,
    WM_BYTE = 33,
    WM_WORD = 34,
    WM_DWORD = 35,
    RM_QWORD = 36,
    WM_QWORD = 37,
    RM_SBYTE = 40,
    RM_SWORD = 41,
    RM_SDWORD = 42,
    WM_SBYTE = 43,
    WM_SWORD = 44,
    WM_SDWORD = 45,
    RM_SQWORD = 46,
    WM_SQWORD = 47,
}

/// <summary>Interrupt options, as older code names them.</summary>
public enum WD_INTERRUPT_OPTIONS : int
{
    INTERRUPT_LEVEL_SENSITIVE = 0x01,
    INTERRUPT_CMD_COPY = 0x02,
    INTERRUPT_CE_INT_ID = 0x04,
}

/// <summary>Interrupt types and options: one set of bits.</summary>
public enum WD_INTERRUPT_TYPE : int
{
    INTERRUPT_LATCHED = 0x00,
    INTERRUPT_LEVEL_SENSITIVE = 0x01,
    INTERRUPT_CMD_COPY = 0x02,
    INTERRUPT_CE_INT_ID = 0x04,
    INTERRUPT_CMD_RETURN_VALUE = 0x08,
    INTERRUPT_MESSAGE = 0x10,
    INTERRUPT_MESSAGE_X = 0x20,
    INTERRUPT_DONT_GET_MSI_MESSAGE = 0x40,
}

/// <summary>Values of <c>fStopped</c>.</summary>
public enum WD_INTERRUPT_WAIT_RESULT : int
{
    INTERRUPT_RECEIVED = 0,
    INTERRUPT_STOPPED = 1,
    INTERRUPT_INTERRUPTED = 2,
}
