using Jungo.wdapi_dotnet;
using RingThree.Simulation;
using RingThree.WinDriver;
using static Jungo.wdapi_dotnet.utils;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Samples.WinDriverManual;

/// <summary>Manual 10.2: memory that the system was told to leave alone, opened like the memory of an ISA card: cached, and for this program only.</summary>
internal static class ReservedMemory
{
    private const ulong Base = 0x1FFF_0000; // the manual's figure
    private const ulong Length = 10 * 0x10_0000; // ten megabytes, as with 'removememory 10'

    internal static void Run()
    {
        using var host = new SimulatedHost().ReserveMemory(Base, Length); // as the boot setting does
        WinDriverHosts.Use(host);
        FailedException.Check("opening the library", WDC_DriverOpen(wdc_lib_consts.WDC_DRV_OPEN_DEFAULT, null));
        IntPtr device = 0;
        FailedException.Check("opening the reserved memory", LockReservedMemory(Base, Length, ref device));

        FailedException.Check("writing", WDC_WriteAddr64(device, 0, Length - 8, 0x0123_4567_89AB_CDEF));
        ulong value = 0;
        FailedException.Check("reading", WDC_ReadAddr64(device, 0, Length - 8, ref value));
        Console.WriteLine($"reserved: {Length >> 20} MB at 0x{Base:x}, its last eight bytes are 0x{value:x16}");

        IntPtr second = 0;
        Console.WriteLine($"reserved: locked once more: {Stat2Str(LockReservedMemory(Base, Length, ref second))}");
        WDC_IsaDeviceClose(device);
        WDC_DriverClose();
    }

    /// <summary>Opens reserved memory, for the functions that access address spaces.</summary>
    private static uint LockReservedMemory(ulong address, ulong bytes, ref IntPtr device)
    {
        WD_CARD card = SetMemoryItem(address, bytes);
        return WDC_IsaDeviceOpen(ref device, card, 0);
    }

    private static WD_CARD SetMemoryItem(ulong address, ulong bytes)
    {
        var card = new WD_CARD { dwItems = 2 };
        card.Item[0].item = (uint)ITEM_TYPE.ITEM_BUS;
        card.Item[0].I.Bus.dwBusType = WD_BUS_TYPE.WD_BUS_ISA;
        card.Item[1].item = (uint)ITEM_TYPE.ITEM_MEMORY;
        card.Item[1].fNotSharable = 1;
        card.Item[1].I.Mem.pPhysicalAddr = address;
        card.Item[1].I.Mem.qwBytes = bytes;
        card.Item[1].I.Mem.dwBar = 0;
        card.Item[1].I.Mem.dwOptions = (uint)WD_ITEM_MEM_OPTIONS.WD_ITEM_MEM_ALLOW_CACHE;
        return card;
    }
}
