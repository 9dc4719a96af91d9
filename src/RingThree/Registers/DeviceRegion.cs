using System.Runtime.InteropServices;
using RingThree.Devices;
using RingThree.Diagnostics;
using RingThree.Dma;
using RingThree.Hosting;

namespace RingThree.Registers;

/// <summary>
/// A region of an open device, such as a BAR: checked access by offset, and the ground that register maps stand on.
/// Every method may be called from any thread, also while the device is being closed: reads then yield all ones.
/// </summary>
public sealed class DeviceRegion
{
    private readonly IHostedDevice _host;
    private readonly MappedParts _parts;
    private readonly RegionPart[] _protected;
    private readonly IRegionAccess? _access;
    private readonly IRegionWriter? _writer;

    /// <summary>Opens a region, mapped where the host can.</summary>
    internal DeviceRegion(IHostedDevice host, int number)
        : this(host, number, null)
    {
    }

    /// <summary>Opens a region whose writes someone has to see first (configuration space).</summary>
    internal DeviceRegion(IHostedDevice host, int number, IRegionWriter? writer)
    {
        _host = host;
        Number = number;
        Description = host.Regions[number];
        bool isMappable = writer is null && (Description.Abilities & RegionAbilities.Map) != 0;
        _parts = new MappedParts(host, number, isMappable);
        _protected = [.. Description.Parts.Where(p => p.Kind != RegionPartKind.NotMappable)];
        IsNarrow = Description.Kind is RegionKind.Port or RegionKind.Configuration;
        _access = writer is null ? host.GetAccess(number) : null;
        _writer = writer;
        if (isMappable) PeerWindow.Add(this);
    }

    /// <summary>The region's number in the host's numbering; for PCI, BAR n is number n.</summary>
    public int Number { get; }

    /// <summary>What the host says of it.</summary>
    public RegionDescription Description { get; }

    /// <summary>Bytes.</summary>
    public ulong Size => Description.Size;

    /// <summary>Whether these are I/O ports rather than memory.</summary>
    public bool IsPort => Description.Kind == RegionKind.Port;

    /// <summary>Whether an access has 32 bits at most: ports and configuration space.</summary>
    internal bool IsNarrow { get; }

    /// <summary>Where its first byte is in this process, for native code; 0 where it is not mapped as a whole.</summary>
    /// <remarks>Good as long as the device is open and this object is referenced: what follows the pointer later follows it into somebody else's memory.</remarks>
    public nuint MappedAddress => FindMapped(0, Size);

    /// <summary>The device that it belongs to, where an open one has taken it over.</summary>
    internal Device? Owner { get; set; }

    internal string DeviceAddress => _host.Description.Address;

    internal IHostScheduler Scheduler => _host.Scheduler ?? ThreadScheduler.Instance;

    /// <summary>What to call it in a message: the device and the region.</summary>
    public string Name => $"{_host.Description.Address} {Description.Name}";

    /// <summary>Lays a register map over the region.</summary>
    /// <typeparam name="TMap">A struct marked <see cref="RegisterMapAttribute"/>.</typeparam>
    /// <param name="offset">Where the map starts, bytes; a multiple of 8.</param>
    /// <exception cref="ArgumentOutOfRangeException">The map does not fit into the region, or its start is not aligned.</exception>
    /// <exception cref="DeviceException">It reaches into a part that is the host's (<see cref="DeviceStatus.ProtectedRange"/>).</exception>
    public TMap As<TMap>(ulong offset = 0)
        where TMap : IRegisterMap<TMap>
    {
        string map = typeof(TMap).Name;
        CheckWindow(offset, TMap.Size, map);
        return TMap.Create(new RegisterWindow(this, offset, TMap.Size, map, static () => TMap.Registers));
    }

    /// <summary>A stretch to lay registers over by hand.</summary>
    /// <param name="offset">Its start, bytes; a multiple of 8.</param>
    /// <param name="length">Its length, bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit into the region.</exception>
    /// <exception cref="DeviceException">It reaches into a part that is the host's (<see cref="DeviceStatus.ProtectedRange"/>).</exception>
    public RegisterWindow Window(ulong offset, ulong length)
    {
        CheckWindow(offset, length, null);
        return new RegisterWindow(this, offset, length);
    }

