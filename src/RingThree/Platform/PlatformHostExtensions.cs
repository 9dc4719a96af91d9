using RingThree.Devices;
using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Memory;
using RingThree.Sharing;

namespace RingThree.Platform;

/// <summary>Opening cards defined by hand, on any host that has a place for them.</summary>
public static class PlatformHostExtensions
{
    /// <summary>Opens what is at these addresses and lines.</summary>
    /// <param name="host">The host; its OpenDevice is given <see cref="PlatformResources.ToString"/> as the address.</param>
    /// <param name="resources">Where the card is.</param>
    /// <param name="options">How to open it; <see langword="null"/> for the defaults.</param>
    /// <exception cref="DeviceException">
    /// The host has no such cards, the ranges or lines are in use, a range is RAM that the system uses, or a privilege is missing.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The options hold a time that cannot be waited for.</exception>
    public static PlatformDevice Open(this IHost host, PlatformResources resources, DeviceOpenOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(resources);
        options ??= DeviceOpenOptions.Default;
        options.Check(nameof(options));
        return OpenEvents.Open(host, resources.ToString(), () =>
        {
            IDisposable claims = Claim(host, resources);
            IHostedDevice? hosted = null;
            PlatformDevice device;
            try
            {
                CheckMemory(host, resources);
                hosted = host.OpenDevice(resources.ToString(), options.Host);
                device = new PlatformDevice(hosted, resources, options, claims);
            }
            catch
            {
                hosted?.Dispose();
                claims.Dispose();
                throw;
            }

            device.EndWith(host);
            return device;
        });
    }

    private static IDisposable Claim(IHost host, PlatformResources resources) => ResourceLocks.Acquire(resources.ToString(),
        [.. resources.Ranges.Select(r => new ResourceClaim(host.Machine, r.Kind == RegionKind.Port ? ResourceKind.Port : ResourceKind.Memory, r.Start, r.Length, r.IsExclusive))]);

    /// <summary>A kernel that lets anybody map its RAM (without STRICT_DEVMEM, or with iomem=relaxed) would let a driver write over it.</summary>
    private static void CheckMemory(IHost host, PlatformResources resources)
    {
        if (!resources.Ranges.Any(r => r.Kind == RegionKind.Memory)) return;
        PhysicalMemoryMap? map;
        try
        {
            map = host.ReadMemoryMap();
        }
        catch (DeviceException)
        {
            return; // this user may not see it: whether he may open memory, the host decides
        }

        foreach (PlatformRange range in resources.Ranges.Where(r => r.Kind == RegionKind.Memory))
        {
            if (map?.FindUsable(range.Start, range.Length) is { } ram)
            {
                throw new DeviceException(DeviceStatus.AccessDenied, resources.Name, $"opening {range}", $"by the machine's map ({map.Name}) the system uses {ram}",
                    "Reserve memory for it at boot: ring3 memory --reserve SIZE says where and how. For memory that a card reaches Dma.Allocate is enough.");
            }
        }
    }
}
