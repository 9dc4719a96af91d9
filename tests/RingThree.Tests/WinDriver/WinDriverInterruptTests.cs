using Jungo.wdapi_dotnet;
using Xunit;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Tests;

/// <summary>WinDriver face: the manual's rules for interrupts, each named by its sentence.</summary>
public sealed class WinDriverInterruptTests : WinDriverTest
{
    private const uint Level = (uint)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE;
    private const uint Message = (uint)WD_INTERRUPT_TYPE.INTERRUPT_MESSAGE;
    private const uint Copy = (uint)WD_INTERRUPT_TYPE.INTERRUPT_CMD_COPY;

    [Theory]
    [InlineData(0u, Message)]
    [InlineData(Level, Level)]
    [InlineData(Message | Level, Message)]
    public void WinDriver_first_tries_to_use_MSI_and_then_level_within_the_types_that_are_named(uint options, uint type)
    {
        WDC_DEVICE device = Open();
        using var called = new SemaphoreSlim(0);
        Assert.Equal(Success, WDC_IntEnable(device, Acknowledge(device), 3, options, _ => called.Release(), 0, false));
        Assert.True(WDC_IntIsEnabled(device.hDev));
        Assert.Equal((type, 1u), (wdc_defs_macros.WDC_GET_ENABLED_INT_TYPE(device), wdc_defs_macros.WDC_GET_NUM_VECTORS(device)));
        Assert.Equal(type == Message, wdc_defs_macros.WDC_INT_IS_MSI(device.Int.dwEnabledIntType));
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
        Assert.True(called.Wait(Patience));
        Assert.Equal(Success, WDC_IntDisable(device));
        Assert.False(WDC_IntIsEnabled(device.hDev));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INTERRUPT_NOT_ENABLED, WDC_IntDisable(device));
    }

    [Fact]
    public void The_number_of_interrupts_received_is_returned_in_dwCounter_and_the_read_value_in_the_commands()
    {
        WDC_DEVICE device = Open();
        WD_TRANSFER[] commands = Acknowledge(device, bits: 0x11);
        uint seen = 0;
        using var called = new SemaphoreSlim(0);
        Assert.Equal(Success, WDC_IntEnable(device, commands, 3, Copy | Level, data =>
        {
            Volatile.Write(ref seen, commands[0].Data.Dword);
            Assert.Equal(device.hDev, data);
            called.Release();
        }, device.hDev, false));
        for (uint i = 1; i <= 20; i++)
        {
            commands[0].Data.Dword = 0xDEAD;
            Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 0x11));
            Assert.True(called.Wait(Patience));
            Assert.Equal((0x11u, i, 0u), (Volatile.Read(ref seen), device.Int.dwCounter, device.Int.dwLost));
        }
    }

    [Fact]
    public void Without_INTERRUPT_CMD_COPY_the_commands_stay_as_they_are()
    {
        WDC_DEVICE device = Open();
        WD_TRANSFER[] commands = Acknowledge(device);
        commands[0].Data.Dword = 0xDEAD;
        using var called = new SemaphoreSlim(0);
        Assert.Equal(Success, WDC_IntEnable(device, commands, 3, Level, _ => called.Release(), 0, false));
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
        Assert.True(called.Wait(Patience));
        Assert.Equal(0xDEADu, commands[0].Data.Dword);
    }

    [Fact]
    public void If_the_mask_fails_the_other_commands_are_not_executed_and_the_handler_is_not_invoked()
    {
        WDC_DEVICE device = Open(2), other = Open(6);
        int mine = 0;
        using var called = new SemaphoreSlim(0);
        WD_TRANSFER[] commands = [default, .. Acknowledge(device)];
        commands[0].pPort = device.pAddrDesc[0].pAddr + 4;
        (commands[0].cmdTrans, commands[0].Data.Dword) = ((uint)WD_TRANSFER_CMD.WM_DWORD, 0x77); // precedes the mask
        Assert.Equal(Success, WDC_IntEnable(device, commands, 4, Level, _ => Interlocked.Increment(ref mine), 0, false));
        Assert.Equal(Success, WDC_IntEnable(other, Acknowledge(other), 3, Level, _ => called.Release(), 0, false));

        Assert.Equal(Success, WDC_WriteAddr32(other.hDev, 0, 0x60, 1)); // the line is shared, the card is not ours

        Assert.True(called.Wait(Patience));
        uint value = 0;
        Assert.Equal((Success, 0), (WDC_ReadAddr32(device.hDev, 0, 4, ref value), Volatile.Read(ref mine)));
        Assert.NotEqual(~0x77u, value);
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
        Until(() => Volatile.Read(ref mine) == 1);
        Assert.Equal((Success, ~0x77u), (WDC_ReadAddr32(device.hDev, 0, 4, ref value), value)); // executed once the mask succeeds
    }

    [Fact]
    public void Interrupt_mask_commands_must_be_set_directly_after_a_read()
    {
        WDC_DEVICE device = Open();
        WD_TRANSFER[] commands = Acknowledge(device);

        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_IntEnable(device, commands[1..], 2, 0, null, 0, false));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_IntEnable(device, commands, 4, 0, null, 0, false));
        commands[2].pPort = 0x10;
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_IntEnable(device, commands, 3, 0, null, 0, false));
        commands[2].cmdTrans = 99;
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_IntEnable(device, commands, 3, 0, null, 0, false));
        Assert.False(WDC_IntIsEnabled(device.hDev));
    }

    [Fact]
    public void Enabling_twice_is_an_operation_already_done_and_closing_disables()
    {
        WDC_DEVICE device = Open();
        Assert.Equal(Success, WDC_IntEnable(device, null, 0, Message, null, 0, false));
        Assert.Equal((uint)WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, WDC_IntEnable(device, null, 0, Message, null, 0, false));
        Assert.Equal(Success, WDC_PciDeviceClose(device.hDev));
        Assert.False(WDC_IntIsEnabled(device.hDev));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_HANDLE, WDC_IntEnable(device, null, 0, Message, null, 0, false));
        Assert.Equal(Success, WDC_IntEnable(Open(), null, 0, Message, null, 0, false));
    }

    [Fact]
    public void Disabling_and_closing_from_inside_the_handler_works()
    {
        WDC_DEVICE device = Open();
        uint disabled = 99, closed = 99;
        using var done = new ManualResetEventSlim();
        Assert.Equal(Success, WDC_IntEnable(device, Acknowledge(device), 3, Level, _ =>
        {
            disabled = WDC_IntDisable(device);
            closed = WDC_PciDeviceClose(device.hDev);
            done.Set();
        }, 0, false));
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
        Assert.True(done.Wait(Patience));
        Assert.Equal((Success, Success), (disabled, closed));
    }

    [Fact]
    public void A_level_enable_with_no_command_list_is_masked_until_the_handler_returns()
    {
        WDC_DEVICE device = Open();
        int calls = 0;
        using var inside = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        Assert.Equal(Success, WDC_IntEnable(device, null, 0, Level, _ =>
        {
            Interlocked.Increment(ref calls);
            inside.Set();
            leave.Wait(Patience);
            WDC_WriteAddr32(device.hDev, 0, 0x64, 0xFFFFFFFF); // acknowledged in the handler
        }, 0, false));
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
        Assert.True(inside.Wait(Patience));
        Thread.Sleep(50);
        Assert.Equal(1, Volatile.Read(ref calls)); // the line is asserted all the while
        leave.Set();
        uint status = 1;
        Until(() => WDC_ReadAddr32(device.hDev, 0, 0x24, ref status) == Success && status == 0);
        Assert.Equal(Success, WDC_WriteAddr32(device.hDev, 0, 0x60, 1));
        Until(() => Volatile.Read(ref calls) >= 2);
    }
}
