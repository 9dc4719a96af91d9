using System.Buffers;
using System.Runtime.InteropServices;
using RingThree.Hosting;

namespace RingThree.Dma;

/// <summary>Zeroed, page-aligned memory outside the collected heap, so that it never moves.</summary>
internal sealed unsafe class PageMemory : SafeHandle, IHostMemory
{
    private PageMemory(void* start, ulong length, DmaMemoryGrant grant)
        : base(0, ownsHandle: true)
    {
        SetHandle((nint)start);
        Length = length;
        Grant = grant;
    }

    public override bool IsInvalid => handle == 0;

    public ulong Length { get; }

    public nuint Address => (nuint)handle;

    public DmaMemoryGrant Grant { get; }

    internal static PageMemory Allocate(ulong length, int alignment)
    {
        // Sound: a fresh block of the length asked for, owned by the handle that is made in the same statement.
        var memory = new PageMemory(NativeMemory.AlignedAlloc((nuint)length, (nuint)alignment), length, new DmaMemoryGrant(Environment.SystemPageSize, null, []));
        NativeMemory.Clear((void*)memory.handle, (nuint)length);
        return memory;
    }

    internal static nuint AddressOf(MemoryHandle pin) => (nuint)pin.Pointer;

    /// <summary>Sound while the handle is referenced: the caller keeps its owner reachable for as long as it uses the span.</summary>
    public Span<byte> Span(int length)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        return new Span<byte>((void*)handle, length);
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        return true;
    }
}
