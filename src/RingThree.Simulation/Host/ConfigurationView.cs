using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>
/// Configuration space as a kernel shows it to a driver in user mode: which bits are a copy of the kernel's own, and
/// which of a write reaches the hardware. As Linux' vfio-pci has it (drivers/vfio/pci/vfio_pci_config.c), and compared
/// with that by the conformance tests.
/// </summary>
internal sealed class ConfigurationView
{
    private const int CommandOffset = 0x04;
    private readonly PciEndpoint _function;
    private readonly SimulatedInterrupts _interrupts;
    private readonly Action _reset;
    private readonly byte[] _shadow;
    private readonly Lock _gate = new();
    private readonly byte[] _virtual;
    private readonly byte[] _writable;
    private readonly int _flr;
    private PciEndpoint.State? _asleep;

    internal ConfigurationView(PciEndpoint function, SimulatedInterrupts interrupts, Action reset)
    {
        _function = function;
        _interrupts = interrupts;
        _reset = reset;
        int size = function.Config.Size;
        _shadow = new byte[size];
        _virtual = new byte[size];
        _writable = new byte[size];
        Array.Fill(_writable, byte.MaxValue); // what is in no capability goes through as it is
        Header(function.Card.Definition);
        foreach (PciCapability capability in PciCapabilityList.Read(at => function.Config.Read32(at), size)) Capability(capability);
        if (size > 0x100 && function.Config.Read32(0x100) == 0) Fill(0x100, 4, isVirtual: true, 0); // an empty list's header
        _flr = function.ExpressOffset == 0 ? -1 : function.ExpressOffset + 9;
        function.Config.Read(0, _shadow);
        if (function.Physical is { } physical)
        {
            // A virtual function's own ids read all ones; its physical function knows them.
            CardDefinition card = physical.Card.Definition;
            BitConverter.TryWriteBytes(_shadow.AsSpan(0), card.VendorId);
            BitConverter.TryWriteBytes(_shadow.AsSpan(2), card.VirtualFunctions!.DeviceId);
            BitConverter.TryWriteBytes(_shadow.AsSpan(CommandOffset), (ushort)PciCommand.MemorySpace);
            Array.Fill(_virtual, (byte)(PciCommand.IoSpace | PciCommand.MemorySpace), CommandOffset, 1);
        }
    }

    internal void Read(int offset, Span<byte> data)
    {
        _function.ReadConfiguration(offset, data);
        lock (_gate)
        {
            for (int i = 0; i < data.Length; i++)
            {
                int at = offset + i;
                data[i] = (byte)((data[i] & ~_virtual[at]) | (_shadow[at] & _virtual[at]));
            }
        }
    }

    internal void Write(int offset, ReadOnlySpan<byte> data)
    {
        Span<byte> raw = stackalloc byte[data.Length];
        bool reset = false;
        lock (_gate)
        {
            _function.ReadConfiguration(offset, raw);
            for (int i = 0; i < data.Length; i++)
            {
                int at = offset + i;
                byte reach = _writable[at];
                int kept = _virtual[at] & reach;
                _shadow[at] = (byte)((_shadow[at] & ~kept) | (data[i] & kept));
                int through = ~_virtual[at] & reach;
                raw[i] = (byte)((raw[i] & ~through) | (data[i] & through));
                if (_function.Msi is { } msi && at == msi.Offset + 2) raw[i] = MessageControl(msi, at, raw[i]);
                if (at == _flr && (data[i] & 0x80) != 0) reset = true;
            }
        }

        if (!_function.IsPresent) return;
        if (offset <= CommandOffset + 1 && offset + data.Length > CommandOffset + 1)
        {
            // The kernel masks the line with the same bit, so what the user writes there is kept apart.
            int at = CommandOffset + 1 - offset;
            bool disabled = (_shadow[CommandOffset + 1] & ((int)PciCommand.InterruptDisable >> 8)) != 0;
            _function.WriteConfiguration(offset, raw[..at]);
            lock (_function.Root.Gate)
            {
                raw[at] = (byte)((raw[at] & ~((int)PciCommand.InterruptDisable >> 8)) | (_function.Config.Read8(CommandOffset + 1) & ((int)PciCommand.InterruptDisable >> 8)));
            }

            _function.WriteConfiguration(offset + at, raw[at..]);
            _interrupts.DisableByUser(disabled);
        }
        else
        {
            int power = _function.PowerControl;
            bool forgets = offset <= power && power < offset + data.Length && _function.Card.Definition.EffectivePower is { KeepsState: false };
            bool wasAwake = _function.IsAwake;
            PciEndpoint.State? before = forgets && wasAwake ? _function.Save() : null;
            _function.WriteConfiguration(offset, raw);
            if (forgets && _function.IsAwake != wasAwake) PutBack(before);
        }

        if (reset && _function.Card.Definition.Express is { FunctionLevelReset: true }) _reset();
    }

    /// <summary>
    /// The user's message count: no more than the kernel enabled last, and the card's as well while messages are off
    /// (Linux, vfio_msi_config_write).
    /// </summary>
    private byte MessageControl(MsiCapability msi, int at, byte raw)
    {
        const int count = 0x70;
        int wanted = Math.Min((_shadow[at] & count) >> 4, _function.GrantedMessageBits) << 4;
        _shadow[at] = (byte)((_shadow[at] & ~count) | wanted);
        return msi.IsEnabled ? raw : (byte)((raw & ~count) | wanted);
    }

