using System.Globalization;
using RingThree.Diagnostics;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Platform;

namespace RingThree.Simulation;

/// <summary>A simulated PCI machine: cards are plugged in, and drivers find the same functions a real machine would show.</summary>
public sealed partial class SimulatedHost : IHost
{
    private const int FirstSlot = 2;
    private const int Slots = 32;
    private static int machines;
    private readonly int _number = Interlocked.Increment(ref machines);
    private readonly Firmware _firmware;
    private readonly IsolationGroups _groups = new();
    private readonly Dictionary<PciEndpoint, SimulatedDevice?> _open = []; // null while it is being opened
    private readonly List<Action<DeviceChange>> _watchers = [];
    private readonly Lock _gate = new();
    private readonly HostEnd _end = new("sim");

    /// <summary>Makes a machine without cards.</summary>
    public SimulatedHost()
        : this(SimulatedClock.System)
    {
    }

    internal SimulatedHost(SimulatedClock clock)
    {
        RootComplex = new RootComplex(clock)
        {
            Changed = OnVirtualFunctions,
            Removed = function => TakeOut(function, FromModel),
            PowerChanged = function => Notify(new DeviceChange(DeviceChangeKind.PowerChanged, Describe(function))),
            Failed = function => Device(function)?.Interrupts.Trigger(PciNumbering.Error, 0, 1),
        };
        _firmware = new Firmware(RootComplex);
    }

    /// <inheritdoc/>
    public string Name => "sim";

    /// <inheritdoc/>
    public string Machine => string.Create(CultureInfo.InvariantCulture, $"sim {_number}");

    /// <summary>The machine as firmware and a kernel see it: by bus addresses, with nothing virtualised.</summary>
    public RootComplex RootComplex { get; }

    /// <summary>What goes wrong on this machine, on demand.</summary>
    public FaultPlan Faults => RootComplex.Faults;

    /// <summary>The most message vectors the machine grants a device; <see langword="null"/> for as many as it has. As when a real machine runs short.</summary>
    public int? MaximumVectors { get; set; }

    /// <summary>
    /// Whether MSI-X vectors can be added to those that are bound, as on Linux from 6.5 on. By default they cannot, as on
    /// older ones. Devices that are opened from now on are so.
    /// </summary>
    public bool AddsMsixVectors { get; set; }

    /// <summary>Plugs a card into the next free slot of the root bus, from 0000:00:02.0 on.</summary>
    /// <param name="card">The card; it can be plugged in once.</param>
    /// <returns>This host.</returns>
    /// <exception cref="InvalidOperationException">All slots are taken, or the addresses its BARs need are.</exception>
    public SimulatedHost Add(SimulatedCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        return Plug(card, () =>
        {
            int slot = Enumerable.Range(FirstSlot, Slots - FirstSlot).FirstOrDefault(s => RootComplex.RootBus.Nodes.TrueForAll(n => n.Address.Device != s));
            return slot > 0 ? new PciAddress(0, 0, (byte)slot, 0) : throw new InvalidOperationException($"All {Slots - FirstSlot} slots are taken.");
        });
    }

    /// <summary>Plugs a card in at an address. Which cards share an interrupt line follows from it: (device + pin) modulo 4, once more at each bridge.</summary>
    /// <param name="card">The card; it can be plugged in once.</param>
    /// <param name="address">A free address, such as <c>0000:00:06.0</c>; a bus that no bridge leads to is a root bus of its own.</param>
    /// <returns>This host.</returns>
    /// <exception cref="ArgumentException">It is taken, or a PCI Express link cannot lead to it.</exception>
    public SimulatedHost Add(SimulatedCard card, string address)
    {
        ArgumentNullException.ThrowIfNull(card);
        PciAddress place = PciAddress.Parse(address);
        return Plug(card, () => Check(place, nameof(address)));
    }

    /// <summary>Plugs a bridge in.</summary>
    /// <param name="address">A free address, such as <c>0000:00:1c.0</c>.</param>
    /// <param name="isConventional">Whether the bus below is conventional PCI, with room for many devices that an IOMMU cannot tell apart; otherwise it is a PCI Express link to one.</param>
    /// <param name="buses">How many bus numbers it gets: 1, and one more for each bridge further down.</param>
    /// <returns>The number of the bus below: cards go to <c>0000:NN:00.0</c>.</returns>
    /// <exception cref="ArgumentException">The address is taken.</exception>
    /// <exception cref="InvalidOperationException">No bus numbers or addresses are left.</exception>
    public int AddBridge(string address, bool isConventional = false, int buses = 1)
    {
        PciAddress place = PciAddress.Parse(address);
        if (buses is < 1 or > 255) throw new ArgumentOutOfRangeException(nameof(buses), $"{place}: a bridge with {buses} bus numbers was asked for; it can have 1 to 255.");
        _end.ThrowIfOver("adding a bridge");
        lock (_gate)
        {
            PciBus bus = BusOf(Check(place, nameof(address)));
            var bridge = new PciBridge(RootComplex, bus, place, isConventional);
            _firmware.Assign(bridge, buses);
            lock (RootComplex.Gate) bus.Nodes.Add(bridge);
            return bridge.Secondary.Number;
        }
    }

