using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Registers;

namespace RingThree.Platform;

/// <summary>
/// An open card that its driver has defined by hand: memory, ports, interrupt lines. Made by
/// <see cref="PlatformHostExtensions"/>'s Open. Every method may be called from any thread.
/// </summary>
/// <remarks>
/// Nothing here can be probed: what is wrong in the definition shows as registers of all ones, or interrupts that never
/// come. A read of all ones says nothing of the card's presence where the host cannot tell that either.
/// </remarks>
public sealed class PlatformDevice : Device
{
    private readonly DeviceRegion[] _regions;
    private readonly IDisposable _claims;

    /// <param name="host">The host's side; ownership passes to this object once it is made.</param>
    /// <param name="resources">Where it is.</param>
    /// <param name="options">How to open it.</param>
    /// <param name="claims">Given back when it is closed.</param>
    internal PlatformDevice(IHostedDevice host, PlatformResources resources, DeviceOpenOptions options, IDisposable claims)
        : base(host, options)
    {
        _claims = claims;
        Resources = resources;
        if (!resources.Ranges.Select(r => r.Length).SequenceEqual(host.Regions.Take(resources.Ranges.Count).Select(r => r.Size)))
        {
            throw new DeviceException(DeviceStatus.NotSupported, host.Description.Address, "opening as defined by hand",
                $"the host shows {DescribeRegions()}", "That is not what was asked for: correct the host.");
        }

        _regions = [.. OpenRegions(resources.Ranges.Count, static () => true).Select(r => r!)];
        Start();
    }

    /// <summary>Where it is, as its driver said.</summary>
    public PlatformResources Resources { get; }

    /// <summary>Its memory and ports, in the order of <see cref="PlatformResources.Ranges"/>.</summary>
    public IReadOnlyList<DeviceRegion> Regions => _regions;

    /// <summary>A region that must be there.</summary>
    /// <param name="number">Its place in <see cref="PlatformResources.Ranges"/>; transfer commands count likewise.</param>
    public DeviceRegion Region(int number)
    {
        if (number < 0 || number >= _regions.Length)
            throw new DeviceException(DeviceStatus.NotFound, Address, $"opening region {number}", "the definition has no such range", $"It has {DescribeRegions()}.");
        return _regions[number];
    }

    internal override DeviceRegion? FindRegion(int number) => number >= 0 && number < _regions.Length ? _regions[number] : null;

    internal override void OnClosed() => _claims.Dispose();
}
