using System.Runtime.InteropServices;

namespace RingThree.Tests;

/// <summary>Memory that ends where a page ends, and behind it a page that nobody may touch: reading one byte too many ends the process.</summary>
internal sealed partial class GuardedMemory : SafeHandle
{
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;
    private readonly nint _length;

    internal GuardedMemory(int bytes)
        : base(-1, ownsHandle: true)
    {
        nint page = Environment.SystemPageSize;
        _length = ((bytes + page - 1) / page * page) + page;
        SetHandle(Map(0, _length, ReadWrite, PrivateAnonymous, -1, 0));
        if (IsInvalid || Protect(handle + _length - page, page, 0) != 0) throw new InvalidOperationException("No guarded memory is to be had.");
        Address = handle + _length - page - bytes;
        Bytes = bytes;
    }

    public override bool IsInvalid => handle == -1;

    /// <summary>Its first byte; aligned as far as its size is.</summary>
    internal nint Address { get; }

    private int Bytes { get; }

    /// <summary>Copies the first bytes of a structure there, as many as there is room for.</summary>
    internal void Put<T>(T value)
        where T : notnull
    {
        nint whole = Marshal.AllocHGlobal(Math.Max(Marshal.SizeOf<T>(), Bytes));
        try
        {
            Marshal.StructureToPtr(value, whole, fDeleteOld: false);
            byte[] part = new byte[Bytes];
            Marshal.Copy(whole, part, 0, Bytes);
            Marshal.Copy(part, 0, Address, Bytes);
        }
        finally
        {
            Marshal.FreeHGlobal(whole);
        }
    }

    protected override bool ReleaseHandle() => Unmap(handle, _length) == 0;

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nint length, int protection, int flags, int file, nint offset);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nint length, int protection);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nint length);
}
