using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.Simulation;
using Xunit;
using static Jungo.wdapi_dotnet.wdc_lib_decl;
using static Jungo.wdapi_dotnet.windrvr_decl;

namespace RingThree.Tests;

/// <summary>WinDriver face: cards that no bus enumerates, edges, logical interrupts (manual 10.1.3, 9.2.4).</summary>
public sealed class WinDriverIsaTests : WinDriverTest
{
    private const uint LogicalId = (uint)WD_INTERRUPT_OPTIONS.INTERRUPT_CE_INT_ID;
    private const uint FailedEnabling = (uint)WD_ERROR_CODES.WD_FAILED_ENABLING_INTERRUPT;

    [Fact]
    public void A_card_defined_by_hand_is_opened_read_and_interrupts_by_edges_without_commands()
    {
        Host.Add(new IsaCard());
        IntPtr device = Open(Card(5));
        ushort signature = 0;
        Assert.Equal((Success, (ushort)0x4953), (WDC_ReadAddr16(device, 1, IsaCardRegisters.Offsets.Identification, ref signature), signature));
        Assert.Equal(WD_BUS_TYPE.WD_BUS_ISA, WDC_GetBusType(device));
        uint configuration = 0;
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_PciReadCfg32(device, 0, ref configuration));

        Assert.Equal(3, Blocks(device, 3));

