using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.PlugIns;
using Xunit;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using static Jungo.wdapi_dotnet.windrvr_decl;

namespace RingThree.Tests;

/// <summary>WinDriver face: what programs do wrong, or at the wrong time, is a status; nothing stays taken, nothing that is freed is touched.</summary>
public sealed class WinDriverMisuseTests : WinDriverTest
{
    private const uint Level = (uint)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE;
    private const uint Message = (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE;
    private const uint InvalidHandle = (uint)WD_ERROR_CODES.WD_INVALID_HANDLE;
    private const uint InvalidParameter = (uint)WD_ERROR_CODES.WD_INVALID_PARAMETER;
    private const uint AlreadyDone = (uint)WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE;
    private const uint Reach = (uint)(WD_DMA_OPTIONS.DMA_TO_FROM_DEVICE | WD_DMA_OPTIONS.DMA_KERNEL_BUFFER_ALLOC);

    [Fact]
    public void A_buffer_that_its_own_callback_unlocks_is_not_read_again()
    {
        WDC_DEVICE device = Open();
        IntPtr driver = WD_Open();
        var dma = new WD_DMA { hCard = (uint)device.hDev, dwBytes = 4096, dwOptions = Reach };
        Assert.Equal(Success, WD_DMATransactionInit(driver, ref dma));
        uint handle = dma.hDma;
        DMA_TRANSACTION_CALLBACK callback = _ =>
        {
            var same = new WD_DMA { hDma = handle };
            WD_DMATransactionUninit(driver, ref same);
        };
        dma.DMATransactionCallback = Marshal.GetFunctionPointerForDelegate(callback);
        Assert.Equal(InvalidHandle, WD_DMATransactionExecute(driver, ref dma));
        Assert.Equal((handle, 4096u), (dma.hDma, dma.dwBytes));
        WD_Close(driver);
    }

    [Fact]
    public void Execute_against_uninit_on_another_thread_ends_in_one_of_two_statuses()
    {
        WDC_DEVICE device = Open();
        for (int i = 0; i < 200; i++)
        {
            IntPtr buffer = 0, dma = 0;
            Assert.Equal(Success, WDC_DMATransactionContigInit(device.hDev, ref buffer, Reach, 4096, ref dma, 0, 0));
            var thread = new Thread(() => WDC_DMATransactionUninit(dma));
            thread.Start();
            Assert.True(WDC_DMATransactionExecute(dma, _ => { }, 0) is Success or InvalidHandle);
            Assert.True(thread.Join(Patience));
            Assert.Equal(InvalidHandle, WDC_DMATransactionExecute(dma, _ => { }, 0));
        }
    }

    [Fact]
    public void What_is_made_for_a_card_while_it_closes_is_undone()
    {
        WDC_DEVICE other = Open();
        for (int i = 0; i < 100; i++)
        {
            WDC_DEVICE device = Open();
            uint enabled = 99, locked = 99, registered = 99;
            IntPtr buffer = 0, dma = 0;
            var threads = new[]
            {
                new Thread(() => enabled = WDC_IntEnable(device, null, 0, Message, _ => { }, 0, false)),
                new Thread(() => locked = WDC_DMAContigBufLock(device.hDev, ref buffer, 0, 4096, ref dma)),
                new Thread(() => registered = WDC_EventRegister(device, (uint)WD_EVENT_ACTION.WD_REMOVE, (_, _) => { }, 0, false)),
            };
            foreach (Thread thread in threads) thread.Start();
            Assert.Equal(Success, WDC_PciDeviceClose(device.hDev));
            Assert.All(threads, t => Assert.True(t.Join(Patience)));
            Assert.All([enabled, locked, registered], s => Assert.True(s is Success or InvalidHandle, utils.Stat2Str(s)));
            if (dma != 0) Assert.Equal(InvalidHandle, WDC_DMABufUnlock(dma));
            Assert.Equal(Success, WDC_IntEnable(other, null, 0, Message, _ => { }, 0, false)); // free for the other handle
            Assert.Equal(Success, WDC_IntDisable(other));
        }
    }

    [Fact]
    public void A_plug_in_that_closes_its_device_as_it_is_opened_is_closed_itself()
    {
        WDC_DEVICE device = Open();
        int closed = 0;
        using IDisposable registered = KernelPlugIns.Register("kp_closing", new OpenedPlugIn(() => WDC_PciDeviceClose(device.hDev), () => closed++));
        Assert.Equal(InvalidHandle, WDC_KernelPlugInOpen(device, "kp_closing", 0));
        Assert.Equal(1, closed);
    }

    [Fact]
    public void WD_Close_too_often_changes_nothing_for_the_library()
    {
        IntPtr driver = WD_Open();
        WDC_DEVICE device = Open();
        WD_Close(driver);
        WD_Close(driver);
        WD_Close(driver);
        uint value = 0;
        Assert.Equal((Success, 0x010000EDu), (WDC_ReadAddr32(device.hDev, 0, 0, ref value), value));
        Assert.Equal(AlreadyDone, WDC_DriverOpen(0, null));
    }

    [Fact]
    public void A_handler_may_open_the_driver_while_the_library_closes()
    {
        WDC_DEVICE device = Open();
        using var inside = new ManualResetEventSlim();
        Assert.Equal(Success, WDC_IntEnable(device, Acknowledge(device), 3, Level, _ =>
        {
            inside.Set();
            Thread.Sleep(100);
            WD_Close(WD_Open());
        }, 0, false));
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
        Assert.True(inside.Wait(Patience));
        Assert.Equal(Success, WDC_DriverClose());
        Assert.Null(WinDriver.OpenCards.Find(device.hDev));
        Assert.Equal(Success, WDC_DriverOpen(0, null));
    }

    [Fact]
    public void A_card_that_names_a_bar_twice_takes_one_address_for_the_macros()
    {
        uint first = 0;
        for (int i = 0; i < 10; i++)
        {
            WD_PCI_CARD_INFO info = Info();
            info.Card.Item[info.Card.dwItems++] = info.Card.Item[0];
            IntPtr handle = 0;
            Assert.Equal(Success, WDC_PciDeviceOpen(ref handle, ref info, 0));
            WDC_DEVICE device = handle;
            if (i == 0) first = device.pAddrDesc[0].dwUserDirectMemAddr;
            Assert.Equal(first, device.pAddrDesc[0].dwUserDirectMemAddr);
            Assert.Equal(Success, WDC_PciDeviceClose(handle));
        }
    }

    [Fact]
    public void An_interrupt_that_ended_by_itself_gives_back_what_it_had_before_the_next_one()
    {
        var plugIn = new CountingPlugIn();
        using IDisposable registered = KernelPlugIns.Register("kp_counting", plugIn);
        WDC_DEVICE device = Open();
        Assert.Equal(Success, WDC_KernelPlugInOpen(device, "kp_counting", 0));
        Assert.Equal(Success, WDC_IntEnable(device, Acknowledge(device), 3, Message, _ => throw new NotSupportedException("on purpose"), 0, true));
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
        Until(() => !WDC_IntIsEnabled(device.hDev));
        Assert.Equal(Success, WDC_IntEnable(device, null, 0, Message, null, 0, true));
        Assert.Equal((2, 1), (plugIn.Enables, plugIn.Disables));
        Assert.False(device.hIntCmdsPin.IsAllocated);
    }

    [Fact]
    public void A_second_handle_cannot_enable_what_the_first_has_enabled()
    {
        WDC_DEVICE first = Open(), second = Open();
        Assert.Equal(Success, WDC_IntEnable(first, null, 0, Message, null, 0, false));
        Assert.Equal(AlreadyDone, WDC_IntEnable(second, null, 0, Message, null, 0, false));
        second.Int = null!;
        Assert.Equal(Success, WDC_IntDisable(first));
        Assert.Equal(Success, WDC_IntEnable(second, null, 0, Message, null, 0, false)); // the record is made anew
        Assert.Equal(1u, second.Int.fEnableOk);
    }

    [Fact]
    public void A_plug_in_handle_of_another_card_is_none_for_this_interrupt()
    {
        using IDisposable registered = KernelPlugIns.Register("kp_counting", new CountingPlugIn());
        IntPtr driver = WD_Open();
        WDC_DEVICE with = Open(), without = Open(6);
        Assert.Equal(Success, WDC_KernelPlugInOpen(with, "kp_counting", 0));
        var interrupt = new WD_INTERRUPT { hInterrupt = (uint)without.hDev, dwOptions = Message };
        interrupt.kpCall.hKernelPlugIn = wdc_defs_macros.WDC_GET_KP_HANDLE(with);
        Assert.Equal(InvalidHandle, WD_IntEnable(driver, interrupt));
        interrupt.kpCall.hKernelPlugIn = 0xDEAD;
        Assert.Equal(InvalidHandle, WD_IntEnable(driver, interrupt));
        WD_Close(driver);
    }

    [Fact]
    public void A_transaction_disables_the_interrupt_that_came_with_it_and_no_other()
    {
        WDC_DEVICE device = Open();
        IntPtr buffer = 0, dma = 0, parameters = Marshal.AllocHGlobal(Marshal.SizeOf<WDC_INTERRUPT_PARAMS>());
        try
        {
            Marshal.StructureToPtr(new WDC_INTERRUPT_PARAMS { dwOptions = Message }, parameters, fDeleteOld: false);
            Assert.Equal(Success, WDC_DMATransactionContigInit(device.hDev, ref buffer, Reach, 4096, ref dma, parameters, 0));
            Assert.Equal(Success, WDC_IntDisable(device));
            Assert.Equal(Success, WDC_IntEnable(device, null, 0, Message, null, 0, false));
            Assert.Equal(Success, WDC_DMATransactionUninit(dma));
            Assert.True(WDC_IntIsEnabled(device.hDev));
        }
        finally
        {
            Marshal.FreeHGlobal(parameters);
        }
    }

    /// <summary>As memory comes from the heap. The handler alone is none: that is a pointer to code, which nobody can check.</summary>
    [Theory]
    [InlineData(0x4141_4141_4141_4141)]
    [InlineData(0x1234_0000)]
    [InlineData(1)]
    public void Interrupt_parameters_that_nobody_filled_in_are_wrong_parameters(long commands)
    {
        WDC_DEVICE device = Open();
        int size = Marshal.SizeOf<WDC_INTERRUPT_PARAMS>();
        IntPtr buffer = 0, dma = 0, parameters = Marshal.AllocHGlobal(size);
        try
        {
            for (int i = 0; i < size; i++) Marshal.WriteByte(parameters, i, 0x41);
            Marshal.WriteInt64(parameters, commands);
            Marshal.WriteInt64(parameters, (int)Marshal.OffsetOf<WDC_INTERRUPT_PARAMS>(nameof(WDC_INTERRUPT_PARAMS.funcIntHandler)), 0);
            Assert.Equal(InvalidParameter, WDC_DMATransactionContigInit(device.hDev, ref buffer, Reach, 4096, ref dma, parameters, 0));
            Assert.Contains(nameof(WDC_INTERRUPT_PARAMS.pTransCmds), WinDriver.DebugLog.LastError, StringComparison.Ordinal);
            Assert.Equal((0, 0), (buffer, dma));
            Assert.False(WDC_IntIsEnabled(device.hDev));
            Assert.Equal(InvalidParameter, WDC_DMATransactionSGInit(device.hDev, parameters, Reach, (uint)size, ref dma, parameters, 0, 0));
        }
        finally
        {
            Marshal.FreeHGlobal(parameters);
        }
    }

    [Fact]
    public void Cards_without_items_arrays_that_are_null_and_blocks_of_gigabytes_are_wrong_parameters()
    {
        var info = new WD_PCI_CARD_INFO { pciSlot = new WD_PCI_SLOT { dwSlot = 2 } };
        IntPtr handle = 0;
        Assert.Equal(InvalidParameter, WDC_PciDeviceOpen(ref handle, ref info, 0));
        Assert.Contains("WDC_PciGetDeviceInfo", WinDriver.DebugLog.LastError, StringComparison.Ordinal);
        info.Card.dwItems = 5000;
        Assert.Equal(InvalidParameter, WDC_PciDeviceOpen(ref handle, ref info, 0));
        Assert.Equal(InvalidParameter, WDC_PciScanDevices(0, 0, new WDC_PCI_SCAN_RESULT { deviceId = null! }));
        WDC_DEVICE device = Open();
        var capabilities = new WDC_PCI_SCAN_CAPS_RESULT { pciCaps = null! };
        Assert.Equal(InvalidParameter, WDC_PciScanCaps(device.hDev, 0, capabilities));
        var block = new WD_TRANSFER { pPort = device.pAddrDesc[0].pAddr, cmdTrans = (uint)WD_TRANSFER_CMD.RM_SDWORD, dwBytes = 0x4000_0000 };
        block.Data.pBuffer = 1;
        Assert.Equal(InvalidParameter, WDC_IntEnable(device, [block], 1, Level, null, 0, false));
        Assert.Equal(InvalidParameter, WDC_CardCleanupSetup(device.hDev, [block], 1, true));
        Assert.Equal(InvalidParameter, WDC_PciWriteCfg64(device.hDev, 0xFC, ulong.MaxValue));
    }

    [Fact]
    public void Public_names_throw_nothing_whatever_they_are_given()
    {
        Assert.Equal((false, 0u, 0u, 0u, 0ul), (wdc_defs_macros.WDC_IS_KP(null), wdc_defs_macros.WDC_GET_CARD_HANDLE(null), wdc_defs_macros.WDC_GET_ENABLED_INT_TYPE(null), wdc_defs_macros.WDC_GET_INT_OPTIONS(null), wdc_defs_macros.WDC_GET_ADDR_SPACE_SIZE(null, 3)));
        var empty = new WDC_DEVICE { Int = null!, cardReg = null!, pAddrDesc = null! };
        Assert.Equal((0u, 0u, 0u), (wdc_defs_macros.WDC_GET_ENABLED_INT_LAST_MSG(empty), wdc_defs_macros.WDC_GET_PCARD(empty).dwItems, wdc_defs_macros.WDC_GET_ADDR_DESC(empty, 0).dwBytes));
        Assert.Equal(0u, ((WD_DMA)new MarshalWdDma().MarshalNativeToManaged(0)).hDma);
        Assert.Equal((IntPtr)0, new MarshalWdDma().MarshalManagedToNative(null!));
        Assert.Empty((WD_TRANSFER[])new MarshalWdcDevice().MarshalDevpWdTrans(1, uint.MaxValue));
    }

    [Fact]
    public void An_open_with_a_plug_in_that_is_not_there_leaves_the_callers_device_as_it_was()
    {
        var before = new WDC_DEVICE();
        WDC_DEVICE device = before;
        Assert.Equal((uint)WD_ERROR_CODES.WD_KERPLUG_FAILURE, WDC_PciDeviceOpen(ref device, Info(), 0, 0, "kp_nowhere", 0));
        Assert.Same(before, device);
    }

    [Fact]
    public void Enhancing_what_is_not_enabled_changes_nothing_later()
    {
        WDC_DEVICE device = Open();
        Assert.Equal((uint)WD_ERROR_CODES.WD_INTERRUPT_NOT_ENABLED, CEInterruptEnhance(device.hDev));
        using var called = new SemaphoreSlim(0);
        Assert.Equal(Success, WDC_IntEnable(device, Acknowledge(device), 3, Message, _ => called.Release(), 0, false));
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
        Assert.True(called.Wait(Patience));
        Assert.Equal(0, WinDriver.OpenCards.Find(device.hDev)!.Hardware.Interrupts.Current!.GetLatency().Wakeups);
    }

    [Fact]
    public void Unregistering_events_waits_for_a_handler_that_runs()
    {
        WDC_DEVICE device = Open();
        using var inside = new ManualResetEventSlim();
        bool left = false;
        Assert.Equal(Success, WDC_EventRegister(device, (uint)WD_EVENT_ACTION.WD_REMOVE, (_, _) =>
        {
            inside.Set();
            Thread.Sleep(100);
            Volatile.Write(ref left, true);
        }, 0, false));
        var removing = new Thread(() => Host.Remove("0000:00:02.0"));
        removing.Start();
        Assert.True(inside.Wait(Patience));
        Assert.Equal(Success, WDC_EventUnregister(device));
        Assert.True(Volatile.Read(ref left));
        Assert.True(removing.Join(Patience));
    }

    [Fact]
    public void A_plug_in_that_closes_its_device_at_an_event_keeps_the_program_from_it()
    {
        WDC_DEVICE device = Open();
        using var done = new ManualResetEventSlim();
        using IDisposable registered = KernelPlugIns.Register("kp_event", new EventPlugIn(() =>
        {
            Assert.Equal(Success, WDC_PciDeviceClose(device.hDev));
            done.Set();
        }));
        Assert.Equal(Success, WDC_KernelPlugInOpen(device, "kp_event", 0));
        int heard = 0;
        Assert.Equal(Success, WDC_EventRegister(device, (uint)WD_EVENT_ACTION.WD_REMOVE, (_, _) => heard++, 0, true));
        Host.Remove("0000:00:02.0");
        Assert.True(done.Wait(Patience));
        Assert.Equal(Success, WDC_DriverClose()); // waits for what still runs
        Assert.Equal(0, heard);
        Assert.Equal(Success, WDC_DriverOpen(0, null));
    }

    private sealed class EventPlugIn(Action happened) : IKernelPlugIn
    {
        public uint InterfaceVersion => KernelPlugIns.InterfaceVersion;

        public IPlugInSession? Open(PlugInDevice device, nint openData) => new Session(happened);

        private sealed class Session(Action happened) : PlugInSession
        {
            public override bool Event(uint action)
            {
                happened();
                return true;
            }
        }
    }

    private sealed class OpenedPlugIn(Action opened, Action closed) : IKernelPlugIn
    {
        public uint InterfaceVersion => KernelPlugIns.InterfaceVersion;

        public IPlugInSession? Open(PlugInDevice device, nint openData)
        {
            opened();
            return new Session(closed);
        }

        private sealed class Session(Action closed) : PlugInSession
        {
            public override void Close() => closed();
        }
    }

    private sealed class CountingPlugIn : IKernelPlugIn
    {
        internal int Enables;
        internal int Disables;

        public uint InterfaceVersion => KernelPlugIns.InterfaceVersion;

        public IPlugInSession? Open(PlugInDevice device, nint openData) => new Session(this);

        private sealed class Session(CountingPlugIn plugIn) : PlugInSession
        {
            public override bool IntEnable() => ++plugIn.Enables > 0;

            public override void IntDisable() => plugIn.Disables++;
        }
    }
}
