using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>An open simulated function, as the library sees it: VFIO's view of a card.</summary>
internal sealed class SimulatedDevice : IHostedDevice
{
    private readonly PciEndpoint _function;
    private readonly SimulatedInterrupts _interrupts;
    private readonly ConfigurationView _configuration;
    private readonly SimulatedAddressSpace _space;
    private readonly Action _closing;
    private readonly RegionPart[][] _parts; // arrays: an access allocates no enumerator
    private readonly SeededScheduler? _scheduler;
    private readonly SimulatedBar?[] _bars = new SimulatedBar?[PciNumbering.BarCount];
    private int _closed;

    internal SimulatedDevice(PciEndpoint function, DeviceDescription description, SimulatedAddressSpace space, int? grant, bool growsMsix, Action closing)
    {
        _function = function;
        _scheduler = (function.Root.Clock as SeededClock)?.Scheduler;
        _space = space;
        _closing = closing;
        Description = description;
        CardDefinition card = function.Card.Definition;
        Regions = RegionsOf(function);
        _parts = [.. Regions.Select(r => r.Parts.ToArray())];
        InterruptGroups =
        [
            Group(InterruptGroupKind.Level, card.Pin == 0 || function.Physical is not null ? 0 : 1, InterruptGroupAbilities.Maskable | InterruptGroupAbilities.AutoMasked, "INTx") with { Shared = function.SharesLine },
            Group(InterruptGroupKind.Msi, card.MsiVectors, InterruptGroupAbilities.FixedOnceBound, "MSI"),
            Group(InterruptGroupKind.MsiX, card.MsixVectors, growsMsix ? InterruptGroupAbilities.None : InterruptGroupAbilities.FixedOnceBound, "MSI-X"),
            Group(InterruptGroupKind.Error, card.Express is null ? 0 : 1, InterruptGroupAbilities.FixedOnceBound, "error"),
            Group(InterruptGroupKind.RemovalRequest, 1, InterruptGroupAbilities.FixedOnceBound, "removal request"),
        ];
        _interrupts = new SimulatedInterrupts(function, grant, growsMsix);
        if (CanReset) ResetAndRestore();
        _configuration = new ConfigurationView(function, _interrupts, ResetAndRestore);
    }

    public DeviceDescription Description { get; }

    public IReadOnlyList<RegionDescription> Regions { get; }

    public IReadOnlyList<InterruptGroupDescription> InterruptGroups { get; }

    public IHostScheduler? Scheduler => _scheduler;

    public IAddressSpace AddressSpace => _space;

    public bool CanReset => _function.Card.Definition.IsResettable;

    internal PciEndpoint Function => _function;

    internal SimulatedInterrupts Interrupts => _interrupts;

    private bool IsClosed => Volatile.Read(ref _closed) != 0;

    public void Read(int region, ulong offset, Span<byte> data)
    {
        if (IsClosed)
        {
            data.Fill(0xFF);
            return;
        }

        if (region == PciNumbering.Configuration)
        {
            _configuration.Read((int)offset, data);
            return;
        }

        if (!LittleEndian.IsAccess(data.Length))
        {
            for (int i = 0; i < data.Length; i++) Read(region, offset + (ulong)i, data.Slice(i, 1));
            return;
        }

        LittleEndian.Write(data, ReadValue(region, offset, data.Length));
    }

    public void Write(int region, ulong offset, ReadOnlySpan<byte> data)
    {
        if (IsClosed) return;
        if (region == PciNumbering.Configuration)
        {
            _configuration.Write((int)offset, data);
            return;
        }

        if (!LittleEndian.IsAccess(data.Length))
        {
            for (int i = 0; i < data.Length; i++) Write(region, offset + (ulong)i, data.Slice(i, 1));
            return;
        }

        WriteValue(region, offset, data.Length, LittleEndian.Read(data));
    }

    public IRegionAccess? GetAccess(int region) => region < PciNumbering.BarCount && Regions[region].Size > 0 ? Shortcut(region) : null;

