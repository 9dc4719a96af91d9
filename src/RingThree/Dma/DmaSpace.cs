using System.Buffers;
using System.Diagnostics.Tracing;
using System.Globalization;
using RingThree.Devices;
using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Memory;

namespace RingThree.Dma;

/// <summary>
/// What a device can reach by DMA: nothing, until a buffer is allocated or mapped here. The first mapping switches bus
/// mastering on.
/// </summary>
public sealed class DmaSpace
{
    private readonly Device _device;
    private readonly IAddressSpace _space;
    private readonly IovaAllocator _addresses;
    private readonly HashSet<DmaMapping> _mappings = [];
    private readonly Lock _gate = new();
    private bool _closed;

    internal DmaSpace(Device device, IAddressSpace space)
    {
        _device = device;
        _space = space;
        _addresses = IovaAllocator.Of(space);
    }

    /// <summary>Whose it is, for messages.</summary>
    internal string DeviceAddress => _device.Address;

    /// <summary>The host's side of it, for sharing one space between devices (<see cref="OpenOptions.ShareAddressSpace"/>).</summary>
    public IAddressSpace AddressSpace => _space;

    /// <summary>The smallest page, bytes: lengths are rounded up to it.</summary>
    public int PageSize => (int)_addresses.PageSize;

    /// <summary>Allocates zeroed memory, contiguous for the device and for this process, and maps it.</summary>
    /// <param name="length">Bytes, at least 1.</param>
    /// <param name="addressBits">How many address bits the card has, 12 to 64: its data sheet knows, no host does.</param>
    /// <param name="access">What the device may do there.</param>
    /// <exception cref="DeviceException">No memory, no free bus address below the limit, or the host refused.</exception>
    public DmaBuffer Allocate(int length, int addressBits = 64, DmaAccess access = DmaAccess.Both)
    {
        CheckLength(nameof(Allocate), length);
        return Map(Ordinary(length), length, addressBits, access, []);
    }

    /// <summary>Allocates zeroed memory of certain pages, or at a certain NUMA node, and maps it; <see cref="DmaBuffer.Memory"/> says what was granted.</summary>
    /// <param name="length">Bytes, at least 1. With huge pages whole ones are taken.</param>
    /// <param name="memory">What the memory is to be like.</param>
    /// <param name="addressBits">How many address bits the card has, 12 to 64.</param>
    /// <param name="access">What the device may do there.</param>
    /// <exception cref="DeviceException">As for the other; or a wish that is <see cref="DmaMemoryOptions.Required"/> cannot be granted (<see cref="DeviceStatus.NoResources"/>, on a host without such memory <see cref="DeviceStatus.NotSupported"/>).</exception>
    /// <exception cref="ArgumentException">A wish means nothing.</exception>
    public DmaBuffer Allocate(int length, DmaMemoryOptions memory, int addressBits = 64, DmaAccess access = DmaAccess.Both)
    {
        CheckLength(nameof(Allocate), length);
        ArgumentNullException.ThrowIfNull(memory);
        memory.Check();
        int? node = memory.NearDevice ? _device.Description.NumaNode : memory.Node;
        List<string> refusals = memory.NearDevice && node is null ? ["node of the device: the system does not say which it is, as on machines with one"] : [];
        IHostMemory? given = memory.PageSize > 0 || node is not null ? _space.Allocate((ulong)length, memory with { Node = node, NearDevice = false }) : null;
        if (given is null)
        {
            if (memory.PageSize > Environment.SystemPageSize) refusals.Add("huge pages: this host has ordinary memory only");
            if (node is { } wanted) refusals.Add($"node {wanted}: this host has no nodes");
        }

        IHostMemory taken = given ?? Ordinary(length);
        refusals.AddRange(taken.Grant.Refusals);
        if (memory.Required && refusals.Count > 0)
        {
            taken.Dispose();
            throw new DeviceException(given is null ? DeviceStatus.NotSupported : DeviceStatus.NoResources, _device.Address, $"allocating {length} bytes for DMA",
                string.Join("; ", refusals), $"Or leave {nameof(DmaMemoryOptions)}.{nameof(DmaMemoryOptions.Required)} out, and take what there is.");
        }

        return Map(taken, length, addressBits, access, refusals);
    }

