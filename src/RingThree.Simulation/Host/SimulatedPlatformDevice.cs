using RingThree.Hosting;
using RingThree.Platform;

namespace RingThree.Simulation;

/// <summary>
/// Memory, ports and lines of the simulated machine by their numbers, as a driver opens them that has defined its card by
/// hand. What is at those addresses answers; where nothing is, all ones.
/// </summary>
internal sealed class SimulatedPlatformDevice : IHostedDevice
{
    private readonly RootComplex _root;
    private readonly PlatformResources _resources;
    private readonly SeededScheduler? _scheduler;
    private readonly RangeAccess[] _accesses;
    private readonly PlatformWire.Listener?[][] _listeners = new PlatformWire.Listener?[2][]; // by group, then vector
    private volatile bool _closed;

    internal SimulatedPlatformDevice(RootComplex root, PlatformResources resources)
    {
        _root = root;
        _resources = resources;
        _scheduler = (root.Clock as SeededClock)?.Scheduler;
        Description = new DeviceDescription(resources.ToString(), 0xFFFF, 0xFFFF) { Name = resources.Name };
        Regions = PlatformNumbering.Regions(resources, RegionAbilities.None);
        InterruptGroups = PlatformNumbering.Groups(resources);
        _accesses = [.. resources.Ranges.Select(r => new RangeAccess(this, r))];
        _listeners[PlatformNumbering.Level] = [];
        _listeners[PlatformNumbering.Edges] = [];
    }

    public DeviceDescription Description { get; }

    public IReadOnlyList<RegionDescription> Regions { get; }

    public IReadOnlyList<InterruptGroupDescription> InterruptGroups { get; }

    public IHostScheduler? Scheduler => _scheduler;

    public IAddressSpace? AddressSpace => null;

    public bool CanReset => false;

    public void Read(int region, ulong offset, Span<byte> data)
    {
        if (LittleEndian.IsAccess(data.Length)) LittleEndian.Write(data, _accesses[region].Read(offset, data.Length));
        else
        {
            for (int i = 0; i < data.Length; i++) data[i] = (byte)_accesses[region].Read(offset + (ulong)i, 1);
        }
    }

    public void Write(int region, ulong offset, ReadOnlySpan<byte> data)
    {
        if (LittleEndian.IsAccess(data.Length)) _accesses[region].Write(offset, data.Length, LittleEndian.Read(data));
        else
        {
            for (int i = 0; i < data.Length; i++) _accesses[region].Write(offset + (ulong)i, 1, data[i]);
        }
    }

    public IRegionAccess GetAccess(int region) => _accesses[region];

    /// <remarks>
    /// Reserved memory has an address in this process, for spans and for cards' DMA. Its region is no region that can be mapped
    /// all the same: accesses of it come by here, so that they read ones after the end and have their place in a seeded run.
    /// </remarks>
    public IReadOnlyList<IRegionMapping> Map(int region) =>
        _resources.Ranges[region] is { Kind: RegionKind.Memory } range && _root.Memory.Find(range.Start, range.Length) is { } memory ? [memory.Map(range)] : [];

    public IInterruptWaiter CreateWaiter() => new SimulatedWaiter(_scheduler);

    public int Bind(int group, ReadOnlySpan<VectorRoute> routes)
    {
        PlatformLine[] lines = [.. Lines(group)];
        if (routes.Length > lines.Length) return lines.Length;
        for (int v = 0; v < routes.Length; v++) lines[v] = Physical(lines[v]);
        var listeners = new PlatformWire.Listener?[routes.Length];
        lock (_root.Gate)
        {
            if (_closed) throw Closed();
            if (_listeners[group].Length > 0) throw new InvalidOperationException($"{InterruptGroups[group].Name} is bound already; unbind it first.");
            for (int v = 0; v < routes.Length; v++)
            {
                if (routes[v].Waiter is not SimulatedWaiter waiter) continue;
                int tag = routes[v].Tag;
                waiter.Prepare(tag);
                PlatformWire wire = _root.Platform.Wire(lines[v]);
                var listener = new PlatformWire.Listener(wire, _resources.Name, lines[v].Trigger, () => waiter.Signal(tag));
                if (wire.Attach(listener) is not { } other)
                {
                    listeners[v] = listener;
                    continue;
                }

                Detach(listeners);
                throw new DeviceException(DeviceStatus.Busy, _resources.Name, $"enabling {lines[v].Name}",
                    $"'{other}' has it, and a line is shared only where all signal by level", "Close that one, or set the card's jumper to a free line.");
            }

            _listeners[group] = listeners;
        }

        return routes.Length;
    }