    /// <summary>
    /// The region as memory, mapped with a caching. A prefetchable region is mapped when it is first used, and stays as it is mapped
    /// then: to have it write-combining, call this before anything else reads, writes or lays registers over it.
    /// </summary>
    /// <param name="caching">How to map it. What the host cannot do is no failure: <see cref="DeviceMemory.Answer"/> says why, and the memory is there.</param>
    /// <exception cref="DeviceException">Ports, which are not memory (<see cref="DeviceStatus.InvalidArgument"/>); or the host fails to map it in any way.</exception>
    public DeviceMemory Map(RegionCaching caching = RegionCaching.Uncached)
    {
        if (!Enum.IsDefined(caching)) throw Failed(new ArgumentOutOfRangeException(nameof(caching), caching, $"{Name}: there is no such caching."));
        if (IsNarrow)
        {
            throw Failed(new DeviceException(DeviceStatus.InvalidArgument, _host.Description.Address, $"mapping {Description.Name} as memory",
                $"it is {(IsPort ? "I/O ports" : "configuration space")}, not memory", "Use Read and Write."));
        }

        string? answer = null;
        try
        {
            if (_parts.Caching is null) _parts.Map(caching);
        }
        catch (DeviceException refused) when (caching != RegionCaching.Uncached)
        {
            answer = $"{refused.Answer}. {refused.Advice}";
            _parts.Map(RegionCaching.Uncached);
        }

        RegionCaching? now = _parts.Caching;
        if (now != caching && answer is null && (caching != RegionCaching.Uncached || now is not null))
        {
            answer = now is null
                ? "the host makes each access itself and maps nothing"
                : $"it is mapped as {now} already. Call Map before anything else uses the region";
        }

        return new DeviceMemory(this, _parts, answer);
    }

    /// <summary>Reads one value: one bus access of T's width.</summary>
    /// <typeparam name="T">An integer of 1, 2, 4 or 8 bytes, or an enum over one.</typeparam>
    /// <param name="offset">Bytes from the region's start, a multiple of T's size.</param>
    /// <returns>The value; all ones when the device does not answer, or in the MSI-X table.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Beyond the region, or not aligned.</exception>
    /// <exception cref="DeviceException">64 bits of ports or configuration space (<see cref="DeviceStatus.InvalidArgument"/>).</exception>
    public T Read<T>(ulong offset)
        where T : unmanaged
    {
        CheckAccess<T>(offset);
        nuint address = FindMapped(offset, (ulong)RegisterAccess.SizeOf<T>());
        if (address == 0) return ReadUnmapped<T>(offset);
        T value = RegisterAccess.Load<T>(address);
        GC.KeepAlive(this);
        return value;
    }

    /// <summary>Writes one value: one bus access of T's width.</summary>
    /// <typeparam name="T">An integer of 1, 2, 4 or 8 bytes, or an enum over one.</typeparam>
    /// <param name="offset">Bytes from the region's start, a multiple of T's size.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentOutOfRangeException">Beyond the region, or not aligned.</exception>
    /// <exception cref="DeviceException">That is the MSI-X table (<see cref="DeviceStatus.ProtectedRange"/>), or 64 bits of ports or configuration space.</exception>
    public void Write<T>(ulong offset, T value)
        where T : unmanaged
    {
        CheckAccess<T>(offset);
        if (FindProtected(offset, (ulong)RegisterAccess.SizeOf<T>()) is { } part) throw Protected(part, "writing", offset, (ulong)RegisterAccess.SizeOf<T>());
        nuint address = FindMapped(offset, (ulong)RegisterAccess.SizeOf<T>());
        if (address == 0)
        {
            WriteUnmapped(offset, value);
            return;
        }

        RegisterAccess.Store(address, value);
        GC.KeepAlive(this);
    }