    /// <summary>
    /// Maps memory that exists already. The device reaches the whole pages around it, so keep nothing secret beside it.
    /// </summary>
    /// <param name="memory">An array, or other memory that can be pinned; pinned until the mapping is disposed.</param>
    /// <param name="addressBits">How many address bits the card has, 12 to 64.</param>
    /// <param name="access">What the device may do there.</param>
    /// <exception cref="DeviceException">No free bus address below the limit, or the host refused.</exception>
    public DmaMapping Map(Memory<byte> memory, int addressBits = 64, DmaAccess access = DmaAccess.Both)
    {
        if (memory.IsEmpty) throw new ArgumentException($"{_device.Address}: Dma.Map was given no bytes; memory to map has 1 byte or more.", nameof(memory));
        MemoryHandle pin = memory.Pin();
        try
        {
            DmaMapping mapping = Map(PageMemory.AddressOf(pin), memory.Length, addressBits, access);
            mapping.Hold(pin);
            return mapping;
        }
        catch
        {
            pin.Dispose();
            throw;
        }
    }

    /// <summary>Maps physical memory that was reserved at boot, all of it.</summary>
    /// <param name="memory">The memory; when it is closed, so is the mapping.</param>
    /// <param name="addressBits">How many address bits the card has, 12 to 64: of the bus address, which is not the physical one.</param>
    /// <param name="access">What the device may do there.</param>
    /// <exception cref="DeviceException">No free bus address below the limit, or the host refused.</exception>
    /// <exception cref="ObjectDisposedException">The memory or the device is closed.</exception>
    public DmaMapping Map(ReservedMemory memory, int addressBits = 64, DmaAccess access = DmaAccess.Both)
    {
        ArgumentNullException.ThrowIfNull(memory);
        return Map(memory, 0, memory.Length, addressBits, access);
    }

    /// <summary>Maps a part of physical memory that was reserved at boot.</summary>
    /// <inheritdoc cref="Map(ReservedMemory, int, DmaAccess)"/>
    /// <param name="memory">The memory; when it is closed, so is the mapping.</param>
    /// <param name="offset">Where the part begins, bytes. The device reaches the whole pages around it.</param>
    /// <param name="length">Its bytes, at least 1.</param>
    /// <param name="addressBits">How many address bits the card has, 12 to 64.</param>
    /// <param name="access">What the device may do there.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part is not in the memory.</exception>
    public DmaMapping Map(ReservedMemory memory, ulong offset, ulong length, int addressBits = 64, DmaAccess access = DmaAccess.Both)
    {
        ArgumentNullException.ThrowIfNull(memory);
        return memory.MapFor(offset, length, address => Map(address, checked((long)length), addressBits, access));
    }

    /// <summary>
    /// Maps memory by its address. The caller keeps it in place until the mapping is disposed. A window of another device
    /// (<see cref="Registers.DeviceRegion.MappedAddress"/>) is reached peer to peer until that device closes.
    /// </summary>
    /// <param name="address">Its start in this process.</param>
    /// <param name="length">Bytes, at least 1.</param>
    /// <param name="addressBits">How many address bits the card has, 12 to 64.</param>
    /// <param name="access">What the device may do there.</param>
    /// <exception cref="DeviceException">No free bus address below the limit, or the host refused.</exception>
    public DmaMapping Map(nuint address, long length, int addressBits = 64, DmaAccess access = DmaAccess.Both) => Map(address, length, addressBits, access, 0, 0);

    private DmaMapping Map(nuint address, long length, int addressBits, DmaAccess access, ulong least, ulong alignment)
    {
        CheckLength(nameof(Map), length);
        if (addressBits is < 12 or > 64)
            throw new ArgumentOutOfRangeException(nameof(addressBits), $"{_device.Address}: a card with {addressBits} address bits (addressBits) was asked for; it can be 12 to 64.");
        if (((int)access & ~(int)DmaAccess.Both) != 0 || access == 0)
            throw new ArgumentOutOfRangeException(nameof(access), $"{_device.Address}: the access {access} of a DMA mapping means nothing. Say whether the device reads, writes, or both.");
        if (address == 0 || (ulong)length > nuint.MaxValue - address)
            throw new ArgumentOutOfRangeException(nameof(address), $"{_device.Address}: 0x{length:x} bytes at 0x{address:x} are not memory of this process, and cannot be mapped.");
        ulong inPage = address & (_addresses.PageSize - 1);
        ulong bytes = Math.Max(Pages((ulong)length + inPage), least);
        try
        {
            DmaMapping mapping = PeerWindow.Map(_device.Address, address, (ulong)length, () => Map(address, length, bytes, inPage, addressBits, access, alignment));
            TellMapped(mapping, access);
            return mapping;
        }
        catch (DeviceException error)
        {
            RingThreeEvents.Log.DmaRefused(_device.Address, length, error.Answer);
            throw;
        }
    }

