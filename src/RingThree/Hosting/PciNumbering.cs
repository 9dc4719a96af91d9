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
}