    /// <summary>A card that forgets in D3hot has its registers put back by the kernel when it wakes.</summary>
    private void PutBack(PciEndpoint.State? before)
    {
        if (before is null && _asleep is { } state) _function.Restore(state);
        _asleep = before;
    }

    private void Header(CardDefinition card)
    {
        Fill(0x00, 8, isVirtual: false, 0);
        Fill(0x00, 4, isVirtual: true, 0);
        Fill(CommandOffset, 2, isVirtual: false, byte.MaxValue);
        _virtual[CommandOffset + 1] = (byte)((int)PciCommand.InterruptDisable >> 8);
        Fill(0x06, 2, isVirtual: false, byte.MaxValue); // the device's own rule: ones clear
        Fill(0x08, 8, isVirtual: false, 0);
        Fill(0x0C, 1, isVirtual: false, byte.MaxValue);
        Fill(0x0D, 1, isVirtual: false, byte.MaxValue);
        Fill(0x10, 0x18, isVirtual: true, 0);
        foreach ((int number, CardBar bar) in card.Bars) Sized(0x10 + (4 * number), bar.Size, bar.Kind == RegionKind.Port ? (byte)0xFC : (byte)0xF0, bar.Is64Bit);
        Fill(0x28, 8, isVirtual: false, 0);
        Fill(0x30, 4, isVirtual: true, 0);
        if (!card.Rom.IsEmpty)
        {
            Sized(0x30, (ulong)card.Rom.Length, 0, is64Bit: false);
            _writable[0x30] |= 1;
        }

        Fill(0x34, 12, isVirtual: true, 0);
        Fill(0x3C, 1, isVirtual: true, byte.MaxValue);
    }

    private void Capability(PciCapability capability)
    {
        int at = capability.Offset;
        if (capability.IsExtended)
        {
            Extended(capability);
            return;
        }

        Fill(at, 2, isVirtual: true, 0);
        switch ((PciCapabilityId)capability.Id)
        {
            case PciCapabilityId.PowerManagement:
                Fill(at + 2, 2, isVirtual: false, 0);
                _writable[at + 5] &= 0x7E; // PME enable and status are the kernel's
                Fill(at + 6, 2, isVirtual: false, 0);
                break;
            case PciCapabilityId.Msi:
                int length = _function.Msi!.Length;
                // Kept for the user: the kernel enables, and has its own address and data.
                Fill(at + 2, 2, isVirtual: true, 0);
                _writable[at + 2] = 0xFE;
                Fill(at + 4, length - 4, isVirtual: true, byte.MaxValue);
                break;
            case PciCapabilityId.MsiX:
                Fill(at + 2, MsixCapability.Length - 2, isVirtual: false, 0);
                break;
            case PciCapabilityId.Express:
                Express(at);
                break;
            default:
                // A vendor's own goes through; of others only the header is known, and the device's own rules hold.
                break;
        }
    }

    private void Express(int at)
    {
        Fill(at + 2, (_function.Config.Read8(at + 2) & 0xF) == 1 ? 0x12 : 0x3A, isVirtual: false, 0);
        // Device control: payload and read request size are the kernel's, kept as a copy; reset is carried out by the kernel.
        _virtual[at + 8] = 0xE0;
        _writable[at + 8] = byte.MaxValue;
        _virtual[at + 9] = 0xF0;
        _writable[at + 9] = 0x70 | 0x0D;
        Fill(at + 10, 2, isVirtual: false, byte.MaxValue);
        if ((_function.Config.Read8(at + 2) & 0xF) == 1) return;
        Fill(at + 0x28, 2, isVirtual: false, byte.MaxValue);
        _writable[at + 0x28] &= 0xDF; // ARI forwarding
    }

    private void Extended(PciCapability capability)
    {
        int at = capability.Offset;
        Fill(at, 4, isVirtual: true, 0);
        CardCapability? card = _function.Card.Definition.Capabilities.FirstOrDefault(c => c.Offset == at);
        int length = capability.Id == (ushort)PciExtendedCapabilityId.SingleRootIoVirtualization ? 0x3C : card?.Content.Length ?? 0;
        bool through = capability.Id is (ushort)PciExtendedCapabilityId.AdvancedErrorReporting or (ushort)PciExtendedCapabilityId.VendorSpecific;
        Fill(at + 4, length, isVirtual: false, through ? byte.MaxValue : (byte)0);
    }

    private void Sized(int at, ulong size, byte lowest, bool is64Bit)
    {
        ulong mask = ~(size - 1);
        LittleEndian.Write(_writable.AsSpan(at, is64Bit ? 8 : 4), mask);
        if (lowest != 0) _writable[at] &= lowest;
    }

    private void Fill(int at, int length, bool isVirtual, byte writable)
    {
        Array.Fill(_virtual, isVirtual ? byte.MaxValue : (byte)0, at, length);
        Array.Fill(_writable, writable, at, length);
    }
}