    /// <summary>Pulls a card out without warning: it answers nothing from now on, and its virtual functions go with it.</summary>
    /// <param name="address">The card's address.</param>
    /// <exception cref="DeviceException">There is none.</exception>
    public void Remove(string address) => TakeOut(Find(address, "removing"), Notify);

    /// <summary>Asks the card's driver to let go, as unbinding or an eject button does. <see cref="Remove(string)"/> follows when it has.</summary>
    /// <param name="address">The card's address.</param>
    /// <exception cref="DeviceException">There is none.</exception>
    public void RequestRemoval(string address) => Device(Find(address, "requesting"))?.Interrupts.Trigger(PciNumbering.RemovalRequest, 0, 1);

    /// <summary>Has the card report an uncorrectable error (AER fatal).</summary>
    /// <param name="address">The card's address.</param>
    /// <exception cref="DeviceException">There is none.</exception>
    public void ReportError(string address) => Device(Find(address, "reporting an error of"))?.Interrupts.Trigger(PciNumbering.Error, 0, 1);

    /// <summary>Enables virtual functions of a card, as writing to sriov_numvfs does on Linux; 0 disables them.</summary>
    /// <param name="address">The physical function's address.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="DeviceException">There is no such card, it has no virtual functions or not so many, or some are enabled already.</exception>
    public void EnableVirtualFunctions(string address, int count)
    {
        PciEndpoint function = Find(address, "enabling virtual functions of");
        string operation = $"enabling {count} virtual functions";
        if (function.Sriov is not { } sriov)
            throw new DeviceException(DeviceStatus.NotSupported, address, operation, "the card has no SR-IOV capability", "Describe it with CardDefinition.VirtualFunctions.");
        if (count < 0 || count > sriov.Functions.Total)
            throw new DeviceException(DeviceStatus.InvalidArgument, address, operation, $"the card has {sriov.Functions.Total}", "Ask for fewer.");
        if (count > 0 && sriov.Enabled > 0)
            throw new DeviceException(DeviceStatus.Busy, address, operation, $"{sriov.Enabled} are enabled already", "Disable them first (0), as on Linux.");
        for (int n = 0; n < count; n++)
        {
            if (RootComplex.Find(sriov.AddressOf(n)) is not null)
            {
                throw new DeviceException(DeviceStatus.NoResources, address, operation, $"virtual function {n} would be at {sriov.AddressOf(n)}, where a card is",
                    "Put VirtualFunctions.FirstOffset beyond the other cards, or the card on a bus of its own.");
            }
        }

        function.WriteConfiguration(sriov.Offset + 0x10, BitConverter.GetBytes((ushort)count));
        const ushort enableAndMemory = 9;
        function.WriteConfiguration(sriov.Offset + 0x08, BitConverter.GetBytes(count > 0 ? enableAndMemory : (ushort)0));
    }

    /// <inheritdoc/>
    public IReadOnlyList<DeviceDescription> Scan() => [.. RootComplex.Endpoints().Where(f => f.IsPresent).OrderBy(f => f.Address).Select(Describe)];

    /// <inheritdoc/>
    public IHostedDevice OpenDevice(string address, OpenOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _end.ThrowIfOver($"opening {address}");
        // Whatever is there: addresses and lines that a driver has by hand are opened without asking any card.
        if (PlatformResources.TryParse(address, null, out PlatformResources? resources) && !resources.IsEmpty) return new SimulatedPlatformDevice(RootComplex, resources);
        PciEndpoint function = Find(address, "opening");
        lock (_gate)
        {
            if (!_open.TryAdd(function, null))
            {
                throw new DeviceException(DeviceStatus.Busy, address, "opening", "it is open already",
                    "Close it where it is open; a device has one user.");
            }
        }

        try
        {
            SimulatedAddressSpace space;
            lock (_gate) function.Space = space = _groups.Enter(function, options.ShareAddressSpace);
            // Opening resets the card, which waits for its model; and what a model does may come here. So not with the gate held.
            var device = new SimulatedDevice(function, Describe(function), space, MaximumVectors, AddsMsixVectors, () => Close(function));
            lock (_gate) _open[function] = device;
            return device;
        }
        catch
        {
            Close(function);
            throw;
        }
    }

    /// <inheritdoc/>
    public IDisposable Watch(Action<DeviceChange> onChange)
    {
        ArgumentNullException.ThrowIfNull(onChange);
        lock (_gate) _watchers.Add(onChange);
        return new Watching(this, onChange);
    }

    /// <inheritdoc/>
    public IDisposable WhenDisposed(Action close) => _end.Add(close);

