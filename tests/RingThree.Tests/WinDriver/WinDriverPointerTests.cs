using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.Simulation;
using Xunit;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using static Jungo.wdapi_dotnet.windrvr_decl;

namespace RingThree.Tests;

/// <summary>WinDriver face: what a program gives by a pointer is read as far as its own count says; the page behind it is not there.</summary>
public sealed class WinDriverPointerTests : WinDriverTest
{
    private static readonly int ItemsAt = (int)Marshal.OffsetOf<WD_CARD>(nameof(WD_CARD.Item));
    private static readonly int PagesAt = (int)Marshal.OffsetOf<WD_DMA>(nameof(WD_DMA.Page));

    public WinDriverPointerTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "pages are guarded by Linux's calls");

    [Fact]
    public void A_structure_of_the_programs_own_with_two_items_is_a_card()
    {
        Host.Add(new IsaCard());
        var own = new CardOfTwo { Count = 2, First = Ports(), Second = Line() };
        Assert.Equal(248, Marshal.SizeOf<CardOfTwo>());
        using var memory = new GuardedMemory(Marshal.SizeOf<CardOfTwo>());
        Marshal.StructureToPtr(own, memory.Address, fDeleteOld: false);
        IntPtr device = 0, pointer = memory.Address;
        ushort signature = 0;

        Assert.Equal(Success, WDC_IsaDeviceOpen(ref device, memory.Address, 0, 0, "", 0));
        Assert.Equal((Success, (ushort)0x4953), (WDC_ReadAddr16(device, 0, 4, ref signature), signature));
        Assert.Equal(Success, WDC_IsaDeviceClose(device));
        Assert.Equal(Success, WDC_IsaDeviceOpen(ref device, ref pointer, 0));
        Assert.Equal(Success, WDC_IsaDeviceClose(device));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(129u)]
    [InlineData(uint.MaxValue)]
    public void A_card_whose_count_cannot_be_is_refused_unread(uint count)
    {
        using var memory = new GuardedMemory(count == 0 ? sizeof(uint) : Marshal.SizeOf<WD_CARD>());
        Marshal.WriteInt32(memory.Address, unchecked((int)count));
        IntPtr device = 0;
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_IsaDeviceOpen(ref device, memory.Address, 0));
        if (count > 0) Assert.Contains($"{count} items", WinDriver.DebugLog.LastError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(128)]
    public void Cards_are_seen_through_their_marshaler_by_their_own_count(int items)
    {
        var card = new WD_CARD { dwItems = (uint)items };
        for (int i = 0; i < items; i++) card.Item[i].I.Mem.pPhysicalAddr = 0x1000u * (uint)(i + 1);
        using var memory = new GuardedMemory(items == 0 ? sizeof(uint) : ItemsAt + (items * Marshal.SizeOf<WD_ITEMS>()));
        memory.Put(card);
        var seen = (WD_CARD)new MarshalWdCard().MarshalNativeToManaged(memory.Address);
        Assert.Equal(((uint)items, 128), (seen.dwItems, seen.Item.Length));
        Assert.Equal(card.Item.Select(i => i.I.Mem.pPhysicalAddr), seen.Item.Select(i => i.I.Mem.pPhysicalAddr));
    }

    [Fact]
    public void So_are_functions_and_scans()
    {
        WD_PCI_CARD_INFO info = Info();
        using var forInfo = new GuardedMemory((int)Marshal.OffsetOf<WD_PCI_CARD_INFO>(nameof(WD_PCI_CARD_INFO.Card)) + ItemsAt + ((int)info.Card.dwItems * Marshal.SizeOf<WD_ITEMS>()));
        forInfo.Put(info);
        var seen = (WD_PCI_CARD_INFO)new MarshalDeviceInfo().MarshalNativeToManaged(forInfo.Address);
        Assert.Equal((2u, info.Card.dwItems), (seen.pciSlot.dwSlot, seen.Card.dwItems));
        IntPtr handle = 0;
        Assert.Equal(Success, WDC_PciDeviceOpen(ref handle, ref seen, 0));

        var result = new WDC_PCI_SCAN_RESULT();
        Assert.Equal(Success, WDC_PciScanDevices(0x1234, 0x11E8, result));
        using var forScan = new GuardedMemory((int)Marshal.OffsetOf<WDC_PCI_SCAN_RESULT>(nameof(WDC_PCI_SCAN_RESULT.deviceSlot)) + (2 * Marshal.SizeOf<WD_PCI_SLOT>()));
        forScan.Put(result);
        var found = (WDC_PCI_SCAN_RESULT)new MarshalScanResult().MarshalNativeToManaged(forScan.Address);
        Assert.Equal((2u, 6u), (found.dwNumDevices, found.deviceSlot[1].dwSlot));
    }

    [Theory]
    [InlineData(0, 0u)]
    [InlineData(3, 0u)]
    [InlineData(300, (uint)WD_DMA_OPTIONS.DMA_LARGE_BUFFER)]
    public void A_buffers_pages_are_read_as_many_as_it_says(int pages, uint options)
    {
        int pageSize = Marshal.SizeOf<WD_DMA_PAGE>();
        using var memory = new GuardedMemory(PagesAt + (pages * pageSize));
        for (int i = 0; i < pages; i++) Marshal.StructureToPtr(new WD_DMA_PAGE { pPhysicalAddr = (ulong)i, dwBytes = 4096 }, memory.Address + PagesAt + (i * pageSize), fDeleteOld: false);
        Marshal.WriteInt32(memory.Address + (int)Marshal.OffsetOf<WD_DMA>(nameof(WD_DMA.dwPages)), pages);
        Marshal.WriteInt32(memory.Address + (int)Marshal.OffsetOf<WD_DMA>(nameof(WD_DMA.dwOptions)), (int)options);
        var seen = (WD_DMA)new MarshalWdDma().MarshalNativeToManaged(memory.Address);
        Assert.Equal(((uint)pages, Math.Max(256, pages)), (seen.dwPages, seen.Page.Length));
        Assert.Equal(Enumerable.Range(0, pages).Select(i => (ulong)i), seen.Page.Take(pages).Select(p => p.pPhysicalAddr));
    }

    [Fact]
    public void Commands_parameters_blocks_and_configuration_end_where_their_count_ends()
    {
        WDC_DEVICE device = Open();
        int size = Marshal.SizeOf<WD_TRANSFER>();
        using var commands = new GuardedMemory(3 * size);
        WD_TRANSFER[] list = Acknowledge(device);
        for (int i = 0; i < 3; i++) Marshal.StructureToPtr(list[i], commands.Address + (i * size), fDeleteOld: false);
        Assert.Equal(Success, WDC_MultiTransfer(commands.Address, 1));
        Assert.Equal(Success, WDC_MultiTransfer(commands.Address + (2 * size), 1));
        Assert.Equal(3, ((WD_TRANSFER[])new MarshalWdcDevice().MarshalDevpWdTrans(commands.Address, 3)).Length);

        IntPtr driver = WD_Open(), thread = 0;
        var interrupt = new WD_INTERRUPT { hInterrupt = (uint)device.hDev, Cmd = commands.Address, dwCmds = 3, dwOptions = (uint)(WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE | WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY) };
        using var called = new SemaphoreSlim(0);
        Assert.Equal(Success, InterruptEnable(ref thread, driver, interrupt, _ => called.Release(), 0));
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
        Assert.True(called.Wait(Patience));
        Assert.Equal(1, Marshal.ReadInt32(commands.Address + (int)Marshal.OffsetOf<WD_TRANSFER>(nameof(WD_TRANSFER.Data))));
        Assert.Equal(Success, InterruptDisable(thread));

        using var bytes = new GuardedMemory(7);
        Assert.Equal(Success, WDC_PciReadCfg(device.hDev, 3, bytes.Address, 7));
        Assert.Equal(Success, WDC_PciReadCfgBySlot(ref device.slot, 3, bytes.Address, 7));
        using var block = new GuardedMemory(12);
        Assert.Equal(Success, WDC_ReadAddrBlock(device.hDev, 0, 0, 12, block.Address, WDC_ADDR_MODE.WDC_MODE_32, WDC_ADDR_RW_OPTIONS.WDC_ADDR_RW_NO_AUTOINC));

        using var parameters = new GuardedMemory(Marshal.SizeOf<WDC_INTERRUPT_PARAMS>());
        Marshal.StructureToPtr(new WDC_INTERRUPT_PARAMS { dwOptions = (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE }, parameters.Address, fDeleteOld: false);
        IntPtr buffer = 0, dma = 0;
        Assert.Equal(Success, WDC_DMATransactionContigInit(device.hDev, ref buffer, 0, 4096, ref dma, parameters.Address, 0));
        Assert.Equal(Success, WDC_DMATransactionUninit(dma));
        WD_Close(driver);
    }

    private static WD_ITEMS Ports()
    {
        var item = new WD_ITEMS { item = (uint)ITEM_TYPE.ITEM_IO };
        item.I.IO = new I_O { pAddr = 0x300, dwBytes = 16 };
        return item;
    }

    private static WD_ITEMS Line()
    {
        var item = new WD_ITEMS { item = (uint)ITEM_TYPE.ITEM_INTERRUPT };
        item.I.Int = new INT { dwInterrupt = 5 };
        return item;
    }

    /// <summary>As clients write one for themselves.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct CardOfTwo
    {
        public uint Count;
        public WD_ITEMS First;
        public WD_ITEMS Second;
    }
}
