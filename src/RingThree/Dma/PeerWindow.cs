using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using RingThree.Hosting;
using RingThree.Registers;

namespace RingThree.Dma;

/// <summary>
/// A device's mapped region as memory that other devices may reach by DMA (peer to peer). An IOMMU keeps such a mapping
/// when the device is closed, and whoever opens it next would be reached, so closing ends it first.
/// </summary>
internal sealed class PeerWindow
{
    // Addresses are the process', whatever the host: a cache of which of them are registers. An entry goes with its region.
    private static readonly ConditionalWeakTable<DeviceRegion, PeerWindow> All = [];
    private readonly List<DmaMapping> _mappings = [];
    private readonly Lock _gate = new();
    private bool _over;

    /// <summary>A region has been mapped into this process.</summary>
    internal static void Add(DeviceRegion region) => All.Add(region, new PeerWindow());

    /// <summary>Makes a mapping for a device's DMA. One of another device's window ends when that device closes.</summary>
    /// <param name="device">The address of the device that is to reach it.</param>
    /// <param name="address">Where it begins in this process.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="map">Makes it.</param>
    /// <exception cref="DeviceException">The window's device is closed or does not decode, or only a part lies in the window.</exception>
    internal static DmaMapping Map(string device, nuint address, ulong length, Func<DmaMapping> map)
    {
        foreach ((DeviceRegion region, PeerWindow window) in All)
        {
            if (region.Parts.Overlaps(address, length)) return window.Map(region, device, address, length, map);
        }

        return map();
    }

    /// <summary>Ends what other devices map of a region, as its device closes: before the host has it back.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A host that refuses one gets the others, and the device closes all the same.")]
    internal static void End(DeviceRegion region)
    {
        if (!All.TryGetValue(region, out PeerWindow? window)) return;
        lock (window._gate)
        {
            window._over = true;
            foreach (DmaMapping mapping in window._mappings)
            {
                try
                {
                    mapping.Dispose();
                }
                catch (Exception)
                {
                    // It stays with its own device, and ends when that closes.
                }
            }

            window._mappings.Clear();
        }
    }

    private DmaMapping Map(DeviceRegion region, string device, nuint address, ulong length, Func<DmaMapping> map)
    {
        lock (_gate)
        {
            if (_over) throw Refused("its device is closed", "Open that device again, and map its new window.");
            if (region.Parts.IsCovered) throw Refused("its device does not decode now: memory decode is off, or it is asleep or in reset", "Switch decode on first.");
            if (!region.Parts.Contains(address, length)) throw Refused("it reaches beyond the mapped part", "Map a part of the window alone.");
            _mappings.RemoveAll(m => m.IsOver);
            DmaMapping mapping = map();
            mapping.Hold(region);
            _mappings.Add(mapping);
            return mapping;
        }

        DeviceException Refused(string answer, string advice) =>
            new(DeviceStatus.InvalidArgument, device, $"mapping {length} bytes of {region.Name} for DMA", answer, advice);
    }
}
