using System.Runtime.InteropServices;

namespace Jungo.wdapi_dotnet;

/// <summary>Something that happened to a device. It is laid out for <see cref="Marshal.PtrToStructure{T}(IntPtr)"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
public class WD_EVENT
{
    public uint hEvent;
    public uint dwEventType;
    public uint dwAction;
    public uint dwEventId;
    public uint hKernelPlugIn;
    public uint dwOptions;
    public U u;
    public uint dwNumMatchTables;

    /// <summary>Nothing here; older code has it.</summary>
    public uint dwStatus => 0;

    /// <summary>The bus, as older code has it.</summary>
    public uint dwCardType => dwEventType == (uint)WD_EVENT_TYPE.WD_EVENT_TYPE_PCI ? (uint)WD_BUS_TYPE.WD_BUS_PCI : 0;

    /// <summary>Nothing here; older code has it.</summary>
    public uint dwEventVer => 0;

    /// <summary>The handle, as older code names it.</summary>
    public uint handle
    {
        get => hEvent;
        set => hEvent = value;
    }

    /// <summary>What goes with the type.</summary>
    public struct U
    {
        public PCI_T Pci;
        public USB_T Usb;
        public IPC_T Ipc;
    }

    /// <summary>The device of a PCI event.</summary>
    public struct PCI_T
    {
        public WD_PCI_ID cardId;
        public WD_PCI_SLOT pciSlot;
    }

    /// <summary>The device of a USB event; none comes here.</summary>
    public struct USB_T
    {
        public uint dwUniqueID;
    }

    /// <summary>The message of an IPC event.</summary>
    public struct IPC_T
    {
        public uint hIpc;
        public uint dwSubGroupID;
        public uint dwGroupID;
        public uint dwSenderUID;
        public uint dwMsgID;
        public ulong qwMsgData;
    }
}
