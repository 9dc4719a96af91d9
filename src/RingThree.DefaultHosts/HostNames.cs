using RingThree.Hosting;
using RingThree.Linux;
using RingThree.Pci;
using RingThree.Simulation;

namespace RingThree.DefaultHosts;

/// <summary>
/// Names to hosts and devices, for tools and for code that gets a name from its user: <c>sim:edu</c>,
/// <c>sim:generic,id=10ee:7024,bar0=64K,msi=4</c>, <c>0000:00:04.0</c>, <c>1234:11e8</c>.
/// </summary>
public static class HostNames
{
    private const string SimulatedPrefix = "sim:";
    private const string GenericPrefix = "generic,";

    private static readonly Dictionary<string, Func<SimulatedCard>> Cards = new(StringComparer.OrdinalIgnoreCase)
    {
        ["edu"] = () => new EduCard(),
        ["nvme"] = MemoryCard.Nvme,
        ["e1000e"] = MemoryCard.E1000e,
        ["xhci"] = MemoryCard.Xhci,
        ["line-card"] = () => new LineCard(),
        ["queue-card"] = () => new QueueCard(),
        ["dma-card"] = () => new DmaCard(),
        ["sriov-card"] = () => new SriovCard(),
    };

    /// <summary>The simulated cards that have a name; <c>generic</c> and a description (<see cref="GenericCard.Form"/>) is one more.</summary>
    public static IReadOnlyCollection<string> SimulatedCards => Cards.Keys;

    /// <summary>This machine's own PCI functions.</summary>
    /// <exception cref="PlatformNotSupportedException">Not on this system: only Linux has a host for real devices.</exception>
    public static IHost Machine() => OperatingSystem.IsLinux()
        ? new VfioHost()
        : throw new PlatformNotSupportedException("Real devices are opened through Linux VFIO; on this system use the simulated cards: " + Names());

    /// <summary>Opens a device by name.</summary>
    /// <param name="name"><c>sim:</c> and a card's name; <c>sim:generic,</c> and its description; a PCI address; or vendor and device id.</param>
    /// <returns>The device and the host it came from; dispose both, the device first.</returns>
    /// <exception cref="FormatException">The name has none of those forms.</exception>
    /// <exception cref="DeviceException">There is no such device, or it could not be opened.</exception>
    public static (IHost Host, PciDevice Device) Open(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.StartsWith(SimulatedPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return Open(Simulated(name, name[SimulatedPrefix.Length..]), h => h.Open(h.Scan()[0].Address));
        }

        if (PciAddress.TryParse(name, null, out PciAddress address)) return Open(Machine(), h => h.Open(address.ToString()));
        if (PciId.TryParse(name, null, out PciId id)) return Open(Machine(), h => h.Open(id));
        throw new FormatException($"'{name}' names no device. Give an address (0000:00:04.0), an id (1234:11e8), or one of {Names()}.");
    }

    private static SimulatedHost Simulated(string name, string card)
    {
        if (Cards.TryGetValue(card, out Func<SimulatedCard>? make)) return new SimulatedHost().Add(make());
        if (!card.StartsWith(GenericPrefix, StringComparison.OrdinalIgnoreCase))
            throw new FormatException($"There is no simulated card '{name}'. There are {Names()}.");
        var generic = GenericCard.Parse(card[GenericPrefix.Length..]);
        try
        {
            return new SimulatedHost().Add(generic);
        }
        catch (InvalidOperationException error)
        {
            throw new FormatException($"No machine has room for that card: {error.Message}", error);
        }
    }

    private static (IHost Host, PciDevice Device) Open(IHost host, Func<IHost, PciDevice> open)
    {
        try
        {
            return (host, open(host));
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private static string Names() => string.Join(", ", Cards.Keys.Append(GenericPrefix + "DESCRIPTION").Select(n => SimulatedPrefix + n));
}
