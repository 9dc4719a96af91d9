using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>
/// One function in its slot: what stands between a card model and the rest of the machine. Decodes when the command
/// register says so, sends messages and DMA when it is a master, masks its pin as a kernel's VFIO does.
/// </summary>
internal sealed class SimulatedFunction
{
    private readonly RootComplex _root;
    private readonly SimulatedConfiguration _configuration;
    private readonly int _line;
    private readonly VectorRoute[]?[] _routes = new VectorRoute[PciNumbering.RemovalRequest + 1][];
    private (ulong Address, uint Data) _messages;
    private bool _pin;
    private bool _pinMasked;
    private bool _resetting;
    private volatile Exception? _modelError;

    internal SimulatedFunction(RootComplex root, SimulatedCard card, PciAddress address)
    {
        _root = root;
        Card = card;
        Address = address;
        _configuration = new SimulatedConfiguration(card.Definition);
        _line = card.Definition.Pin == 0 ? -1 : RootComplex.LineOf(address.Device, card.Definition.Pin);
        card.Plug(this);
        if (_line >= 0) root.Attach(_line, this);
    }

    internal SimulatedCard Card { get; }

    internal PciAddress Address { get; }

    internal bool IsPresent { get; private set; } = true;

    internal bool IsOpen { get; set; }

    /// <summary>Where its DMA goes while it is open.</summary>
    internal SimulatedAddressSpace? Space { get; set; }

    internal bool MessagesEnabled
    {
        get
        {
            lock (_root.Gate) return _routes[PciNumbering.Msi] is not null || _routes[PciNumbering.MsiX] is not null;
        }
    }

    internal bool SharesLine => _line >= 0 && _root.IsShared(_line);

    internal ulong Read(int bar, ulong offset, int width)
    {
        ThrowIfModelFailed();
        if (!Decodes(bar)) return ulong.MaxValue;
        lock (Card.ModelGate) return Card.Read(bar, offset, width);
    }

    internal void Write(int bar, ulong offset, int width, ulong value)
    {
        ThrowIfModelFailed();
        if (!Decodes(bar)) return;
        lock (Card.ModelGate) Card.Write(bar, offset, width, value);
    }

    internal void ReadConfiguration(int offset, Span<byte> data)
    {
        lock (_root.Gate)
        {
            _configuration.Read(offset, data, _pin && IsPresent);
            if (IsPresent) return;
            // A card that is gone answers nothing; a kernel answers the ids from its own copy.
            for (int i = 0; i < data.Length; i++)
            {
                if (offset + i >= 4) data[i] = 0xFF;
            }
        }
    }

    internal void WriteConfiguration(int offset, ReadOnlySpan<byte> data)
    {
        lock (_root.Gate)
        {
            if (!IsPresent) return;
            _configuration.Write(offset, data);
            ServicePin(); // interrupt disable may have been cleared
        }
    }

    internal void SetPin(bool asserted)
    {
        if (_line < 0) return;
        lock (_root.Gate)
        {
            _pin = asserted;
            if (asserted) _root.Service(_line);
        }
    }

    /// <summary>Signals when this function asserts the line and nobody keeps it quiet. Called with the gate held.</summary>
    internal void ServicePin()
    {
        if (!_pin || _pinMasked || !IsPresent || (_configuration.Command & PciCommand.InterruptDisable) != 0) return;
        if (_routes[PciNumbering.IntX] is not [VectorRoute route]) return;
        _pinMasked = true;
        RootComplex.Signal(route);
    }

    internal void MaskPin(bool masked)
    {
        lock (_root.Gate)
        {
            _pinMasked = masked;
            if (!masked) ServicePin();
        }
    }

    /// <summary>Work of the model's own has thrown: whoever uses the card next hears of it.</summary>
    internal void ModelFailed(Exception error) => _modelError ??= error;

    internal void ThrowIfModelFailed()
    {
        if (_modelError is { } error)
            throw new InvalidOperationException($"{Address}: the model of card '{Card.Definition.Name}' failed in work it does later: {error.Message}", error);
    }

