using RingThree.Devices;
using RingThree.Hosting;

namespace RingThree.Platform;

/// <summary>Opening cards defined by hand, on any host that has a place for them.</summary>
public static class PlatformHostExtensions
{
    /// <summary>Opens what is at these addresses and lines.</summary>
    /// <param name="host">The host; its OpenDevice is given <see cref="PlatformResources.ToString"/> as the address.</param>
    /// <param name="resources">Where the card is.</param>
    /// <param name="options">How to open it; <see langword="null"/> for the defaults.</param>
    /// <exception cref="DeviceException">The host has no such cards, the ranges or lines are in use, or a privilege is missing.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The options hold a time that cannot be waited for.</exception>
    public static PlatformDevice Open(this IHost host, PlatformResources resources, DeviceOpenOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(resources);
        options ??= DeviceOpenOptions.Default;
        options.Check(nameof(options));
        IHostedDevice hosted = host.OpenDevice(resources.ToString(), options.Host);
        try
        {
            return new PlatformDevice(hosted, resources, options);
        }
        catch
        {
            hosted.Dispose();
            throw;
        }
    }
}
