using RingThree.Devices;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Platform;
using RingThree.Registers;

namespace RingThree.Memory;

/// <summary>
/// Physical memory that the machine was started without (<see cref="MemoryReservation"/>), opened for this process: bytes
/// to read and write, and for cards to reach by DMA. On Linux it is /dev/mem, which needs root.
/// </summary>
/// <remarks>
/// Most drivers need none of this: <see cref="DmaSpace.Allocate(int, int, DmaAccess)"/> gives memory that is contiguous for the card at any size,
/// as the IOMMU puts pages in a row. Reserved memory keeps its contents from one program to the next, has a physical address
/// that other masters can be told, and costs no locked memory. Source: WinDriver manual 10.2.
/// </remarks>
public sealed class ReservedMemory : IDisposable
{
    private readonly PlatformDevice _card;
    private readonly IRegionMapping? _own; // where the region itself shows no address
    private readonly List<DmaMapping> _mappings = [];
    private readonly Lock _gate = new();
    private IDisposable? _hostEnd;
    private bool _closed;

    private ReservedMemory(PlatformDevice card)
    {
        _card = card;
        PhysicalAddress = card.Resources.Ranges[0].Start;
        Length = card.Resources.Ranges[0].Length;
        Address = card.Region(0).FindMapped(0, Length);
        if (Address != 0) return;
        IReadOnlyList<IRegionMapping> mappings = card.Host.Map(0);
        if (mappings is not [{ Offset: 0 } only] || only.Length < Length)
        {
            foreach (IRegionMapping mapping in mappings) mapping.Dispose();
            throw new DeviceException(DeviceStatus.NotSupported, card.Resources.Name, $"opening {card.Resources.Ranges[0]} as memory", "the host shows it by single accesses only",
                "Is it RAM, and reserved? On the simulated machine: SimulatedHost.ReserveMemory. A recorded host shows no memory at all.");
        }

        _own = only;
        Address = only.Address;
    }

    /// <summary>Its first address, as the machine counts.</summary>
    public ulong PhysicalAddress { get; }

    /// <summary>Bytes.</summary>
    public ulong Length { get; }

    /// <summary>Where it is in this process. After dispose nothing of it may be used.</summary>
    public nuint Address { get; }

    /// <summary>The memory as a card that is defined by hand, of one region: for register maps and transfer programs. Closed with the memory.</summary>
    public PlatformDevice Card => _card;

    /// <summary>Single accesses of it, by offset.</summary>
    public DeviceRegion Region => _card.Region(0);

    /// <summary>All its bytes. Keep the object referenced while you use the span.</summary>
    /// <exception cref="InvalidOperationException">It has 2 GiB or more, which no span holds: use <see cref="Slice"/>.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public Span<byte> Span => Length <= int.MaxValue
        ? Slice(0, (int)Length)
        : throw new InvalidOperationException($"0x{Length:x} bytes are more than a span holds: take parts, with {nameof(Slice)}.");

