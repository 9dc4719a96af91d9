using System.Runtime.InteropServices;
using RingThree.Hosting;
using RingThree.Memory;
using RingThree.Platform;

namespace RingThree.Simulation;

/// <summary>Bytes of the simulated machine's memory. Pages that nobody touches cost nothing.</summary>
internal sealed unsafe class ReservedBlock : SafeHandle
{
    private const nuint Page = 4096;
    private readonly nuint _start;

    /// <exception cref="DeviceException">This process gets no more memory.</exception>
    internal ReservedBlock(PhysicalMemoryRange range)
        : base(0, ownsHandle: true)
    {
        Range = range;
        try
        {
            // Sound: a fresh block with room to begin at a page, owned by this handle from here on.
            SetHandle((nint)NativeMemory.AllocZeroed(checked((nuint)range.Length + Page)));
        }
        catch (Exception error) when (error is OutOfMemoryException or OverflowException)
        {
            throw new DeviceException(DeviceStatus.NoResources, "sim", $"reserving {range.Length} bytes of memory", "this process gets no more memory", "Reserve less.", error);
        }

        _start = ((nuint)handle + (Page - 1)) & ~(Page - 1);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Where it is in the machine.</summary>
    internal PhysicalMemoryRange Range { get; }

    internal ulong Read(ulong address, int width) => LittleEndian.Read(Bytes(address, width));

    internal void Write(ulong address, int width, ulong value) => LittleEndian.Write(Bytes(address, width), value);

    /// <summary>A range that lies in it, as this process sees it.</summary>
    internal IRegionMapping Map(PlatformRange range) => new Mapping(this, _start + (nuint)(range.Start - Range.Start), range.Length);

    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        return true;
    }

    /// <remarks>Sound: the caller found the range in this block, which the machine holds for its whole life and nobody disposes.</remarks>
    private Span<byte> Bytes(ulong address, int width) => new((void*)(_start + (nuint)(address - Range.Start)), width);

    /// <summary>Memory does not stop answering: there is nothing to cover, and it is the machine's when the mapping is given back.</summary>
    private sealed class Mapping(ReservedBlock block, nuint address, ulong length) : IRegionMapping
    {
        private readonly ReservedBlock _block = block; // holds the bytes for as long as anyone has the address

        public ulong Offset => 0;

        public ulong Length => length;

        public nuint Address => address;

        public void Overlay() => GC.KeepAlive(_block);

        public void Restore()
        {
        }

        public void Dispose()
        {
        }
    }
}