    /// <summary>Reads a run of values at rising addresses, or one FIFO register again and again.</summary>
    /// <typeparam name="T">As for <see cref="Read"/>; its size is the access width.</typeparam>
    /// <param name="offset">The first value's offset.</param>
    /// <param name="values">Filled; one bus access each.</param>
    /// <param name="sameAddress">Whether all come from <paramref name="offset"/> (a FIFO).</param>
    public void ReadBlock<T>(ulong offset, Span<T> values, bool sameAddress = false)
        where T : unmanaged
    {
        ulong length = CheckBlock<T>(offset, values.Length, sameAddress);
        nuint step = sameAddress ? 0 : (nuint)RegisterAccess.SizeOf<T>();
        nuint address = FindMapped(offset, length);
        if (address == 0)
        {
            for (int i = 0; i < values.Length; i++) values[i] = Read<T>(offset + ((ulong)i * step));
            return;
        }

        for (int i = 0; i < values.Length; i++, address += step) values[i] = RegisterAccess.Load<T>(address);
        GC.KeepAlive(this);
    }

    /// <summary>Writes a run of values at rising addresses, or to one FIFO register again and again.</summary>
    /// <inheritdoc cref="ReadBlock"/>
    public void WriteBlock<T>(ulong offset, ReadOnlySpan<T> values, bool sameAddress = false)
        where T : unmanaged
    {
        ulong length = CheckBlock<T>(offset, values.Length, sameAddress);
        if (FindProtected(offset, length) is { } part) throw Protected(part, "writing", offset, length);
        nuint step = sameAddress ? 0 : (nuint)RegisterAccess.SizeOf<T>();
        nuint address = FindMapped(offset, length);
        if (address == 0)
        {
            for (int i = 0; i < values.Length; i++) Write(offset + ((ulong)i * step), values[i]);
            return;
        }

        for (int i = 0; i < values.Length; i++, address += step) RegisterAccess.Store(address, values[i]);
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}, 0x{Size:x} bytes";

    /// <summary>Where a range is mapped in this process; 0 when it is not, as a whole, in one mapped part.</summary>
    internal nuint FindMapped(ulong offset, ulong length) => _parts.Find(offset, length);

    /// <summary>What of it is mapped, for who guards it.</summary>
    internal MappedParts Parts => _parts;

    /// <summary>The host's short way for single accesses, where it has one.</summary>
    internal IRegionAccess? Access => _access;

