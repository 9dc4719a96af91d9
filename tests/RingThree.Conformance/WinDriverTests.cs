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
