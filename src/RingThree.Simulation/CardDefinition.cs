using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>A BAR of a simulated card.</summary>
/// <param name="Size">Bytes, a power of two: at least 16 for memory, 4 for ports.</param>
/// <param name="Kind"><see cref="RegionKind.Memory"/> or <see cref="RegionKind.Port"/>.</param>
/// <param name="Is64Bit">Whether it takes the next BAR's place as its upper half.</param>
public sealed record CardBar(ulong Size, RegionKind Kind = RegionKind.Memory, bool Is64Bit = false);

/// <summary>What a simulated card looks like on the bus.</summary>
/// <param name="VendorId">Vendor id.</param>
/// <param name="DeviceId">Device id.</param>
/// <param name="Name">A short name, such as <c>edu</c>.</param>
public sealed record CardDefinition(ushort VendorId, ushort DeviceId, string Name)
{
    /// <summary>Class code, 24 bits; FF0000h is "does not fit any class".</summary>
    public uint ClassCode { get; init; } = 0xFF0000;

    /// <summary>Revision id.</summary>
    public byte Revision { get; init; }

    /// <summary>Subsystem vendor id.</summary>
    public ushort SubsystemVendorId { get; init; }

    /// <summary>Subsystem id.</summary>
    public ushort SubsystemId { get; init; }

    /// <summary>The BARs by their number.</summary>
    public IReadOnlyDictionary<int, CardBar> Bars { get; init; } = new Dictionary<int, CardBar>();

    /// <summary>Interrupt pin: 0 for none, 1 to 4 for INTA# to INTD#.</summary>
    public int Pin { get; init; }

    /// <summary>MSI messages: 0 for no MSI, else 1, 2, 4, 8, 16 or 32.</summary>
    public int MsiVectors { get; init; }

    /// <summary>MSI-X table entries, 0 to 2048.</summary>
    public int MsixVectors { get; init; }

    /// <summary>The BAR that the MSI-X table is in.</summary>
    public int MsixBar { get; init; }

    /// <summary>Where in it the table starts, a multiple of 8; the pending bits follow on the next page.</summary>
    public uint MsixTableOffset { get; init; }

    /// <summary>Whether the function can be reset on its own.</summary>
    public bool CanReset { get; init; }

    /// <summary>Throws where the definition contradicts itself.</summary>
    internal void Check()
    {
        Require(Pin is >= 0 and <= 4, "Pin is 0 to 4");
        Require(MsiVectors is 0 or 1 or 2 or 4 or 8 or 16 or 32, "MsiVectors is 0 or a power of two up to 32");
        Require(MsixVectors is >= 0 and <= 2048, "MsixVectors is 0 to 2048");
        foreach ((int number, CardBar bar) in Bars)
        {
            Require(number is >= 0 and < PciNumbering.BarCount, $"BAR {number} does not exist; there are 0 to 5");
            Require(bar.Kind is RegionKind.Memory or RegionKind.Port, $"BAR {number} is memory or ports");
            Require(ulong.IsPow2(bar.Size) && bar.Size >= (bar.Kind == RegionKind.Port ? 4u : 16u), $"BAR {number}'s size is a power of two, at least 16 (ports: 4)");
            Require(bar.Is64Bit || bar.Size <= 1u << 31, $"BAR {number} is larger than 2 GiB and so must be 64-bit");
            Require(!bar.Is64Bit || (number < 5 && !Bars.ContainsKey(number + 1)), $"BAR {number} is 64-bit and needs the next one's place");
        }

        Require(MsixTableOffset % 8 == 0 && MsixTableOffset <= int.MaxValue, "MsixTableOffset is a multiple of 8, below 2^31");
        Require(MsixVectors == 0 || (Bars.TryGetValue(MsixBar, out CardBar? home) && home.Kind == RegionKind.Memory && home.Size >= MsixPendingOffset + PendingLength), "the MSI-X table and pending bits do not fit into MsixBar, which is memory");
    }

    internal uint MsixPendingOffset => (MsixTableOffset + ((uint)MsixVectors * 16) + 0xFFF) & ~0xFFFu;

    internal uint PendingLength => (uint)((MsixVectors + 63) / 64 * 8);

    private void Require(bool holds, string rule)
    {
        if (!holds) throw new ArgumentException($"Card '{Name}': {rule}.");
    }
}
