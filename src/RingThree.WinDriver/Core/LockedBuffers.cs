using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.Dma;
using RingThree.Hosting;

namespace RingThree.WinDriver;

/// <summary>Buffers that cards reach by DMA, by the address of their <see cref="WD_DMA"/> in memory.</summary>
internal static class LockedBuffers
{
    private const uint Direction = (uint)WD_DMA_OPTIONS.DMA_DIRECTION_MASK;
    private static readonly Lock Gate = new();
    private static readonly Dictionary<IntPtr, Locked> Buffers = [];
    private static uint _next = 1;

    /// <summary>Allocates memory that is contiguous in this process and on the bus.</summary>
    /// <exception cref="DeviceException">There is none, or none in the card's reach.</exception>
    internal static unsafe (IntPtr Description, IntPtr Buffer) Allocate(OpenCard card, uint options, uint size)
    {
        if (size is 0 or > int.MaxValue) throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"a buffer of {size} bytes cannot be: 1 to {int.MaxValue}.");
        DmaBuffer buffer = card.Hardware.Dma.Allocate((int)size, AddressBits(options), AccessOf(options));
        // Sound: the buffer's memory is not the collector's, and stays where it is until the buffer is disposed.
        var address = (IntPtr)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer.Span));
        return (Add(card, buffer, address, size, options, buffer.Address), address);
    }

    /// <summary>Makes memory that the caller has reachable. The card reaches the whole pages that it lies in.</summary>
    /// <exception cref="DeviceException">There is no room in the card's reach.</exception>
    internal static IntPtr Lock(OpenCard card, IntPtr address, uint options, uint size)
    {
        if (address == 0 || size == 0) throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{size} bytes at 0x{address:x} are no memory.");
        DmaMapping mapping = card.Hardware.Dma.Map((nuint)address, size, AddressBits(options), AccessOf(options));
        return Add(card, mapping, address, size, options, mapping.Address);
    }

    /// <summary>Takes a buffer from its card and frees what was allocated for it.</summary>
    internal static void Unlock(IntPtr description)
    {
        Locked? locked;
        lock (Gate)
        {
            if (!Buffers.Remove(description, out locked)) throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"0x{description:x} is no locked buffer.");
        }

        locked.Free(description);
    }

    /// <summary>Refuses what is no locked buffer; a cache-coherent machine has nothing to synchronize.</summary>
    internal static void Sync(IntPtr description)
    {
        lock (Gate)
        {
            if (!Buffers.ContainsKey(description)) throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"0x{description:x} is no locked buffer.");
        }

        Interlocked.MemoryBarrier(); // what was written is there before the doorbell, what was read is read after the interrupt
    }

    /// <summary>Frees what a program has left locked on a card that closes.</summary>
    internal static void Release(OpenCard card)
    {
        IntPtr[] left;
        lock (Gate) left = [.. Buffers.Where(b => b.Value.Card == card).Select(b => b.Key)];
        foreach (IntPtr description in left)
        {
            DebugLog.Error("closing a card", $"{card.Hardware}: a DMA buffer was still locked, and is freed.");
            Unlock(description);
        }
    }

    private static IntPtr Add(OpenCard card, IDisposable owner, IntPtr address, uint size, uint options, Iova iova)
    {
        var dma = new WD_DMA
        {
            pUserAddr = address,
            dwBytes = size,
            dwOptions = options,
            hCard = (uint)card.Handle,
            dwPages = 1, // behind an IOMMU every buffer is one range
            Page = new WD_DMA_PAGE[windrvr_consts.WD_DMA_PAGES],
        };
        dma.Page[0] = new WD_DMA_PAGE { pPhysicalAddr = iova.Value, dwBytes = size };
        IntPtr description = Marshal.AllocHGlobal(Marshal.SizeOf<WD_DMA>());
        lock (Gate)
        {
            dma.hDma = _next++;
            Marshal.StructureToPtr(dma, description, fDeleteOld: false);
            Buffers[description] = new Locked(card, owner);
        }

        return description;
    }

    private static DmaAccess AccessOf(uint options) => (options & Direction) switch
    {
        (uint)WD_DMA_OPTIONS.DMA_FROM_DEVICE => DmaAccess.DeviceWrites,
        (uint)WD_DMA_OPTIONS.DMA_TO_DEVICE => DmaAccess.DeviceReads,
        _ => DmaAccess.Both,
    };

    /// <summary>How many address bits the caller says the card has: 32 unless it says otherwise, as in the manual.</summary>
    private static int AddressBits(uint options)
    {
        if ((options & (uint)WD_DMA_OPTIONS.DMA_KBUF_BELOW_16M) != 0) return 24;
        if ((options & (uint)WD_DMA_OPTIONS.DMA_KBUF_ALLOC_SPECIFY_ADDRESS_WIDTH) != 0)
        {
            int bits = (int)((options & (uint)WD_DMA_OPTIONS.DMA_ADDRESS_WIDTH_MASK) >> (int)WD_DMA_OPTIONS.DMA_ADDRESS_WIDTH_SHIFT);
            return bits is >= 12 and <= 64 ? bits : throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"an address width of {bits} bits cannot be: 12 to 64.");
        }

        return (options & (uint)WD_DMA_OPTIONS.DMA_ALLOW_64BIT_ADDRESS) != 0 ? 64 : 32;
    }

    private sealed record Locked(OpenCard Card, IDisposable Owner)
    {
        internal void Free(IntPtr description)
        {
            Owner.Dispose();
            Marshal.FreeHGlobal(description);
        }
    }
}
