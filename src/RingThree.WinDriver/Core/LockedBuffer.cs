using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.Dma;
using RingThree.Memory;

namespace RingThree.WinDriver;

/// <summary>A buffer that a card reaches by DMA, and the <see cref="WD_DMA"/> in memory that tells the program of it.</summary>
internal sealed class LockedBuffer
{
    private const uint SeparatePages = (uint)WD_DMA_OPTIONS.DMA_DISABLE_MERGE_ADJACENT_PAGES;
    private const uint LargeBuffer = (uint)WD_DMA_OPTIONS.DMA_LARGE_BUFFER;
    private static readonly int PagesAt = (int)Marshal.OffsetOf<WD_DMA>(nameof(WD_DMA.Page));
    private readonly IDisposable _owner;
    private readonly Iova _iova;
    private readonly bool _separate; // one entry for each page, or one for the whole
    private readonly Lock _gate = new();
    private bool _isFreed;

    /// <param name="card">The card that reaches it.</param>
    /// <param name="handle">The number that <c>hDma</c> tells.</param>
    /// <param name="owner">What frees it.</param>
    /// <param name="memory">Where it is in this process, its size, and the options: the caller's, and what the call implies.</param>
    /// <param name="iova">Where the card sees it.</param>
    /// <param name="listsPages">Whether each page has its entry while there is room for them all, as programs build a card's descriptors from them.</param>
    /// <exception cref="StatusException">The caller wants one entry for each page, and there is no room for so many.</exception>
    internal LockedBuffer(OpenCard card, uint handle, IDisposable owner, (IntPtr Address, uint Size, uint Options) memory, Iova iova, bool listsPages)
    {
        (Card, Handle, _owner, _iova) = (card, handle, owner, iova);
        (Address, Size, uint options) = memory;
        _separate = (options & SeparatePages) != 0;
        int pages = _separate || listsPages ? DmaSegments.Cut(iova, Size, boundary: Environment.SystemPageSize).Count() : 1;
        if (pages > windrvr_consts.WD_DMA_PAGES && _separate && (options & LargeBuffer) == 0)
            throw new StatusException(WD_ERROR_CODES.WD_INSUFFICIENT_RESOURCES, $"{Size} bytes are {pages} pages, and without DMA_LARGE_BUFFER there is room for {windrvr_consts.WD_DMA_PAGES}.");
        _separate |= listsPages && pages <= windrvr_consts.WD_DMA_PAGES;
        Description = Marshal.AllocHGlobal(PagesAt + (Math.Max(windrvr_consts.WD_DMA_PAGES, pages) * Marshal.SizeOf<WD_DMA_PAGE>()));
        var dma = new WD_DMA
        {
            hDma = handle,
            pUserAddr = Address,
            dwBytes = Size,
            dwOptions = options,
            hCard = (uint)card.Handle,
            Page = new WD_DMA_PAGE[windrvr_consts.WD_DMA_PAGES],
        };
        Marshal.StructureToPtr(dma, Description, fDeleteOld: false);
        Tell(iova, Size, 0);
    }

    internal OpenCard Card { get; }

    internal uint Handle { get; }

    /// <summary>Where it is in this process.</summary>
    internal IntPtr Address { get; }

    internal uint Size { get; }

    /// <summary>Where its <see cref="WD_DMA"/> is.</summary>
    internal IntPtr Description { get; }

    /// <summary>How many have it: who locked it, and each who got it by its handle.</summary>
    internal int Users { get; set; } = 1;

    /// <summary>The transfers it is moved in, or null.</summary>
    internal BufferTransaction? Transaction { get; set; }

    /// <summary>Makes it part of a transaction.</summary>
    internal DmaTransaction Divide(uint maximumTransfer, uint elementSize)
    {
        long? most = maximumTransfer == 0 ? null : maximumTransfer;
        long element = Math.Max(1, elementSize);
        return _owner switch
        {
            DmaBuffer buffer => new DmaTransaction(buffer, most, element),
            DmaMapping mapping => new DmaTransaction(mapping, most, element),
            ReservedBuffer reserved => new DmaTransaction(reserved.Mapping, most, element),
            _ => throw new NotSupportedException(_owner.GetType().Name),
        };
    }

    /// <summary>Tells the program where the card sees it, or the part of it that is to be moved now.</summary>
    internal void Tell(Iova iova, long length, long transferred)
    {
        lock (_gate)
        {
            CheckNotFreed();
            var page = default(WD_DMA_PAGE);
            int pages = 0;
            foreach (DmaSegment segment in DmaSegments.Cut(iova, length, boundary: _separate ? Environment.SystemPageSize : null))
            {
                page.pPhysicalAddr = segment.Address.Value;
                page.dwBytes = (uint)segment.Length;
                Marshal.StructureToPtr(page, Description + PagesAt + (pages++ * Marshal.SizeOf<WD_DMA_PAGE>()), fDeleteOld: false);
            }

            Set(nameof(WD_DMA.dwPages), (uint)pages);
            Set(nameof(WD_DMA.dwBytesTransferred), (uint)transferred);
        }
    }

    /// <summary>Tells the program one more number of it.</summary>
    /// <exception cref="StatusException">It is unlocked.</exception>
    internal void Set(string field, uint value)
    {
        lock (_gate)
        {
            CheckNotFreed();
            Marshal.WriteInt32(Description + (int)Marshal.OffsetOf<WD_DMA>(field), unchecked((int)value));
        }
    }

    /// <summary>What the program is told of it now.</summary>
    /// <exception cref="StatusException">It is unlocked.</exception>
    internal WD_DMA Read()
    {
        lock (_gate)
        {
            CheckNotFreed();
            return Marshal.PtrToStructure<WD_DMA>(Description);
        }
    }

    internal void Free()
    {
        lock (_gate)
        {
            if (_isFreed) return;
            _isFreed = true;
            Marshal.FreeHGlobal(Description);
        }

        _owner.Dispose();
    }

    /// <summary>Its description's memory may be somebody else's by now.</summary>
    private void CheckNotFreed()
    {
        if (_isFreed) throw new StatusException(WD_ERROR_CODES.WD_INVALID_HANDLE, $"the buffer {Handle} was unlocked meanwhile.");
    }
}

/// <summary>Reserved memory, and a card's way to it.</summary>
/// <param name="Memory">The memory; closing it undoes the mapping.</param>
/// <param name="Mapping">Where the card sees it.</param>
internal sealed record ReservedBuffer(ReservedMemory Memory, DmaMapping Mapping) : IDisposable
{
    public void Dispose() => Memory.Dispose();
}
