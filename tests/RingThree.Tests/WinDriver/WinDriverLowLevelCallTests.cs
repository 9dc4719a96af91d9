using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.Interrupts;
using RingThree.PlugIns;
using RingThree.Simulation;
using RingThree.WinDriver;
using Xunit;
using static Jungo.wdapi_dotnet.windrvr_decl;

namespace RingThree.Tests;

/// <summary>WinDriver face: plug-ins, events, DMA, cleanup, debugging, routines at interrupt level, below the card library.</summary>
public sealed class WinDriverLowLevelCallTests : WinDriverTest
{
    private const uint InvalidHandle = (uint)WD_ERROR_CODES.WD_INVALID_HANDLE;
    private const uint Reach = (uint)(WD_DMA_OPTIONS.DMA_TO_FROM_DEVICE | WD_DMA_OPTIONS.DMA_KBUF_ALLOC_SPECIFY_ADDRESS_WIDTH) | (28u << (int)WD_DMA_OPTIONS.DMA_ADDRESS_WIDTH_SHIFT);
    private readonly IntPtr _driver;

    public WinDriverLowLevelCallTests() => _driver = WD_Open();

    protected override void Close()
    {
        windrvr_isr = null;
        WD_Close(_driver);
    }

    [Fact]
    public void A_plug_in_is_opened_with_the_card_registered_last_called_and_closed()
    {
        using IDisposable registered = KernelPlugIns.Register("kp_low", new DoublingPlugIn());
        var plugIn = new WD_KERNEL_PLUGIN { cDriverName = "kp_low" };
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WD_KernelPlugInOpen(_driver, ref plugIn)); // no card
        Register();
        Assert.Equal(Success, WD_KernelPlugInOpen(_driver, ref plugIn));
        Assert.NotEqual(0u, plugIn.hKernelPlugIn);
        var call = new WD_KERNEL_PLUGIN_CALL { hKernelPlugIn = plugIn.hKernelPlugIn, dwMessage = 21 };
        Assert.Equal((Success, 42u), (WD_KernelPlugInCall(_driver, ref call), call.dwResult));
        Assert.Equal(Success, WD_KernelPlugInClose(_driver, ref plugIn));
        Assert.Equal((InvalidHandle, InvalidHandle), (WD_KernelPlugInCall(_driver, ref call), WD_KernelPlugInClose(_driver, ref plugIn)));
        plugIn.cDriverName = "no such";
        Assert.Equal((uint)WD_ERROR_CODES.WD_KERPLUG_FAILURE, WD_KernelPlugInOpen(_driver, ref plugIn));
    }

    [Fact]
    public void Events_are_pulled_or_handled_by_id_and_slot()
    {
        WD_EVENT pulled = PciEventCreate(new WD_PCI_ID { dwVendorId = 0x1234 }, default, 0, (uint)WD_EVENT_ACTION.WD_ACTIONS_ALL);
        Assert.Equal((uint)WD_ERROR_CODES.WD_NO_EVENTS, Pull(pulled));
        var heard = new List<uint>();
        IntPtr registration = 0;
        WD_EVENT wanted = PciEventCreate(default, new WD_PCI_SLOT { dwSlot = 6 }, 0, (uint)WD_EVENT_ACTION.WD_REMOVE);
        Assert.Equal(Success, EventRegister(ref registration, _driver, wanted, (happened, data) =>
        {
            lock (heard) heard.Add(Marshal.PtrToStructure<WD_EVENT>(happened)!.u.Pci.pciSlot.dwSlot + (uint)data);
        }, 100));

        Host.Remove("0000:00:06.0");
        Host.Add(new LineCard(), "0000:00:08.0"); // another vendor's
        Host.Remove("0000:00:02.0");

        Until(() => WD_EventPull(_driver, pulled) == Success);
        Assert.Equal(((uint)WD_EVENT_ACTION.WD_REMOVE, 6u), (pulled.dwAction, pulled.u.Pci.pciSlot.dwSlot));
        Until(() => WD_EventPull(_driver, pulled) == Success);
        Assert.Equal(2u, pulled.u.Pci.pciSlot.dwSlot);
        Assert.Equal((uint)WD_ERROR_CODES.WD_NO_EVENTS, WD_EventPull(_driver, pulled));
        lock (heard) Assert.Equal([106u], heard);
        Assert.Equal((Success, Success), (EventUnregister(registration), WD_EventUnregister(_driver, pulled)));
        Assert.Equal((InvalidHandle, InvalidHandle), (EventUnregister(registration), WD_EventUnregister(_driver, pulled)));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WD_EventRegister(_driver, EventAlloc(0)));
        Assert.Equal((0x1234u, 0u), (EventDup(pulled).u.Pci.cardId.dwVendorId, EventDup(null!).dwAction));
    }

    [Fact]
    public void Buffers_are_locked_found_by_handle_and_unlocked()
    {
        uint card = Register();
        var dma = new WD_DMA { hCard = card, dwBytes = 4096, dwOptions = Reach | (uint)WD_DMA_OPTIONS.DMA_KERNEL_BUFFER_ALLOC };
        Assert.Equal(Success, WD_DMALock(_driver, ref dma));
        Assert.True(dma.hDma != 0 && dma.pUserAddr != 0 && dma.Page[0].pPhysicalAddr != 0);
        var same = new WD_DMA { hDma = dma.hDma, dwOptions = (uint)WD_DMA_OPTIONS.DMA_GET_EXISTING_BUF };
        Assert.Equal((Success, dma.pUserAddr), (WD_DMALock(_driver, ref same), same.pUserAddr));
        Assert.Equal((Success, Success), (WD_DMASyncIo(_driver, ref dma), WD_DMASyncCpu(_driver, ref dma)));
        Assert.Equal((Success, Success), (WD_DMAUnlock(_driver, ref same), WD_DMAUnlock(_driver, ref dma)));
        Assert.Equal(InvalidHandle, WD_DMAUnlock(_driver, ref dma));
        var nobody = new WD_DMA { hCard = 3, dwBytes = 4096, dwOptions = Reach | (uint)WD_DMA_OPTIONS.DMA_KERNEL_BUFFER_ALLOC };
        Assert.Equal(InvalidHandle, WD_DMALock(_driver, ref nobody));
    }

    [Fact]
    public void A_transaction_tells_each_transfer_in_turn()
    {
        var dma = new WD_DMA { hCard = Register(), dwBytes = 3000, dwMaxTransferSize = 1024, dwTransferElementSize = 8, dwOptions = Reach | (uint)WD_DMA_OPTIONS.DMA_KERNEL_BUFFER_ALLOC };
        Assert.Equal(Success, WD_DMATransactionInit(_driver, ref dma));
        ulong first = dma.Page[0].pPhysicalAddr;
        Assert.Equal((Success, 1024u), (WD_DMATransactionExecute(_driver, ref dma), dma.Page[0].dwBytes));
        const uint more = unchecked((uint)WD_ERROR_CODES.WD_MORE_PROCESSING_REQUIRED);
        Assert.Equal(more, WD_DMATransferCompletedAndCheck(_driver, ref dma));
        Assert.Equal(more, WD_DMATransferCompletedAndCheck(_driver, ref dma));
        Assert.Equal((1024u, 952u, 2048u), (dma.dwMaxTransferSize, dma.Page[0].dwBytes, dma.dwBytesTransferred));
        Assert.Equal(first + 2048, dma.Page[0].pPhysicalAddr);
        Assert.Equal(Success, WD_DMATransactionRelease(_driver, ref dma));
        Assert.Equal(Success, WD_DMATransactionUninit(_driver, ref dma));
    }

    [Fact]
    public void The_debug_buffer_keeps_what_its_filter_wants_and_no_more_than_its_size()
    {
        var filter = new WD_DEBUG { dwCmd = (uint)DEBUG_COMMAND.DEBUG_SET_FILTER, dwLevel = (uint)DEBUG_LEVEL.D_WARN, dwSection = (uint)DEBUG_SECTION.S_INT };
        var size = new WD_DEBUG { dwCmd = (uint)DEBUG_COMMAND.DEBUG_SET_BUFFER, dwBufferSize = 20 };
        Assert.Equal((Success, Success), (WD_Debug(_driver, ref filter), WD_Debug(_driver, ref size)));
        Add("kept", DEBUG_LEVEL.D_ERROR, DEBUG_SECTION.S_INT);
        Add("too fine", DEBUG_LEVEL.D_TRACE, DEBUG_SECTION.S_INT);
        Add("elsewhere", DEBUG_LEVEL.D_ERROR, DEBUG_SECTION.S_DMA);
        var dump = new WD_DEBUG_DUMP();
        Assert.Equal((Success, "kept\n"), (WD_DebugDump(_driver, ref dump), dump.cBuffer));
        Assert.Equal((Success, ""), (WD_DebugDump(_driver, ref dump), dump.cBuffer));
        for (int i = 0; i < 10; i++) Add($"line {i}", DEBUG_LEVEL.D_ERROR, DEBUG_SECTION.S_INT);
        Assert.Equal((Success, "line 8\nline 9\n"), (WD_DebugDump(_driver, ref dump), dump.cBuffer![^14..]));
        Assert.Equal(20, dump.cBuffer.Length);
        var wrong = new WD_DEBUG { dwCmd = 99 };
        size.dwBufferSize = uint.MaxValue;
        Assert.Equal(((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, (uint)WD_ERROR_CODES.WD_INVALID_PARAMETER), (WD_Debug(_driver, ref wrong), WD_Debug(_driver, ref size)));
        filter.dwLevel = (uint)DEBUG_LEVEL.D_OFF;
        Assert.Equal(Success, WD_Debug(_driver, ref filter));
    }

    [Fact]
    public void Windrvr_isr_is_executed_at_once_when_an_interrupt_arrives_before_the_commands()
    {
        uint card = Register();
        IntPtr device = (IntPtr)(int)card;
        uint status = 0;
        int calls = 0, handled = 0;
        windrvr_isr = () =>
        {
            wdc_lib_decl.WDC_ReadAddr32(device, 0, 0x24, ref status); // not acknowledged yet
            return ++calls;
        };
        WD_TRANSFER[] commands = Acknowledge(OpenCards.Find(device)!.Device);
        var interrupt = new WD_INTERRUPT { hInterrupt = card, dwOptions = (uint)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE, dwCmds = 3 };
        GCHandle pin = GCHandle.Alloc(commands, GCHandleType.Pinned);
        try
        {
            interrupt.Cmd = pin.AddrOfPinnedObject();
            IntPtr thread = 0;
            Assert.Equal(Success, InterruptEnable(ref thread, _driver, interrupt, _ => Interlocked.Increment(ref handled), 0));
            wdc_lib_decl.WDC_WriteAddr32(device, 0, 0x60, 1);
            Until(() => Volatile.Read(ref handled) == 1);
            Assert.Equal((1, 1u), (calls, status));
            Assert.Equal(Success, InterruptDisable(thread));
        }
        finally
        {
            pin.Free();
        }
    }

    [Fact]
    public void CEInterruptEnhance_goes_on_with_the_interrupt_in_the_latency_mode()
    {
        WinDriverLatency.Enhanced = new LatencyMode { BusyWait = TimeSpan.FromMicroseconds(10) };
        uint card = Register();
        var interrupt = new WD_INTERRUPT { hInterrupt = card, dwOptions = (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE };
        IntPtr thread = 0;
        int handled = 0;
        Assert.Equal(Success, InterruptEnable(ref thread, _driver, interrupt, _ => Interlocked.Increment(ref handled), 0));
        Assert.Equal(0, Raised(1)); // only in this mode does the road measure itself
        Assert.Equal(Success, CEInterruptEnhance(thread));
        Assert.NotEqual(0, Raised(2));
        Assert.Equal(Success, InterruptDisable(thread));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INTERRUPT_NOT_ENABLED, CEInterruptEnhance(thread));
        Assert.Equal(InvalidHandle, CEInterruptEnhance(5));

        long Raised(int count)
        {
            wdc_lib_decl.WDC_WriteAddr32(thread, 0, 0x60, 1);
            Until(() => Volatile.Read(ref handled) == count);
            return OpenCards.Find(thread)!.Hardware.Interrupts.Current!.GetLatency().Wakeups;
        }
    }

    [Fact]
    public void Any_licence_is_taken_and_usage_is_told()
    {
        var licence = new WD_LICENSE { cLicense = "anything" };
        var usage = new WD_USAGE();
        Assert.Equal((Success, Success), (WD_License(_driver, ref licence), WD_Usage(_driver, ref usage)));
        Assert.Equal((1u, 0u), (usage.applications_num, usage.devices_num));
        Register();
        Assert.Equal((Success, 1u), (WD_Usage(_driver, ref usage), usage.devices_num));
        Assert.Equal(_driver, wdc_lib_decl.WDC_GetWDHandle());
    }

    [Fact]
    public unsafe void Cleanup_commands_in_memory_run_when_the_driver_closes_with_the_card_open()
    {
        uint card = Register();
        var command = new WD_TRANSFER { pPort = OpenCards.Find((IntPtr)(int)card)!.Spaces[0]!.Address + 0x80, cmdTrans = (uint)WD_TRANSFER_CMD.WM_DWORD };
        var setup = new WD_CARD_CLEANUP { hCard = card, Cmd = (IntPtr)(&command), dwCmds = 1 };
        int writes = 0;
        Host.Faults.OnWrite("0000:00:02.0", 0, 0x80).Alter(value =>
        {
            writes++;
            return value;
        });
        Assert.Equal(Success, WD_CardCleanupSetup(_driver, ref setup));
        WD_Close(_driver);
        Assert.Equal((Success, 1), (wdc_lib_decl.WDC_DriverClose(), writes));
        Assert.Equal(Success, wdc_lib_decl.WDC_DriverOpen(0, null));
        WD_Open();
    }

    private uint Pull(WD_EVENT wanted)
    {
        Assert.Equal(Success, WD_EventRegister(_driver, wanted));
        return WD_EventPull(_driver, wanted);
    }

    private void Add(string text, DEBUG_LEVEL level, DEBUG_SECTION section)
    {
        var line = new WD_DEBUG_ADD { pcBuffer = text, dwLevel = (uint)level, dwSection = (uint)section };
        Assert.Equal(Success, WD_DebugAdd(_driver, ref line));
    }

    /// <summary>Registers an edu; below the card library its handle is the card's.</summary>
    private uint Register()
    {
        var card = new WD_CARD_REGISTER { Card = Info().Card };
        Assert.Equal(Success, WD_CardRegister(_driver, card));
        OpenCards.Find((IntPtr)(int)card.hCard)!.Device.pAddrDesc = [new WDC_ADDR_DESC { pAddr = card.Card.Item[0].I.Mem.pTransAddr }];
        return card.hCard;
    }

    private sealed class DoublingPlugIn : IKernelPlugIn
    {
        public uint InterfaceVersion => KernelPlugIns.InterfaceVersion;

        public IPlugInSession? Open(PlugInDevice device, nint openData) => new Session();

        private sealed class Session : PlugInSession
        {
            public override uint Call(uint message, nint data) => 2 * message;
        }
    }
}
