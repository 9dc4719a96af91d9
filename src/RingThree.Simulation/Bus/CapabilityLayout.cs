using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>Lays a card's capabilities into its configuration space and links them.</summary>
internal sealed class CapabilityLayout
{
    private const int ListPointer = 0x34;
    private readonly ConfigurationSpace _config;
    private readonly CardDefinition _card;
    private readonly bool[] _taken;
    private int _last = ListPointer;
    private int _lastExtended;

    internal CapabilityLayout(ConfigurationSpace config, CardDefinition card)
    {
        _config = config;
        _card = card;
        _taken = new bool[config.Size];
        Array.Fill(_taken, true, 0, 0x40);
        foreach (CapabilityPlace place in Places())
        {
            switch (place.Id)
            {
                case PciCapabilityId.PowerManagement when card.EffectivePower is { } power: Power(place.Offset, power); break;
                case PciCapabilityId.Msi when card.MsiVectors > 0: Message(place.Offset); break;
                case PciCapabilityId.Express when card.Express is { } express: Express(place.Offset, express); break;
                case PciCapabilityId.MsiX when card.MsixVectors > 0: Table(place.Offset); break;
                default: throw card.Wrong($"{place.Id} has a place and is not described");
            }
        }

        foreach (CardCapability capability in card.Capabilities) Add(capability);
        foreach ((int at, byte value) in card.OtherConfiguration)
        {
            if (at < 0x40 || at >= config.Size || _taken[at]) throw card.Wrong($"configuration register 0x{at:x} is not free");
            config.Define8(at, value);
        }

        for (int at = 0x40; card.HasScratchConfiguration && at < config.Size; at++)
        {
            if (!_taken[at]) config.Define8(at, config.Read8(at), byte.MaxValue);
        }
    }

    internal MsiCapability? Msi { get; private set; }

    internal MsixCapability? Msix { get; private set; }

    /// <summary>Where the power control register is, 0 for none.</summary>
    internal int PowerControl { get; private set; }

    /// <summary>Where the PCI Express capability is, 0 for none.</summary>
    internal int ExpressOffset { get; private set; }

    /// <summary>Adds an extended capability that has behaviour; its registers are the caller's to define.</summary>
    internal void AddExtended(ushort id, int offset, byte version, int length)
    {
        Take(offset, length);
        if (_lastExtended == 0)
        {
            if (offset != 0x100) throw _card.Wrong("the first extended capability is at 100h (PCI Express Base 5.0, 7.6.2)");
        }
        else
        {
            _config.Define32(_lastExtended, _config.Read32(_lastExtended) | ((uint)offset << 20));
        }

        for (int i = 0; i < length; i++) _config.Define8(offset + i, 0);
        _config.Define32(offset, id | ((uint)version << 16));
        _lastExtended = offset;
    }

    private IEnumerable<CapabilityPlace> Places()
    {
        if (_card.Places.Count > 0) return _card.Places;
        return new (bool Has, CapabilityPlace Place)[]
        {
            (_card.MsiVectors > 0, new(PciCapabilityId.Msi, 0x40)),
            (_card.MsixVectors > 0, new(PciCapabilityId.MsiX, 0x58)),
            (_card.EffectivePower is not null, new(PciCapabilityId.PowerManagement, 0x64)),
            (_card.Express is not null, new(PciCapabilityId.Express, 0x80)),
        }.Where(p => p.Has).Select(p => p.Place);
    }

    private void Power(int at, PowerDefinition power)
    {
        Link(at, PciCapabilityId.PowerManagement, 8);
        PowerControl = at + 4;
        _config.Define16(at + 2, power.Capabilities);
        const ushort noSoftReset = 0x08;
        _config.Define16(PowerControl, power.KeepsState ? noSoftReset : (ushort)0, power.Writable);
    }

    private void Message(int at)
    {
        Link(at, PciCapabilityId.Msi, _card.MsiVectorMasks ? 24 : 14);
        Msi = new MsiCapability(_config, at, _card.MsiVectors, _card.MsiVectorMasks);
    }

    private void Table(int at)
    {
        Link(at, PciCapabilityId.MsiX, MsixCapability.Length);
        Msix = new MsixCapability(_config, at, _card);
    }

    private void Express(int at, ExpressDefinition express)
    {
        const int endpoint = 0;
        const int integrated = 9;
        Link(at, PciCapabilityId.Express, express.Version == 1 ? 0x14 : 0x3C);
        ExpressOffset = at;
        _config.Define16(at + 0x02, (ushort)(express.Version | ((express.IsIntegrated ? integrated : endpoint) << 4)));
        // Role-based error reporting, and function level reset if it has that.
        _config.Define32(at + 0x04, 0x8000 | (express.FunctionLevelReset ? 0x1000_0000u : 0));
        _config.Define16(at + 0x08, 0, express.ControlBits);
        _config.Define16(at + 0x0A, 0, 0, 0x000F);
        _config.Define32(at + 0x0C, 0x0000_0411); // one lane at 2.5 GT/s, L0s
        _config.Define16(at + 0x10, 0, 0x00C3);
        _config.Define16(at + 0x12, 0x0011);
        if (express.Version < 2) return;
        _config.Define32(at + 0x24, 0x0030_0000); // end-to-end prefixes, two at most
        _config.Define16(at + 0x28, 0, 0x8000);
    }

    private void Add(CardCapability capability)
    {
        int header = capability.IsExtended ? 4 : 2;
        int length = header + capability.Content.Length;
        if (capability.IsExtended) AddExtended(capability.Id, capability.Offset, capability.Version, length);
        else Link(capability.Offset, (PciCapabilityId)capability.Id, length);
        for (int i = 0; i < capability.Content.Length; i++)
        {
            byte writable = capability.Writable.IsEmpty ? (byte)0 : capability.Writable.Span[i];
            _config.Define8(capability.Offset + header + i, capability.Content.Span[i], writable);
        }
    }

    private void Link(int at, PciCapabilityId id, int length)
    {
        Take(at, length);
        _config.Define8(_last, (byte)at);
        _config.Define8(at, (byte)id);
        _config.Define16(0x06, (ushort)(_config.Read16(0x06) | (ushort)PciStatus.CapabilityList), 0, 0xF900);
        _last = at + 1;
    }

    private void Take(int at, int length)
    {
        for (int i = at; i < at + length; i++)
        {
            if (i < 0x40 || i >= _config.Size || _taken[i]) throw _card.Wrong($"the capability at 0x{at:x} ({length} bytes) overlaps another, or does not fit");
            _taken[i] = true;
        }
    }
}
