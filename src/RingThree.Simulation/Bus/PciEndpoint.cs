using System.Buffers.Binary;
using RingThree.Diagnostics;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>
/// A card's function as hardware: what it decodes, when its messages and DMA leave it, its pin, its resets. The card model
/// behind it says only what its registers do.
/// </summary>
internal sealed partial class PciEndpoint : PciNode, IFaultTarget
{
    internal const int Rom = PciNumbering.Rom;
    private const ushort ResetBit = 0x8000;
    private readonly int _powerControl;
    private readonly int _express;
    private readonly int _line;
    private volatile int _decoded; // a bit per BAR, and one for the ROM
    private readonly SimulatedBar?[] _bars = new SimulatedBar?[PciNumbering.BarCount];
    private bool _pin;
    private bool _resetting;
    private int _powerState;

    internal PciEndpoint(RootComplex root, PciBus bus, PciAddress address, SimulatedCard card, PciEndpoint? physical = null)
        : base(root, bus, address, new ConfigurationSpace(card.Definition.ConfigurationSize))
    {
        Card = card;
        Name = address.ToString();
        RequesterName = Name;
        for (PciBridge? bridge = bus.Bridge; bridge is not null; bridge = bridge.Bus.Bridge)
        {
            if (bridge.IsConventional) RequesterName = new PciAddress(address.Domain, bridge.Secondary.Number, 0, 0).ToString();
        }

        Physical = physical;
        CapabilityLayout layout = FunctionRegisters.Define(Config, card.Definition, isVirtual: physical is not null);
        Msi = layout.Msi;
        Msix = layout.Msix;
        _powerControl = layout.PowerControl;
        _express = layout.ExpressOffset;
        if (card.Definition.VirtualFunctions is { } functions) Sriov = new SriovCapability(this, layout, functions);
        _line = physical is not null || card.Definition.Pin == 0 ? -1 : RootComplex.LineOf(bus, address.Device, card.Definition.Pin);
        card.Plug(this);
        if (_line >= 0) root.Attach(_line, this);
    }

    internal SimulatedCard Card { get; }

    public CardModel Model => Card;

    public string Name { get; }

    /// <summary>
    /// Whom an IOMMU holds its requests for. A bridge to conventional PCI takes them over, as device 0 of the bus below it
    /// (PCI Express to PCI Bridge 1.0, 2.3).
    /// </summary>
    internal string RequesterName { get; }

    internal MsiCapability? Msi { get; }

    internal MsixCapability? Msix { get; }

    internal SriovCapability? Sriov { get; }

    /// <summary>The physical function of a virtual one.</summary>
    internal PciEndpoint? Physical { get; }

    internal int PowerControl => _powerControl;

    internal int ExpressOffset => _express;

    /// <summary>Where its DMA goes while it is open; nowhere otherwise.</summary>
    public SimulatedAddressSpace? Space { get; set; }

    /// <summary>Called with the gate held when the line it is on is asserted, by whomever; and told whether somebody holds the line.</summary>
    internal Action<bool>? OnLine { get; set; }

    /// <summary>
    /// Whether the line as a whole waits for this function's driver. That is so for cards without an interrupt-disable bit:
    /// a kernel can only mask their line, and opens it when all of its handlers have run.
    /// </summary>
    internal bool HoldsLine { get; set; }

    /// <summary>How many messages a kernel enabled last, as a power of two: it lets nobody write more into the register.</summary>
    internal int GrantedMessageBits { get; set; }

    /// <summary>Whether the power state is D0.</summary>
    internal bool IsAwake => _powerControl == 0 || (Config.Read8(_powerControl) & 3) == 0;

    /// <summary>Whether it pulls its line.</summary>
    internal bool AssertsPin => _pin && IsPresent && (Command & PciCommand.InterruptDisable) == 0;

    /// <summary>The line may be asserted still: whoever is on it is asked.</summary>
    internal void ServiceLine()
    {
        if (IsLineAsserted) Root.ServiceLine(_line);
    }

    /// <summary>Whether other functions are on its line.</summary>
    internal bool SharesLine => _line >= 0 && Root.IsShared(_line);

    internal bool IsLineAsserted => _line >= 0 && Root.IsAsserted(_line);

    internal bool UsesMessages
    {
        get
        {
            lock (Root.Gate) return Messages is not null;
        }
    }

