using System.Runtime.InteropServices;
using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>A part of a BAR in this process's memory. Given back when nothing holds it any more.</summary>
internal sealed class VfioMapping : SafeHandle, IRegionMapping
{
    private readonly FileDescriptor _device;
    private readonly string _name;
    private readonly long _position;
    private bool _overlaid;

    internal VfioMapping(FileDescriptor device, string name, long position, ulong offset, ulong length)
        : base(-1, ownsHandle: true)
    {
        _device = device;
        _name = name;
        _position = position;
        Offset = offset;
        Length = length;
        AllOnes.Prepare((nuint)length);
        nint address = Libc.Mmap(0, (nuint)length, Libc.ProtectReadWrite, Libc.MapShared, device, position);
        if (address == -1) throw VfioErrors.Failed(name, $"mapping 0x{length:x} bytes at 0x{offset:x} of a BAR", "mmap", "See the kernel's log: dmesg | tail");
        SetHandle(address);
    }

    public override bool IsInvalid => handle == -1;

    public ulong Offset { get; }

    public ulong Length { get; }

    public nuint Address => (nuint)handle;

    public void Overlay()
    {
        if (_overlaid || IsClosed) return;
        AllOnes.Cover(handle, (nuint)Length);
        _overlaid = true;
    }

    public void Restore()
    {
        if (!_overlaid || IsClosed) return;
        // Sound: replaces the range of our own mapping, in one step, by the same BAR it showed before.
        if (Libc.Mmap(handle, (nuint)Length, Libc.ProtectReadWrite, Libc.MapShared | Libc.MapFixed, _device, _position) == -1)
            throw VfioErrors.Failed(_name, $"mapping 0x{Length:x} bytes at 0x{Offset:x} of a BAR again", "mmap", "See the kernel's log: dmesg | tail");
        _overlaid = false;
    }

    protected override bool ReleaseHandle() => Libc.Munmap(handle, (nuint)Length) == 0;
}
