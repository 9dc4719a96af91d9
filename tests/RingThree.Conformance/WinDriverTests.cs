using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.PlugIns;
using RingThree.Registers;
using RingThree.WinDriver;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Conformance;

/// <summary>The WinDriver face on either host: the manual's programs on edu.</summary>
public sealed class WinDriverTests : RoadTest
{
    private const uint Success = (uint)WD_ERROR_CODES.WD_STATUS_SUCCESS;
    private const uint Level = (uint)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE;
    private const uint Message = (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE;

    public WinDriverTests()
    {
        WinDriverHosts.Use(Machine.Host);
        Assert.Equal(Success, WDC_DriverOpen(wdc_lib_consts.WDC_DRV_OPEN_DEFAULT, null));
    }

    protected override void Dispose(bool disposing)
    {
        WDC_DriverClose();
        WinDriverHosts.Use();
        base.Dispose(disposing);
    }

    [Fact]
    public void A_card_is_found_told_about_opened_and_read()
    {
        WD_PCI_CARD_INFO info = Info(Machine.EduA);
        WD_ITEMS memory = Assert.Single(info.Card.Item, i => i.item == (uint)ITEM_TYPE.ITEM_MEMORY);
        Assert.Equal(0x100000UL, memory.I.Mem.qwBytes);
        Assert.Equal(Level | Message, Assert.Single(info.Card.Item, i => i.item == (uint)ITEM_TYPE.ITEM_INTERRUPT).I.Int.dwOptions);
        WDC_DEVICE device = Open(info);
        uint value = 0;
        Assert.Equal((Success, 0x010000EDu), (WDC_ReadAddr32(device.hDev, 0, 0, ref value), value));
        Assert.Equal((Success, 0x11E81234u), (WDC_PciReadCfg32(device.hDev, 0, ref value), value));
    }

    [Fact]
    public void An_exclusive_card_is_registered_once()
    {
        WD_PCI_CARD_INFO info = Info(Machine.EduA);
        for (int i = 0; i < info.Card.dwItems; i++) info.Card.Item[i].fNotSharable = info.Card.Item[i].item == (uint)ITEM_TYPE.ITEM_MEMORY ? 1u : 0;
        WDC_DEVICE device = Open(info);
        IntPtr second = 0;
        Assert.Equal((uint)WD_ERROR_CODES.WD_RESOURCE_OVERLAP, WDC_PciDeviceOpen(ref second, ref info, 0));
        Assert.Equal(Success, WDC_PciDeviceClose(device.hDev));
        Assert.Equal(Success, WDC_PciDeviceOpen(ref second, ref info, 0));
    }

    [Theory]
    [InlineData(Level)]
    [InlineData(Message)]
    public void Interrupts_are_acknowledged_counted_and_their_values_copied(uint type)
    {
        WDC_DEVICE device = Open(Info(Machine.EduA));
        WD_TRANSFER[] commands = Commands(device);
        using var called = new SemaphoreSlim(0);
        uint seen = 0;
        Assert.Equal(Success, WDC_IntEnable(device, commands, 3, type | (uint)WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY, _ =>
        {
            Volatile.Write(ref seen, commands[0].Data.Dword);
            called.Release();
        }, 0, false));
        Assert.Equal(type, wdc_defs_macros.WDC_GET_ENABLED_INT_TYPE(device));
        for (uint i = 1; i <= 50; i++)
        {
            Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
            Assert.True(called.Wait(Machine.Patience));
            Assert.Equal((i, 1u), (device.Int.dwCounter, Volatile.Read(ref seen)));
        }

        Assert.Equal(Success, WDC_IntDisable(device));
    }

    [Fact]
    public void A_mask_that_fails_leaves_the_line_to_the_other_card()
    {
        WDC_DEVICE first = Open(Info(Machine.EduA)), second = Open(Info(Machine.EduB));
        int mine = 0;
        using var called = new SemaphoreSlim(0);
        Assert.Equal(Success, WDC_IntEnable(first, Commands(first), 3, Level, _ => Interlocked.Increment(ref mine), 0, false));
        Assert.Equal(Success, WDC_IntEnable(second, Commands(second), 3, Level, _ => called.Release(), 0, false));
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(Success, WDC_WriteAddr32(second.hDev, 0, 0x60, 1));
            Assert.True(called.Wait(Machine.Patience));
        }

        Assert.Equal(0, Volatile.Read(ref mine));
    }

