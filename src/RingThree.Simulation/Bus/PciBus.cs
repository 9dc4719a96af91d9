using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>One bus: the functions on it, and the bridge above.</summary>
internal sealed class PciBus(uint domain, byte number, PciBridge? bridge)
{
    /// <summary>The domain (segment) it belongs to.</summary>
    internal uint Domain { get; } = domain;

    /// <summary>Its number, as enumeration gave it.</summary>
    internal byte Number { get; } = number;

    /// <summary>The bridge whose secondary side this is; <see langword="null"/> for a root bus.</summary>
    internal PciBridge? Bridge { get; } = bridge;

    internal List<PciNode> Nodes { get; } = [];

    /// <summary>Whether every bridge up to the root complex lets requests of its functions pass.</summary>
    internal bool PassesUp()
    {
        for (PciBridge? at = Bridge; at is not null; at = at.Bus.Bridge)
        {
            if (!at.IsPresent || at.IsResetting || (at.Command & PciCommand.BusMaster) == 0) return false;
        }

        return true;
    }

    /// <summary>Whether every bridge down from the root complex lets accesses to these addresses pass.</summary>
    internal bool PassesDown(ulong first, ulong last, bool ports, bool prefetchable)
    {
        for (PciBridge? at = Bridge; at is not null; at = at.Bus.Bridge)
        {
            if (!at.IsPresent || at.IsResetting || !at.Forwards(first, last, ports, prefetchable)) return false;
        }

        return true;
    }
}