    /// <summary>A model's registers are code, not memory: nothing can be mapped.</summary>
    public IReadOnlyList<IRegionMapping> Map(int region) => [];

    public IInterruptWaiter CreateWaiter() => new SimulatedWaiter(_scheduler);

    public int Bind(int group, ReadOnlySpan<VectorRoute> routes)
    {
        if (IsClosed) throw Closed();
        return _interrupts.Bind(group, InterruptGroups[group].Name, routes);
    }

    public void Unbind(int group)
    {
        if (!IsClosed) _interrupts.Unbind(group); // closed, it is another user's
    }

    public void Mask(int group, int vector)
    {
        _scheduler?.Point("a mask");
        if (!IsClosed) _interrupts.MaskLine(true);
    }

    public void Unmask(int group, int vector)
    {
        _scheduler?.Point("an unmask");
        if (!IsClosed) _interrupts.MaskLine(false);
    }

    public void Trigger(int group, int first, int count)
    {
        if (IsClosed) throw Closed();
        _interrupts.Trigger(group, first, count);
        _scheduler?.Point("a trigger");
    }

    public void Reset()
    {
        if (IsClosed) throw Closed();
        ResetAndRestore();
    }

    public IReadOnlyList<string>? GetBusResetReach() => _function.Bus.Bridge is { } bridge ? [.. Below(bridge).Select(f => f.Address.ToString())] : null;