    internal void SetPin(bool asserted)
    {
        if (_line < 0) throw new InvalidOperationException($"{Name}: card {ForeignText.Quoted(Card.Definition.Name)} has no interrupt pin. Give its definition one, or send a message.");
        lock (Root.Gate)
        {
            if (_pin == asserted) return;
            _pin = asserted;
            Config.Set16(0x06, (ushort)(asserted && Card.Definition.HasInterruptDisable ? Config.Read16(0x06) | (ushort)PciStatus.InterruptPending : Config.Read16(0x06) & ~(int)PciStatus.InterruptPending));
            if (AssertsPin) Root.ServiceLine(_line);
        }
    }

    /// <summary>The kernel's mask at the device: the interrupt-disable bit.</summary>
    internal void SetInterruptDisable(bool disable)
    {
        Config.Set16(0x04, (ushort)(disable ? Command | PciCommand.InterruptDisable : Command & ~PciCommand.InterruptDisable));
        if (AssertsPin) Root.ServiceLine(_line);
    }

    public void ReportError() => Root.Failed?.Invoke(this);

    public void Remove() => Root.Removed?.Invoke(this);

    /// <summary>What software has written into its registers, to be put back after a reset.</summary>
    internal State Save()
    {
        lock (Root.Gate) return new State(Config.Save(), Msix?.Save());
    }

    internal void Restore(State state)
    {
        lock (Root.Gate)
        {
            if (!IsPresent) return;
            ushort status = Config.Read16(0x06);
            Config.Restore(state.Registers);
            Config.Set16(0x06, status);
            if (state.Table is { } table) Msix!.Restore(table);
            UpdateDecode();
            SendPending();
            Root.ServiceLines();
        }
    }

    internal override void Reset()
    {
        lock (Root.Gate)
        {
            _resetting = true;
            UpdateDecode();
        }

        try
        {
            Card.Reset();
        }
        finally
        {
            lock (Root.Gate)
            {
                Config.Reset();
                Msix?.Reset();
                _powerState = 0;
                _pin = false;
                _resetting = false;
                UpdateDecode();
            }
        }

        Sriov?.Update();
    }

    internal override void Leave()
    {
        base.Leave();
        if (_line >= 0) Root.Detach(_line, this);
    }

    private protected override Action? OnWritten(int offset, ReadOnlySpan<byte> data)
    {
        Action? after = null;
        if (_powerControl != 0 && Touches(offset, data.Length, _powerControl, 1))
        {
            int before = _powerState;
            if (ChangePower()) after = Reset;
            if (_powerState != before) after += () => Root.PowerChanged?.Invoke(this);
        }

        if (_express != 0 && Card.Definition.Express is { FunctionLevelReset: true } && Touches(offset, data.Length, _express + 9, 1)
            && (data[_express + 9 - offset] & (ResetBit >> 8)) != 0)
            after = Reset; // PCI Express Base 5.0, 7.5.3.4: Initiate Function Level Reset, reads 0
        UpdateDecode();
        SendPending();
        if (Sriov is { } sriov && sriov.IsTouched(offset, data.Length)) after += sriov.Update;
        return after;
    }

    /// <summary>The power state has been written.</summary>
    /// <returns>Whether that resets the card: D3hot to D0 without No_Soft_Reset (PCI Power Management 1.2, 5.4.1).</returns>
    private bool ChangePower()
    {
        PowerDefinition power = Card.Definition.EffectivePower!;
        byte control = Config.Read8(_powerControl);
        int wanted = control & 3;
        const int d1 = 1 << 9;
        const int d2 = 1 << 10;
        if ((wanted == 1 && (power.Capabilities & d1) == 0) || (wanted == 2 && (power.Capabilities & d2) == 0))
        {
            // A state that the card lacks: the write is dropped (PCI Power Management 1.2, 3.2.4).
            wanted = _powerState;
            Config.Set8(_powerControl, (byte)((control & ~3) | wanted));
        }

        bool wakes = _powerState == 3 && wanted == 0;
        _powerState = wanted;
        return wakes && !power.KeepsState;
    }

    /// <summary>Registers and MSI-X table.</summary>
    internal sealed record State(byte[] Registers, MsixCapability.Entry[]? Table);
}
