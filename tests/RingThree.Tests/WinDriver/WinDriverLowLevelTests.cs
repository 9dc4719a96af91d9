using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using Xunit;
using static Jungo.wdapi_dotnet.windrvr_decl;

namespace RingThree.Tests;

/// <summary>WinDriver face: the functions below the card library.</summary>
public sealed class WinDriverLowLevelTests : WinDriverTest
{
    private const uint Level = (uint)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE;
    private readonly IntPtr _driver;

    public WinDriverLowLevelTests() => _driver = WD_Open();

    protected override void Close() => WD_Close(_driver);

    [Fact]
    public void A_card_is_found_registered_read_and_given_back()
    {
        var scan = new WD_PCI_SCAN_CARDS { searchId = new WD_PCI_ID { dwVendorId = 0x1234 } };
        Assert.Equal((Success, 2u), (WD_PciScanCards(_driver, scan), scan.dwCards));
        (WD_CARD_REGISTER card, ulong address) = Register(scan.cardSlot[0]);

        var read = new WD_TRANSFER { pPort = address, cmdTrans = (uint)WD_TRANSFER_CMD.RM_DWORD };
        Assert.Equal((Success, 0x010000EDu), (WD_Transfer(_driver, ref read), read.Data.Dword));
        WD_TRANSFER[] two = [read, read];
        (two[0].pPort, two[0].cmdTrans, two[0].Data.Dword) = (address + 4, (uint)WD_TRANSFER_CMD.WM_DWORD, 1);
        two[1].pPort = address + 4;
        Assert.Equal((Success, ~1u), (WD_MultiTransfer(_driver, two, 2), two[1].Data.Dword));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WD_MultiTransfer(_driver, two, 3));