    [Fact]
    public void A_plug_in_takes_the_interrupt_before_the_program()
    {
        var plugIn = new Acknowledging();
        using IDisposable registered = KernelPlugIns.Register("kp_edu", plugIn);
        WDC_DEVICE device = Open(Info(Machine.EduA));
        Assert.Equal(Success, WDC_KernelPlugInOpen(device, "kp_edu", 0));
        int calls = 0;
        Assert.Equal(Success, WDC_IntEnable(device, null, 0, Level, _ => Interlocked.Increment(ref calls), 0, true));
        for (int i = 1; i <= 25; i++)
        {
            Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
            int raised = i;
            Machine.Until(() => Volatile.Read(ref plugIn.Irqls) == raised, "AtIrql");
        }

        Machine.Until(() => Volatile.Read(ref calls) == 5, "every fifth is deferred");
        Assert.Equal(Success, WDC_IntDisable(device));
    }

    [Fact]
    public void A_dma_buffer_goes_to_the_card_and_back()
    {
        const uint options = (uint)(WD_DMA_OPTIONS.DMA_TO_FROM_DEVICE | WD_DMA_OPTIONS.DMA_KBUF_ALLOC_SPECIFY_ADDRESS_WIDTH) | (28u << (int)WD_DMA_OPTIONS.DMA_ADDRESS_WIDTH_SHIFT);
        WDC_DEVICE device = Open(Info(Machine.EduA));
        IntPtr buffer = 0, description = 0;
        Assert.Equal(Success, WDC_DMAContigBufLock(device.hDev, ref buffer, options, 4096, ref description));
        ulong address = Marshal.PtrToStructure<WD_DMA>(description).Page[0].pPhysicalAddr;
        Marshal.WriteInt64(buffer, 0x0123_4567_89AB_CDEF);
        Copy(device, address, 0x40000, 1);
        Copy(device, 0x40000, address + 64, 3);
        Assert.Equal(0x0123_4567_89AB_CDEF, Marshal.ReadInt64(buffer, 64));
        Assert.Equal(Success, WDC_DMABufUnlock(description));
    }

    [Fact]
    public void Reserved_memory_is_locked_by_its_physical_address_and_the_card_moves_data_in_it()
    {
        const uint options = (uint)(WD_DMA_OPTIONS.DMA_TO_FROM_DEVICE | WD_DMA_OPTIONS.DMA_ALLOW_CACHE | WD_DMA_OPTIONS.DMA_KBUF_ALLOC_SPECIFY_ADDRESS_WIDTH) | (28u << (int)WD_DMA_OPTIONS.DMA_ADDRESS_WIDTH_SHIFT);
        WDC_DEVICE device = Open(Info(Machine.EduA));
        IntPtr buffer = 0, description = 0;
        Assert.Equal(Success, WDC_DMAReservedBufLock(device.hDev, Machine.ReservedBase, ref buffer, options, 1 << 20, ref description));
        var dma = Marshal.PtrToStructure<WD_DMA>(description);
        Assert.Equal((buffer, 1u << 20), (dma.pUserAddr, dma.Page[0].dwBytes));
        Marshal.WriteInt64(buffer, 0, 0);
        Marshal.WriteInt64(buffer, 0x8000, 0x0123_4567_89AB_CDEF);
        Copy(device, dma.Page[0].pPhysicalAddr + 0x8000, 0x40000, 1);
        Copy(device, 0x40000, dma.Page[0].pPhysicalAddr, 3);
        Assert.Equal(0x0123_4567_89AB_CDEF, Marshal.ReadInt64(buffer));
        Assert.Equal(Success, WDC_DMABufUnlock(description));

        IntPtr none = 0;
        Assert.NotEqual(Success, WDC_DMAReservedBufLock(device.hDev, Machine.ReservedBase + Machine.ReservedLength, ref none, options, 4096, ref none)); // the system's
        Assert.Equal((IntPtr)0, none);
    }