    /// <summary>
    /// Switches the machine off: closes its open devices, whose registers read all ones from then on, and tells watchers nothing
    /// any more. Cards can be neither added nor opened afterwards. Idempotent.
    /// </summary>
    public void Dispose()
    {
        _end.Begin();
        lock (_gate) _watchers.Clear();
    }

    /// <summary>Tells watchers of what happens inside a model, whose gate is held: later, as they may do anything.</summary>
    private void FromModel(DeviceChange change) => RootComplex.Clock.Schedule(TimeSpan.Zero, () => Notify(change));

    private void TakeOut(PciEndpoint function, Action<DeviceChange> tell)
    {
        lock (RootComplex.Gate)
        {
            function.Leave();
            function.Bus.Nodes.Remove(function);
        }

        function.Sriov?.Update();
        lock (_gate) _firmware.Release(function);
        tell(new DeviceChange(DeviceChangeKind.Departed, Describe(function)));
    }

    private DeviceDescription Describe(PciEndpoint function)
    {
        CardDefinition card = function.Card.Definition;
        CardDefinition ids = function.Physical?.Card.Definition ?? card;
        return new DeviceDescription(function.Name, ids.VendorId, function.Physical?.Sriov!.Functions.DeviceId ?? card.DeviceId)
        {
            SubsystemVendorId = card.SubsystemVendorId,
            SubsystemId = card.SubsystemId,
            ClassCode = card.ClassCode,
            Revision = card.Revision,
            Name = card.Name,
            IsolationGroup = _groups.NumberOf(function),
        };
    }

    private PciAddress Check(PciAddress place, string parameter)
    {
        PciBus bus = BusOf(place);
        lock (RootComplex.Gate)
        {
            if (bus.Nodes.Exists(n => n.Address == place)) throw new ArgumentException($"There is a card at {place} already.", parameter);
        }

        if (bus.Bridge is { IsConventional: false } && place.Device != 0)
            throw new ArgumentException($"A PCI Express link leads to one device, number 0; {place} cannot be. Make the bridge a conventional one.", parameter);
        return place;
    }

    /// <summary>The bus of an address. One that no bridge leads to is a root bus of its own, as larger machines have several.</summary>
    private PciBus BusOf(PciAddress place)
    {
        if (RootComplex.FindBus(place.Domain, place.Bus) is { } bus) return bus;
        var root = new PciBus(place.Domain, place.Bus, null);
        RootComplex.AddBus(root);
        _firmware.Open(root);
        return root;
    }

    private SimulatedHost Plug(SimulatedCard card, Func<PciAddress> choose)
    {
        _end.ThrowIfOver($"adding card '{card.Definition.Name}'");
        PciEndpoint function;
        lock (_gate)
        {
            PciAddress place = choose();
            lock (RootComplex.Gate)
            {
                PciBus bus = BusOf(place);
                function = new PciEndpoint(RootComplex, bus, place, card);
                bus.Nodes.Add(function);
                // Header type bit 7 at function 0: there are more (PCI Local Bus 3.0, 6.2.1).
                if (place.Function != 0) bus.Nodes.Find(n => n.Address.Device == place.Device && n.Address.Function == 0)?.Config.Define8(0x0E, 0x80);
            }

            try
            {
                _firmware.Assign(function);
            }
            catch
            {
                lock (RootComplex.Gate)
                {
                    function.Leave();
                    function.Bus.Nodes.Remove(function);
                }

                _firmware.Release(function);
                throw;
            }
        }

        Notify(new DeviceChange(DeviceChangeKind.Arrived, Describe(function)));
        return this;
    }

    private void OnVirtualFunctions(IReadOnlyList<PciEndpoint> came, IReadOnlyList<PciEndpoint> went)
    {
        foreach (PciEndpoint function in went) Notify(new DeviceChange(DeviceChangeKind.Departed, Describe(function)));
        foreach (PciEndpoint function in came) Notify(new DeviceChange(DeviceChangeKind.Arrived, Describe(function)));
    }

    private SimulatedDevice? Device(PciEndpoint function)
    {
        lock (_gate) return _open.GetValueOrDefault(function);
    }

    private void Close(PciEndpoint function)
    {
        lock (_gate)
        {
            _open.Remove(function);
            _groups.Leave(function);
            function.Space = null;
        }
    }

    private PciEndpoint Find(string address, string operation)
    {
        if (PciAddress.TryParse(address, null, out PciAddress place) && RootComplex.Find(place) is PciEndpoint function) return function;
        IReadOnlyList<DeviceDescription> all = Scan();
        throw new DeviceException(DeviceStatus.NotFound, address, operation, "there is no such card",
            all.Count == 0 ? "Add cards to the host first." : $"There are {string.Join(", ", all.Select(d => d.Address))}.");
    }

    private void Notify(DeviceChange change)
    {
        DebugMonitor.DeviceChanged(Name, change);
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