        WDC_DEVICE seen = device;
        Assert.Equal((0u, 3u), (wdc_defs_macros.WDC_GET_ENABLED_INT_TYPE(seen), seen.Int.dwCounter));
        Assert.Equal(Success, WDC_IsaDeviceClose(device));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_HANDLE, WDC_IsaDeviceClose(device));
    }

    [Fact]
    public void Its_card_may_lie_in_memory_as_older_code_gives_it()
    {
        Host.Add(new IsaCard());
        IntPtr memory = Marshal.AllocHGlobal(Marshal.SizeOf<WD_CARD>());
        try
        {
            Marshal.StructureToPtr(Card(5), memory, fDeleteOld: false);
            IntPtr device = 0;
            Assert.Equal(Success, WDC_IsaDeviceOpen(ref device, memory, 0, 0, null, 0));
            Assert.Equal(Success, WDC_IsaDeviceClose(device));
            Assert.Equal(Success, WDC_IsaDeviceOpen(ref device, ref memory, 0));
            Assert.Equal(Success, WDC_IsaDeviceClose(device));
            Assert.Equal(((uint)WD_ERROR_CODES.WD_KERPLUG_FAILURE, (IntPtr)0), (WDC_IsaDeviceOpen(ref device, memory, 0, 0, "no such plug-in", 0), device));
            Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_IsaDeviceOpen(ref device, 0, 0));
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }

    [Fact]
    public void A_card_that_names_nothing_or_what_cannot_be_is_refused()
    {
        IntPtr device = 0;
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_IsaDeviceOpen(ref device, new WD_CARD(), 0));
        WD_CARD card = Card(5);
        card.Item[1].I.IO.pAddr = 0xFFFF_FFFF_0000;
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_IsaDeviceOpen(ref device, card, 0));
        card = Card(5);
        card.Item[0].I.Mem.qwBytes = 0;
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_IsaDeviceOpen(ref device, card, 0));
        card = Card(5);
        card.dwItems = 500;
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_IsaDeviceOpen(ref device, card, 0));
        Assert.Equal((IntPtr)0, device);
    }

    [Fact]
    public void Exclusive_items_lock_their_addresses_against_another_card()
    {
        WD_CARD card = Card(5);
        card.Item[0].fNotSharable = 1;
        Open(card);
        IntPtr second = 0;
        WD_CARD overlapping = Card(7);
        overlapping.Item[0].I.Mem.pPhysicalAddr += 0x1000;
        Assert.Equal((uint)WD_ERROR_CODES.WD_RESOURCE_OVERLAP, WDC_IsaDeviceOpen(ref second, overlapping, 0));
    }

    [Fact]
    public void Low_level_registration_takes_a_card_without_a_bus_and_its_edges_are_waited_for()
    {
        Host.Add(new IsaCard());
        IntPtr driver = WD_Open();
        var register = new WD_CARD_REGISTER { Card = Card(5) };
        Assert.Equal(Success, WD_CardRegister(driver, register));
        var interrupt = new WD_INTERRUPT { hInterrupt = register.Card.Item[2].I.Int.hInterrupt };
        Assert.Equal(Success, WD_IntEnable(driver, interrupt));
        Start((IntPtr)(int)register.hCard);
        Assert.Equal((Success, 1u), (WD_IntWait(driver, interrupt), interrupt.dwCounter));
        Assert.Equal(Success, WD_IntDisable(driver, interrupt));
        Assert.Equal(Success, WD_CardUnregister(driver, register));
        WD_Close(driver);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    public void An_attempt_to_use_a_reserved_interrupt_fails_and_an_entry_in_the_table_makes_it_work(int line)
    {
        Host.LogicalInterrupts = LogicalInterruptMap.Pc();
        Host.Add(new IsaCard(irq: line));
        IntPtr device = Open(Card((uint)line));
        Assert.Equal(FailedEnabling, WDC_IntEnable(device, null, 0, 0, _ => { }, 0, false));
        Assert.Contains($"line {line} is reserved", WinDriver.DebugLog.LastError, StringComparison.Ordinal);

        Assert.Equal(Success, SETUP_INTERRUPT_MAP(SYSINTR_FIRMWARE + line, line));

        Assert.Equal(2, Blocks(device, 2));
    }

    [Fact]
    public void Lines_that_are_not_reserved_are_mapped_statically()
    {
        Host.LogicalInterrupts = LogicalInterruptMap.Pc();
        Host.Add(new IsaCard());
        Assert.Equal(1, Blocks(Open(Card(5)), 1));
        Assert.Equal([0, 2, 6, 7, 9, 13], Enumerable.Range(0, LogicalInterruptMap.Lines).Where(l => Host.LogicalInterrupts.LogicalOf(l) is null));
        Assert.Equal((SYSINTR_FIRMWARE + 5, 5), (Host.LogicalInterrupts.LogicalOf(5), Host.LogicalInterrupts.LineOf(SYSINTR_FIRMWARE + 5)));
    }

    [Fact]
    public void A_logical_interrupt_given_by_the_caller_is_taken_from_the_table()
    {
        Host.LogicalInterrupts = LogicalInterruptMap.Pc();
        Host.Add(new IsaCard(irq: 7));
        WD_CARD card = Card(40, LogicalId);
        IntPtr device = Open(card);
        Assert.Equal(FailedEnabling, WDC_IntEnable(device, null, 0, 0, _ => { }, 0, false));
        Host.LogicalInterrupts.Map(40, 7);
        Assert.Equal(1, Blocks(device, 1));
    }

    [Fact]
    public void A_pci_card_on_a_reserved_line_works_once_it_is_mapped_or_registered_with_the_bus_driver()
    {
        using var host = new SimulatedHost { PciLines = [9, 9, 9, 9], LogicalInterrupts = LogicalInterruptMap.Pc() };
        host.Add(new EduCard());
        WDC_DriverClose();
        WinDriver.WinDriverHosts.Use(host);
        Assert.Equal(Success, WDC_DriverOpen(0, null));
        const uint level = (uint)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE;
        WDC_DEVICE device = Open();
        Assert.Equal(FailedEnabling, WDC_IntEnable(device, Acknowledge(device), 3, level, _ => { }, 0, false));

        int logical = host.LogicalInterrupts.Register("0000:00:02.0", 9);
        Assert.Equal(Success, WDC_IntEnable(device, Acknowledge(device), 3, level, _ => { }, 0, false));
        Assert.Equal(Success, WDC_IntDisable(device));
        Assert.Null(host.LogicalInterrupts.LogicalOf(9)); // for others it is as reserved as before
        Assert.Equal((9, logical), (host.LogicalInterrupts.LineOf(logical), host.LogicalInterrupts.Register("0000:00:02.0", 9)));
        Assert.Equal(Success, WDC_PciDeviceClose(device.hDev));

        // Or with the flag, and the logical interrupt that the caller knows.
        WD_PCI_CARD_INFO info = Info();
        for (int i = 0; i < info.Card.dwItems; i++)
        {
            if (info.Card.Item[i].item != (uint)ITEM_TYPE.ITEM_INTERRUPT) continue;
            info.Card.Item[i].I.Int.dwOptions |= LogicalId;
            info.Card.Item[i].I.Int.dwInterrupt = SYSINTR_FIRMWARE + 5;
        }

        IntPtr handle = 0;
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_PciDeviceOpen(ref handle, ref info, 0));
        for (int i = 0; i < info.Card.dwItems; i++) info.Card.Item[i].I.Int.dwInterrupt = (uint)logical;
        Assert.Equal(Success, WDC_PciDeviceOpen(ref handle, ref info, 0));
    }

    [Fact]
    public void A_machine_without_a_table_has_nothing_to_map()
    {
        Assert.Equal((uint)WD_ERROR_CODES.WD_NOT_IMPLEMENTED, SETUP_INTERRUPT_MAP(SYSINTR_FIRMWARE + 7, 7));
        Host.LogicalInterrupts = LogicalInterruptMap.Pc();
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, SETUP_INTERRUPT_MAP(SYSINTR_FIRMWARE + 7, 70));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, SETUP_INTERRUPT_MAP(3, 7));
        IntPtr device = Open(Card(17, LogicalId));
        Host.LogicalInterrupts = null;
        Assert.Equal(FailedEnabling, WDC_IntEnable(device, null, 0, 0, _ => { }, 0, false));
    }

    private static WD_CARD Card(uint line, uint options = 0)
    {
        var card = new WD_CARD { dwItems = 3 };
        card.Item[0].item = (uint)ITEM_TYPE.ITEM_MEMORY;
        card.Item[0].I.Mem = new MEM { pPhysicalAddr = 0xD_0000, qwBytes = IsaCard.BufferSize };
        card.Item[1].item = (uint)ITEM_TYPE.ITEM_IO;
        card.Item[1].I.IO = new I_O { pAddr = 0x300, dwBytes = 16 };
        card.Item[2].item = (uint)ITEM_TYPE.ITEM_INTERRUPT;
        card.Item[2].I.Int = new INT { dwInterrupt = line, dwOptions = options };
        return card;
    }

    private static IntPtr Open(WD_CARD card)
    {
        IntPtr device = 0;
        Assert.Equal(Success, WDC_IsaDeviceOpen(ref device, card, 0));
        return device;
    }

    private static void Start(IntPtr device)
    {
        Assert.Equal(Success, WDC_WriteAddr16(device, 1, IsaCardRegisters.Offsets.Length, 16));
        Assert.Equal(Success, WDC_WriteAddr8(device, 1, IsaCardRegisters.Offsets.Control, (byte)(IsaControl.InterruptEnable | IsaControl.Start)));
    }

    /// <summary>Has the card take blocks of samples, one interrupt each.</summary>
    /// <returns>How often the handler was called.</returns>
    private static int Blocks(IntPtr device, int count)
    {
        int calls = 0;
        Assert.Equal(Success, WDC_IntEnable(device, null, 0, 0, _ => Interlocked.Increment(ref calls), 0, false));
        for (int i = 1; i <= count; i++)
        {
            Start(device);
            Until(() => Volatile.Read(ref calls) == i);
        }

        Assert.Equal(Success, WDC_IntDisable(device));
        return calls;
    }
}
