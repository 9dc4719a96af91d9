using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>
/// Which functions an IOMMU cannot tell apart, and the address space each group uses while one of it is open. Guarded by
/// the host's gate.
/// </summary>
internal sealed class IsolationGroups
{
    private readonly Dictionary<object, int> _numbers = [];
    private readonly Dictionary<object, (SimulatedAddressSpace Space, int Users)> _spaces = [];
    private readonly Dictionary<PciEndpoint, object> _entered = [];

    internal int NumberOf(PciEndpoint function)
    {
        lock (_numbers)
        {
            object key = KeyOf(function);
            if (!_numbers.TryGetValue(key, out int number)) _numbers[key] = number = _numbers.Count;
            return number;
        }
    }

    /// <summary>A function is opened: in its group's space, in a shared one, or in one of its own.</summary>
    internal SimulatedAddressSpace Enter(PciEndpoint function, IAddressSpace? share)
    {
        var shared = share as SimulatedAddressSpace;
        if (share is not null && shared is null)
        {
            throw new DeviceException(DeviceStatus.InvalidArgument, function.Name, "opening in a shared address space",
                "the space is another host's", "Share the space of a device that this host opened.");
        }

        if (shared is { IsOver: true })
        {
            throw new DeviceException(DeviceStatus.InvalidArgument, function.Name, "opening in a shared address space",
                "the space has ended with the last device that was open in it", "Open this one before that one is closed, or with a space of its own.");
        }

        object key = KeyOf(function);
        if (_spaces.TryGetValue(key, out (SimulatedAddressSpace Space, int Users) group))
        {
            if (shared is not null && shared != group.Space)
            {
                throw new DeviceException(DeviceStatus.Busy, function.Name, "opening in a shared address space",
                    $"another device of its isolation group {NumberOf(function)} is open in another space", "Open both with the same space, or close that one.");
            }
        }
        else
        {
            group = (shared ?? new SimulatedAddressSpace(), 0);
            group.Space.Users++;
        }

        _spaces[key] = (group.Space, group.Users + 1);
        _entered[function] = key;
        return group.Space;
    }

    internal void Leave(PciEndpoint function)
    {
        if (!_entered.Remove(function, out object? key)) return;
        (SimulatedAddressSpace space, int users) = _spaces[key];
        if (users > 1)
        {
            _spaces[key] = (space, users - 1);
            return;
        }

        _spaces.Remove(key);
        if (--space.Users == 0) space.End();
    }

    /// <summary>
    /// What the functions of a group have in common: the conventional bridge that hides them, or the device they are
    /// functions of; a virtual function stands alone.
    /// </summary>
    private static object KeyOf(PciEndpoint function)
    {
        object key = function.Physical is null ? (function.Address.Domain, function.Address.Bus, function.Address.Device) : function;
        for (PciBridge? bridge = function.Bus.Bridge; bridge is not null; bridge = bridge.Bus.Bridge)
        {
            if (bridge.IsConventional) key = bridge;
        }

        return key;
    }
}
