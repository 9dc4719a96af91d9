using RingThree.Hosting;

namespace RingThree.Registers;

/// <summary>
/// A region as memory: bytes copied in and out, whatever their alignment, by the widest accesses that every machine makes (64
/// bits). For memory on a card; registers, whose accesses have a width and an effect, are read and written one by one.
/// </summary>
/// <remarks>
/// The copies leave in rising order where the region is <see cref="RegionCaching.Uncached"/>, and in any order where it is
/// <see cref="RegionCaching.WriteCombining"/>: call <see cref="FlushWrites"/> before a register that tells the card to look.
/// Every method may be called from any thread. While the device does not answer, reads give all ones and writes are lost.
/// </remarks>
public sealed class DeviceMemory
{
    private readonly DeviceRegion _region;
    private readonly MappedParts _parts;

    /// <summary>The region's first byte in this process; 0 where it is not mapped in one piece.</summary>
    private readonly nuint _whole;

    /// <summary>Copies cached memory, where the host does that itself.</summary>
    private readonly ICopiedMapping? _copied;

    /// <summary>The length up to which a write needs no look at the parts; 0 where the host owns one.</summary>
    private readonly ulong _free;

    internal DeviceMemory(DeviceRegion region, MappedParts parts, string? answer)
    {
        _region = region;
        _parts = parts;
        Caching = parts.Caching ?? RegionCaching.Uncached;
        Answer = answer;
        Length = region.Size;
        _copied = parts.Copied;
        _whole = region.MappedAddress;
        _free = region.FindProtected(0, region.Size) is null ? region.Size : 0;
    }

    /// <summary>The region.</summary>
    public DeviceRegion Region => _region;

    /// <summary>Bytes.</summary>
    public ulong Length { get; }

    /// <summary>How it is mapped, which may be less than was asked for: see <see cref="Answer"/>.</summary>
    public RegionCaching Caching { get; }

    /// <summary>Why <see cref="Caching"/> is not what was asked for, and what would help; <see langword="null"/> where it is.</summary>
    public string? Answer { get; }

    /// <summary>Copies from the device.</summary>
    /// <param name="offset">Where to begin, bytes from the region's start.</param>
    /// <param name="destination">Filled.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range reaches beyond the region.</exception>
    public void Read(ulong offset, Span<byte> destination)
    {
        ulong length = (ulong)destination.Length;
        if (_whole != 0 && length <= Length && offset <= Length - length) ReadMapped(_whole + (nuint)offset, destination);
        else ReadParts(offset, destination);
        GC.KeepAlive(_region); // keeps the mapping until after the last load
    }

    /// <summary>Copies to the device.</summary>
    /// <param name="offset">Where to begin, bytes from the region's start.</param>
    /// <param name="source">The bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range reaches beyond the region.</exception>
    /// <exception cref="DeviceException">The range reaches into a part that is the host's (<see cref="DeviceStatus.ProtectedRange"/>); nothing was written.</exception>
    public void Write(ulong offset, ReadOnlySpan<byte> source)
    {
        ulong length = (ulong)source.Length;
        if (_whole != 0 && length <= _free && offset <= _free - length) WriteMapped(source, _whole + (nuint)offset);
        else WriteParts(offset, source);
        GC.KeepAlive(_region);
    }

    /// <summary>
    /// Lets everything this thread wrote leave the processor, in order before whatever it writes afterwards: SFENCE on x86, a full
    /// barrier elsewhere. That it has arrived at the card is known once something has been read back from the card, since reads
    /// do not overtake posted writes (PCI Express Base, 2.4.1).
    /// </summary>
#pragma warning disable CA1822 // of this memory, and one day of its host
    public void FlushWrites() => MemoryCopy.Fence();
#pragma warning restore CA1822

    /// <inheritdoc/>
    public override string ToString() => $"{_region.Name}, {Length} bytes, {Caching}";

    private void ReadMapped(nuint address, Span<byte> destination)
    {
        if (_copied is { } host) host.Copy(MemoryCopy.At(address, destination.Length), destination);
        else if (Caching == RegionCaching.Cached) MemoryCopy.At(address, destination.Length).CopyTo(destination);
        else MemoryCopy.FromDevice(address, destination);
    }

    private void WriteMapped(ReadOnlySpan<byte> source, nuint address)
    {
        if (_copied is { } host) host.Copy(source, MemoryCopy.At(address, source.Length));
        else if (Caching == RegionCaching.Cached) source.CopyTo(MemoryCopy.At(address, source.Length));
        else MemoryCopy.ToDevice(source, address);
    }

    private void ReadParts(ulong offset, Span<byte> destination)
    {
        _region.CheckRange(offset, (ulong)destination.Length, 1);
        while (destination.Length > 0)
        {
            int run = (int)_parts.Run(offset, (ulong)destination.Length, out nuint address);
            if (address == 0) ReadUnmapped(offset, destination[..run]);
            else ReadMapped(address, destination[..run]);
            offset += (ulong)run;
            destination = destination[run..];
        }
    }

    private void WriteParts(ulong offset, ReadOnlySpan<byte> source)
    {
        _region.CheckRange(offset, (ulong)source.Length, 1);
        if (source.Length > 0 && _region.FindProtected(offset, (ulong)source.Length) is { } part) throw _region.Protected(part, "writing", offset, (ulong)source.Length);
        while (source.Length > 0)
        {
            int run = (int)_parts.Run(offset, (ulong)source.Length, out nuint address);
            if (address == 0) WriteUnmapped(offset, source[..run]);
            else WriteMapped(source[..run], address);
            offset += (ulong)run;
            source = source[run..];
        }
    }

    private void ReadUnmapped(ulong offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            int width = MemoryCopy.Width(offset, destination.Length);
            MemoryCopy.Store(_region.ReadUnmapped(offset, width), width, destination);
            offset += (ulong)width;
            destination = destination[width..];
        }
    }

    private void WriteUnmapped(ulong offset, ReadOnlySpan<byte> source)
    {
        while (source.Length > 0)
        {
            int width = MemoryCopy.Width(offset, source.Length);
            _region.WriteUnmapped(offset, width, MemoryCopy.Load(source, width));
            offset += (ulong)width;
            source = source[width..];
        }
    }
}