    /// <remarks>As Linux does it: what enumeration and the kernel had written is put back into every function.</remarks>
    public void ResetBus()
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        if (_function.Bus.Bridge is not { } bridge)
            throw new DeviceException(DeviceStatus.NotSupported, Description.Address, "resetting its bus", "it sits on a root bus", "Put the card behind a bridge, or reset it through its registers.");
        (PciEndpoint Function, PciEndpoint.State State)[] saved = [.. Below(bridge).Select(f => (f, f.Save()))];
        bridge.ResetSecondary();
        foreach ((PciEndpoint function, PciEndpoint.State state) in saved)
        {
            function.Restore(state);
            function.Sriov?.Update();
        }
    }

    public bool IsPresent()
    {
        if (IsClosed) return false;
        _function.Card.ThrowIfFailed();
        Span<byte> classAndRevision = stackalloc byte[4];
        _configuration.Read(0x08, classAndRevision);
        return classAndRevision.ContainsAnyExcept((byte)0xFF);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        for (int i = 0; i < _bars.Length; i++)
        {
            if (_bars[i] is not { } bar) continue;
            _function.SetShortcut(i, null);
            bar.Close();
        }

        _interrupts.Close();
        _function.WriteConfiguration(0x04, BitConverter.GetBytes((ushort)(_function.Command & ~Pci.PciCommand.BusMaster)));
        _closing();
    }

    /// <summary>For a call that comes as somebody else closes it. The library asks first, so this is rare.</summary>
    private ObjectDisposedException Closed() => new(Description.Address, $"{Description.Address}: the device has been closed meanwhile.");

    /// <summary>One access of a BAR or the ROM.</summary>
    internal ulong ReadValue(int region, ulong offset, int width)
    {
        if (IsClosed) return ulong.MaxValue;
        // The MSI-X table is the kernel's; its user sees ones.
        ulong value = Special(region, offset) is { Kind: RegionPartKind.MsixTable } ? ulong.MaxValue : ReadBar(region, offset, width);
        _scheduler?.Point("a read");
        return value;
    }

    /// <inheritdoc cref="ReadValue"/>
    internal void WriteValue(int region, ulong offset, int width, ulong value)
    {
        if (IsClosed) return;
        if (Special(region, offset) is null) _function.WriteBar(region, offset, width, value);
        _scheduler?.Point("a write");
    }

    /// <summary>Resets the function and puts back what enumeration and the kernel had written there, as a kernel does.</summary>
    private void ResetAndRestore()
    {
        PciEndpoint.State state = _function.Save();
        try
        {
            ResetFunction();
        }
        finally
        {
            _function.Restore(state);
            _function.Sriov?.Update(); // a kernel brings virtual functions back
        }
    }

    private static IEnumerable<PciEndpoint> Below(PciBridge bridge)
    {
        PciNode[] nodes;
        lock (bridge.Root.Gate) nodes = [.. bridge.Secondary.Nodes];
        return nodes.SelectMany(n => n is PciBridge lower ? Below(lower) : n is PciEndpoint function ? [function] : []);
    }

    private void ResetFunction()
    {
        if (_function.Card.Definition.Express is { FunctionLevelReset: true })
        {
            _function.WriteConfiguration(_function.ExpressOffset + 9, [0x80]);
        }
        else
        {
            byte power = _function.Config.Read8(_function.PowerControl);
            _function.WriteConfiguration(_function.PowerControl, [(byte)(power | 3)]);
            _function.WriteConfiguration(_function.PowerControl, [(byte)(power & ~3)]);
        }
    }

    private ulong ReadBar(int region, ulong offset, int width)
    {
        if (region != PciNumbering.Rom) return _function.ReadBar(region, offset, width);
        // A kernel enables the ROM for the time of the access.
        byte enabled = _function.Config.Read8(0x30);
        _function.WriteConfiguration(0x30, [(byte)(enabled | 1)]);
        ulong value = _function.ReadBar(PciNumbering.Rom, offset, width);
        _function.WriteConfiguration(0x30, [enabled]);
        return value;
    }

    private SimulatedBar Shortcut(int region)
    {
        SimulatedBar bar = _bars[region] ??= new SimulatedBar(this, region, _scheduler is null);
        _function.SetShortcut(region, bar);
        return bar;
    }

    private static InterruptGroupDescription Group(InterruptGroupKind kind, int count, InterruptGroupAbilities abilities, string name) =>
        count == 0 ? InterruptGroupDescription.Absent : new(kind, count, abilities | InterruptGroupAbilities.Triggerable, name);

    /// <summary>The regions of a function, open or not.</summary>
    internal static RegionDescription[] RegionsOf(PciEndpoint function)
    {
        CardDefinition card = function.Card.Definition;
        var regions = new RegionDescription[PciNumbering.Configuration + 1];
        for (int i = 0; i < PciNumbering.BarCount; i++) regions[i] = Bar(card, i);
        regions[PciNumbering.Rom] = card.Rom.IsEmpty ? RegionDescription.Absent : new(RegionKind.Rom, (ulong)card.Rom.Length, RegionAbilities.Read, "ROM");
        regions[PciNumbering.Configuration] = new(RegionKind.Configuration, (ulong)function.Config.Size, RegionAbilities.Read | RegionAbilities.Write, "configuration space");
        return regions;
    }

    private static RegionDescription Bar(CardDefinition card, int number)
    {
        if (!card.Bars.TryGetValue(number, out CardBar? bar)) return RegionDescription.Absent;
        RegionAbilities abilities = RegionAbilities.Read | RegionAbilities.Write
            | (bar.Is64Bit ? RegionAbilities.Address64 : 0) | (bar.IsPrefetchable ? RegionAbilities.Prefetchable : 0);
        var parts = new List<RegionPart>();
        if (card.MsixVectors > 0 && card.MsixBar == number) parts.Add(new(RegionPartKind.MsixTable, card.MsixTableOffset, card.TableLength));
        if (card.MsixVectors > 0 && card.PendingBar == number) parts.Add(new(RegionPartKind.MsixPending, card.PendingOffset, card.PendingLength));
        parts.Sort((a, b) => a.Offset.CompareTo(b.Offset));
        return new RegionDescription(bar.Kind, bar.Size, abilities, $"BAR {number}") { Parts = parts };
    }

    private RegionPart? Special(int region, ulong offset)
    {
        foreach (RegionPart part in _parts[region])
        {
            if (offset >= part.Offset && offset < part.Offset + part.Length) return part;
        }

        return null;
    }
}
