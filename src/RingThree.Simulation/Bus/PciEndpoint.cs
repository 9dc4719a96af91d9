using System.Buffers.Binary;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>
/// A card's function as hardware: what it decodes, when its messages and DMA leave it, its pin, its resets. The card model
/// behind it says only what its registers do.
/// </summary>
internal sealed class PciEndpoint : PciNode, IFaultTarget
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

    /// <summary>Whether plain registers of a BAR may be read without asking further: no fault rule and no mistake of the model stands before it.</summary>
    internal bool IsUndisturbed(int bar) => Decodes(bar) && !Card.HasFailed && Root.Faults.IsEmpty;

    /// <summary>The short way to a BAR, of its present user.</summary>
    internal void SetShortcut(int bar, SimulatedBar? shortcut)
    {
        lock (Root.Gate)
        {
            _bars[bar] = shortcut;
            shortcut?.Update();
        }
    }

    internal void Redeclared()
    {
        lock (Root.Gate) UpdateDecode();
    }

    /// <summary>Whether it answers accesses to a BAR now.</summary>
    internal bool Decodes(int bar) => (_decoded & (1 << bar)) != 0;

    internal ulong ReadBar(int bar, ulong offset, int width)
    {
        if (Root.Faults.Find(FaultSubject.Read, this, bar, offset, width) is { } rule) return Faulty.Read(this, rule, bar, offset, width);
        return ReadNow(bar, offset, width);
    }

    internal void WriteBar(int bar, ulong offset, int width, ulong value)
    {
        if (Root.Faults.Find(FaultSubject.Write, this, bar, offset, width) is { } rule) Faulty.Write(this, rule, bar, offset, width, value);
        else WriteNow(bar, offset, width, value);
    }

    /// <summary>Sends a message as its registers say: held back where masked, lost where messages or mastering are off.</summary>
    internal bool SendMessage(int vector)
    {
        if (Root.Faults.Find(FaultSubject.Message, this, 0, (ulong)vector, 0) is { } rule) return Faulty.Send(this, rule, vector);
        return SendNow(vector, null);
    }

    /// <summary>Reads or writes memory as a bus master.</summary>
    internal bool Dma(Iova address, Span<byte> read, ReadOnlySpan<byte> write, bool isWrite)
    {
        if (Root.Faults.Find(isWrite ? FaultSubject.DmaWrite : FaultSubject.DmaRead, this, 0, address.Value, 1) is { } rule)
            return Faulty.Dma(this, rule, address, read, write, isWrite);
        return DmaNow(address, read, write, isWrite);
    }

    /// <summary>A read as the card answers it, faults aside.</summary>
    public ulong ReadNow(int bar, ulong offset, int width)
    {
        Card.ThrowIfFailed();
        ulong ones = ulong.MaxValue >> (64 - (8 * width));
        if (!Decodes(bar)) return ones;
        if (bar == Rom) return LittleEndian.Read(Card.Definition.Rom.Span.Slice((int)offset, width));
        if (Msix is { } msix && TablePart(bar, offset) is var (isTable, within))
        {
            lock (Root.Gate) return isTable ? msix.ReadTable(within, width) & ones : msix.ReadPending(within, width);
        }

        return Card.Access(bar, offset, width) & ones;
    }

    public void WriteNow(int bar, ulong offset, int width, ulong value)
    {
        Card.ThrowIfFailed();
        if (!Decodes(bar) || bar == Rom) return;
        if (Msix is { } msix && TablePart(bar, offset) is var (isTable, within))
        {
            if (!isTable) return; // writing pending bits is undefined (PCI Local Bus 3.0, 6.8.2)
            lock (Root.Gate)
            {
                msix.WriteTable(within, width, value);
                SendPending();
            }

            return;
        }

        Card.Access(bar, offset, width, value);
    }

    /// <summary>The MSI-X table, or its pending bits, that an offset lies in, and where in them.</summary>
    private (bool IsTable, ulong Within)? TablePart(int bar, ulong offset)
    {
        CardDefinition card = Card.Definition;
        if (bar == card.MsixBar && offset - card.MsixTableOffset < card.TableLength) return (true, offset - card.MsixTableOffset);
        if (bar == card.PendingBar && offset - card.PendingOffset < card.PendingLength) return (false, offset - card.PendingOffset);
        return null;
    }

    /// <summary>The BAR that an address lies in, if this function decodes it.</summary>
    internal (int Bar, ulong Offset)? FindDecoder(ulong address, int width, RegionKind kind)
    {
        lock (Root.Gate)
        {
            foreach ((int number, CardBar bar) in Card.Definition.Bars)
            {
                ulong start = BarAddress(number);
                if (bar.Kind == kind && Decodes(number) && address >= start && address - start <= bar.Size - (ulong)width) return (number, address - start);
            }

            if (kind == RegionKind.Memory && Decodes(Rom) && address - RomAddress <= (ulong)(Card.Definition.Rom.Length - width)) return (Rom, address - RomAddress);
            return null;
        }
    }

    internal void SetPin(bool asserted)
    {
        if (_line < 0) throw new InvalidOperationException($"{Name}: card '{Card.Definition.Name}' has no interrupt pin. Give its definition one, or send a message.");
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

    public bool SendNow(int vector, Func<ulong, ulong>? alter)
    {
        ulong address;
        uint data;
        lock (Root.Gate)
        {
            int has = Math.Max(Card.Definition.MsiVectors, Card.Definition.MsixVectors);
            if (vector < 0 || vector >= has)
                throw new ArgumentOutOfRangeException(nameof(vector), vector, $"{Name}: card '{Card.Definition.Name}' sends message {vector} and has {has}, from 0.");
            if (Messages is not { } messages || messages.Select(vector) is not { } selected) return false;
            if (messages.IsMasked(selected))
            {
                messages.SetPending(selected, true);
                return false;
            }

            if (!CanMaster(out _)) return false;
            (address, data) = (messages.Address(selected), messages.Data(selected));
            if (alter is not null) data = (uint)alter(data);
            if (RootComplex.IsMessage(address)) return Root.WriteMessage(this, address, data);
        }

        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, data);
        return Root.WriteUpstream(this, address, bytes);
    }

    public bool DmaNow(Iova address, Span<byte> read, ReadOnlySpan<byte> write, bool isWrite)
    {
        if (!CanMaster(out string why))
        {
            Space?.Record(new DmaFault(Name, address, isWrite, why));
            read.Fill(0xFF);
            return false;
        }

        if (isWrite) return Root.WriteUpstream(this, address.Value, write);
        if (Space is { } space) return space.Access(RequesterName, address, read, default, isWrite: false);
        read.Fill(0xFF);
        return false;
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

    internal override void UpdateDecode()
    {
        int decoded = 0;
        bool answers = IsPresent && !_resetting && IsAwake && Bus.Bridge is not { IsResetting: true };
        // Virtual functions have one enable for all of them, in their physical function (SR-IOV 1.1, 3.3.3.4).
        PciCommand command = Physical is { } physical ? physical.Sriov!.Command : Command;
        foreach ((int number, CardBar bar) in Card.Definition.Bars)
        {
            if (!answers) break;
            ulong start = BarAddress(number);
            bool ports = bar.Kind == RegionKind.Port;
            bool enabled = (command & (ports ? PciCommand.IoSpace : PciCommand.MemorySpace)) != 0;
            if (enabled && start != 0 && Bus.PassesDown(start, start + bar.Size - 1, ports, bar.IsPrefetchable)) decoded |= 1 << number;
        }

        if (answers && !Card.Definition.Rom.IsEmpty && (command & PciCommand.MemorySpace) != 0 && (Config.Read32(0x30) & 1) != 0 && RomAddress != 0) decoded |= 1 << Rom;
        _decoded = decoded;
        foreach (SimulatedBar? bar in _bars) bar?.Update();
    }

    internal override void Leave()
    {
        base.Leave();
        if (_line >= 0) Root.Detach(_line, this);
    }

    /// <summary>The capability that messages go out by; <see langword="null"/> while none is enabled.</summary>
    private IMessageCapability? Messages => Msix is { IsEnabled: true } ? Msix : Msi is { IsEnabled: true } ? Msi : null;

    private ulong RomAddress => Config.Read32(0x30) & ~0x7FFu;

    private ulong BarAddress(int number)
    {
        if (Physical is { } physical) return physical.Sriov!.BarAddress(this, number);
        uint low = Config.Read32(0x10 + (4 * number));
        CardBar bar = Card.Definition.Bars[number];
        ulong address = bar.Kind == RegionKind.Port ? low & ~3u : low & ~15u;
        return bar.Is64Bit ? address | ((ulong)Config.Read32(0x14 + (4 * number)) << 32) : address;
    }

    /// <summary>Whether its requests reach the root complex.</summary>
    private bool CanMaster(out string why)
    {
        lock (Root.Gate)
        {
            why = !IsPresent ? "the card is gone"
                : !IsAwake ? "the card sleeps"
                : _resetting ? "the card is in reset"
                : (Command & PciCommand.BusMaster) == 0 ? "bus mastering is off"
                : !Bus.PassesUp() ? "a bridge above does not let it pass (its bus mastering is off, or it is in reset)"
                : "";
            return why.Length == 0;
        }
    }

    /// <summary>Sends what was held back and is no longer. Called with the gate held, after every configuration write.</summary>
    private void SendPending()
    {
        SendPending(Msix);
        SendPending(Msi);
    }

    private void SendPending(IMessageCapability? messages)
    {
        if (messages is not { HasPending: true }) return;
        for (int v = 0; messages.IsEnabled && v < messages.Count; v++)
        {
            if (!messages.IsPending(v) || messages.IsMasked(v)) continue;
            messages.SetPending(v, false);
            SendMessage(v);
        }
    }

    private protected override Action? OnWritten(int offset, ReadOnlySpan<byte> data)
    {
        Action? after = null;
        if (_powerControl != 0 && Touches(offset, data.Length, _powerControl, 1) && ChangePower()) after = Reset;
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
