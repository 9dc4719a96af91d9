using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>A simulated PCI machine: cards are plugged in, and drivers find the same functions a real machine would show.</summary>
public sealed class SimulatedHost : IHost
{
    private const int FirstSlot = 2;
    private const int Slots = 32;
    private readonly RootComplex _root = new();
    private readonly SortedList<PciAddress, SimulatedFunction> _functions = [];
    private readonly List<Action<DeviceChange>> _watchers = [];
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public string Name => "sim";

    /// <summary>The most message vectors the machine grants a device; <see langword="null"/> for as many as it has. As when a real machine runs short.</summary>
    public int? MaximumVectors { get; set; }

    /// <summary>Plugs a card into the next free slot, from 0000:00:02.0 on.</summary>
    /// <param name="card">The card; it can be plugged in once.</param>
    /// <returns>This host.</returns>
    public SimulatedHost Add(SimulatedCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        return Plug(card, () =>
        {
            int slot = Enumerable.Range(FirstSlot, Slots - FirstSlot).FirstOrDefault(s => !_functions.ContainsKey(new PciAddress(0, 0, (byte)s, 0)));
            return slot > 0 ? new PciAddress(0, 0, (byte)slot, 0) : throw new InvalidOperationException($"All {Slots - FirstSlot} slots are taken.");
        });
    }

    /// <summary>Plugs a card in at an address. Which cards share an interrupt line follows from it: (device + pin) modulo 4.</summary>
    /// <param name="card">The card; it can be plugged in once.</param>
    /// <param name="address">A free address, such as <c>0000:00:06.0</c>.</param>
    /// <returns>This host.</returns>
    public SimulatedHost Add(SimulatedCard card, string address)
    {
        ArgumentNullException.ThrowIfNull(card);
        PciAddress place = PciAddress.Parse(address);
        return Plug(card, () => !_functions.ContainsKey(place) ? place : throw new ArgumentException($"There is a card at {place} already.", nameof(address)));
    }

    /// <summary>Pulls a card out without warning: it answers nothing from now on.</summary>
    /// <param name="address">The card's address.</param>
    /// <exception cref="DeviceException">There is none.</exception>
    public void Remove(string address)
    {
        SimulatedFunction function = Find(address, "removing");
        lock (_gate) _functions.Remove(function.Address);
        function.Remove();
        Notify(new DeviceChange(DeviceChangeKind.Departed, Describe(function)));
    }

    /// <summary>Asks the card's driver to let go, as unbinding or an eject button does. <see cref="Remove"/> follows when it has.</summary>
    /// <param name="address">The card's address.</param>
    /// <exception cref="DeviceException">There is none.</exception>
    public void RequestRemoval(string address) => Find(address, "requesting").Trigger(PciNumbering.RemovalRequest, 0, 1);

    /// <inheritdoc/>
    public IReadOnlyList<DeviceDescription> Scan()
    {
        lock (_gate) return [.. _functions.Values.Select(Describe)];
    }

    /// <inheritdoc/>
    public IHostedDevice OpenDevice(string address, OpenOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        SimulatedFunction function = Find(address, "opening");
        SimulatedAddressSpace space = options.ShareAddressSpace switch
        {
            null => new SimulatedAddressSpace(),
            SimulatedAddressSpace shared => shared,
            _ => throw new DeviceException(DeviceStatus.InvalidArgument, address, "opening in a shared address space",
                "the space is another host's", "Share the space of a device that this host opened."),
        };
        lock (_gate)
        {
            if (function.IsOpen)
            {
                throw new DeviceException(DeviceStatus.Busy, address, "opening", "it is open already",
                    "Close it where it is open; a device has one user.");
            }

            function.IsOpen = true;
            function.Space = space;
        }

        return new SimulatedDevice(function, Describe(function), space, MaximumVectors);
    }

    /// <inheritdoc/>
    public IDisposable Watch(Action<DeviceChange> onChange)
    {
        ArgumentNullException.ThrowIfNull(onChange);
        lock (_gate) _watchers.Add(onChange);
        return new Watching(this, onChange);
    }

    /// <summary>Does nothing: open devices stay usable, and there is nothing else to give back.</summary>
    public void Dispose()
    {
    }

    private SimulatedHost Plug(SimulatedCard card, Func<PciAddress> choose)
    {
        SimulatedFunction function;
        lock (_gate)
        {
            PciAddress place = choose();
            function = new SimulatedFunction(_root, card, place);
            _functions.Add(place, function);
        }

        Notify(new DeviceChange(DeviceChangeKind.Arrived, Describe(function)));
        return this;
    }

    private static DeviceDescription Describe(SimulatedFunction function)
    {
        CardDefinition card = function.Card.Definition;
        return new DeviceDescription(function.Address.ToString(), card.VendorId, card.DeviceId)
        {
            SubsystemVendorId = card.SubsystemVendorId,
            SubsystemId = card.SubsystemId,
            ClassCode = card.ClassCode,
            Revision = card.Revision,
            Name = card.Name,
        };
    }

    private SimulatedFunction Find(string address, string operation)
    {
        lock (_gate)
        {
            if (PciAddress.TryParse(address, null, out PciAddress place) && _functions.TryGetValue(place, out SimulatedFunction? function)) return function;
            throw new DeviceException(DeviceStatus.NotFound, address, operation, "there is no such card",
                _functions.Count == 0 ? "Add cards to the host first." : $"There are {string.Join(", ", _functions.Keys)}.");
        }
    }

    private void Notify(DeviceChange change)
    {
        Action<DeviceChange>[] watchers;
        lock (_gate) watchers = [.. _watchers];
        foreach (Action<DeviceChange> watcher in watchers)
        {
            try
            {
                watcher(change);
            }
            catch (Exception)
            {
                // A listener's mistake changes nothing for the machine; the others still hear of it.
            }
        }
    }

    private sealed class Watching(SimulatedHost host, Action<DeviceChange> watcher) : IDisposable
    {
        public void Dispose()
        {
            lock (host._gate) host._watchers.Remove(watcher);
        }
    }
}
