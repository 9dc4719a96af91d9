namespace RingThree.Registers;

/// <summary>
/// Accesses to a region that say their width by name: <c>bar.Write16(0x30, 1)</c>. With <see cref="DeviceRegion.Write{T}"/> and no type
/// argument, the literal's own type decides, and <c>bar.Write(0x30, 1)</c> is an access of 32 bits.
/// </summary>
public static class RegionWidths
{
    /// <summary>Reads 8 bits.</summary>
    /// <inheritdoc cref="DeviceRegion.Read{T}"/>
    public static byte Read8(this DeviceRegion region, ulong offset) => Checked(region).Read<byte>(offset);

    /// <summary>Reads 16 bits.</summary>
    /// <inheritdoc cref="DeviceRegion.Read{T}"/>
    public static ushort Read16(this DeviceRegion region, ulong offset) => Checked(region).Read<ushort>(offset);

    /// <summary>Reads 32 bits.</summary>
    /// <inheritdoc cref="DeviceRegion.Read{T}"/>
    public static uint Read32(this DeviceRegion region, ulong offset) => Checked(region).Read<uint>(offset);

    /// <summary>Reads 64 bits as one access; not of ports and configuration space, which take 32 at most.</summary>
    /// <inheritdoc cref="DeviceRegion.Read{T}"/>
    public static ulong Read64(this DeviceRegion region, ulong offset) => Checked(region).Read<ulong>(offset);

    /// <summary>Writes 8 bits.</summary>
    /// <inheritdoc cref="DeviceRegion.Write{T}"/>
    public static void Write8(this DeviceRegion region, ulong offset, byte value) => Checked(region).Write(offset, value);

    /// <summary>Writes 16 bits.</summary>
    /// <inheritdoc cref="DeviceRegion.Write{T}"/>
    public static void Write16(this DeviceRegion region, ulong offset, ushort value) => Checked(region).Write(offset, value);

    /// <summary>Writes 32 bits.</summary>
    /// <inheritdoc cref="DeviceRegion.Write{T}"/>
    public static void Write32(this DeviceRegion region, ulong offset, uint value) => Checked(region).Write(offset, value);

    /// <summary>Writes 64 bits as one access; not to ports and configuration space, which take 32 at most.</summary>
    /// <inheritdoc cref="DeviceRegion.Write{T}"/>
    public static void Write64(this DeviceRegion region, ulong offset, ulong value) => Checked(region).Write(offset, value);

    private static DeviceRegion Checked(DeviceRegion region)
    {
        ArgumentNullException.ThrowIfNull(region);
        return region;
    }
}
