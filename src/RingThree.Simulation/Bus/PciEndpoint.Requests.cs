using System.Buffers.Binary;
using RingThree.Dma;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <content>What the function sends: messages and DMA.</content>
internal sealed partial class PciEndpoint
{
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

    public bool SendNow(int vector, Func<ulong, ulong>? alter)
    {
        ulong address;
        uint data;
        lock (Root.Gate)
        {
            int has = Math.Max(Card.Definition.MsiVectors, Card.Definition.MsixVectors);
            if (vector < 0 || vector >= has)
                throw new ArgumentOutOfRangeException(nameof(vector), $"{Name}: card '{Card.Definition.Name}' sends message {vector} and has {has}, from 0.");
            if (Messages is not { } messages || messages.Select(vector) is not { } selected) return false;
            if (messages.IsMasked(selected))
            {
                messages.SetPending(selected, true);
                return false;
            }

            if (!CanMaster(out _)) return false;
            (address, data) = (messages.Address(selected), messages.Data(selected));
            if (alter is null && RootComplex.IsMessage(address)) return Root.WriteMessage(this, address, data);
        }

        if (alter is not null)
        {
            data = (uint)alter(data); // a user's: not with the gate held
            if (RootComplex.IsMessage(address))
            {
                lock (Root.Gate) return Root.WriteMessage(this, address, data);
            }
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

    /// <summary>The capability that messages go out by; <see langword="null"/> while none is enabled.</summary>
    private IMessageCapability? Messages => Msix is { IsEnabled: true } ? Msix : Msi is { IsEnabled: true } ? Msi : null;

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
}
