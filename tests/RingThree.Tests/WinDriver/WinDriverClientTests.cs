using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.PlugIns;
using RingThree.Simulation;
using Xunit;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using static Jungo.wdapi_dotnet.windrvr_decl;

namespace RingThree.Tests;

/// <summary>WinDriver face: what existing programs build on beyond a name being there (facts, section 4).</summary>
public sealed class WinDriverClientTests : WinDriverTest
{
    private const uint InvalidParameter = (uint)WD_ERROR_CODES.WD_INVALID_PARAMETER;
    private const uint MoreToDo = unchecked((uint)WD_ERROR_CODES.WD_MORE_PROCESSING_REQUIRED);
    private const uint Level = (uint)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE;
    private const uint Copy = (uint)WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY;
    private const uint Both = (uint)WD_DMA_OPTIONS.DMA_TO_FROM_DEVICE;
    private const uint Allocated = (uint)WD_DMA_OPTIONS.DMA_KERNEL_BUFFER_ALLOC;
    private const uint Transaction = (uint)WD_DMA_OPTIONS.DMA_TRANSACTION;
    private const uint Reserved = (uint)WD_DMA_OPTIONS.DMA_RESERVED_MEM;
    private const uint Width = (uint)WD_DMA_OPTIONS.DMA_KBUF_ALLOC_SPECIFY_ADDRESS_WIDTH;

