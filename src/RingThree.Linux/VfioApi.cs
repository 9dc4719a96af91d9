using System.Runtime.InteropServices;

namespace RingThree.Linux;

/// <summary>The kernel's VFIO interface: requests, flags and structures of linux/vfio.h, as much of it as is used here.</summary>
internal static class VfioApi
{
    internal const nuint GetApiVersion = 0x3B64;
    internal const nuint CheckExtension = 0x3B65;
    internal const nuint SetIommu = 0x3B66;
    internal const nuint GroupGetStatus = 0x3B67;
    internal const nuint GroupSetContainer = 0x3B68;
    internal const nuint GroupGetDeviceFd = 0x3B6A;
    internal const nuint DeviceGetInfo = 0x3B6B;
    internal const nuint DeviceGetRegionInfo = 0x3B6C;
    internal const nuint DeviceGetIrqInfo = 0x3B6D;
    internal const nuint DeviceSetIrqs = 0x3B6E;
    internal const nuint DeviceReset = 0x3B6F;
    internal const nuint DeviceGetHotResetInfo = 0x3B70;
    internal const nuint DeviceHotReset = 0x3B71;

    // Numbers are told apart by whom they are sent to: these go to a container.
    internal const nuint IommuGetInfo = 0x3B70;
    internal const nuint IommuMapDma = 0x3B71;
    internal const nuint IommuUnmapDma = 0x3B72;

    internal const int ApiVersion = 0;
    internal const int Type1V2 = 3;

    internal const uint GroupViable = 1;
    internal const uint DeviceCanReset = 1;
    internal const uint RegionRead = 1;
    internal const uint RegionWrite = 2;
    internal const uint RegionMmap = 4;
    internal const uint IrqEventfd = 1;
    internal const uint IrqMaskable = 2;
    internal const uint IrqAutomasked = 4;
    internal const uint IrqNoResize = 8;

    internal const uint DataNone = 1;
    internal const uint DataEventfd = 4;
    internal const uint ActionMask = 8;
    internal const uint ActionUnmask = 16;
    internal const uint ActionTrigger = 32;

    internal const uint IommuHasPageSizes = 1;
    internal const uint IommuHasCapabilities = 2;
    internal const ushort CapabilitySparseMmap = 1;
    internal const ushort CapabilityIovaRange = 1;
    internal const ushort CapabilityDmaAvailable = 3;

    /// <summary>struct vfio_group_status.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct GroupStatus
    {
        internal uint Size;
        internal uint Flags;
    }

    /// <summary>struct vfio_device_info, without its capabilities.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct DeviceInfo
    {
        internal uint Size;
        internal uint Flags;
        internal uint Regions;
        internal uint Irqs;
    }

    /// <summary>struct vfio_region_info; its capabilities follow it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct RegionInfo
    {
        internal uint Size;
        internal uint Flags;
        internal uint Index;
        internal uint CapabilityOffset;
        internal ulong Length;
        internal ulong Offset;
    }

    /// <summary>struct vfio_irq_info.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct IrqInfo
    {
        internal uint Size;
        internal uint Flags;
        internal uint Index;
        internal uint Count;
    }

    /// <summary>struct vfio_irq_set; its data follow it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct IrqSet
    {
        internal uint Size;
        internal uint Flags;
        internal uint Index;
        internal uint Start;
        internal uint Count;
    }

    /// <summary>struct vfio_iommu_type1_info; its capabilities follow it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct IommuInfo
    {
        internal uint Size;
        internal uint Flags;
        internal ulong PageSizes;
        internal uint CapabilityOffset;
        internal uint Padding;
    }

    /// <summary>struct vfio_iommu_type1_dma_map.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct DmaMap
    {
        internal uint Size;
        internal uint Flags;
        internal ulong Address;
        internal ulong Iova;
        internal ulong Length;
    }

    /// <summary>struct vfio_iommu_type1_dma_unmap.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct DmaUnmap
    {
        internal uint Size;
        internal uint Flags;
        internal ulong Iova;
        internal ulong Length;
    }
}
