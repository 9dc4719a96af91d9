using System.Runtime.InteropServices;
using RingThree.Devices;
using RingThree.Hosting;
using RingThree.Registers;

namespace RingThree.Pci;

/// <summary>
/// A function's configuration space. The host virtualises what is not the user's (BARs, interrupt enables, the pin), so
/// reading back may differ from what was written.
/// </summary>
/// <remarks>
/// A write that switches memory decoding off (or the function to D3) is a write like any other here: the mapped BARs are
/// overlaid first, so that another thread's read yields all ones.
/// </remarks>
public sealed class PciConfiguration : IRegionWriter
{
    private const ulong CommandOffset = 0x04;
    private readonly IHostedDevice _host;
    private readonly DecodeState _decode;
    private readonly int _powerControl;

    internal PciConfiguration(IHostedDevice host, DecodeState decode)
    {
        _host = host;
        _decode = decode;
        Region = new DeviceRegion(host, PciNumbering.Configuration, this);
        Capabilities = PciCapabilityList.Read(at => Read32(at), (int)Region.Size);
        _powerControl = FindCapability(PciCapabilityId.PowerManagement) is { } power && power.Offset + 8 <= Size ? power.Offset + 4 : -1;
    }

    /// <summary>The same space as a region, number 7.</summary>
    public DeviceRegion Region { get; }

    /// <summary>Bytes: 256 for conventional functions, 4096 for PCI Express.</summary>
    public int Size => (int)Region.Size;

    /// <summary>Both capability lists, in list order, as they were when the device was opened.</summary>
    public IReadOnlyList<PciCapability> Capabilities { get; }

    /// <summary>The first capability with this id, or <see langword="null"/>.</summary>
    public PciCapability? FindCapability(PciCapabilityId id) => Find((ushort)id, extended: false);

    /// <summary>The first extended capability with this id, or <see langword="null"/>.</summary>
    public PciCapability? FindCapability(PciExtendedCapabilityId id) => Find((ushort)id, extended: true);

    /// <summary>Reads 8 bits.</summary>
    /// <inheritdoc cref="Read32"/>
    public byte Read8(int offset) => Region.Read<byte>(Offset(offset));

    /// <summary>Reads 16 bits.</summary>
    /// <inheritdoc cref="Read32"/>
    public ushort Read16(int offset) => Region.Read<ushort>(Offset(offset));

    /// <summary>Reads 32 bits.</summary>
    /// <param name="offset">Bytes from the start, a multiple of the width.</param>
    /// <returns>The value; all ones when the function does not answer.</returns>
    public uint Read32(int offset) => Region.Read<uint>(Offset(offset));

    /// <summary>Writes 8 bits.</summary>
    /// <inheritdoc cref="Write32"/>
    public void Write8(int offset, byte value) => Region.Write(Offset(offset), value);

    /// <summary>Writes 16 bits.</summary>
    /// <inheritdoc cref="Write32"/>
    public void Write16(int offset, ushort value) => Region.Write(Offset(offset), value);

    /// <summary>Writes 32 bits.</summary>
    /// <param name="offset">Bytes from the start, a multiple of the width.</param>
    /// <param name="value">The value; bits that are read-only or the host's keep theirs.</param>
    public void Write32(int offset, uint value) => Region.Write(Offset(offset), value);

    /// <summary>Reads the command register.</summary>
    public PciCommand ReadCommand() => (PciCommand)Read16(0x04);

    /// <summary>Reads the status register.</summary>
    public PciStatus ReadStatus() => (PciStatus)Read16(0x06);

    /// <summary>Changes bits of the command register, not disturbed by other threads that do so through here.</summary>
    /// <param name="clear">Bits to clear.</param>
    /// <param name="set">Bits to set.</param>
    public void ModifyCommand(PciCommand clear, PciCommand set)
    {
        lock (_decode.Gate)
        {
            PciCommand now = ReadCommand();
            PciCommand wanted = (now & ~clear) | set;
            if (wanted != now) Write16(0x04, (ushort)wanted);
        }
    }

    void IRegionWriter.Write(ulong offset, ReadOnlySpan<byte> data)
    {
        bool command = Touches(offset, data.Length, CommandOffset);
        bool power = _powerControl > 0 && Touches(offset, data.Length, (ulong)_powerControl);
        if (!command && !power)
        {
            _host.Write(PciNumbering.Configuration, offset, data);
            return;
        }

        lock (_decode.Gate)
        {
            // Overlay before the device stops answering, restore only once it answers again: in between another thread's
            // load must find either the device or the overlay.
            if ((command && (After(CommandOffset, offset, data) & (byte)PciCommand.MemorySpace) == 0)
                || (power && (After((ulong)_powerControl, offset, data) & 3) != 0))
                _decode.Overlay();
            _host.Write(PciNumbering.Configuration, offset, data);
            _decode.Update();
        }
    }

    /// <summary>Whether the function decodes memory accesses now: memory space on, power state D0.</summary>
    internal static bool Decodes(IHostedDevice host, int powerControl)
    {
        ushort command = 0;
        host.Read(PciNumbering.Configuration, CommandOffset, MemoryMarshal.AsBytes(new Span<ushort>(ref command)));
        if (command == ushort.MaxValue || (command & (ushort)PciCommand.MemorySpace) == 0) return false;
        if (powerControl < 0) return true;
        ushort power = 0;
        host.Read(PciNumbering.Configuration, (ulong)powerControl, MemoryMarshal.AsBytes(new Span<ushort>(ref power)));
        return (power & 3) == 0; // PCI Power Management 1.2, 3.2.4: 0 is D0
    }

    internal bool Decodes() => Decodes(_host, _powerControl);

    private ulong Offset(int offset) => offset >= 0 ? (ulong)offset : throw Region.Failed(new ArgumentOutOfRangeException(nameof(offset),
        $"{Region.Name}: offset -0x{-(long)offset:x} was asked for; offsets are 0x0 to 0x{Size - 1:x}."));

    private static bool Touches(ulong offset, int length, ulong at) => offset <= at && at < offset + (ulong)length;

    /// <summary>The byte at <paramref name="at"/> as the write would leave it.</summary>
    private static byte After(ulong at, ulong offset, ReadOnlySpan<byte> data) => data[(int)(at - offset)];

    private PciCapability? Find(ushort id, bool extended)
    {
        foreach (PciCapability capability in Capabilities)
        {
            if (capability.Id == id && capability.IsExtended == extended) return capability;
        }

        return null;
    }
}