    /// <summary>Opens reserved memory.</summary>
    /// <param name="host">Whose memory: a PlatformHost of this machine, or a simulated host.</param>
    /// <param name="address">Its first physical address, a multiple of 8; <see cref="MemoryReservation.Base"/>.</param>
    /// <param name="length">Bytes, at least 1.</param>
    /// <param name="cached">Whether the processor may keep it in its cache. Right on machines whose caches DMA sees, as on x86; otherwise every access goes to memory, which is slow.</param>
    /// <param name="exclusive">Whether nobody else in this process may open it meanwhile.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="DeviceException">
    /// The system uses the memory, or the firmware keeps it, or a device is there (<see cref="DeviceStatus.AccessDenied"/>);
    /// somebody else has it (<see cref="DeviceStatus.Busy"/>); a privilege is missing.
    /// </exception>
    /// <exception cref="ArgumentException">The address is not aligned, or the length wraps around.</exception>
    public static ReservedMemory Open(IHost host, ulong address, ulong length, bool cached = true, bool exclusive = true, string name = "reserved-memory")
    {
        ArgumentNullException.ThrowIfNull(host);
        PlatformResources resources = new PlatformResources(name).Memory(address, length, cached, exclusive);
        CheckIsFree(host, resources.Ranges[0], name);
        PlatformDevice card = host.Open(resources);
        ReservedMemory memory;
        try
        {
            memory = new ReservedMemory(card);
        }
        catch
        {
            card.Dispose();
            throw;
        }

        try
        {
            memory._hostEnd = host.WhenDisposed(memory.Dispose);
            return memory;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>A part of its bytes. Keep the object referenced while you use the span.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="length">Bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not in the memory.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public unsafe Span<byte> Slice(ulong offset, int length)
    {
        if (length < 0) throw new ArgumentOutOfRangeException(nameof(length), $"{this}: a slice of {length} bytes was asked for; it has 0 or more.");
        Check(offset, (ulong)length);
        lock (_gate) ThrowIfClosed();
        // Sound: the range was checked, and the mapping stays for as long as this object is referenced, which is the caller's part.
        return new Span<byte>((void*)(Address + (nuint)offset), length);
    }

    /// <summary>Takes it from every card it was mapped for, and closes it, as disposing its host does. Stop the cards' DMA first. Idempotent.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (DmaMapping mapping in _mappings) mapping.Dispose(); // first: no card may reach what somebody else opens
            _mappings.Clear();
        }

        _own?.Overlay(); // not given back: a span that is used too late reads ones or old bytes, and never faults
        _card.Dispose();
        _hostEnd?.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() => _card.Resources.Ranges[0].ToString();

    /// <summary>Makes a mapping of a part for a card's DMA, which ends when this does.</summary>
    internal DmaMapping MapFor(ulong offset, ulong length, Func<nuint, DmaMapping> map)
    {
        if (length == 0) throw new ArgumentOutOfRangeException(nameof(length), $"{this}: 0 bytes were to be mapped for DMA; a mapping has 1 or more.");
        Check(offset, length);
        lock (_gate)
        {
            ThrowIfClosed();
            _mappings.RemoveAll(m => m.IsOver);
            DmaMapping mapping = map(Address + (nuint)offset);
            mapping.Hold(this);
            _mappings.Add(mapping);
            return mapping;
        }
    }

    private void ThrowIfClosed()
    {
        if (_closed) throw new ObjectDisposedException(nameof(ReservedMemory), $"{this}: this reserved memory has been closed. Open it again.");
    }

    private void Check(ulong offset, ulong length)
    {
        if (length > Length || offset > Length - length)
            throw new ArgumentOutOfRangeException(nameof(offset), $"{this}: 0x{length:x} bytes at 0x{offset:x} were asked for; there are 0x{Length:x}.");
    }

    /// <summary>
    /// A wrong base is somebody else's memory, and writing there ends the machine. Where the map shows what the firmware
    /// gave, all of the range must be RAM that it gave and the system does not use.
    /// </summary>
    private static void CheckIsFree(IHost host, PlatformRange range, string name)
    {
        PhysicalMemoryMap? map;
        try
        {
            map = host.ReadMemoryMap();
        }
        catch (DeviceException)
        {
            return; // opening says what this user may not
        }

        if (map is null || map.FindUsable(range.Start, range.Length) is not null) return; // opening says whose that is
        var asked = new PhysicalMemoryRange(range.Start, range.Last, PhysicalMemoryKind.Other, "");
        PhysicalMemoryRange? other = map.Ranges.Where(r => r.Kind is PhysicalMemoryKind.Other or PhysicalMemoryKind.AcpiTables or PhysicalMemoryKind.AcpiNonvolatile && r.Overlaps(asked)).Cast<PhysicalMemoryRange?>().FirstOrDefault();
        string? answer = map.FirmwareRanges.Count > 0 && AddressSet.Subtract([asked], map.Withheld) is [var foreign, ..]
            ? $"by the machine's map ({map.Name}) 0x{foreign.Start:x}-0x{foreign.Last:x} was not taken from the system: it is {Words(map, foreign)}"
            : other is { } there ? $"by the machine's map ({map.Name}) there is {there}" : null;
        if (answer is null) return;
        string withheld = map.Withheld.Count > 0 ? $"Reserved is {string.Join(", ", map.Withheld)}." : "Nothing is reserved: 'ring3 memory --reserve SIZE' says where and how.";
        throw new DeviceException(DeviceStatus.AccessDenied, name, $"opening {range}", answer, $"{withheld} What is no RAM is opened as a card defined by hand (PlatformResources).");
    }

    private static string Words(PhysicalMemoryMap map, PhysicalMemoryRange range) =>
        map.FirmwareRanges.Where(r => r.Overlaps(range)).Select(r => $"the firmware's ({r})").FirstOrDefault() ?? "no memory that the firmware knows";
}