    [Fact]
    public void Reserved_memory_is_opened_as_the_manual_has_it_by_a_card_of_one_exclusive_memory_item()
    {
        var card = new WD_CARD { dwItems = 2 };
        card.Item[0].item = (uint)ITEM_TYPE.ITEM_BUS;
        card.Item[0].I.Bus.dwBusType = WD_BUS_TYPE.WD_BUS_ISA;
        (card.Item[1].item, card.Item[1].fNotSharable) = ((uint)ITEM_TYPE.ITEM_MEMORY, 1);
        card.Item[1].I.Mem = new MEM { pPhysicalAddr = Machine.ReservedBase, qwBytes = Machine.ReservedLength, dwOptions = (uint)WD_ITEM_MEM_OPTIONS.WD_ITEM_MEM_ALLOW_CACHE };
        IntPtr memory = 0, second = 0;
        uint status = WDC_IsaDeviceOpen(ref memory, card, 0);
        Assert.True(status == Success, utils.Stat2Str(status));
        Assert.Equal((uint)WD_ERROR_CODES.WD_RESOURCE_OVERLAP, WDC_IsaDeviceOpen(ref second, card, 0));
        Assert.Equal(Success, WDC_WriteAddr32(memory, 0, 0xFF_FFFC, 0xCAFE_F00D));
        uint value = 0;
        Assert.Equal((Success, 0xCAFE_F00Du), (WDC_ReadAddr32(memory, 0, 0xFF_FFFC, ref value), value));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_ReadAddr32(memory, 0, 0x100_0000, ref value));
        Assert.Equal(Success, WDC_IsaDeviceClose(memory));
        Assert.Equal(Success, WDC_IsaDeviceOpen(ref second, card, 0));
        Assert.Equal(Success, WDC_IsaDeviceClose(second));
    }

    [Fact]
    public void A_line_that_was_shut_off_ends_the_wait_with_fStopped_set()
    {
        IntPtr driver = windrvr_decl.WD_Open();
        WDC_DEVICE device = Open(Info(Machine.EduA));
        WD_TRANSFER[] commands = Commands(device)[..2]; // claims, and acknowledges nothing
        GCHandle pin = GCHandle.Alloc(commands, GCHandleType.Pinned);
        try
        {
            var interrupt = new WD_INTERRUPT { hInterrupt = (uint)device.hDev, dwOptions = Level, Cmd = pin.AddrOfPinnedObject(), dwCmds = 2 };
            Assert.Equal(Success, windrvr_decl.WD_IntEnable(driver, interrupt));
            Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
            for (int waits = 0; interrupt.fStopped == 0; waits++)
            {
                Assert.True(waits < 100_000, "the storm is found");
                Assert.Equal(Success, windrvr_decl.WD_IntWait(driver, interrupt));
            }

            Assert.Equal((uint)WD_INTERRUPT_WAIT_RESULT.INTERRUPT_INTERRUPTED, interrupt.fStopped);
            Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x64, 0xFFFF_FFFF));
            Assert.Equal(Success, windrvr_decl.WD_IntDisable(driver, interrupt));
        }
        finally
        {
            pin.Free();
            windrvr_decl.WD_Close(driver);
        }
    }

    [Theory]
    [InlineData(Machine.Nvme)]
    [InlineData(Machine.E1000e)]
    public void Cards_with_MSI_X_tell_it_enable_it_and_keep_their_table(string card)
    {
        const uint messages = (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE_X;
        WD_PCI_CARD_INFO info = Info(card);
        Assert.True(WDC_PciGetExpressGenBySlot(ref info.pciSlot) >= 1);
        WDC_DEVICE device = Open(info);
        Assert.True((wdc_defs_macros.WDC_GET_INT_OPTIONS(device) & messages) != 0);
        var capabilities = new WDC_PCI_SCAN_CAPS_RESULT();
        Assert.Equal((Success, 1u), (WDC_PciScanCaps(device.hDev, (uint)PCI_CAP.PCI_CAP_ID_MSIX, ref capabilities), capabilities.dwNumCaps));
        uint control = 0, table = 0;
        Assert.Equal(Success, WDC_PciReadCfg32(device.hDev, capabilities.pciCaps[0].dwCapOffset, ref control));
        Assert.Equal(Success, WDC_PciReadCfg32(device.hDev, capabilities.pciCaps[0].dwCapOffset + 4, ref table));

        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_WriteAddr32(device.hDev, table & 7, table & ~7u, 1)); // the host's

        Assert.Equal(Success, WDC_IntEnable(device, null, 0, 0, _ => { }, 0, false));
        Assert.Equal((messages, ((control >> 16) & 0x7FF) + 1), (wdc_defs_macros.WDC_GET_ENABLED_INT_TYPE(device), wdc_defs_macros.WDC_GET_NUM_VECTORS(device)));
        Assert.Equal(Success, WDC_IntDisable(device));
    }

    [Fact]
    [Trait("Host", "guest")]
    public void A_network_card_is_acknowledged_by_reading_its_cause_register()
    {
        // Source: Intel 82574 data sheet, 10.2.4: ICR clears when read; ICS raises, IMS allows, IMC forbids.
        const uint cause = 0xC0, set = 0xC8, allow = 0xD0, forbid = 0xD8, linkChange = 1 << 2;
        WDC_DEVICE device = Open(Info(Machine.E1000e));
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, forbid, 0xFFFF_FFFF));
        var commands = new WD_TRANSFER[2];
        (commands[0].pPort, commands[0].cmdTrans) = (device.pAddrDesc[0].pAddr + cause, (uint)WD_TRANSFER_CMD.RM_DWORD);
        (commands[1].cmdTrans, commands[1].Data.Dword) = ((uint)WD_TRANSFER_CMD.CMD_MASK, 0x8000_0000); // asserted
        uint seen = 0;
        using var called = new SemaphoreSlim(0);
        Assert.Equal(Success, WDC_IntEnable(device, commands, 2, Level | (uint)WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY, _ =>
        {
            Volatile.Write(ref seen, commands[0].Data.Dword);
            called.Release();
        }, 0, false));
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, allow, linkChange));
        for (uint i = 1; i <= 20; i++)
        {
            Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, set, linkChange));
            Assert.True(called.Wait(Machine.Patience));
            Assert.Equal((i, linkChange), (device.Int.dwCounter, Volatile.Read(ref seen) & linkChange));
        }

        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, forbid, 0xFFFF_FFFF));
        Assert.Equal(Success, WDC_IntDisable(device));
    }

    private static void Copy(WDC_DEVICE device, ulong source, ulong destination, ulong command)
    {
        Assert.Equal(Success, WDC_WriteAddr64(device.hDev, 0, 0x80, source));
        Assert.Equal(Success, WDC_WriteAddr64(device.hDev, 0, 0x88, destination));
        Assert.Equal(Success, WDC_WriteAddr64(device.hDev, 0, 0x90, 8));
        Assert.Equal(Success, WDC_WriteAddr64(device.hDev, 0, 0x98, command));
        ulong state = 1;
        Machine.Until(() => WDC_ReadAddr64(device.hDev, 0, 0x98, ref state) == Success && (state & 1) == 0, "the DMA is done");
    }

    private static WD_TRANSFER[] Commands(WDC_DEVICE device)
    {
        ulong start = device.pAddrDesc[0].pAddr;
        var commands = new WD_TRANSFER[3];
        (commands[0].pPort, commands[0].cmdTrans) = (start + 0x24, (uint)WD_TRANSFER_CMD.RM_DWORD);
        (commands[1].cmdTrans, commands[1].Data.Dword) = ((uint)WD_TRANSFER_CMD.CMD_MASK, 0xFF);
        (commands[2].pPort, commands[2].cmdTrans, commands[2].Data.Dword) = (start + 0x64, (uint)WD_TRANSFER_CMD.WM_DWORD, 1);
        return commands;
    }

    private static WDC_DEVICE Open(WD_PCI_CARD_INFO info)
    {
        IntPtr handle = 0;
        uint status = WDC_PciDeviceOpen(ref handle, ref info, 0);
        Assert.True(status == Success, utils.Stat2Str(status));
        return handle;
    }

    private WD_PCI_CARD_INFO Info(string card)
    {
        var place = Pci.PciAddress.Parse(Machine.AddressOf(card));
        var info = new WD_PCI_CARD_INFO { pciSlot = new WD_PCI_SLOT { dwDomain = place.Domain, dwBus = place.Bus, dwSlot = place.Device, dwFunction = place.Function } };
        Assert.Equal(Success, WDC_PciGetDeviceInfo(info));
        return info;
    }

    /// <summary>As the generated samples: acknowledges, and defers every fifth interrupt.</summary>
    private sealed class Acknowledging : IKernelPlugIn
    {
        internal int Irqls;

        public uint InterfaceVersion => KernelPlugIns.InterfaceVersion;

        public IPlugInSession? Open(PlugInDevice device, nint openData) => new Session(this, device.FindRegion(0)!);

        private sealed class Session(Acknowledging plugIn, DeviceRegion registers) : PlugInSession
        {
            public override bool IntAtIrql(out bool isMine)
            {
                uint status = registers.Read<uint>(0x24);
                isMine = status != 0;
                if (!isMine) return false;
                registers.Write(0x64, status);
                return Interlocked.Increment(ref plugIn.Irqls) % 5 == 0;
            }

            public override int IntAtDpc(long count) => (int)count; // a batch may be of several
        }
    }
}