    /// <summary>One access through the host. Range and alignment are checked already.</summary>
    internal T ReadUnmapped<T>(ulong offset)
        where T : unmanaged
    {
        if (_access is { } access) return RegisterAccess.FromBits<T>(access.Read(offset, RegisterAccess.SizeOf<T>()));
        T value = default;
        _host.Read(Number, offset, MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return value;
    }

    /// <inheritdoc cref="ReadUnmapped{T}(ulong)"/>
    internal void WriteUnmapped<T>(ulong offset, T value)
        where T : unmanaged
    {
        if (_access is { } access)
        {
            access.Write(offset, RegisterAccess.SizeOf<T>(), RegisterAccess.ToBits(value));
            return;
        }

        ReadOnlySpan<byte> data = MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref value));
        if (_writer is null) _host.Write(Number, offset, data);
        else _writer.Write(offset, data);
    }

    /// <summary>One access through the host, of a width that is only known at run time.</summary>
    internal ulong ReadUnmapped(ulong offset, int width) => width switch
    {
        4 => ReadUnmapped<uint>(offset),
        8 => ReadUnmapped<ulong>(offset),
        2 => ReadUnmapped<ushort>(offset),
        _ => ReadUnmapped<byte>(offset),
    };

    /// <inheritdoc cref="ReadUnmapped(ulong, int)"/>
    internal void WriteUnmapped(ulong offset, int width, ulong value)
    {
        switch (width)
        {
            case 4: WriteUnmapped(offset, (uint)value); break;
            case 8: WriteUnmapped(offset, value); break;
            case 2: WriteUnmapped(offset, (ushort)value); break;
            default: WriteUnmapped(offset, (byte)value); break;
        }
    }

    /// <summary>Throws unless the range lies in the region and starts on a multiple of <paramref name="alignment"/>.</summary>
    internal void CheckRange(ulong offset, ulong length, int alignment)
    {
        if (length > Size || offset > Size - length)
            throw Failed(new ArgumentOutOfRangeException(nameof(offset), $"{Name}: 0x{length:x} bytes at 0x{offset:x} were asked for; the region has 0x{Size:x} bytes."));
        if (offset % (ulong)alignment != 0)
            throw Failed(new ArgumentOutOfRangeException(nameof(offset), $"{Name}: offset 0x{offset:x} is not a multiple of {alignment}, which this access needs."));
    }

    internal RegionPart? FindProtected(ulong offset, ulong length)
    {
        foreach (RegionPart part in _protected)
        {
            if (offset < part.Offset + part.Length && part.Offset < offset + length) return part;
        }

        return null;
    }

    internal DeviceException Protected(RegionPart part, string operation, ulong offset, ulong length) => Failed(new DeviceException(
        DeviceStatus.ProtectedRange, _host.Description.Address, $"{operation} bytes 0x{offset:x} to 0x{offset + length - 1:x} of {Description.Name}",
        $"bytes 0x{part.Offset:x} to 0x{part.Offset + part.Length - 1:x} are the card's {(part.Kind == RegionPartKind.MsixTable ? "MSI-X table" : "MSI-X pending bits")}, which the host owns",
        "Enable interrupts through the device's Interrupts; lay register maps beside that part."));

    /// <summary>For an access of 64 bits where <see cref="IsNarrow"/>: it would be two on the bus, and which two nobody says.</summary>
    internal DeviceException TooWide(ulong offset, string? register = null) =>
        TooWide($"accessing 64 bits of {Description.Name} at 0x{offset:x}{(register is null ? "" : $" ({register})")}");

    /// <inheritdoc cref="TooWide(ulong, string?)"/>
    internal DeviceException TooWide(string operation) => Failed(new DeviceException(DeviceStatus.InvalidArgument, _host.Description.Address, operation,
        "ports and configuration space take at most 32 bits at once", "Use two 32-bit accesses."));

    /// <summary>Tells the debug monitor of a failed access, and gives back its error to be thrown.</summary>
    internal TError Failed<TError>(TError error)
        where TError : Exception
    {
        TransferEvents.Failed(_host.Description.Address, Description.Kind, error);
        return error;
    }

    /// <summary>Checks what registers are to be laid over; <paramref name="map"/> names the map, if there is one.</summary>
    private void CheckWindow(ulong offset, ulong length, string? map)
    {
        string what = map is null ? "a window" : $"the register map {map}";
        if (length > Size || offset > Size - length)
        {
            throw Failed(new ArgumentOutOfRangeException(nameof(offset), $"{Name}: {what} of 0x{length:x} bytes does not fit at 0x{offset:x}; the region has 0x{Size:x} bytes"
                + (length <= Size ? $", so it starts at 0x{(Size - length) & ~7UL:x} at most." : ".")));
        }

        if (offset % 8 != 0) throw Failed(new ArgumentOutOfRangeException(nameof(offset), $"{Name}: {what} is to start at 0x{offset:x}, which is not a multiple of 8."));
        if (FindProtected(offset, length) is { } part) throw Protected(part, map is null ? "laying registers over" : $"laying {map} over", offset, length);
    }

    private void CheckAccess<T>(ulong offset)
        where T : unmanaged
    {
        CheckRange(offset, (ulong)WidthOf<T>(), WidthOf<T>());
        if (RegisterAccess.SizeOf<T>() == 8 && IsNarrow) throw TooWide(offset);
    }

    /// <summary>Checks a block as a whole, so that one that does not fit touches nothing.</summary>
    /// <returns>Bytes from its first address to the end of its last.</returns>
    private ulong CheckBlock<T>(ulong offset, int count, bool sameAddress)
        where T : unmanaged
    {
        ulong length = (ulong)WidthOf<T>() * (sameAddress ? Math.Min((ulong)count, 1) : (ulong)count);
        if (count > 0) CheckRange(offset, length, WidthOf<T>());
        if (count > 0 && RegisterAccess.SizeOf<T>() == 8 && IsNarrow) throw TooWide(offset);
        return length;
    }

    private int WidthOf<T>()
        where T : unmanaged
    {
        if (!RegisterAccess.IsValue<T>()) throw Failed(RegisterAccess.NoValue<T>(Name));
        return RegisterAccess.SizeOf<T>();
    }
}