    internal void SendMessage(int vector)
    {
        if (vector < 0) throw new ArgumentOutOfRangeException(nameof(vector), vector, $"Card '{Card.Definition.Name}' sends a message with a negative index.");
        lock (_root.Gate)
        {
            if (!IsPresent || (_configuration.Command & PciCommand.BusMaster) == 0 || !_configuration.IsAwake) return;
            bool table = _routes[PciNumbering.MsiX] is not null;
            int count = (_routes[PciNumbering.MsiX] ?? _routes[PciNumbering.Msi])?.Length ?? 0;
            if (count == 0 || (table && vector >= count)) return;
            // With fewer messages than it has, an MSI card uses the low bits of its number (PCI Local Bus 3.0, 6.8.1.6);
            // it is granted a power of two, of which the last may lead nowhere.
            if (!table) vector &= (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count) - 1;
            if (vector < count) _root.WriteMessage(_messages.Address, _messages.Data + (uint)vector);
        }
    }

    internal bool Dma(Iova address, Span<byte> read, ReadOnlySpan<byte> write, bool isWrite)
    {
        SimulatedAddressSpace? space;
        lock (_root.Gate)
        {
            space = Space;
            bool master = (_configuration.Command & PciCommand.BusMaster) != 0;
            if (!IsPresent || !master || !_configuration.IsAwake)
            {
                space?.Record(new DmaFault(Address.ToString(), address, isWrite, master ? "the card sleeps or is gone" : "bus mastering is off"));
                space = null;
            }
        }

        if (space is not null) return space.Access(Address.ToString(), address, read, write, isWrite);
        read.Fill(0xFF);
        return false;
    }

    internal void Bind(int group, VectorRoute[] routes)
    {
        lock (_root.Gate)
        {
            if (group is PciNumbering.Msi or PciNumbering.MsiX) _messages = _root.Allocate(routes);
            _routes[group] = routes;
            _pinMasked = false;
            if (group == PciNumbering.IntX) ServicePin();
        }
    }

    internal void Unbind(int group)
    {
        lock (_root.Gate)
        {
            if (_routes[group] is not { } routes) return;
            if (group is PciNumbering.Msi or PciNumbering.MsiX) _root.Free(_messages.Address, _messages.Data, routes.Length);
            _routes[group] = null;
        }
    }

    internal bool IsBound(int group)
    {
        lock (_root.Gate) return _routes[group] is not null;
    }

    internal void Trigger(int group, int first, int count)
    {
        lock (_root.Gate)
        {
            VectorRoute[] routes = _routes[group] ?? [];
            for (int v = first; v < first + count && v < routes.Length; v++) RootComplex.Signal(routes[v]);
        }
    }

    internal void Reset()
    {
        lock (_root.Gate) _resetting = true;
        lock (Card.ModelGate)
        {
            try
            {
                Card.OnReset();
            }
            finally
            {
                lock (_root.Gate)
                {
                    _pin = false;
                    _resetting = false;
                }
            }
        }
    }

    /// <summary>The function's user lets go: mastering off, as a kernel leaves it.</summary>
    internal void Close()
    {
        lock (_root.Gate)
        {
            for (int group = 0; group < _routes.Length; group++) Unbind(group);
            _configuration.ClearBusMaster();
            Space = null;
            IsOpen = false;
        }
    }

    /// <summary>It is pulled out, with or without warning.</summary>
    internal void Remove()
    {
        lock (_root.Gate)
        {
            IsPresent = false;
            if (_line >= 0) _root.Detach(_line, this);
        }
    }

    internal bool Decodes(int bar)
    {
        lock (_root.Gate)
        {
            PciCommand needed = Card.Definition.Bars[bar].Kind == RegionKind.Port ? PciCommand.IoSpace : PciCommand.MemorySpace;
            return IsPresent && !_resetting && _configuration.IsAwake && (_configuration.Command & needed) != 0;
        }
    }
}
