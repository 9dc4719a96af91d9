using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Memory;

namespace RingThree.WinDriver;

/// <summary>The buffers that cards reach by DMA, by their handles and by the addresses of their <see cref="WD_DMA"/> in memory.</summary>
internal static class LockedBuffers
{
    private const uint Direction = (uint)WD_DMA_OPTIONS.DMA_DIRECTION_MASK;
    private const uint Allocated = (uint)WD_DMA_OPTIONS.DMA_KERNEL_BUFFER_ALLOC;
    private const uint Reserved = (uint)WD_DMA_OPTIONS.DMA_RESERVED_MEM;
    private const uint InTransfers = (uint)WD_DMA_OPTIONS.DMA_TRANSACTION;
    private static readonly Lock Gate = new();
    private static readonly Dictionary<IntPtr, LockedBuffer> Buffers = [];
    private static uint _next;

    /// <summary>The options of a buffer that is moved as a whole. Programs ask the buffer's own later which of the two it is.</summary>
    internal static uint AsWhole(uint options) => options & ~InTransfers;

    /// <summary>The options of a transaction's buffer.</summary>
    internal static uint AsTransaction(uint options) => options | InTransfers;

    /// <summary>Allocates memory that is contiguous in this process and on the bus.</summary>
    /// <exception cref="DeviceException">There is none, or none in the card's reach.</exception>
    internal static unsafe LockedBuffer Allocate(OpenCard card, uint options, uint size)
    {
        if (size is 0 or > int.MaxValue) throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"a buffer of {size} bytes cannot be: 1 to {int.MaxValue}.");
        DmaBuffer buffer = card.Hardware.Dma.Allocate((int)size, AddressBits(options), AccessOf(options));
        // Sound: the buffer's memory is not the collector's, and stays where it is until the buffer is disposed.
        var address = (IntPtr)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer.Span));
        return Add(card, buffer, (address, size, options | Allocated), buffer.Address);
    }

    /// <summary>Makes memory that the caller has reachable. The card reaches the whole pages that it lies in.</summary>
    /// <exception cref="DeviceException">There is no room in the card's reach.</exception>
    internal static LockedBuffer Lock(OpenCard card, IntPtr address, uint options, uint size)
    {
        if (address == 0 || size == 0) throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{size} bytes at 0x{address:x} are no memory.");
        DmaMapping mapping = card.Hardware.Dma.Map((nuint)address, size, AddressBits(options), AccessOf(options));
        options &= ~(Allocated | Reserved); // whoever locks memory of his own frees it himself
        return Add(card, mapping, (address, size, options), mapping.Address, listsPages: (options & InTransfers) == 0);
    }

    /// <summary>Opens physical memory that the machine was started without, and makes it reachable.</summary>
    /// <exception cref="DeviceException">It is not reserved, somebody has it for himself, or a privilege is missing.</exception>
    internal static LockedBuffer Reserve(OpenCard card, ulong physicalAddress, uint options, uint size)
    {
        if (size == 0) throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, "a buffer of 0 bytes cannot be.");
        var memory = ReservedMemory.Open(card.Host, physicalAddress, size, (options & (uint)WD_DMA_OPTIONS.DMA_ALLOW_CACHE) != 0, exclusive: false);
        try
        {
            var owner = new ReservedBuffer(memory, card.Hardware.Dma.Map(memory, AddressBits(options), AccessOf(options)));
            return Add(card, owner, ((IntPtr)memory.Address, size, (options & ~Allocated) | Reserved), owner.Mapping.Address);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>The buffer of a handle, for one more user.</summary>
    /// <exception cref="StatusException">There is none.</exception>
    internal static LockedBuffer Get(uint handle)
    {
        lock (Gate)
        {
            LockedBuffer buffer = Find(handle);
            buffer.Users++;
            return buffer;
        }
    }

    /// <summary>The buffer of a handle.</summary>
    /// <exception cref="StatusException">There is none.</exception>
    internal static LockedBuffer Find(uint handle)
    {
        lock (Gate)
        {
            return Buffers.Values.FirstOrDefault(b => b.Handle == handle)
                ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"{handle} is no handle of a locked buffer.");
        }
    }

    /// <summary>The buffer whose <see cref="WD_DMA"/> is there.</summary>
    /// <exception cref="StatusException">There is none.</exception>
    internal static LockedBuffer Find(IntPtr description)
    {
        lock (Gate)
        {
            return Buffers.GetValueOrDefault(description) ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"0x{description:x} is no locked buffer.");
        }
    }

    /// <summary>The transaction of the buffer whose <see cref="WD_DMA"/> is there.</summary>
    /// <exception cref="StatusException">There is none.</exception>
    internal static BufferTransaction Transaction(LockedBuffer buffer) =>
        buffer.Transaction ?? throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"the buffer {buffer.Handle} has no transaction: it is locked as a whole.");

    /// <summary>Makes a buffer a transaction of several transfers. One that cannot be divided so is unlocked.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="maximumTransfer">The most bytes at once, 0 for no limit.</param>
    /// <param name="elementSize">What no transfer may cut, 0 for 1 byte.</param>
    /// <param name="enable">Enables the interrupt that ends with it; null where none does.</param>
    /// <exception cref="ArgumentException">The limits leave no transfer.</exception>
    internal static void Divide(LockedBuffer buffer, uint maximumTransfer, uint elementSize, Action? enable = null)
    {
        try
        {
            DmaTransaction transfers = buffer.Divide(maximumTransfer, elementSize);
            enable?.Invoke();
            buffer.Transaction = new BufferTransaction(buffer, transfers, enable is null ? null : buffer.Card.Interrupt.Session);
            buffer.Set(nameof(WD_DMA.dwMaxTransferSize), maximumTransfer);
            buffer.Set(nameof(WD_DMA.dwTransferElementSize), elementSize);
        }
        catch
        {
            Unlock(buffer);
            throw;
        }
    }

    /// <summary>One user lets go; the last one takes it from its card and frees what was allocated for it.</summary>
    internal static void Unlock(LockedBuffer buffer)
    {
        lock (Gate)
        {
            if (Buffers.GetValueOrDefault(buffer.Description) != buffer) throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"the buffer {buffer.Handle} is unlocked already.");
            if (--buffer.Users > 0) return;
            Buffers.Remove(buffer.Description);
        }

        buffer.Transaction?.End();
        buffer.Free();
    }

    /// <summary>A cache-coherent machine has nothing to synchronize but the order.</summary>
    internal static void Sync() => Interlocked.MemoryBarrier(); // what was written is there before the doorbell, what was read is read after the interrupt

    /// <summary>Frees what a program has left locked on a card that closes.</summary>
    internal static void Release(OpenCard card)
    {
        LockedBuffer[] left;
        lock (Gate) left = [.. Buffers.Values.Where(b => b.Card == card)];
        foreach (LockedBuffer buffer in left)
        {
            DebugLog.Error("closing a card", $"{card.Hardware}: a DMA buffer was still locked, and is freed.");
            lock (Gate) buffer.Users = 1;
            Unlock(buffer);
        }
    }

    /// <summary>The alignment that a number or a mask asks for.</summary>
    /// <exception cref="StatusException">It is neither, or more than a buffer has.</exception>
    internal static uint Alignment(uint given)
    {
        ulong alignment = given != 0 && !uint.IsPow2(given) ? given + 1UL : given;
        return alignment <= (uint)Environment.SystemPageSize && (alignment == 0 || ulong.IsPow2(alignment))
            ? (uint)alignment
            : throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"an alignment of {given} cannot be had: a power of two or the mask below it, at most {Environment.SystemPageSize}.");
    }

    private static LockedBuffer Add(OpenCard card, IDisposable owner, (IntPtr Address, uint Size, uint Options) memory, Iova iova, bool listsPages = false)
    {
        try
        {
            var buffer = new LockedBuffer(card, Interlocked.Increment(ref _next), owner, memory, iova, listsPages);
            card.Keep(
                () =>
                {
                    lock (Gate) Buffers[buffer.Description] = buffer;
                },
                buffer.Free);
            return buffer;
        }
        catch
        {
            owner.Dispose();
            throw;
        }
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
            if (bits != 0) return bits is >= 12 and <= 64 ? bits : throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"an address width of {bits} bits cannot be: 12 to 64.");
        }

        return (options & (uint)WD_DMA_OPTIONS.DMA_ALLOW_64BIT_ADDRESS) != 0 ? 64 : 32;
    }
}
