using System.Runtime.InteropServices;
using RingThree.Hosting;

namespace RingThree.Tests;

/// <summary>One access that a host was asked for.</summary>
internal readonly record struct BusAccess(int Region, bool IsWrite, int Width, ulong Offset, ulong Value)
{
    internal static BusAccess Read(int width, ulong offset, ulong value, int region = 0) => new(region, false, width, offset, value);

    internal static BusAccess Write(int width, ulong offset, ulong value, int region = 0) => new(region, true, width, offset, value);
}

/// <summary>Memory behind a region, which does not move. Every access through the host is a whole, aligned, in-range one, or it throws.</summary>
internal sealed unsafe class FakeMemory
{
    private readonly byte* _start;
    private readonly List<BusAccess> _log;
    private readonly int _region;
    private ulong _accesses;

    internal FakeMemory(int region, int size, List<BusAccess> log)
    {
        _region = region;
        Size = size;
        _log = log;
        _start = (byte*)NativeMemory.AlignedAlloc((nuint)size, 4096);
        NativeMemory.Clear(_start, (nuint)size);
    }

    ~FakeMemory() => NativeMemory.AlignedFree(_start);

    internal int Size { get; }

    internal bool IsLogging { get; set; } = true;

    /// <summary>Each value read depends on how many accesses came before, so that a lost, doubled or exchanged one is seen.</summary>
    internal bool IsVolatile { get; init; }

    internal nuint Address => (nuint)_start;

    internal Span<byte> Bytes => new(_start, Size);

    internal ulong Read(ulong offset, int width)
    {
        CheckAccess(offset, width);
        ulong value = 0;
        for (int i = width - 1; i >= 0; i--) value = (value << 8) | _start[offset + (ulong)i];
        if (IsVolatile) value = Truncate(value ^ (_accesses * 0x9E37_79B9_7F4A_7C15), width);
        _accesses++;
        if (IsLogging) _log.Add(BusAccess.Read(width, offset, value, _region));
        return value;
    }

    internal void Write(ulong offset, int width, ulong value)
    {
        CheckAccess(offset, width);
        for (int i = 0; i < width; i++) _start[offset + (ulong)i] = (byte)(value >> (8 * i));
        _accesses++;
        if (IsLogging) _log.Add(BusAccess.Write(width, offset, value, _region));
    }

    internal static ulong Truncate(ulong value, int width) => width == 8 ? value : value & ((1UL << (8 * width)) - 1);

    private void CheckAccess(ulong offset, int width)
    {
        if (width is not (1 or 2 or 4 or 8) || offset % (ulong)width != 0 || offset > (ulong)Size - (ulong)width)
            throw new InvalidOperationException($"A host was asked for {width} bytes at 0x{offset:x} of a region of 0x{Size:x}.");
    }
}

/// <summary>A part of a region in this process. The overlay is real: the bytes read all ones until it is taken away.</summary>
internal sealed class FakeMapping(FakeDevice device, string name, FakeMemory memory, ulong offset, ulong length) : ICopiedMapping
{
    private byte[]? _covered;

    public ulong Offset => offset;

    public ulong Length => length;

    public RegionCaching Caching { get; internal set; }

    public nuint Address => memory.Address + (nuint)offset;

    /// <summary>How often it was asked to copy.</summary>
    internal int Copies { get; private set; }

    public void Copy(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        Copies++;
        source.CopyTo(destination);
    }

    public void Overlay()
    {
        if (_covered is not null) return;
        device.Note($"overlay {name}");
        _covered = Part.ToArray();
        Part.Fill(0xFF);
    }

    public void Restore()
    {
        if (_covered is null) return;
        device.Note($"restore {name}");
        _covered.CopyTo(Part);
        _covered = null;
    }

    public void Dispose() => device.Note($"give back {name}");

    private Span<byte> Part => memory.Bytes.Slice((int)offset, (int)length);
}
