using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using Xunit;
using static Jungo.wdapi_dotnet.wdc_lib_decl;

namespace RingThree.Tests;

/// <summary>WinDriver face: DMA in several transfers, buffers by handle, page lists.</summary>
public sealed class WinDriverTransactionTests : WinDriverTest
{
    private const uint MoreToDo = unchecked((uint)WD_ERROR_CODES.WD_MORE_PROCESSING_REQUIRED);
    private const uint InvalidParameter = (uint)WD_ERROR_CODES.WD_INVALID_PARAMETER;
    private const uint Reach = (uint)(WD_DMA_OPTIONS.DMA_TO_FROM_DEVICE | WD_DMA_OPTIONS.DMA_KBUF_ALLOC_SPECIFY_ADDRESS_WIDTH) | (28u << (int)WD_DMA_OPTIONS.DMA_ADDRESS_WIDTH_SHIFT);
    private const ulong CardMemory = 0x40000;

    [Fact]
    public void Memory_goes_in_as_many_transfers_as_the_card_needs_each_begun_by_the_callback_at_the_interrupt_of_the_last()
    {
        WDC_DEVICE device = Open();
        IntPtr memory = Marshal.AllocHGlobal(5000), dma = 0;
        var pieces = new List<(uint Bytes, uint Done)>();
        using var finished = new ManualResetEventSlim();
        try
        {
            byte[] sent = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))];
            Marshal.Copy(sent, 0, memory, 5000);
            Assert.Equal(Success, WDC_DMATransactionSGInit(device.hDev, memory, Reach, 5000, ref dma, 0, 2000, 8));

            // The edu's buffer: each piece goes to its beginning and comes back elsewhere, into a second look at the memory.
            DMA_TRANSACTION_CALLBACK begin = context =>
            {
                var now = Marshal.PtrToStructure<WD_DMA>(dma);
                pieces.Add((now.Page[0].dwBytes, now.dwBytesTransferred));
                Assert.Equal(77, context);
                Move(device, now.Page[0].pPhysicalAddr, CardMemory, now.Page[0].dwBytes, 1 | 4);
            };
            INT_HANDLER done = _ =>
            {
                if (WDC_DMATransferCompletedAndCheck(dma, true) == Success) finished.Set();
            };
            Assert.Equal(Success, WDC_IntEnable(device, Acknowledge(device, 0x100), 3, (uint)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE, done, 0, false));
            Assert.Equal(Success, WDC_DMATransactionExecute(dma, begin, 77));
            Assert.True(finished.Wait(Patience));

            Assert.Equal([(2000u, 0u), (2000u, 2000u), (1000u, 4000u)], pieces);
            Assert.Equal(5000u, Marshal.PtrToStructure<WD_DMA>(dma).dwBytesTransferred);

            // And once more, given up after the first piece.
            pieces.Clear();
            Assert.Equal(Success, WDC_IntDisable(device));
            Assert.Equal(Success, WDC_DMATransactionExecute(dma, begin, 77));
            Assert.Equal((uint)WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, WDC_DMATransactionExecute(dma, begin, 77));
            Assert.Equal(Success, WDC_DMATransactionRelease(dma));
            Assert.Equal((uint)WD_ERROR_CODES.WD_OPERATION_ALREADY_DONE, WDC_DMATransferCompletedAndCheck(dma, true));
            Assert.Equal(Success, WDC_DMATransactionExecute(dma, begin, 77));
            Assert.Equal((MoreToDo, MoreToDo), (WDC_DMATransferCompletedAndCheck(dma, false), WDC_DMATransferCompletedAndCheck(dma, false)));
            Assert.Equal(Success, WDC_DMATransferCompletedAndCheck(dma, false));
            Assert.Equal(Success, WDC_DMATransactionUninit(dma));
            Assert.Equal((uint)WD_ERROR_CODES.WD_INVALID_HANDLE, WDC_DMATransactionUninit(dma));
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }

    [Fact]
    public void A_contiguous_transaction_may_bring_its_interrupt_along()
    {
        WDC_DEVICE device = Open();
        IntPtr buffer = 0, dma = 0;
        using var finished = new ManualResetEventSlim();
        INT_HANDLER done = _ =>
        {
            if (WDC_DMATransferCompletedAndCheck(dma, true) == Success) finished.Set();
        };
        var how = new WDC_INTERRUPT_PARAMS
        {
            pTransCmds = Acknowledge(device, 0x100),
            dwNumCmds = 3,
            dwOptions = (uint)WD_INTERRUPT_TYPE.INTERRUPT_LEVEL_SENSITIVE,
            funcIntHandler = Marshal.GetFunctionPointerForDelegate(done),
        };
        IntPtr parameters = Marshal.AllocHGlobal(Marshal.SizeOf<WDC_INTERRUPT_PARAMS>());
        try
        {
            Marshal.StructureToPtr(how, parameters, fDeleteOld: false);
            Assert.Equal(InvalidParameter, WDC_DMATransactionContigInit(device.hDev, ref buffer, Reach, 4096, ref dma, parameters, 48));
            Assert.Equal(Success, WDC_DMATransactionContigInit(device.hDev, ref buffer, Reach, 4096, ref dma, parameters, 64));
            Assert.True(WDC_IntIsEnabled(device.hDev));
            Marshal.Copy(new byte[] { 3, 1, 4, 1, 5 }, 0, buffer, 5);
            ulong address = Marshal.PtrToStructure<WD_DMA>(dma).Page[0].pPhysicalAddr;
            Assert.Equal(0u, address % 64);
            Assert.Equal(Success, WDC_DMATransactionExecute(dma, _ => Move(device, address, CardMemory, 16, 1 | 4), 0));
            Assert.True(finished.Wait(Patience));
            Assert.Equal(Success, WDC_DMATransactionUninit(dma));
            Assert.False(WDC_IntIsEnabled(device.hDev));
        }
        finally
        {
            Marshal.FreeHGlobal(parameters);
        }
    }

    [Fact]
    public void Transactions_that_cannot_be_are_refused_and_leave_nothing_locked()
    {
        WDC_DEVICE device = Open();
        IntPtr memory = Marshal.AllocHGlobal(4096), dma = 0, buffer = 0;
        try
        {
            Assert.Equal(InvalidParameter, WDC_DMATransactionSGInit(device.hDev, memory, Reach, 1001, ref dma, 0, 0, 8)); // no whole number of elements
            Assert.Equal(InvalidParameter, WDC_DMATransactionSGInit(device.hDev, memory, Reach, 4096, ref dma, 0, 4, 8)); // no element fits
            Assert.Equal((IntPtr)0, dma);
            Assert.Equal(Success, WDC_DMAContigBufLock(device.hDev, ref buffer, Reach, 4096, ref dma));
            Assert.Equal(InvalidParameter, WDC_DMATransactionExecute(dma, _ => { }, 0)); // locked as a whole
            Assert.Equal(InvalidParameter, WDC_DMATransactionUninit(dma));
            Assert.Equal(Success, WDC_DMABufUnlock(dma));
            Assert.Equal(Success, WDC_DMATransactionSGInit(device.hDev, memory, Reach, 4096, ref dma, 0, 0, 0));
            Assert.Equal(Success, WDC_DMATransactionExecute(dma, null, 0)); // the program moves it itself
            Assert.Equal(Success, WDC_DMATransactionRelease(dma));
            Assert.Equal((uint)WD_ERROR_CODES.WD_OPERATION_FAILED, WDC_DMATransactionExecute(dma, _ => throw new InvalidOperationException("broken"), 0));
            Assert.Equal(Success, WDC_DMATransactionUninit(dma));
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }

    [Fact]
    public void A_buffer_that_two_have_by_its_handle_is_freed_when_the_second_lets_go()
    {
        WDC_DEVICE device = Open();
        IntPtr buffer = 0, dma = 0, same = 0;
        Assert.Equal(Success, WDC_DMAContigBufLock(device.hDev, ref buffer, Reach, 4096, ref dma));
        uint handle = WDC_DMAGetGlobalHandle(dma);
        Assert.Equal((Success, dma), (WDC_DMABufGet(handle, ref same), same));
        Assert.Equal(Success, WDC_DMABufUnlock(same));
        Assert.Equal(Success, WDC_DMASyncCpu(dma));
        Assert.Equal(Success, WDC_DMABufUnlock(dma));
        Assert.Equal(((uint)WD_ERROR_CODES.WD_INVALID_HANDLE, (IntPtr)0), (WDC_DMABufGet(handle, ref same), same));
    }

    [Fact]
    public void Where_pages_are_not_to_be_merged_each_has_its_entry_and_many_need_the_option_for_large_buffers()
    {
        WDC_DEVICE device = Open();
        IntPtr buffer = 0, dma = 0;
        const uint separate = Reach | (uint)WD_DMA_OPTIONS.DMA_DISABLE_MERGE_ADJACENT_PAGES;
        Assert.Equal(Success, WDC_DMAContigBufLock(device.hDev, ref buffer, separate, 10000, ref dma));
        var described = Marshal.PtrToStructure<WD_DMA>(dma);
        Assert.Equal((3u, 4096u, 4096u, 1808u), (described.dwPages, described.Page[0].dwBytes, described.Page[1].dwBytes, described.Page[2].dwBytes));
        Assert.Equal(described.Page[0].pPhysicalAddr + 8192, described.Page[2].pPhysicalAddr);
        Assert.Equal(Success, WDC_DMABufUnlock(dma));
        const uint large = 300 * 4096;
        Assert.Equal((uint)WD_ERROR_CODES.WD_INSUFFICIENT_RESOURCES, WDC_DMAContigBufLock(device.hDev, ref buffer, separate, large, ref dma));
        Assert.Equal(Success, WDC_DMAContigBufLock(device.hDev, ref buffer, separate | (uint)WD_DMA_OPTIONS.DMA_LARGE_BUFFER, large, ref dma));
        Assert.Equal(300u, Marshal.PtrToStructure<WD_DMA>(dma).dwPages);
        IntPtr last = dma + (int)Marshal.OffsetOf<WD_DMA>(nameof(WD_DMA.Page)) + (299 * Marshal.SizeOf<WD_DMA_PAGE>());
        Assert.Equal(4096u, Marshal.PtrToStructure<WD_DMA_PAGE>(last).dwBytes);
        Assert.Equal(Success, WDC_DMABufUnlock(dma));
    }

    private static void Move(WDC_DEVICE device, ulong source, ulong destination, ulong count, ulong command)
    {
        WDC_WriteAddr64(device.hDev, 0, 0x80, source);
        WDC_WriteAddr64(device.hDev, 0, 0x88, destination);
        WDC_WriteAddr64(device.hDev, 0, 0x90, count);
        WDC_WriteAddr64(device.hDev, 0, 0x98, command);
    }
}
