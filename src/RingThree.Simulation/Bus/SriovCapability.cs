using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>Single Root I/O Virtualization (SR-IOV 1.1, 3.3): registers of a physical function that make virtual ones appear.</summary>
internal sealed class SriovCapability
{
    private const int Length = 0x40;
    private const ushort EnableBit = 1;
    private const ushort MemoryBit = 8;
    private readonly PciEndpoint _physical;
    private readonly ConfigurationSpace _config;
    private readonly VirtualFunctions _functions;
    private readonly IReadOnlyDictionary<int, CardBar> _bars;
    private readonly int _offset;
    private readonly List<PciEndpoint> _present = [];

    internal SriovCapability(PciEndpoint physical, CapabilityLayout layout, VirtualFunctions functions)
    {
        _physical = physical;
        _config = physical.Config;
        _functions = functions;
        CardDefinition card = physical.Card.Definition;
        if (card.Express is null) throw card.Wrong("SR-IOV needs PCI Express");
        if (functions.Total is < 1 or > 255) throw card.Wrong("there can be 1 to 255 virtual functions");
        _bars = functions.Create(0).Definition.Bars;
        _offset = card.Capabilities.Any(c => c.IsExtended) ? card.Capabilities.Where(c => c.IsExtended).Max(c => (c.Offset + 4 + c.Content.Length + 15) & ~15) : 0x100;
        layout.AddExtended((ushort)PciExtendedCapabilityId.SingleRootIoVirtualization, _offset, 1, Length);
        _config.Define32(_offset + 0x04, 0);
        _config.Define16(_offset + 0x08, 0, EnableBit | MemoryBit);
        _config.Define16(_offset + 0x0C, (ushort)functions.Total);
        _config.Define16(_offset + 0x0E, (ushort)functions.Total);
        _config.Define16(_offset + 0x10, 0, ushort.MaxValue);
        _config.Define16(_offset + 0x14, (ushort)functions.FirstOffset);
        _config.Define16(_offset + 0x16, (ushort)functions.Stride);
        _config.Define16(_offset + 0x1A, functions.DeviceId);
        _config.Define32(_offset + 0x1C, 0x553);
        _config.Define32(_offset + 0x20, 1, uint.MaxValue);
        foreach ((int number, CardBar bar) in _bars)
        {
            int at = _offset + 0x24 + (4 * number);
            ulong mask = ~(BarLength(bar) - 1);
            _config.Define32(at, bar.Is64Bit ? 4u : 0, (uint)mask & ~15u);
            if (bar.Is64Bit) _config.Define32(at + 4, 0, (uint)(mask >> 32));
        }
    }

    internal int Offset => _offset;

    internal VirtualFunctions Functions => _functions;

    internal IReadOnlyDictionary<int, CardBar> Bars => _bars;

    /// <summary>What virtual functions decode: they have no enable bits of their own (SR-IOV 1.1, 3.3.3.4).</summary>
    internal PciCommand Command => (_config.Read16(_offset + 0x08) & MemoryBit) != 0 ? PciCommand.MemorySpace : PciCommand.None;

    internal int Enabled => (_config.Read16(_offset + 0x08) & EnableBit) != 0 ? Math.Min(_config.Read16(_offset + 0x10), _functions.Total) : 0;

    /// <summary>The functions that are there now.</summary>
    internal IReadOnlyList<PciEndpoint> Present => _present;

    /// <summary>Where virtual function n appears.</summary>
    internal PciAddress AddressOf(int n)
    {
        int id = (int)(_physical.RequesterId & 0xFFFF) + _functions.FirstOffset + (n * _functions.Stride);
        return new PciAddress(_physical.Address.Domain, (byte)(id >> 8), (byte)((id >> 3) & 0x1F), (byte)(id & 7));
    }

    internal bool IsTouched(int offset, int length) => offset < _offset + 0x12 && offset + length > _offset + 0x08;

    /// <summary>Bytes that one virtual function takes of a BAR's range.</summary>
    internal static ulong BarLength(CardBar bar) => Math.Max(bar.Size, 4096);

    internal ulong BarAddress(PciEndpoint function, int number)
    {
        int at = _offset + 0x24 + (4 * number);
        ulong start = _config.Read32(at) & ~15u;
        if (_bars[number].Is64Bit) start |= (ulong)_config.Read32(at + 4) << 32;
        int index = _present.IndexOf(function);
        return start == 0 || index < 0 ? 0 : start + ((ulong)index * BarLength(_bars[number]));
    }

    /// <summary>Makes as many functions appear or vanish as the registers say, and tells the card and then everyone. Not with the gate held.</summary>
    internal void Update()
    {
        List<PciEndpoint> came = [];
        List<PciEndpoint> went = [];
        try
        {
            // Held from the change until the card knows of it: it hears of changes in their order, and before it does
            // anything else.
            lock (_physical.Card.ModelGate) Update(came, went);
        }
        finally
        {
            if (came.Count > 0 || went.Count > 0) _physical.Root.Changed?.Invoke(came, went);
        }
    }

    private void Update(List<PciEndpoint> came, List<PciEndpoint> went)
    {
        RootComplex root = _physical.Root;
        List<(int Number, SimulatedCard Model)> departed = [];
        List<(int Number, SimulatedCard Model)> arrived = [];
        lock (root.Gate)
        {
            int wanted = _physical.IsPresent ? Enabled : 0;
            while (_present.Count > wanted)
            {
                PciEndpoint last = _present[^1];
                if (last.IsPresent) went.Add(last);
                last.Leave();
                last.Bus.Nodes.Remove(last);
                _present.RemoveAt(_present.Count - 1);
                departed.Add((_present.Count, last.Card));
            }

            while (_present.Count < wanted)
            {
                PciAddress address = AddressOf(_present.Count);
                PciBus bus = root.FindBus(address.Domain, address.Bus) ?? _physical.Bus;
                var function = new PciEndpoint(root, bus, address, _functions.Create(_present.Count), _physical);
                arrived.Add((_present.Count, function.Card));
                _present.Add(function);
                bus.Nodes.Add(function);
                came.Add(function);
            }

            foreach (PciEndpoint function in _present) function.UpdateDecode();
        }

        SimulatedCard card = _physical.Card;
        foreach ((int number, SimulatedCard model) in departed) card.OnVirtualFunctionDeparted(number, model);
        foreach ((int number, SimulatedCard model) in arrived) card.OnVirtualFunctionArrived(number, model);
    }
}
