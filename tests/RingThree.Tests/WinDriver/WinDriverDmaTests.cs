using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using Xunit;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Tests;

/// <summary>WinDriver face: DMA buffers and events.</summary>
public sealed class WinDriverDmaTests : WinDriverTest
{
    private const uint Both = (uint)(WD_DMA_OPTIONS.DMA_TO_FROM_DEVICE | WD_DMA_OPTIONS.DMA_KBUF_ALLOC_SPECIFY_ADDRESS_WIDTH) | (28u << (int)WD_DMA_OPTIONS.DMA_ADDRESS_WIDTH_SHIFT);

    [Fact]
    public void A_contiguous_buffer_goes_to_the_card_and_back()
    {
        WDC_DEVICE device = Open();
        IntPtr buffer = 0, description = 0;
        Assert.Equal(Success, WDC_DMAContigBufLock(device.hDev, ref buffer, Both, 4096, ref description));
        var dma = Marshal.PtrToStructure<WD_DMA>(description);
        Assert.Equal((buffer, 4096u, 1u, 4096u), (dma.pUserAddr, dma.dwBytes, dma.dwPages, dma.Page[0].dwBytes));
        Assert.True(dma.hDma != 0 && dma.Page[0].pPhysicalAddr < 1u << 28);
        Assert.Equal(dma.hDma, ((WD_DMA)new MarshalWdDma().MarshalNativeToManaged(description)).hDma);

        byte[] sent = [1, 2, 3, 4, 5, 6, 7, 8];
        Marshal.Copy(sent, 0, buffer, 8);
        Assert.Equal(Success, WDC_DMASyncIo(description));
        Copy(device, dma.Page[0].pPhysicalAddr, 0x40000, 8, 1);
        Marshal.Copy(new byte[8], 0, buffer, 8);
        Copy(device, 0x40000, dma.Page[0].pPhysicalAddr, 8, 3);
        Assert.Equal(Success, WDC_DMASyncCpu(description));
        byte[] received = new byte[8];
        Marshal.Copy(buffer, received, 0, 8);
        Assert.Equal(sent, received);

        Assert.Equal(Success, WDC_DMABufUnlock(description));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_HANDLE, WDC_DMABufUnlock(description));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_HANDLE, WDC_DMASyncIo(description));
    }

    [Fact]
    public void Unaligned_memory_of_the_program_is_reached_where_it_lies()
    {
        WDC_DEVICE device = Open();
        IntPtr memory = Marshal.AllocHGlobal(9000), description = 0;
        try
        {
            IntPtr odd = memory + 3;
            Marshal.Copy(new byte[] { 9, 8, 7, 6 }, 0, odd, 4);
            Assert.Equal(Success, WDC_DMASGBufLock(device.hDev, odd, Both, 4000, ref description));
            var dma = Marshal.PtrToStructure<WD_DMA>(description);
            Copy(device, dma.Page[0].pPhysicalAddr, 0x40000, 4, 1);
            Copy(device, 0x40000, dma.Page[0].pPhysicalAddr + 100, 4, 3);
            byte[] received = new byte[4];
            Marshal.Copy(odd + 100, received, 0, 4);
            Assert.Equal([9, 8, 7, 6], received);
            Assert.Equal(Success, WDC_DMABufUnlock(description));
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }

    [Fact]
    public void Buffers_that_cannot_be_are_refused_and_those_left_locked_are_freed_with_the_device()
    {
        WDC_DEVICE device = Open();
        IntPtr buffer = 0, description = 0;
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_DMAContigBufLock(device.hDev, ref buffer, 0, 0, ref description));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_DMASGBufLock(device.hDev, 0, 0, 4096, ref description));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_HANDLE, WDC_DMAContigBufLock(5, ref buffer, 0, 4096, ref description));
        Assert.Equal((0, 0), (buffer, description));
        Assert.Equal(Success, WDC_DMAContigBufLock(device.hDev, ref buffer, Both, 4096, ref description));
        Assert.Equal(Success, WDC_PciDeviceClose(device.hDev));
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_HANDLE, WDC_DMABufUnlock(description));
    }

    [Fact]
    public void Events_are_told_once_registered_and_no_more_after()
    {
        WDC_DEVICE device = Open();
        var heard = new List<(uint Action, uint Slot)>();
        EVENT_HANDLER_DOTNET handler = (happened, _) =>
        {
            var seen = Marshal.PtrToStructure<WD_EVENT>(happened)!;
            lock (heard) heard.Add((seen.dwAction, seen.u.Pci.pciSlot.dwSlot));
        };
        Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_PARAMETER, WDC_EventRegister(device, 0, handler, 0, false));
        Assert.Equal(Success, WDC_EventRegister(device, (uint)WD_EVENT_ACTION.WD_ACTIONS_ALL, handler, 0, false));
        Assert.Equal((uint)WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, WDC_EventRegister(device, (uint)WD_EVENT_ACTION.WD_ACTIONS_ALL, handler, 0, false));
        Assert.True(WDC_EventIsRegistered(device.hDev));
        Host.Remove("0000:00:06.0"); // another one
        Host.Remove("0000:00:02.0");
        Until(() =>
        {
            lock (heard) return heard.Count == 1;
        });
        Assert.Equal(((uint)WD_EVENT_ACTION.WD_REMOVE, 2u), heard[0]);
        Assert.Equal(Success, WDC_EventUnregister(device));
        Assert.False(WDC_EventIsRegistered(device.hDev));
        uint value = 0;
        Assert.Equal((Success, uint.MaxValue), (WDC_ReadAddr32(device.hDev, 0, 0, ref value), value)); // gone: all ones, as on the metal
    }

    private static void Copy(WDC_DEVICE device, ulong source, ulong destination, ulong count, ulong command)
    {
        Assert.Equal(Success, WDC_WriteAddr64(device.hDev, 0, 0x80, source));
        Assert.Equal(Success, WDC_WriteAddr64(device.hDev, 0, 0x88, destination));
        Assert.Equal(Success, WDC_WriteAddr64(device.hDev, 0, 0x90, count));
        Assert.Equal(Success, WDC_WriteAddr64(device.hDev, 0, 0x98, command));
        Until(() =>
        {
            ulong state = 0;
            return WDC_ReadAddr64(device.hDev, 0, 0x98, ref state) == Success && (state & 1) == 0;
        });
    }
}
