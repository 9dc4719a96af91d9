namespace RingThree.Hosting;

/// <summary>How PCI functions number their regions and interrupt groups in this contract (VFIO's order).</summary>
public static class PciNumbering
{
    /// <summary>Regions 0 to 5 are the base address registers.</summary>
    public const int FirstBar = 0;

    /// <summary>How many BARs a type 0 header has (PCI Local Bus 3.0, 6.2.5).</summary>
    public const int BarCount = 6;

    /// <summary>The expansion ROM.</summary>
    public const int Rom = 6;

    /// <summary>Configuration space.</summary>
    public const int Configuration = 7;

    /// <summary>Group of the INTx pin.</summary>
    public const int IntX = 0;

    /// <summary>Group of MSI.</summary>
    public const int Msi = 1;

    /// <summary>Group of MSI-X.</summary>
    public const int MsiX = 2;

    /// <summary>Group of the error signal (AER fatal).</summary>
    public const int Error = 3;

    /// <summary>Group of the removal request.</summary>
    public const int RemovalRequest = 4;

    /// <summary>Throws unless that is one access to a configuration space: 1, 2 or 4 bytes at a multiple of their number, within it.</summary>
    /// <param name="address">The device.</param>
    /// <param name="operation">What was tried.</param>
    /// <param name="offset">Bytes from its start.</param>
    /// <param name="width">Bytes of the access.</param>
    /// <param name="size">Bytes of the configuration space.</param>
    /// <exception cref="DeviceException">It is none (<see cref="DeviceStatus.InvalidArgument"/>).</exception>
    public static void CheckConfigurationAccess(string address, string operation, int offset, int width, int size)
    {
        if (width is 1 or 2 or 4 && offset >= 0 && offset <= size - width && offset % width == 0) return;
        throw new DeviceException(DeviceStatus.InvalidArgument, address, operation, $"{width} bytes at 0x{offset:x} are not one access to its 0x{size:x} bytes",
            "An access has 1, 2 or 4 bytes, at a multiple of their number.");
    }
}
