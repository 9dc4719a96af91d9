using System.Buffers.Binary;
using System.Runtime.InteropServices;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>A container's IOMMU mappings.</summary>
internal sealed unsafe class VfioAddressSpace : IAddressSpace, IDisposable
{
    private const int DefaultMappings = 65535; // vfio_iommu_type1's dma_entry_limit
    private readonly VfioContainer _container;
    private readonly string _device;
    private readonly LinuxSystem _system;
    private readonly DmaFaultLog _faults = new();

    internal VfioAddressSpace(VfioContainer container, FunctionDiagnosis diagnosis)
    {
        _container = container;
        _device = diagnosis.Place;
        _system = diagnosis.System;
        byte[] answer = Ask(out VfioApi.IommuInfo info, out uint first);
        PageSizes = (info.Flags & VfioApi.IommuHasPageSizes) != 0 ? info.PageSizes : 1UL << 12;
        UsableRanges = Ranges(VfioInfo.FindCapability(answer, first, VfioApi.CapabilityIovaRange));
        ReadOnlySpan<byte> available = VfioInfo.FindCapability(answer, first, VfioApi.CapabilityDmaAvailable);
        MaximumMappings = available.Length >= 4 ? (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(available), int.MaxValue) : DefaultMappings;
    }

    public IReadOnlyList<IovaRange> UsableRanges { get; private set; }

    public ulong PageSizes { get; }

    public int MaximumMappings { get; }

    internal VfioContainer Container => _container;

    public IHostMemory Allocate(ulong length, DmaMemoryOptions wishes) => HostMemory.Allocate(_device, length, wishes);

    public void Map(nuint memory, ulong length, Iova iova, DmaAccess access)
    {
        // DmaAccess has the kernel's numbering: 1 the device reads, 2 it writes.
        var map = new VfioApi.DmaMap { Size = (uint)sizeof(VfioApi.DmaMap), Flags = (uint)access, Address = memory, Iova = iova.Value, Length = length };
        // Sound: a vfio_iommu_type1_dma_map; the memory stays until Unmap, as the contract asks of the caller.
        if (Libc.Ioctl(_container.Descriptor, VfioApi.IommuMapDma, &map) == 0) return;
        throw Refused(_system, Errno.Last, _device, length, iova);
    }

    internal static DeviceException Refused(LinuxSystem system, int error, string device, ulong length, Iova iova)
    {
        const string call = "VFIO_IOMMU_MAP_DMA";
        string operation = $"mapping {length} bytes for DMA at {iova}";
        if (error == Errno.ENOMEM) return ProcessChecks.NoLockedMemory(system).ToException(device, operation, VfioErrors.Answer(call, error));
        return VfioErrors.Failed(error, device, operation, call, error switch
        {
            Errno.EFAULT => "The memory is not there, or cannot be written; a window of another device can be mapped only where /dev/vfio/vfio is not iommufd.",
            Errno.ENOSPC => "Too many mappings: map fewer and larger ones, or raise vfio_iommu_type1's dma_entry_limit.",
            Errno.EEXIST => "Something is mapped there already.",
            _ => "Check that the memory can be written and the addresses are usable (DmaSpace.AddressSpace.UsableRanges).",
        });
    }

    public void Unmap(Iova iova, ulong length)
    {
        if (_container.Descriptor.IsClosed) return; // the space has ended, and every mapping with it
        var unmap = new VfioApi.DmaUnmap { Size = (uint)sizeof(VfioApi.DmaUnmap), Iova = iova.Value, Length = length };
        // Sound: a vfio_iommu_type1_dma_unmap.
        if (Libc.Ioctl(_container.Descriptor, VfioApi.IommuUnmapDma, &unmap) == 0 && unmap.Length == length) return;
        if (unmap.Length != length)
        {
            throw new DeviceException(DeviceStatus.InvalidArgument, _device, $"unmapping {length} bytes at {iova}",
                $"{unmap.Length} bytes were mapped there", "Unmap just what was mapped.");
        }

        throw VfioErrors.Failed(_device, $"unmapping {length} bytes at {iova}", "VFIO_IOMMU_UNMAP_DMA", "Unmap just what was mapped.");
    }

    public IReadOnlyList<DmaFault> TakeFaults() => _faults.Take();

    public void Dispose() => _faults.Dispose();

    /// <summary>Asks again which addresses are usable: every group that comes in may take some away.</summary>
    internal void Refresh() => UsableRanges = Ranges(VfioInfo.FindCapability(Ask(out _, out uint first), first, VfioApi.CapabilityIovaRange));

    private byte[] Ask(out VfioApi.IommuInfo info, out uint first)
    {
        byte[] answer = VfioInfo.Ask(_container.Descriptor, VfioApi.IommuGetInfo, new VfioApi.IommuInfo { Size = (uint)sizeof(VfioApi.IommuInfo) })
            ?? throw VfioErrors.Failed(_device, "asking for its address space", "VFIO_IOMMU_GET_INFO", "See the kernel's log: dmesg | tail");
        info = VfioInfo.Head<VfioApi.IommuInfo>(answer);
        first = (info.Flags & VfioApi.IommuHasCapabilities) != 0 ? info.CapabilityOffset : 0;
        return answer;
    }

    private static IovaRange[] Ranges(ReadOnlySpan<byte> capability)
    {
        // struct vfio_iommu_type1_info_cap_iova_range: count, reserved, then pairs of first and last.
        // A kernel that does not tell: 39 bits, as the smallest IOMMU has, without the window that messages are written to.
        if (capability.Length < 8) return [new IovaRange(new Iova(0), new Iova(0xFEDF_FFFF)), new IovaRange(new Iova(0xFEF0_0000), new Iova((1UL << 39) - 1))];
        int count = (int)BinaryPrimitives.ReadUInt32LittleEndian(capability);
        ReadOnlySpan<ulong> pairs = MemoryMarshal.Cast<byte, ulong>(capability[8..]);
        var ranges = new IovaRange[Math.Min(count, pairs.Length / 2)];
        for (int i = 0; i < ranges.Length; i++) ranges[i] = new IovaRange(new Iova(pairs[2 * i]), new Iova(pairs[(2 * i) + 1]));
        return ranges;
    }
}
