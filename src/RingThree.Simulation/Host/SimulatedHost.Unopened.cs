using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>What can be seen and changed of a function that is not open.</summary>
public sealed partial class SimulatedHost
{
    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? PeekConfiguration(string address)
    {
        if (!PciAddress.TryParse(address, null, out PciAddress place) || RootComplex.Find(place) is not { } node) return null;
        byte[] bytes = new byte[node.Config.Size];
        node.ReadConfiguration(0, bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public void PokeConfiguration(string address, int offset, ReadOnlySpan<byte> data)
    {
        ArgumentNullException.ThrowIfNull(address);
        const string operation = "writing configuration space";
        _end.ThrowIfOver(operation);
        if (!PciAddress.TryParse(address, null, out PciAddress place) || RootComplex.Find(place) is not { } node)
            throw new DeviceException(DeviceStatus.NotFound, address, operation, "there is no such function", "See which there are: ring3 list --host sim");
        PciNumbering.CheckConfigurationAccess(address, operation, offset, data.Length, node.Config.Size);
        node.WriteConfiguration(offset, data);
    }

    /// <inheritdoc/>
    public IReadOnlyList<RegionDescription>? PeekRegions(string address) =>
        PciAddress.TryParse(address, null, out PciAddress place) && RootComplex.Find(place) is PciEndpoint { IsPresent: true } function ? SimulatedDevice.RegionsOf(function) : null;
}
