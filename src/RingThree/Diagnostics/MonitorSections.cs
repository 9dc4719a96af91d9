namespace RingThree.Diagnostics;

/// <summary>What the debug monitor's events are about; the keywords of the event source <see cref="DebugMonitor.SourceName"/>.</summary>
/// <remarks>Source: names and values are WinDriver's DEBUG_SECTION (WinDriver manual, windrvr.h), without sections that have no meaning here.</remarks>
[Flags]
public enum MonitorSections : long
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>S_IO: accesses of I/O ports that failed.</summary>
    Io = 0x8,

    /// <summary>S_MEM: accesses of memory that failed.</summary>
    Memory = 0x10,

    /// <summary>S_INT: interrupts enabled, disabled, counted, and what is wrong with them.</summary>
    Interrupts = 0x20,

    /// <summary>S_PCI: devices opened, closed and reset; accesses of configuration space that failed.</summary>
    Pci = 0x40,

    /// <summary>S_DMA: what a device reaches by DMA, and faults.</summary>
    Dma = 0x80,

    /// <summary>S_MISC: hosts, and messages of faces and drivers (<see cref="DebugMonitor.Write"/>).</summary>
    Miscellaneous = 0x100,

    /// <summary>S_PNP: devices that come, go, or change power or driver.</summary>
    PlugAndPlay = 0x1000,

    /// <summary>S_CARD_REG: resources claimed, refused and given back.</summary>
    CardRegistration = 0x2000,

    /// <summary>S_KER_PLUG: plug-ins.</summary>
    KernelPlugIn = 0x1_0000,

    /// <summary>S_EVENT: what an open device's driver is told of its departure.</summary>
    Events = 0x2_0000,

    /// <summary>S_IPC: messages between processes. Nothing yet.</summary>
    InterProcess = 0x4_0000,

    /// <summary>S_KER_BUF: buffers shared between processes. Nothing yet.</summary>
    KernelBuffer = 0x8_0000,

    /// <summary>S_ALL: all of them.</summary>
    All = Io | Memory | Interrupts | Pci | Dma | Miscellaneous | PlugAndPlay | CardRegistration | KernelPlugIn | Events | InterProcess | KernelBuffer,
}
