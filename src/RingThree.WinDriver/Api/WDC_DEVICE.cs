using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using RingThree.WinDriver;

namespace Jungo.wdapi_dotnet;

/// <summary>One address space of a device: BAR n of a PCI function is number n.</summary>
public struct WDC_ADDR_DESC
{
    public uint dwAddrSpace;
    public bool fIsMemory;
    public uint dwItemIndex;
    public uint reserved;
    public ulong qwBytes;
    public ulong pAddr;
    public ulong pUserDirectMemAddr;

    public uint dwBytes
    {
        readonly get => (uint)qwBytes;
        set => qwBytes = value;
    }

    public uint kptAddr
    {
        readonly get => (uint)pAddr;
        set => pAddr = value;
    }

    /// <summary>What the memory macros take, in 32 bits: no pointer, which would not fit.</summary>
    public uint dwUserDirectMemAddr
    {
        readonly get => reserved;
        set => reserved = value;
    }
}

/// <summary>A kernel plug-in that is open.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WD_KERNEL_PLUGIN
{
    public uint hKernelPlugIn;

    [MarshalAs(UnmanagedType.ByValTStr, SizeConst = windrvr_consts.WD_MAX_KP_NAME_LENGTH)]
    public string? cDriverName;

    [MarshalAs(UnmanagedType.ByValTStr, SizeConst = windrvr_consts.WD_MAX_KP_NAME_LENGTH)]
    public string? cDriverPath;
    public IntPtr pOpenData;

    public string? pcDriverName
    {
        readonly get => cDriverName;
        set => cDriverName = value;
    }

    public string? pcDriverPath
    {
        readonly get => cDriverPath;
        set => cDriverPath = value;
    }
}

/// <summary>An open device.</summary>
public class WDC_DEVICE
{
    public WD_PCI_ID id;
    public WD_PCI_SLOT slot;
    public uint dwNumAddrSpaces;
    public WDC_ADDR_DESC[] pAddrDesc = [];
    public WD_CARD_REGISTER cardReg = new();
    public WD_KERNEL_PLUGIN kerPlug;
    public WD_INTERRUPT Int = new();
    public IntPtr hIntThread;
    public WD_EVENT Event = new();
    public IntPtr hEvent;
    public IntPtr pCtx;
    public IntPtr hDev;
    public GCHandle hIntCmdsPin;

    /// <summary>The open device of a handle, or an empty one where there is none.</summary>
    public static WDC_DEVICE hDevToWdcDevice(IntPtr hDev) => OpenCards.Find(hDev)?.Device ?? new WDC_DEVICE { hDev = hDev };

    /// <summary>Tells another object all that this one does. They have one interrupt and one event between them.</summary>
    internal void CopyTo(WDC_DEVICE other)
    {
        (other.id, other.slot, other.dwNumAddrSpaces, other.pAddrDesc, other.cardReg, other.kerPlug) = (id, slot, dwNumAddrSpaces, pAddrDesc, cardReg, kerPlug);
        (other.Int, other.hIntThread, other.hIntCmdsPin, other.Event, other.hEvent, other.pCtx, other.hDev) = (Int, hIntThread, hIntCmdsPin, Event, hEvent, pCtx, hDev);
    }

    [SuppressMessage("Usage", "CA2225:Operator overloads have named alternates", Justification = "hDevToWdcDevice is it.")]
    public static implicit operator WDC_DEVICE(IntPtr hDev) => hDevToWdcDevice(hDev);
}

/// <summary>An open device as native code would have it; nothing here fills one.</summary>
public class WDC_DEVICE_N
{
    public WD_PCI_ID id;
    public WD_PCI_SLOT slot;
    public uint dwNumAddrSpaces;
    public IntPtr pAddrDesc;
    public WD_CARD_REGISTER cardReg = new();
    public WD_KERNEL_PLUGIN kerPlug;
    public WD_INTERRUPT Int = new();
    public IntPtr hIntThread;
    public WD_EVENT Event = new();
    public IntPtr hEvent;
    public IntPtr pCtx;
    public IntPtr hDev;
    public GCHandle hIntCmdsPin;
}

/// <summary>What a scan found.</summary>
[StructLayout(LayoutKind.Sequential)]
public class WDC_PCI_SCAN_RESULT
{
    public uint dwNumDevices;

    [MarshalAs(UnmanagedType.ByValArray, SizeConst = windrvr_consts.WD_PCI_CARDS)]
    public WD_PCI_ID[] deviceId = new WD_PCI_ID[windrvr_consts.WD_PCI_CARDS];

    [MarshalAs(UnmanagedType.ByValArray, SizeConst = windrvr_consts.WD_PCI_CARDS)]
    public WD_PCI_SLOT[] deviceSlot = new WD_PCI_SLOT[windrvr_consts.WD_PCI_CARDS];
}

/// <summary>Capabilities that were found.</summary>
public class WDC_PCI_SCAN_CAPS_RESULT
{
    public uint dwNumCaps;
    public WD_PCI_CAP[] pciCaps = new WD_PCI_CAP[windrvr_consts.WD_PCI_MAX_CAPS];
}
