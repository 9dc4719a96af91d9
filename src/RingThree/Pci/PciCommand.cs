namespace RingThree.Pci;

/// <summary>Bits of the command register (PCI Local Bus 3.0, 6.2.2).</summary>
[Flags]
public enum PciCommand : ushort
{
    /// <summary>Nothing is on.</summary>
    None = 0,

    /// <summary>Responds to I/O space accesses.</summary>
    IoSpace = 1 << 0,

    /// <summary>Responds to memory space accesses.</summary>
    MemorySpace = 1 << 1,

    /// <summary>May act as a master: DMA, and messages, which are memory writes.</summary>
    BusMaster = 1 << 2,

    /// <summary>May report system errors (SERR#).</summary>
    SystemError = 1 << 8,

    /// <summary>May not assert its INTx pin.</summary>
    InterruptDisable = 1 << 10,
}

/// <summary>Bits of the status register (PCI Local Bus 3.0, 6.2.3).</summary>
[Flags]
public enum PciStatus : ushort
{
    /// <summary>Nothing is set.</summary>
    None = 0,

    /// <summary>An INTx interrupt is pending, whether or not it may be asserted.</summary>
    InterruptPending = 1 << 3,

    /// <summary>There is a capability list.</summary>
    CapabilityList = 1 << 4,
}
