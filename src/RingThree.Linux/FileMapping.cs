using System.Runtime.InteropServices;
using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>A part of a device file (a BAR of VFIO's, physical memory) in this process. Given back when nothing holds it any more.</summary>
internal sealed class FileMapping : SafeHandle, ICopiedMapping
{
    private readonly FileDescriptor _file;
    private readonly string _device;
    private readonly string _range; // for messages
    private readonly long _page; // where the first page is in the file
    private readonly nuint _before; // bytes of that page that are not ours
    private bool _overlaid;

    /// <summary>Maps the pages that a part lies in.</summary>
    /// <param name="file">The device file.</param>
    /// <param name="device">The device, for messages.</param>
    /// <param name="position">Where the part starts in the file.</param>
    /// <param name="offset">Where it starts in its region.</param>
    /// <param name="length">Its length.</param>
    /// <param name="region">The region, for messages.</param>
    /// <param name="caching">How the kernel maps this file.</param>
    /// <exception cref="DeviceException">The kernel refuses, or there is no memory to cover the part with.</exception>
    internal FileMapping(FileDescriptor file, string device, long position, ulong offset, ulong length, string region = "a region", RegionCaching caching = RegionCaching.Uncached)
        : base(-1, ownsHandle: true)
    {
        Caching = caching;
        _file = file;
        _device = device;
        _range = $"0x{length:x} bytes at 0x{offset:x} of {region}";
        _page = position & ~(long)(Environment.SystemPageSize - 1);
        _before = (nuint)(position - _page);
        Offset = offset;
        Length = length;
        AllOnes.CheckLength(device, _range, length);
        // The kernel first: it refuses a wrong range at no cost, and the memory to cover one with is kept for good.
        nint address = Map(0, 0);
        if (address == -1) throw Failed();
        SetHandle(address);
        try
        {
            AllOnes.Prepare(device, _range, Whole);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override bool IsInvalid => handle == -1;

    public ulong Offset { get; }

    public ulong Length { get; }

    public RegionCaching Caching { get; }

    public nuint Address => (nuint)handle + _before;

    private nuint Whole => (nuint)(_before + Length + (nuint)Environment.SystemPageSize - 1) & ~((nuint)Environment.SystemPageSize - 1);

    public void Overlay()
    {
        if (_overlaid || IsClosed) return;
        AllOnes.Cover(_device, _range, handle, Whole);
        _overlaid = true;
    }

    public void Restore()
    {
        if (!_overlaid || IsClosed) return;
        // Sound: replaces the range of our own mapping, in one step, by the same part of the file it showed before.
        if (Map(handle, Libc.MapFixed) == -1) throw Failed();
        _overlaid = false;
    }

    public void Copy(ReadOnlySpan<byte> source, Span<byte> destination) => Libc.Memmove(source, destination);

    protected override bool ReleaseHandle() => Libc.Munmap(handle, Whole) == 0;

    private nint Map(nint where, int flags) => Libc.Mmap(where, Whole, Libc.ProtectReadWrite, Libc.MapShared | flags, _file, _page);

    private DeviceException Failed() => VfioErrors.Failed(_device, "mapping " + _range, "mmap", "See the kernel's log: dmesg | tail");
}