    public void Unbind(int group)
    {
        lock (_root.Gate)
        {
            Detach(_listeners[group]);
            _listeners[group] = [];
        }
    }

    public void Mask(int group, int vector) => SetMask(group, vector, true, "a mask");

    public void Unmask(int group, int vector) => SetMask(group, vector, false, "an unmask");

    public void Trigger(int group, int first, int count)
    {
        lock (_root.Gate)
        {
            if (_closed) throw Closed();
            for (int v = first; v < first + count && v < _listeners[group].Length; v++) _listeners[group][v]?.Signal();
        }

        _scheduler?.Point("a trigger");
    }

    public void Reset() => throw new DeviceException(DeviceStatus.NotSupported, _resources.Name, "resetting it", "nothing here can", "Use the card's own registers.");

    /// <remarks>Nothing tells, as on a real machine; but a model that has failed is worth more than a time-out.</remarks>
    public bool IsPresent()
    {
        if (_closed) return false;
        _root.Platform.ThrowIfFailed(_resources);
        return true;
    }

    public void Dispose()
    {
        lock (_root.Gate)
        {
            _closed = true;
            Unbind(PlatformNumbering.Level);
            Unbind(PlatformNumbering.Edges);
        }
    }

    /// <inheritdoc cref="SimulatedDevice.Closed"/>
    private ObjectDisposedException Closed() => new(Description.Address, $"{Description.Address}: the card has been closed meanwhile.");

    private IEnumerable<PlatformLine> Lines(int group) => group switch
    {
        PlatformNumbering.Edges => PlatformNumbering.EdgesOf(_resources),
        PlatformNumbering.Level => _resources.Lines.Where(l => l.Trigger == LineTrigger.Level),
        _ => throw new ArgumentOutOfRangeException(nameof(group), group, "A card defined by hand has groups 0, its level line, and 1, its edges."),
    };

    /// <summary>The line that a driver's own is on this machine, by its table of logical interrupts where it has one.</summary>
    /// <exception cref="DeviceException">There is no such interrupt, or it is reserved.</exception>
    private PlatformLine Physical(PlatformLine line)
    {
        if (line.Kind == PlatformLineKind.Irq) _root.LogicalInterrupts?.Check(_resources.Name, line.Number);
        if (line.Kind != PlatformLineKind.Logical) return line;
        int irq = _root.LogicalInterrupts?.LineOf(line.Number) ?? throw new DeviceException(DeviceStatus.NotSupported, _resources.Name, $"enabling {line.Name}",
            _root.LogicalInterrupts is null ? "this machine has no table of logical interrupts" : "the platform's table has no such entry",
            "Ask for the line by its IRQ number, or have the table's owner make an entry (Map).");
        return line with { Kind = PlatformLineKind.Irq, Number = irq };
    }

    private static void Detach(PlatformWire.Listener?[] listeners)
    {
        foreach (PlatformWire.Listener? listener in listeners) listener?.Wire.Detach(listener);
    }

    private void SetMask(int group, int vector, bool masked, string point)
    {
        _scheduler?.Point(point);
        lock (_root.Gate)
        {
            PlatformWire.Listener?[] listeners = _listeners[group];
            if ((uint)vector < (uint)listeners.Length && listeners[vector] is { } listener) listener.Wire.Mask(listener, masked);
        }
    }

    /// <summary>Single accesses of one range.</summary>
    private sealed class RangeAccess(SimulatedPlatformDevice device, PlatformRange range) : IRegionAccess
    {
        public ulong Read(ulong offset, int width)
        {
            if (device._closed) return LittleEndian.AllOnes(width);
            ulong address = range.Start + offset;
            ulong value = 0;
            if (range.Kind == RegionKind.Memory) value = device._root.ReadMemory(address, width);
            else if (address % (ulong)width == 0) value = device._root.ReadPort(address, width);
            else
            {
                // A processor splits what crosses its natural boundary.
                for (int i = 0; i < width; i++) value |= (ulong)device._root.ReadPort(address + (ulong)i, 1) << (8 * i);
            }

            device._scheduler?.Point("a read");
            return value;
        }

        public void Write(ulong offset, int width, ulong value)
        {
            if (device._closed) return;
            ulong address = range.Start + offset;
            if (range.Kind == RegionKind.Memory) device._root.WriteMemory(address, width, value);
            else if (address % (ulong)width == 0) device._root.WritePort(address, width, (uint)value);
            else
            {
                for (int i = 0; i < width; i++) device._root.WritePort(address + (ulong)i, 1, (byte)(value >> (8 * i)));
            }

            device._scheduler?.Point("a write");
        }
    }
}
