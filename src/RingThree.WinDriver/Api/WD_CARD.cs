using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Jungo.wdapi_dotnet;

/// <summary>Vendor and device id.</summary>
public struct WD_PCI_ID
{
    public uint dwVendorId;
    public uint dwDeviceId;

    /// <summary>Itself: code for older versions writes <c>id.pciId.dwVendorId</c>.</summary>
    [UnscopedRef]
    public ref WD_PCI_ID pciId => ref this;
}

/// <summary>A device's id, as older code has it.</summary>
public struct WDC_ID_U
{
    public WD_PCI_ID pciId;

    public static implicit operator WDC_ID_U(WD_PCI_ID id) => new() { pciId = id };

    public static implicit operator WD_PCI_ID(WDC_ID_U id) => id.pciId;
}

/// <summary>A device's slot, as older code has it.</summary>
public struct WDC_SLOT_U
{
    public WD_PCI_SLOT pciSlot;

    public static implicit operator WDC_SLOT_U(WD_PCI_SLOT slot) => new() { pciSlot = slot };

    public static implicit operator WD_PCI_SLOT(WDC_SLOT_U slot) => slot.pciSlot;
}

/// <summary>Where a function is.</summary>
public struct WD_PCI_SLOT
{
    public uint dwDomain;
    public uint dwBus;
    public uint dwSlot;
    public uint dwFunction;

    /// <summary>Itself: code for older versions writes <c>slot.pciSlot.dwBus</c>.</summary>
    [UnscopedRef]
    public ref WD_PCI_SLOT pciSlot => ref this;
}

/// <summary>The bus item of a card.</summary>
public struct WD_BUS
{
    public WD_BUS_TYPE dwBusType;
    public uint dwDomainNum;
    public uint dwBusNum;
    public uint dwSlotFunc;
}

/// <summary>A memory range of a card. <c>pTransAddr</c> is what transfer commands take.</summary>
public struct MEM
{
    public ulong pPhysicalAddr;
    public ulong qwBytes;
    public ulong pTransAddr;
    public ulong pUserDirectAddr;
    public uint dwBar;
    public uint dwOptions;
    public ulong pReserved;

    public uint dwPhysicalAddr
    {
        readonly get => (uint)pPhysicalAddr;
        set => pPhysicalAddr = value;
    }

    public uint dwBytes
    {
        readonly get => (uint)qwBytes;
        set => qwBytes = value;
    }

    public uint dwTransAddr
    {
        readonly get => (uint)pTransAddr;
        set => pTransAddr = value;
    }

    public uint dwUserDirectAddr
    {
        readonly get => (uint)pUserDirectAddr;
        set => pUserDirectAddr = value;
    }

    public uint dwCpuPhysicalAddr
    {
        readonly get => (uint)pPhysicalAddr;
        set => pPhysicalAddr = value;
    }
}

/// <summary>A range of ports of a card.</summary>
public struct I_O
{
    public ulong pAddr;
    public uint dwBytes;
    public uint dwBar;

    public uint dwAddr
    {
        readonly get => (uint)pAddr;
        set => pAddr = value;
    }
}

/// <summary>An interrupt of a card: <c>dwOptions</c> has the types it supports.</summary>
public struct INT
{
    public uint dwInterrupt;
    public uint dwOptions;
    public uint hInterrupt;
    public uint dwReserved1;
    public ulong pReserved2;
}

/// <summary>What an item is; the member that goes with <see cref="WD_ITEMS.item"/> counts.</summary>
public struct _I
{
    public MEM Mem;
    public I_O IO;
    public INT Int;
    public WD_BUS Bus;
}

/// <summary>An item of a card: a memory range, ports, an interrupt, its place on the bus.</summary>
public struct WD_ITEMS
{
    public uint item;
    public uint fNotSharable;
    public uint dwContext;
    public uint dwOptions;
    public Jungo.wdapi_dotnet._I I;

    /// <summary>The same as <see cref="Jungo.wdapi_dotnet._I"/>, where older code has it.</summary>
    public struct _I
    {
        public MEM Mem;
        public I_O IO;
        public INT Int;
        public WD_BUS Bus;

        public static implicit operator Jungo.wdapi_dotnet._I(_I value) => new() { Mem = value.Mem, IO = value.IO, Int = value.Int, Bus = value.Bus };

        public static implicit operator _I(Jungo.wdapi_dotnet._I value) => new() { Mem = value.Mem, IO = value.IO, Int = value.Int, Bus = value.Bus };
    }
}

/// <summary>A card's items. It can lie in memory (<see cref="Marshal.StructureToPtr{T}(T, IntPtr, bool)"/>).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WD_CARD
{
    public uint dwItems;

    [MarshalAs(UnmanagedType.ByValArray, SizeConst = windrvr_consts.WD_CARD_ITEMS)]
    public WD_ITEMS[] Item;

    public WD_CARD()
    {
        dwItems = 0;
        Item = new WD_ITEMS[windrvr_consts.WD_CARD_ITEMS];
    }
}

/// <summary>A card to register. It can lie in memory.</summary>
[StructLayout(LayoutKind.Sequential)]
public class WD_CARD_REGISTER
{
    public WD_CARD Card = new();
    public uint fCheckLockOnly;
    public uint hCard;
    public uint dwOptions;

    [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 32)]
    public string cName = "";

    [MarshalAs(UnmanagedType.ByValTStr, SizeConst = 100)]
    public string cDescription = "";
}

/// <summary>What runs when the program ends without closing its card.</summary>
public struct WD_CARD_CLEANUP
{
    public uint hCard;
    public IntPtr Cmd;
    public uint dwCmds;
    public uint dwOptions;
}

/// <summary>A function and its resources.</summary>
[StructLayout(LayoutKind.Sequential)]
public class WD_PCI_CARD_INFO
{
    public WD_PCI_SLOT pciSlot;
    public WD_CARD Card = new();
}

/// <summary>What a scan looks for, and what it found.</summary>
public class WD_PCI_SCAN_CARDS
{
    public WD_PCI_ID searchId;
    public uint dwCards;
    public WD_PCI_ID[] cardId = new WD_PCI_ID[windrvr_consts.WD_PCI_CARDS];
    public WD_PCI_SLOT[] cardSlot = new WD_PCI_SLOT[windrvr_consts.WD_PCI_CARDS];
    public uint dwOptions;
}

/// <summary>A capability.</summary>
public struct WD_PCI_CAP
{
    public uint dwCapId;
    public uint dwCapOffset;
}

/// <summary>Which capabilities to look for, and what was found.</summary>
public class WD_PCI_SCAN_CAPS
{
    public WD_PCI_SLOT pciSlot;
    public uint dwCapId;
    public uint dwOptions;
    public uint dwNumCaps;
    public WD_PCI_CAP[] pciCaps = new WD_PCI_CAP[windrvr_consts.WD_PCI_MAX_CAPS];
}

/// <summary>A configuration access.</summary>
public struct WD_PCI_CONFIG_DUMP
{
    public WD_PCI_SLOT pciSlot;
    public IntPtr pBuffer;
    public uint dwOffset;
    public uint dwBytes;
    public uint fIsRead;
    public uint dwResult;
}

/// <summary>Virtual functions.</summary>
public struct WD_PCI_SRIOV
{
    public WD_PCI_SLOT pciSlot;
    public uint dwNumVFs;
}