    [Fact]
    public void What_a_lock_implies_is_in_the_options_that_it_writes()
    {
        IntPtr device = Open().hDev, buffer = 0, dma = 0, memory = Marshal.AllocHGlobal(8192);
        Host.ReserveMemory(0x2000_0000, 0x10000);
        try
        {
            Assert.Equal(Success, WDC_DMAContigBufLock(device, ref buffer, Both, 4096, ref dma));
            Assert.Equal(Both | Allocated, Options(dma));
            Assert.Equal(Success, WDC_DMABufUnlock(dma));
            Assert.Equal(Success, WDC_DMASGBufLock(device, memory, Both | Allocated, 4096, ref dma));
            Assert.Equal(Both, Options(dma)); // the program's own memory, whatever it asked for
            Assert.Equal(Success, WDC_DMABufUnlock(dma));
            Assert.Equal(Success, WDC_DMAReservedBufLock(device, 0x2000_0000, ref buffer, Both, 4096, ref dma));
            Assert.Equal(Both | Reserved, Options(dma));
            Assert.Equal(Success, WDC_DMABufUnlock(dma));
            Assert.Equal(Success, WDC_DMATransactionContigInit(device, ref buffer, Both, 4096, ref dma, 0, 0));
            Assert.Equal(Both | Allocated | Transaction, Options(dma));
            Assert.Equal(Success, WDC_DMATransactionUninit(dma));
            Assert.Equal(Success, WDC_DMATransactionSGInit(device, memory, Both, 8192, ref dma, 0, 0, 0));
            Assert.Equal(Both | Transaction, Options(dma));
            Assert.Equal(Success, WDC_DMATransactionUninit(dma));
            Assert.Equal(Success, WDC_DMAContigBufLock(device, ref buffer, Both | Transaction, 4096, ref dma));
            Assert.Equal(Both | Allocated, Options(dma)); // locked as a whole: nothing to complete
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }

    [Fact]
    public void So_below_the_card_library()
    {
        IntPtr driver = WD_Open(), memory = Marshal.AllocHGlobal(8192);
        try
        {
            uint card = (uint)Open().hDev;
            var dma = new WD_DMA { hCard = card, dwBytes = 4096, dwOptions = Both | Allocated, dwAlignment = 0xF };
            Assert.Equal((Success, Both | Allocated | Transaction, 16u), (WD_DMATransactionInit(driver, ref dma), dma.dwOptions, dma.dwAlignment));
            var same = new WD_DMA { hDma = dma.hDma, dwOptions = (uint)WD_DMA_OPTIONS.DMA_GET_EXISTING_BUF };
            Assert.Equal((Success, Both | Allocated | Transaction), (WD_DMALock(driver, ref same), same.dwOptions));
            Assert.Equal(Success, WD_DMAUnlock(driver, ref same));
            Assert.Equal(Success, WD_DMATransactionUninit(driver, ref dma));
            dma = new WD_DMA { hCard = card, dwBytes = 8192, dwOptions = Both | Transaction, pUserAddr = memory };
            Assert.Equal((Success, Both), (WD_DMALock(driver, ref dma), dma.dwOptions));
            Assert.Equal(Success, WD_DMAUnlock(driver, ref dma));
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
            WD_Close(driver);
        }
    }

    [Theory]
    [InlineData(0, 4096, 1)]
    [InlineData(0, 10000, 3)]
    [InlineData(100, 4096, 2)]
    [InlineData(0, 256 * 4096, 256)]
    [InlineData(1, 256 * 4096, 1)] // 257 pages: no room for them, and one range on the bus
    [InlineData(0, 300 * 4096, 1)]
    public unsafe void Memory_of_the_program_has_an_entry_for_each_page_while_they_fit(int offset, int length, int pages)
    {
        IntPtr device = Open().hDev, dma = 0;
        int page = Environment.SystemPageSize;
        Assert.SkipUnless(page == 4096, "counts pages of 4 KiB");
        void* memory = NativeMemory.AlignedAlloc((nuint)(length + page), (nuint)page);
        try
        {
            Assert.Equal(Success, WDC_DMASGBufLock(device, (IntPtr)memory + offset, Both, (uint)length, ref dma));
            var seen = Marshal.PtrToStructure<WD_DMA>(dma);
            Assert.Equal((uint)pages, seen.dwPages);
            Assert.Equal(length, seen.Page.Take(pages).Sum(p => (long)p.dwBytes));
            Assert.Equal((ulong)offset, seen.Page[0].pPhysicalAddr % 4096);
            if (pages > 1) Assert.All(seen.Page.Take(pages), p => Assert.True((p.pPhysicalAddr % 4096) + p.dwBytes <= 4096));
            for (int i = 1; i < pages; i++) Assert.Equal(seen.Page[i - 1].pPhysicalAddr + seen.Page[i - 1].dwBytes, seen.Page[i].pPhysicalAddr);
            Assert.Equal(Success, WDC_DMABufUnlock(dma));
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    [Fact]
    public void A_transaction_without_a_callback_starts_and_is_completed_by_its_program()
    {
        IntPtr device = Open().hDev, dma = 0, memory = Marshal.AllocHGlobal(5000);
        try
        {
            Assert.Equal(Success, WDC_DMATransactionSGInit(device, memory, Both, 5000, ref dma, 0, 2000, 0));
            Assert.Equal(Success, WDC_DMATransactionExecute(dma, null, 0));
            Assert.Equal((uint)WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, WDC_DMATransactionExecute(dma, null, 0));
            Assert.Equal(2000u, Marshal.PtrToStructure<WD_DMA>(dma).Page[0].dwBytes);
            Assert.Equal((MoreToDo, MoreToDo, Success), (WDC_DMATransferCompletedAndCheck(dma, true), WDC_DMATransferCompletedAndCheck(dma, false), WDC_DMATransferCompletedAndCheck(dma, true)));
            Assert.Equal(5000u, Marshal.PtrToStructure<WD_DMA>(dma).dwBytesTransferred);
            Assert.Equal(Success, WDC_DMATransactionUninit(dma));
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }

    [Theory]
    [InlineData(Width, 32)]
    [InlineData(Width | (uint)WD_DMA_OPTIONS.DMA_ALLOW_64BIT_ADDRESS, 64)]
    [InlineData(Width | (28u << windrvr_consts.DMA_OPTIONS_ADDRESS_WIDTH_SHIFT), 28)]
    [InlineData(Width | (11u << windrvr_consts.DMA_OPTIONS_ADDRESS_WIDTH_SHIFT), 0)]
    [InlineData(Width | (65u << windrvr_consts.DMA_OPTIONS_ADDRESS_WIDTH_SHIFT), 0)]
    public void An_address_width_of_0_is_the_default(uint options, int bits)
    {
        IntPtr device = Open().hDev, buffer = 0, dma = 0;
        uint status = WDC_DMAContigBufLock(device, ref buffer, Both | options, 4096, ref dma);
        Assert.Equal(bits == 0 ? InvalidParameter : Success, status);
        if (bits is > 0 and < 64) Assert.True(Marshal.PtrToStructure<WD_DMA>(dma).Page[0].pPhysicalAddr < 1ul << bits);
    }

    [Theory]
    [InlineData(0u, 0u)]
    [InlineData(1u, 1u)]
    [InlineData(16u, 16u)]
    [InlineData(0xFu, 16u)]
    [InlineData(0xFFFu, 4096u)]
    [InlineData(4096u, 4096u)]
    [InlineData(48u, null)]
    [InlineData(0x1FFFFu, null)]
    [InlineData(uint.MaxValue, null)]
    public void An_alignment_may_be_a_mask(uint given, uint? alignment)
    {
        IntPtr device = Open().hDev, buffer = 0, dma = 0;
        uint status = WDC_DMATransactionContigInit(device, ref buffer, Both, 4096, ref dma, 0, given);
        Assert.Equal(alignment is null ? InvalidParameter : Success, status);
        if (alignment is null) return;
        var seen = Marshal.PtrToStructure<WD_DMA>(dma);
        Assert.Equal((alignment.Value, 0ul), (seen.dwAlignment, seen.Page[0].pPhysicalAddr % Math.Max(1, alignment.Value)));
    }

    [Fact]
    public void Answers_that_nobody_wants_may_have_no_place()
    {
        WDC_DEVICE device = Open();
        uint length = 0;
        Assert.Equal(Success, PciConfRegData2Str(device.hDev, (uint)PCI_CFG_REG.PCI_VID, null, 0, ref length));
        Assert.Equal((uint)"vendor 1234".Length, length);
        Assert.Equal(Success, PciConfRegData2Str(device.hDev, (uint)PCI_CFG_REG.PCI_VID, new(), 100, ref Unsafe.NullRef<uint>()));
        Assert.Equal(Success, WDC_Version(new(), ref Unsafe.NullRef<uint>()));
        IntPtr dma = 0;
        Assert.Equal(Success, WDC_DMAContigBufLock(device.hDev, ref Unsafe.NullRef<IntPtr>(), Both, 4096, ref dma));
        using IDisposable registered = KernelPlugIns.Register("kp_answers", new Answering());
        Assert.Equal(Success, WDC_KernelPlugInOpen(device, "kp_answers", 0));
        Assert.Equal(Success, WDC_CallKerPlug(device.hDev, 1, 0, ref Unsafe.NullRef<uint>()));
        Assert.Equal(Success, WDC_CallKerPlug(device.hDev, 1, 0, ref length));
        Assert.Equal(42u, length);
        uint status = WDC_IntEnable(device, null, 0, (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE, null, 0, false);
        Assert.Equal(Success, status);
    }

    [Fact]
    public void The_object_that_is_given_is_filled_and_stays_the_live_one()
    {
        var given = new WDC_DEVICE();
        given.id.pciId.dwVendorId = 0x9999;
        WDC_DEVICE held = given; // a second reference, as clients have it
        Assert.Equal(Success, WDC_PciDeviceOpen(ref given, Info(), 7));
        Assert.Same(held, given);
        Assert.Equal((0x1234u, 2u, 6u, 7), (held.id.dwVendorId, held.slot.dwSlot, held.dwNumAddrSpaces, held.pCtx));
        Assert.True(held.hDev != 0 && held.pAddrDesc.Length == 6 && held.cardReg.hCard != 0);
        Assert.Same(held, WDC_DEVICE.hDevToWdcDevice(held.hDev));

        using var called = new SemaphoreSlim(0);
        Assert.Equal(Success, WDC_IntEnable(held, Acknowledge(held), 3, Level, _ => called.Release(), 0, false));
        Assert.Equal(Success, WDC_WriteAddr32(given.hDev, 0, 0x60, 1));
        Assert.True(called.Wait(Patience));
        Assert.Equal((1u, 1u), (held.Int.dwCounter, given.Int.dwCounter));
        Assert.Equal(Success, WDC_PciDeviceClose(given.hDev));
        IntPtr closed = held.hDev;

        // The same object once more, in the older form, with a plug-in.
        using IDisposable registered = KernelPlugIns.Register("kp_answers", new Answering());
        Assert.Equal((uint)WD_ERROR_CODES.WD_KERPLUG_FAILURE, WDC_PciDeviceOpen(ref given, Info(), 0, 0, "kp_nowhere", 0));
        Assert.Equal(closed, held.hDev); // a failure leaves it as it was
        Assert.Equal(Success, WDC_PciDeviceOpen(ref given, Info(), 0, 0, "kp_answers", 0));
        Assert.Same(held, given);
        Assert.NotEqual(closed, held.hDev);
        Assert.True(wdc_defs_macros.WDC_IS_KP(held));
        Assert.Equal(Success, WDC_PciDeviceClose(given.hDev));

        given = null!;
        Assert.Equal(Success, WDC_PciDeviceOpen(ref given, Info(), 0));
        Assert.NotEqual(0, given.hDev);
    }

    [Fact]
    public void The_items_of_a_card_that_is_open_tell_its_addresses_and_its_interrupt()
    {
        WD_PCI_CARD_INFO info = Info();
        info.Card.Item[0].I.Mem.pTransAddr = 0; // as written down by hand
        IntPtr first = 0, second = 0, driver = WD_Open(), thread = 0;
        Assert.Equal(Success, WDC_PciDeviceOpen(ref first, ref info, 0));
        Assert.Equal(Success, WDC_PciDeviceOpen(ref second, ref info, 0));
        WDC_DEVICE device = first;
        WD_ITEMS[] items = device.cardReg.Card.Item;
        Assert.Equal((device.pAddrDesc[0].pAddr, device.pAddrDesc[0].pUserDirectMemAddr), (items[0].I.Mem.pTransAddr, items[0].I.Mem.pUserDirectAddr));
        Assert.Equal(0x010000EDu, wdc_lib_macros.WDC_ReadMem32(items[0].I.Mem.pUserDirectAddr, 0));
        uint interrupt = items.First(i => i.item == (uint)ITEM_TYPE.ITEM_INTERRUPT).I.Int.hInterrupt;
        Assert.Equal((uint)first, interrupt); // not the second's, though both were opened with one list
        Assert.Equal(Success, InterruptEnable(ref thread, driver, new WD_INTERRUPT { hInterrupt = interrupt, dwOptions = (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE }, null!, 0));
        Assert.Equal(Success, InterruptDisable(thread));

        var register = new WD_CARD_REGISTER { Card = Info(6).Card };
        Assert.Equal(Success, WD_CardRegister(driver, register));
        Assert.Equal(0x010000EDu, wdc_lib_macros.WDC_ReadMem32(register.Card.Item[0].I.Mem.pUserDirectAddr, 0));
        Assert.Equal(Success, WD_CardUnregister(driver, register));
        WD_Close(driver);
    }

    [Fact]
    public void A_copy_that_a_program_has_made_is_told_what_the_calls_do_that_it_is_given_to()
    {
        WDC_DEVICE live = Open();
        var copy = new WDC_DEVICE { hDev = live.hDev };
        using IDisposable registered = KernelPlugIns.Register("kp_answers", new Answering());
        Assert.Equal(Success, WDC_KernelPlugInOpen(copy, "kp_answers", 0));
        Assert.True(wdc_defs_macros.WDC_IS_KP(copy) && wdc_defs_macros.WDC_IS_KP(live));
        Assert.Equal(Success, WDC_IntEnable(copy, Acknowledge(live), 3, Level, _ => { }, 0, false));
        Assert.Same(live.Int, copy.Int);
        Assert.Equal((live.hIntThread, 1u), (copy.hIntThread, copy.Int.fEnableOk));
        Assert.NotEqual(0, copy.hIntThread);
        Assert.Equal(Success, WDC_IntDisable(copy));
        Assert.Equal((0, 0u), (copy.hIntThread, copy.Int.fEnableOk));
        Assert.Equal(Success, WDC_EventRegister(copy, windrvr_consts.WD_ACTIONS_ALL, (_, _) => { }, 0, false));
        Assert.NotEqual(0, copy.hEvent);
        Assert.Equal(Success, WDC_EventUnregister(copy));
        Assert.Equal(0, copy.hEvent);
    }

    [Fact]
    public void What_handlers_see_is_the_same_before_and_after_an_enhancement()
    {
        WDC_DEVICE device = Open();
        WD_TRANSFER[] commands = Acknowledge(device);
        using var called = new SemaphoreSlim(0);
        var read = new List<(IntPtr Commands, uint Status, uint Count)>();
        INT_HANDLER handler = _ =>
        {
            var seen = (WD_INTERRUPT)new MarshalWdcDevice().MarshalDevWdInterrupt(device.hDev);
            var first = ((WD_TRANSFER[])new MarshalWdcDevice().MarshalDevpWdTrans(seen.Cmd, seen.dwCmds))[0];
            lock (read) read.Add((seen.Cmd, first.Data.Dword, seen.dwCounter));
            called.Release();
        };
        Assert.Equal(Success, WDC_IntEnable(device, commands, 3, Level | Copy, handler, 0, false));
        (IntPtr where, IntPtr thread, GCHandle pin) = (device.Int.Cmd, device.hIntThread, device.hIntCmdsPin);
        Assert.NotEqual(0, where);
        Raise();
        Assert.Equal(Success, CEInterruptEnhance(device.hIntThread));
        Assert.Equal((where, 3u, thread, pin, 1u, 1u), (device.Int.Cmd, device.Int.dwCmds, device.hIntThread, device.hIntCmdsPin, device.Int.fEnableOk, device.Int.dwCounter));
        Assert.True(pin.IsAllocated);
        Raise();
        Assert.Equal(Success, CEInterruptEnhance(device.hIntThread, 0));
        Raise();
        Assert.Equal([(where, 1u, 1u), (where, 1u, 2u), (where, 1u, 3u)], read);
        Assert.Equal(Success, WDC_IntDisable(device));
        Assert.Equal((0, 0u, 0), (device.Int.Cmd, device.Int.dwCmds, device.hIntThread));
        Assert.False(device.hIntCmdsPin.IsAllocated);

        void Raise()
        {
            Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
            Assert.True(called.Wait(Patience));
        }
    }

    [Fact]
    public void The_first_handler_finds_the_record_filled_however_early_it_comes()
    {
        WDC_DEVICE device = Open();
        WD_TRANSFER[] commands = Acknowledge(device);
        using var called = new SemaphoreSlim(0);
        (IntPtr Cmd, uint Count, uint Type, uint Ok, IntPtr Thread, bool Pinned) seen = default;
        INT_HANDLER handler = _ =>
        {
            seen = (device.Int.Cmd, device.Int.dwCounter, wdc_defs_macros.WDC_GET_ENABLED_INT_TYPE(device), device.Int.fEnableOk, device.hIntThread, device.hIntCmdsPin.IsAllocated);
            called.Release();
        };
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1)); // its line is asserted before anybody listens
            Assert.Equal(Success, WDC_IntEnable(device, commands, 3, Level | Copy, handler, 0, false));
            Assert.True(called.Wait(Patience));
            Assert.Equal((device.Int.Cmd, 1u, Level, 1u, device.hIntThread, true), seen);
            Assert.True(seen.Cmd != 0 && seen.Thread != 0);
            Assert.Equal(1u, device.Int.dwCounter);
            Assert.Equal(Success, WDC_IntDisable(device));
        }
    }

    [Fact]
    public void An_interrupt_that_cannot_be_enabled_leaves_nothing_pinned()
    {
        WDC_DEVICE device = Open();
        WD_TRANSFER[] commands = Acknowledge(device);
        commands[0].pPort = 4; // nobody's
        Assert.Equal(InvalidParameter, WDC_IntEnable(device, commands, 3, Level, null, 0, false));
        Assert.Equal((0, 0u, false), (device.Int.Cmd, device.Int.dwCmds, device.hIntCmdsPin.IsAllocated));
        Assert.Equal(Success, WDC_IntEnable(device, Acknowledge(device), 3, Level, null, 0, false));
        IntPtr where = device.Int.Cmd;
        Assert.Equal((uint)WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, WDC_IntEnable(device, commands, 3, Level, null, 0, false));
        Assert.Equal((where, 3u, true), (device.Int.Cmd, device.Int.dwCmds, device.hIntCmdsPin.IsAllocated));
    }

    [Fact]
    public void A_list_of_transfers_ends_at_its_end_and_what_was_not_filled_does_nothing()
    {
        IntPtr driver = WD_Open();
        WDC_DEVICE device = Open();
        var list = new WD_TRANSFER[4];
        (list[1].cmdTrans, list[1].pPort, list[1].Data.Dword) = ((uint)WD_TRANSFER_CMD.WM_DWORD, device.pAddrDesc[0].pAddr + 4, 0x55);
        list[2].cmdTrans = (uint)WD_TRANSFER_CMD.CMD_END;
        (list[3].cmdTrans, list[3].pPort, list[3].Data.Dword) = ((uint)WD_TRANSFER_CMD.WM_DWORD, device.pAddrDesc[0].pAddr + 4, 0x77);
        Assert.Equal(Success, WD_MultiTransfer(driver, list, 4));
        uint value = 0;
        Assert.Equal((Success, ~0x55u), (WDC_ReadAddr32(device.hDev, 0, 4, ref value), value));
        WD_Close(driver);
    }

    [Fact]
    public void Who_waits_himself_goes_on_waiting_through_an_enhancement()
    {
        IntPtr driver = WD_Open();
        WDC_DEVICE device = Open();
        var interrupt = new WD_INTERRUPT { hInterrupt = (uint)device.hDev, dwOptions = (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE };
        Assert.Equal(Success, WD_IntEnable(driver, interrupt));
        uint status = 99;
        var waits = new Thread(() => status = WD_IntWait(driver, interrupt));
        waits.Start();
        Assert.False(waits.Join(50));
        Assert.Equal(Success, CEInterruptEnhance((IntPtr)(int)interrupt.hInterrupt));
        Assert.False(waits.Join(50));
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
        Assert.True(waits.Join(Patience));
        Assert.Equal((Success, 1u, 0u), (status, interrupt.dwCounter, interrupt.fStopped));
        Assert.Equal(Success, WD_IntDisable(driver, interrupt));
        WD_Close(driver);
    }

    [Fact]
    public void The_log_names_the_call_that_failed()
    {
        IntPtr device = Open().hDev, driver = WD_Open();
        (byte u8, ushort u16, uint u32, ulong u64, IntPtr pointer) = (0, 0, 0, 0, 0);
        var slot = new WD_PCI_SLOT { dwSlot = 30 };
        var dma = default(WD_DMA);
        var config = new WD_PCI_CONFIG_DUMP { pciSlot = slot };
        Dictionary<string, Func<uint>> calls = new()
        {
            [nameof(WDC_ReadAddr8)] = () => WDC_ReadAddr8(device, 9, 0, ref u8),
            [nameof(WDC_ReadAddr16)] = () => WDC_ReadAddr16(device, 0, 1, ref u16),
            [nameof(WDC_ReadAddr32)] = () => WDC_ReadAddr32(device, 0, 0x100000, ref u32),
            [nameof(WDC_ReadAddr64)] = () => WDC_ReadAddr64(1, 0, 0, ref u64),
            [nameof(WDC_WriteAddr8)] = () => WDC_WriteAddr8(device, 9, 0, 0),
            [nameof(WDC_WriteAddr16)] = () => WDC_WriteAddr16(device, 0, 1, 0),
            [nameof(WDC_WriteAddr32)] = () => WDC_WriteAddr32(device, 0, 0x100000, 0),
            [nameof(WDC_WriteAddr64)] = () => WDC_WriteAddr64(1, 0, 0, 0),
            [nameof(WDC_ReadAddrBlock)] = () => WDC_ReadAddrBlock(device, 0, 0, 4, new byte[1], WDC_ADDR_MODE.WDC_MODE_8, 0),
            [nameof(WDC_WriteAddrBlock)] = () => WDC_WriteAddrBlock(device, 7, 0, 4, new uint[1], WDC_ADDR_MODE.WDC_MODE_32, 0),
            [nameof(WDC_PciReadCfg32)] = () => WDC_PciReadCfg32(device, 0x1FFF, ref u32),
            [nameof(WDC_PciWriteCfgBySlot16)] = () => WDC_PciWriteCfgBySlot16(ref slot, 0, 0),
            [nameof(WDC_PciScanDevicesByTopology)] = () => WDC_PciScanDevicesByTopology(0, 0, (WDC_PCI_SCAN_RESULT)null!),
            [nameof(WDC_PciScanRegisteredDevices)] = () => WDC_PciScanRegisteredDevices(0, 0, (WDC_PCI_SCAN_RESULT)null!),
            [nameof(WDC_MultiTransfer)] = () => WDC_MultiTransfer(0, 1),
            [nameof(WDC_DMATransactionUninit)] = () => WDC_DMATransactionUninit(1),
            [nameof(WD_DMATransactionUninit)] = () => WD_DMATransactionUninit(driver, ref dma),
            [nameof(WD_DMAUnlock)] = () => WD_DMAUnlock(driver, ref dma),
            [nameof(WD_PciScanCards)] = () => WD_PciScanCards(driver, new WD_PCI_SCAN_CARDS { cardId = null! }),
            [nameof(WD_PciGetCardInfo)] = () => WD_PciGetCardInfo(driver, new WD_PCI_CARD_INFO { pciSlot = slot }),
            [nameof(WD_PciConfigDump)] = () => WD_PciConfigDump(driver, ref config),
            [nameof(WDC_IsaDeviceOpen)] = () => WDC_IsaDeviceOpen(ref pointer, 0, 0),
            ["WDC_ReadMem8"] = () => wdc_lib_macros.WDC_ReadMem8(1, 0),
            ["WDC_ReadMem16"] = () => wdc_lib_macros.WDC_ReadMem16(1, 0),
            ["WDC_ReadMem32"] = () => wdc_lib_macros.WDC_ReadMem32(1, 0),
            ["WDC_ReadMem64"] = () => (uint)wdc_lib_macros.WDC_ReadMem64(1, 0),
            ["WDC_WriteMem32"] = () =>
            {
                wdc_lib_macros.WDC_WriteMem32(1, 0, 0);
                return 1;
            },
        };
        foreach ((string name, Func<uint> call) in calls)
        {
            Assert.NotEqual(Success, call());
            Assert.StartsWith(name + ": ", WinDriver.DebugLog.LastError, StringComparison.Ordinal);
            Assert.DoesNotContain("see above", WinDriver.DebugLog.LastError, StringComparison.Ordinal);
        }

        WD_Close(driver);
    }

    private static uint Options(IntPtr dma) => Marshal.PtrToStructure<WD_DMA>(dma).dwOptions;

    private sealed class Answering : IKernelPlugIn
    {
        public uint InterfaceVersion => KernelPlugIns.InterfaceVersion;

        public IPlugInSession? Open(PlugInDevice device, nint openData) => new Session();

        private sealed class Session : PlugInSession
        {
            public override uint Call(uint message, nint data) => 42;
        }
    }
}
