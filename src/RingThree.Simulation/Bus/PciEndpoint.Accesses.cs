using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <content>What reaches the function: which accesses it decodes now, and what they do.</content>
internal sealed partial class PciEndpoint
{
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

    /// <summary>A read as the card answers it, faults aside.</summary>
    public ulong ReadNow(int bar, ulong offset, int width)
    {
        Card.ThrowIfFailed();
        ulong ones = LittleEndian.AllOnes(width);
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

    private ulong RomAddress => Config.Read32(0x30) & ~0x7FFu;

    private ulong BarAddress(int number)
    {
        if (Physical is { } physical) return physical.Sriov!.BarAddress(this, number);
        uint low = Config.Read32(0x10 + (4 * number));
        CardBar bar = Card.Definition.Bars[number];
        ulong address = bar.Kind == RegionKind.Port ? low & ~3u : low & ~15u;
        return bar.Is64Bit ? address | ((ulong)Config.Read32(0x14 + (4 * number)) << 32) : address;
    }
}
