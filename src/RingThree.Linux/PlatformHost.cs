using RingThree.Hosting;
using RingThree.Memory;
using RingThree.Platform;

namespace RingThree.Linux;

/// <summary>
/// This machine's memory and ports by their addresses, for cards that their driver defines by hand. Needs root
/// (CAP_SYS_RAWIO), and a kernel that is not locked down. Their interrupts need a kernel driver: enabling them says so.
/// </summary>
public sealed class PlatformHost : IHost
{
    private readonly HostEnd _end = new("platform");

    /// <inheritdoc/>
    public string Name => "platform";

    /// <inheritdoc/>
    public string Machine => SystemMemoryMap.Machine;

    /// <summary>Nothing: what is not enumerated cannot be listed.</summary>
    public IReadOnlyList<DeviceDescription> Scan() => [];

    /// <inheritdoc/>
    public PhysicalMemoryMap ReadMemoryMap() => new SystemMemoryMap().Read();

    /// <inheritdoc/>
    /// <param name="address">What <see cref="PlatformResources.ToString"/> writes.</param>
    /// <param name="options">How to open it.</param>
    public IHostedDevice OpenDevice(string address, OpenOptions options)
    {
        _end.ThrowIfOver($"opening {address}");
        if (!PlatformResources.TryParse(address, null, out PlatformResources? resources) || resources.IsEmpty)
        {
            throw new DeviceException(DeviceStatus.NotFound, address, "opening by hand", "that does not say where a card is",
                "Say it with PlatformResources; a PCI function is opened through VfioHost.");
        }

        return new PlatformCard(resources);
    }

    /// <inheritdoc/>
    public IDisposable WhenDisposed(Action close) => _end.Add(close);

    /// <summary>Closes the devices that are open; their registers read all ones from then on. None can be opened afterwards. Idempotent.</summary>
    public void Dispose() => _end.Begin();
}