        Assert.Equal(Success, WD_CardUnregister(_driver, card));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_HANDLE, WD_CardUnregister(_driver, card));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WD_Transfer(_driver, ref read)); // of no open device any more
    }

    [Fact]
    public void Checking_the_lock_only_registers_nothing()
    {
        var info = new WD_PCI_CARD_INFO { pciSlot = new WD_PCI_SLOT { dwSlot = 2 } };
        Assert.Equal(Success, WD_PciGetCardInfo(_driver, info));
        for (int i = 0; i < info.Card.dwItems; i++) info.Card.Item[i].fNotSharable = 1;
        var check = new WD_CARD_REGISTER { Card = info.Card, fCheckLockOnly = 1 };
        Assert.Equal((Success, 0u), (WD_CardRegister(_driver, check), check.hCard));
        var card = new WD_CARD_REGISTER { Card = info.Card };
        Assert.Equal(Success, WD_CardRegister(_driver, card));
        Assert.Equal((uint)WD_ERROR_CODES.WD_RESOURCE_OVERLAP, WD_CardRegister(_driver, check));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WD_CardRegister(_driver, new WD_CARD_REGISTER()));
    }

    [Fact]
    public unsafe void IntWait_sleeps_until_the_interrupt_comes_and_returns_stopped_when_it_is_disabled()
    {
        (WD_CARD_REGISTER card, ulong address) = Register(new WD_PCI_SLOT { dwSlot = 2 });
        WD_TRANSFER[] commands = Acknowledge(new WDC_DEVICE { pAddrDesc = [new WDC_ADDR_DESC { pAddr = address }] });
        fixed (WD_TRANSFER* list = commands)
        {
            var interrupt = new WD_INTERRUPT { hInterrupt = HandleOf(card), dwOptions = Level | (uint)WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY, Cmd = (IntPtr)list, dwCmds = 3 };
            Assert.Equal((uint)WD_ERROR_CODES.WD_INTERRUPT_NOT_ENABLED, WD_IntWait(_driver, interrupt));
            Assert.Equal(Success, WD_IntEnable(_driver, interrupt));
            Assert.Equal((uint)WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, WD_IntEnable(_driver, interrupt));
            var raise = new WD_TRANSFER { pPort = address + 0x60, cmdTrans = (uint)WD_TRANSFER_CMD.WM_DWORD };
            raise.Data.Dword = 1;
            for (uint i = 1; i <= 5; i++)
            {
                Assert.Equal(Success, WD_Transfer(_driver, ref raise));
                Assert.Equal(Success, WD_IntWait(_driver, interrupt));
                Assert.Equal((0u, i, 1u), (interrupt.fStopped, interrupt.dwCounter, list[0].Data.Dword));
            }

            Assert.Equal((Success, 5u, 0u), (WD_IntCount(_driver, interrupt), interrupt.dwCounter, interrupt.dwLost));
            using var waiting = new ManualResetEventSlim();
            var waiter = new Thread(() =>
            {
                waiting.Set();
                WD_IntWait(_driver, interrupt);
            });
            waiter.Start();
            waiting.Wait();
            Thread.Sleep(20);
            Assert.Equal(Success, WD_IntDisable(_driver, interrupt));
            Assert.True(waiter.Join(Patience));
            Assert.Equal((uint)WD_INTERRUPT_WAIT_RESULT.INTERRUPT_STOPPED, interrupt.fStopped);
            Assert.Equal((uint)WD_ERROR_CODES.WD_INTERRUPT_NOT_ENABLED, WD_IntDisable(_driver, interrupt));
        }
    }

    [Fact]
    public void InterruptEnable_has_a_thread_and_InterruptDisable_ends_it()
    {
        (WD_CARD_REGISTER card, ulong address) = Register(new WD_PCI_SLOT { dwSlot = 2 });
        var interrupt = new WD_INTERRUPT { hInterrupt = HandleOf(card), dwOptions = (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE };
        IntPtr thread = 0;
        using var called = new SemaphoreSlim(0);
        Assert.Equal(Success, InterruptEnable(ref thread, _driver, interrupt, _ => called.Release(), 0));
        var raise = new WD_TRANSFER { pPort = address + 0x60, cmdTrans = (uint)WD_TRANSFER_CMD.WM_DWORD };
        raise.Data.Dword = 1;
        Assert.Equal(Success, WD_Transfer(_driver, ref raise));
        Assert.True(called.Wait(Patience));
        Assert.Equal(Success, InterruptDisable(thread));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INTERRUPT_NOT_ENABLED, InterruptDisable(thread));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_HANDLE, InterruptDisable(7));
    }

    [Fact]
    public void Configuration_and_capabilities_are_read_of_closed_functions()
    {
        IntPtr buffer = Marshal.AllocHGlobal(4);
        try
        {
            var dump = new WD_PCI_CONFIG_DUMP { pciSlot = new WD_PCI_SLOT { dwSlot = 2 }, pBuffer = buffer, dwBytes = 4, fIsRead = 1 };
            Assert.Equal((Success, 0u, 0x11E81234), (WD_PciConfigDump(_driver, ref dump), dump.dwResult, Marshal.ReadInt32(buffer)));
            dump.pciSlot.dwSlot = 9;
            Assert.Equal((uint)WD_ERROR_CODES.WD_DEVICE_NOT_FOUND, WD_PciConfigDump(_driver, ref dump));
            Assert.Equal((uint)PCI_ACCESS_RESULT.PCI_BAD_SLOT, dump.dwResult);
        }
        finally
        {
            Marshal.FreeHGlobal(buffer);
        }

        var caps = new WD_PCI_SCAN_CAPS { pciSlot = new WD_PCI_SLOT { dwSlot = 2 } };
        Assert.Equal((Success, 1u), (WD_PciScanCaps(_driver, caps), caps.dwNumCaps));
        Assert.Equal((uint)PCI_CAP.PCI_CAP_ID_MSI, caps.pciCaps[0].dwCapId);
    }

    [Fact]
    public void A_wrong_driver_handle_is_a_status()
    {
        uint invalid = unchecked((uint)WD_ERROR_CODES.WD_STATUS_INVALID_WD_HANDLE);
        Assert.Equal(invalid, WD_PciScanCards(0, new WD_PCI_SCAN_CARDS()));
        Assert.Equal(invalid, WD_IntWait(-1, new WD_INTERRUPT()));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_HANDLE, WD_IntWait(_driver, new WD_INTERRUPT()));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WD_IntWait(_driver, null!));
        WD_Close(_driver);
        Assert.Equal(Success, wdc_lib_decl.WDC_DriverClose());
        Assert.Equal(invalid, WD_PciScanCards(_driver, new WD_PCI_SCAN_CARDS()));
        Assert.Null(WD_DriverName(""));
        Assert.Equal("windrvr1630", WD_DriverName("windrvr1630"));
    }

    private static uint HandleOf(WD_CARD_REGISTER card) => card.Card.Item.First(i => i.item == (uint)ITEM_TYPE.ITEM_INTERRUPT).I.Int.hInterrupt;

    private (WD_CARD_REGISTER Card, ulong Address) Register(WD_PCI_SLOT slot)
    {
        var info = new WD_PCI_CARD_INFO { pciSlot = slot };
        Assert.Equal(Success, WD_PciGetCardInfo(_driver, info));
        var card = new WD_CARD_REGISTER { Card = info.Card };
        Assert.Equal(Success, WD_CardRegister(_driver, card));
        Assert.True(card.hCard != 0);
        return (card, card.Card.Item.First(i => i.item == (uint)ITEM_TYPE.ITEM_MEMORY).I.Mem.pTransAddr);
    }
}
