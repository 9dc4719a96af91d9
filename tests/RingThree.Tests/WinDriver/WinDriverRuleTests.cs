using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.Pci;
using RingThree.Simulation;
using Xunit;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Tests;

/// <summary>WinDriver face: more of the manual's rules for interrupts, each named by its sentence, and what happens when a card or a handler misbehaves.</summary>
public sealed class WinDriverRuleTests : WinDriverTest
{
    private const uint Level = (uint)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE;
    private const uint Message = (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE;
    private const uint Copy = (uint)WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY;
    private const uint Status = 0x24, Raise = 0x60, Acknowledged = 0x64, Liveness = 0x04;

    [Theory]
    [InlineData(2u, 0x55u)] // both masks succeed: everything runs
    [InlineData(1u, 0u)] // the second fails: what follows it does not
    public void With_two_masks_the_first_decides_and_a_later_one_that_fails_stops_only_what_follows_it(uint operand, uint written)
    {
        WDC_DEVICE device = Open();
        const uint factorial = 0x08;
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, factorial, operand)); // 2! = 2, 1! = 1
        Until(() => (Register(device, 0x20) & 1) == 0);
        WD_TRANSFER[] commands =
        [
            Write(device, Acknowledged, 0xFFFF_FFFF), // before the mask, and yet only once that has succeeded
            Read(device, Status), Mask(0x1),
            Read(device, factorial), Mask(0x2),
            Write(device, Liveness, ~0x55u),
        ];
        using var called = new SemaphoreSlim(0);
        Assert.Equal(Success, WDC_IntEnable(device, commands, (uint)commands.Length, Level | Copy, _ => called.Release(), 0, false));

        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, Raise, 1));

        Assert.True(called.Wait(Patience)); // the first mask decides about the handler
        Assert.Equal((written, 1u, operand), (Register(device, Liveness), commands[1].Data.Dword, commands[3].Data.Dword));
        Assert.Equal(0u, Register(device, Status));
    }

    [Fact]
    public void On_messages_no_mask_rejects_and_every_command_runs()
    {
        WDC_DEVICE device = Open();
        WD_TRANSFER[] commands = [Read(device, Status), Mask(0x8000), Write(device, Acknowledged, 0xFFFF_FFFF), Write(device, Liveness, 7)];
        using var called = new SemaphoreSlim(0);
        Assert.Equal(Success, WDC_IntEnable(device, commands, 4, Message, _ => called.Release(), 0, false));
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, Raise, 1));
        Assert.True(called.Wait(Patience));
        Assert.Equal((~7u, 0u), (Register(device, Liveness), Register(device, Status)));
    }

    [Fact]
    public void A_line_that_was_shut_off_returns_from_IntWait_with_fStopped_set_and_the_log_says_why()
    {
        IntPtr driver = windrvr_decl.WD_Open();
        try
        {
            WDC_DEVICE device = Open();
            WD_TRANSFER[] commands = [Read(device, Status), Mask(0x1)]; // claims, and acknowledges nothing
            GCHandle pin = GCHandle.Alloc(commands, GCHandleType.Pinned);
            var interrupt = new WD_INTERRUPT { hInterrupt = (uint)device.hDev, dwOptions = Level, Cmd = pin.AddrOfPinnedObject(), dwCmds = 2 };
            Assert.Equal(Success, windrvr_decl.WD_IntEnable(driver, interrupt));
            Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, Raise, 1));
            int waits = 0;
            while (interrupt.fStopped == 0)
            {
                Assert.InRange(++waits, 1, 100_000);
                Assert.Equal(Success, windrvr_decl.WD_IntWait(driver, interrupt));
            }

            Assert.Equal((uint)WD_INTERRUPT_WAIT_RESULT.INTERRUPT_INTERRUPTED, interrupt.fStopped);
            Assert.Contains("0000:00:02.0", WinDriver.DebugLog.LastError, StringComparison.Ordinal);
            Assert.Contains("masked", WinDriver.DebugLog.LastError, StringComparison.Ordinal);
            Assert.Equal(Success, windrvr_decl.WD_IntDisable(driver, interrupt));
            pin.Free();
        }
        finally
        {
            windrvr_decl.WD_Close(driver);
        }
    }

    [Fact]
    public void A_dead_cards_all_ones_read_claims_nothing()
    {
        WDC_DEVICE device = Open(), neighbour = Open(6);
        int mine = 0;
        using var called = new SemaphoreSlim(0);
        Assert.Equal(Success, WDC_IntEnable(device, Acknowledge(device, 0xFFFF_FFFF), 3, Level, _ => Interlocked.Increment(ref mine), 0, false));
        Assert.Equal(Success, WDC_IntEnable(neighbour, Acknowledge(neighbour), 3, Level, _ => called.Release(), 0, false));
        Host.Remove("0000:00:02.0");
        Assert.Equal(Success, WDC_WriteAddr32(neighbour.hDev, 0, Raise, 1)); // the line they shared
        Assert.True(called.Wait(Patience));
        Assert.Equal(uint.MaxValue, Register(device, Status));
        Assert.Equal((0, 0u), (Volatile.Read(ref mine), device.Int.dwCounter));
    }

    [Fact]
    public void The_last_message_is_told_for_each_of_several_messages()
    {
        Host.Add(new QueueCard(), "0000:00:07.0");
        WDC_DEVICE device = Open(7);
        var messages = new List<uint>();
        INT_HANDLER handler = _ =>
        {
            lock (messages) messages.Add(wdc_defs_macros.WDC_GET_ENABLED_INT_LAST_MSG(device));
        };
        Assert.Equal(Success, WDC_IntEnable(device, null, 0, (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE_X, handler, 0, false));
        uint vectors = wdc_defs_macros.WDC_GET_NUM_VECTORS(device);
        Assert.True(vectors > 2);
        for (int i = 0; i < 3; i++)
        {
            WinDriver.OpenCards.Find(device.hDev)!.Hardware.Interrupts.Current!.Trigger(i);
            int count = i + 1;
            Until(() =>
            {
                lock (messages) return messages.Count == count;
            });
        }

        Assert.Equal([0u, 1u, 2u], messages);
        Assert.Equal((uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE_X, wdc_defs_macros.WDC_GET_ENABLED_INT_TYPE(device));
    }

    [Fact]
    public void The_handler_may_write_disk_files_and_call_the_library()
    {
        WDC_DEVICE device = Open();
        string file = Path.GetTempFileName();
        using var called = new SemaphoreSlim(0);
        try
        {
            Assert.Equal(Success, WDC_IntEnable(device, Acknowledge(device), 3, Level, _ =>
            {
                uint identification = 0;
                uint status = WDC_ReadAddr32(device.hDev, 0, 0, ref identification);
                File.AppendAllText(file, $"{status} {identification:x} {device.Int.dwCounter} {WDC_IntEnable(device, null, 0, 0, null, 0, false)}\n");
                called.Release();
            }, 0, false));
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, Raise, 1));
                Assert.True(called.Wait(Patience));
            }

            uint done = (uint)WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE;
            Assert.Equal($"0 10000ed 1 {done}\n0 10000ed 2 {done}\n0 10000ed 3 {done}\n", File.ReadAllText(file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_handler_that_throws_ends_its_own_interrupt_and_the_log_has_the_exception()
    {
        WDC_DEVICE device = Open(), other = Open(6);
        using var called = new SemaphoreSlim(0);
        Assert.Equal(Success, WDC_IntEnable(device, Acknowledge(device), 3, Level, _ => throw new NotSupportedException("on purpose"), 0, false));
        Assert.Equal(Success, WDC_IntEnable(other, Acknowledge(other), 3, Level, _ => called.Release(), 0, false));
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, Raise, 1));
        Until(() => !WDC_IntIsEnabled(device.hDev));
        Until(() => WinDriver.DebugLog.LastError?.Contains("on purpose", StringComparison.Ordinal) == true);
        Until(() => device.Int.fStopped == (uint)WD_INTERRUPT_WAIT_RESULT.INTERRUPT_STOPPED);
        Assert.Equal(Success, WDC_WriteAddr32(other.hDev, 0, Raise, 1));
        Assert.True(called.Wait(Patience));
        WDC_IntDisable(device);
        Assert.Equal(Success, WDC_IntEnable(device, Acknowledge(device), 3, Level, null, 0, false));
    }

    [Fact]
    public void Closing_the_library_with_interrupts_and_buffers_left_disables_and_frees_them()
    {
        WDC_DEVICE device = Open();
        IntPtr buffer = 0, dma = 0;
        int calls = 0;
        Assert.Equal(Success, WDC_IntEnable(device, Acknowledge(device), 3, Level, _ => Interlocked.Increment(ref calls), 0, false));
        Assert.Equal(Success, WDC_DMAContigBufLock(device.hDev, ref buffer, 0, 4096, ref dma));
        Assert.Equal(Success, WDC_DriverClose());
        uint notOpen = unchecked((uint)WD_ERROR_CODES.WD_STATUS_INVALID_WD_HANDLE);
        uint value = 5;
        Assert.Equal((notOpen, 5u), (WDC_ReadAddr32(device.hDev, 0, 0, ref value), value));
        Assert.Equal((notOpen, notOpen, notOpen), (WDC_IntDisable(device), WDC_DMABufUnlock(dma), WDC_PciDeviceClose(device.hDev)));
        Assert.False(WDC_IntIsEnabled(device.hDev));
        Assert.Equal(Success, WDC_DriverOpen(0, null));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_HANDLE, WDC_ReadAddr32(device.hDev, 0, 0, ref value));
        using PciDevice free = Host.Open("0000:00:02.0"); // nothing is left locked
        Assert.Equal(0, calls);
    }

    private static uint Register(WDC_DEVICE device, uint offset)
    {
        uint value = 0;
        Assert.Equal(Success, WDC_ReadAddr32(device.hDev, 0, offset, ref value));
        return value;
    }

    private static WD_TRANSFER Read(WDC_DEVICE device, uint offset) => new() { pPort = device.pAddrDesc[0].pAddr + offset, cmdTrans = (uint)WD_TRANSFER_CMD.RM_DWORD };

    private static WD_TRANSFER Write(WDC_DEVICE device, uint offset, uint value)
    {
        var command = new WD_TRANSFER { pPort = device.pAddrDesc[0].pAddr + offset, cmdTrans = (uint)WD_TRANSFER_CMD.WM_DWORD };
        command.Data.Dword = value;
        return command;
    }

    private static WD_TRANSFER Mask(uint bits)
    {
        var command = new WD_TRANSFER { cmdTrans = (uint)WD_TRANSFER_CMD.CMD_MASK };
        command.Data.Dword = bits;
        return command;
    }
}