    /// <summary>Takes the DMA faults seen since the last call, oldest first, as far as this host can tell.</summary>
    public IReadOnlyList<DmaFault> TakeFaults()
    {
        IReadOnlyList<DmaFault> faults = _space.TakeFaults();
        if (!DebugMonitor.IsEnabled(EventLevel.Error, MonitorSections.Dma)) return faults;
        foreach (DmaFault fault in faults)
            RingThreeEvents.Log.DmaFault(fault.Device, Text(fault.Address), fault.IsWrite ? "write" : "read", fault.Reason);
        return faults;
    }

    private PageMemory Ordinary(int length)
    {
        try
        {
            return PageMemory.Allocate(Pages((ulong)length), PageSize);
        }
        catch (OutOfMemoryException error)
        {
            throw new DeviceException(DeviceStatus.NoResources, _device.Address, $"allocating {length} bytes for DMA",
                "this process gets no more memory", "Dispose buffers, or allocate less.", error);
        }
    }

    /// <summary>Maps all of a buffer's memory: nobody else's is beside it, and the IOMMU has its pages whole.</summary>
    private DmaBuffer Map(IHostMemory memory, int length, int addressBits, DmaAccess access, IReadOnlyList<string> refusals)
    {
        try
        {
            return new DmaBuffer(memory, Map(memory.Address, length, addressBits, access, memory.Length, (ulong)memory.Grant.PageSize), length, refusals);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    private DmaMapping Map(nuint address, long length, ulong bytes, ulong inPage, int addressBits, DmaAccess access, ulong alignment)
    {
        ulong last = addressBits == 64 ? ulong.MaxValue : (1UL << addressBits) - 1;
        lock (_gate)
        {
            if (_closed) throw _device.Closed($"mapping {length} bytes for DMA");
            if (_mappings.Count >= _space.MaximumMappings)
            {
                throw new DeviceException(DeviceStatus.NoResources, _device.Address, $"mapping {length} bytes for DMA",
                    $"the host allows {_space.MaximumMappings} mappings at once and all are in use", "Dispose buffers, or map fewer and larger ones.");
            }

            Iova iova = _addresses.Take(bytes, last, alignment) ?? _addresses.Take(bytes, last) ?? throw new DeviceException(DeviceStatus.NoResources, _device.Address,
                $"mapping {length} bytes for DMA", $"no {bytes} bytes of bus addresses are free below 2^{addressBits}",
                "Dispose buffers, or check how many address bits the card really has.");
            try
            {
                _device.StartDma();
                _space.Map(address - (nuint)inPage, bytes, iova, access);
            }
            catch
            {
                _addresses.Give(iova);
                throw;
            }

            var mapping = new DmaMapping(this, iova, bytes, iova + inPage, length);
            _mappings.Add(mapping);
            return mapping;
        }
    }

    /// <summary>Undoes one mapping. The device's access faults from then on.</summary>
    internal void Unmap(DmaMapping mapping)
    {
        lock (_gate)
        {
            if (!_mappings.Contains(mapping)) return; // undone already, as the device closed
            _space.Unmap(mapping.First, mapping.MappedLength);
            _mappings.Remove(mapping);
            _addresses.Give(mapping.First);
        }

        TellUnmapped(mapping);
    }

    /// <summary>Undoes every mapping, as the device closes. Buffers stay readable; the device no longer reaches them.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (DmaMapping mapping in _mappings.ToArray())
            {
                try
                {
                    _space.Unmap(mapping.First, mapping.MappedLength);
                }
                catch (Exception)
                {
                    continue; // it may still be reachable, in a space that others share: it keeps its memory and its address
                }

                _mappings.Remove(mapping);
                _addresses.Give(mapping.First);
                mapping.Release();
                TellUnmapped(mapping);
            }
        }
    }

    private void CheckLength(string method, long length)
    {
        if (length < 1) throw new ArgumentOutOfRangeException(nameof(length), $"{_device.Address}: Dma.{method} was asked for {length} bytes; it can be 1 or more.");
    }

    private static string Text(Iova address) => string.Create(CultureInfo.InvariantCulture, $"0x{address.Value:x}");

    private void TellMapped(DmaMapping mapping, DmaAccess access)
    {
        if (DebugMonitor.IsEnabled(EventLevel.Informational, MonitorSections.Dma))
            RingThreeEvents.Log.DmaMapped(_device.Address, Text(mapping.Address), mapping.Length, access.ToString());
    }

    private void TellUnmapped(DmaMapping mapping)
    {
        if (DebugMonitor.IsEnabled(EventLevel.Informational, MonitorSections.Dma))
            RingThreeEvents.Log.DmaUnmapped(_device.Address, Text(mapping.Address), mapping.Length);
    }

    private ulong Pages(ulong length) => (length + _addresses.PageSize - 1) & ~(_addresses.PageSize - 1);
}
