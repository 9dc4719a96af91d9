using System.Buffers.Binary;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Simulation;

/// <summary>
/// Configuration space as a host shows it: type 0 header, capabilities, and which bits a write reaches. BARs size as on
/// the bus; interrupt enables are the host's.
/// </summary>
internal sealed class SimulatedConfiguration
{
    internal const int Size = 256;
    private const int PowerControl = 0x64;
    private readonly byte[] _data = new byte[Size];
    private readonly byte[] _writable = new byte[Size];
    private readonly bool _hasPower;

    internal SimulatedConfiguration(CardDefinition card)
    {
        Put16(0x00, card.VendorId);
        Put16(0x02, card.DeviceId);
        BinaryPrimitives.WriteUInt32LittleEndian(_data.AsSpan(0x08), (card.ClassCode << 8) | card.Revision);
        Put16(0x2C, card.SubsystemVendorId);
        Put16(0x2E, card.SubsystemId);
        _data[0x3D] = (byte)card.Pin;
        _data[0x3C] = card.Pin == 0 ? (byte)0xFF : (byte)11;
        _writable[0x0C] = 0xFF;
        _writable[0x3C] = 0xFF;
        var command = PciCommand.BusMaster | PciCommand.InterruptDisable;
        foreach ((int number, CardBar bar) in card.Bars)
        {
            bool port = bar.Kind == RegionKind.Port;
            command |= port ? PciCommand.IoSpace : PciCommand.MemorySpace;
            int at = 0x10 + (4 * number);
            // PCI Local Bus 3.0, 6.2.5.1: the low bits tell the type, the bits below the size read 0 whatever is written.
            _data[at] = (byte)(port ? 1 : bar.Is64Bit ? 4 : 0);
            ulong mask = ~(bar.Size - 1);
            BinaryPrimitives.WriteUInt32LittleEndian(_writable.AsSpan(at), (uint)mask);
            if (bar.Is64Bit) BinaryPrimitives.WriteUInt32LittleEndian(_writable.AsSpan(at + 4), (uint)(mask >> 32));
        }

        BinaryPrimitives.WriteUInt16LittleEndian(_writable.AsSpan(0x04), (ushort)command);
        // Firmware leaves decoding on, and mastering off.
        Put16(0x04, (ushort)(command & (PciCommand.IoSpace | PciCommand.MemorySpace)));
        int last = 0x34;
        if (card.MsiVectors > 0)
        {
            last = Link(last, 0x40, PciCapabilityId.Msi);
            Put16(0x42, (ushort)(0x80 | (System.Numerics.BitOperations.Log2((uint)card.MsiVectors) << 1))); // 64-bit address, messages capable
        }

        if (card.MsixVectors > 0)
        {
            last = Link(last, 0x50, PciCapabilityId.MsiX);
            Put16(0x52, (ushort)(card.MsixVectors - 1));
            BinaryPrimitives.WriteUInt32LittleEndian(_data.AsSpan(0x54), card.MsixTableOffset | (uint)card.MsixBar);
            BinaryPrimitives.WriteUInt32LittleEndian(_data.AsSpan(0x58), card.MsixPendingOffset | (uint)card.MsixBar);
        }

        if (!card.CanReset) return;
        _hasPower = true;
        Link(last, 0x60, PciCapabilityId.PowerManagement);
        Put16(0x62, 0x0003);
        _writable[PowerControl] = 0x03;
    }

    internal PciCommand Command => (PciCommand)BinaryPrimitives.ReadUInt16LittleEndian(_data.AsSpan(0x04));

    /// <summary>Whether the power state is D0.</summary>
    internal bool IsAwake => !_hasPower || (_data[PowerControl] & 3) == 0;

    internal void Read(int offset, Span<byte> data, bool interruptPending)
    {
        _data.AsSpan(offset, data.Length).CopyTo(data);
        if (interruptPending && offset <= 0x06 && offset + data.Length > 0x06) data[0x06 - offset] |= (byte)PciStatus.InterruptPending;
    }

    internal void Write(int offset, ReadOnlySpan<byte> data)
    {
        for (int i = 0; i < data.Length; i++)
        {
            byte mask = _writable[offset + i];
            _data[offset + i] = (byte)((_data[offset + i] & ~mask) | (data[i] & mask));
        }
    }

    internal void ClearBusMaster() => Put16(0x04, (ushort)(Command & ~PciCommand.BusMaster));

    private int Link(int from, byte at, PciCapabilityId id)
    {
        _data[from] = at;
        _data[at] = (byte)id;
        _data[0x06] |= (byte)PciStatus.CapabilityList;
        return at + 1;
    }

    private void Put16(int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(_data.AsSpan(at), value);
}
