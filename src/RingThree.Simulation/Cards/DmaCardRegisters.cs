using System.Runtime.InteropServices;
using RingThree.Registers;

namespace RingThree.Simulation;

/// <summary>BAR 0 of a <see cref="DmaCard"/>. Its memory is BAR 2.</summary>
[RegisterMap(Size = 0x30, Source = "an imaginary design, after the scatter-gather engines of FPGA cores")]
public readonly partial struct DmaCardRegisters
{
    /// <summary>Reads 444D_4131h ("DMA1").</summary>
    [Register(0x00)]
    public partial ReadOnlyRegister<uint> Identification { get; }

    /// <summary>Starts a chain, stops one, lets the card interrupt.</summary>
    [Register(0x04)]
    public partial Register<DmaCardControl> Control { get; }

    /// <summary>How the chain ended. The card interrupts while anything is set and <see cref="DmaCardControl.InterruptEnable"/> is.</summary>
    [Register(0x08)]
    public partial WriteOneToClearRegister<DmaCardStatus> Status { get; }

    /// <summary>How many descriptors of the chain are done.</summary>
    [Register(0x0C)]
    public partial ReadOnlyRegister<uint> Completed { get; }

    /// <summary>Bus address of the chain's first descriptor, a multiple of 32.</summary>
    [Register(0x10)]
    public partial Register<ulong> Chain { get; }

    /// <summary>Bytes that the chain has moved.</summary>
    [Register(0x18)]
    public partial ReadOnlyRegister<ulong> Moved { get; }

    /// <summary>After an error: the bus address of the descriptor that it was met at.</summary>
    [Register(0x20)]
    public partial ReadOnlyRegister<ulong> FailedAt { get; }

    /// <summary>Bytes of memory on the card.</summary>
    [Register(0x28)]
    public partial ReadOnlyRegister<uint> MemorySize { get; }
}

/// <summary>Bits of a <see cref="DmaCard"/>'s control register.</summary>
[Flags]
public enum DmaCardControl : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Written as one, starts the chain; reads as one until it has ended. Written as zero, stops it after the descriptor at hand.</summary>
    Run = 1,

    /// <summary>The card may interrupt.</summary>
    InterruptEnable = 2,
}

/// <summary>Bits of a <see cref="DmaCard"/>'s status register.</summary>
[Flags]
public enum DmaCardStatus : uint
{
    /// <summary>Nothing has ended.</summary>
    None = 0,

    /// <summary>The chain is done, to its last descriptor.</summary>
    Done = 0x01,

    /// <summary>The driver has stopped the chain.</summary>
    Stopped = 0x02,

    /// <summary>A descriptor could not be read.</summary>
    DescriptorFault = 0x10,

    /// <summary>The host's memory that a descriptor names could not be reached.</summary>
    DataFault = 0x20,

    /// <summary>A descriptor is none: misplaced, empty, or beyond the card's memory.</summary>
    BadDescriptor = 0x40,

    /// <summary>Every error.</summary>
    Errors = DescriptorFault | DataFault | BadDescriptor,
}

/// <summary>A link of a chain in the host's memory, at a multiple of 32.</summary>
/// <param name="Address">Bus address of the host's bytes.</param>
/// <param name="Length">How many, 1 or more.</param>
/// <param name="CardOffset">Where on the card.</param>
/// <param name="Next">Bus address of the next descriptor; means nothing in the last.</param>
/// <param name="Flags">Which way, and whether it is the last.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly record struct DmaCardDescriptor(ulong Address, uint Length, uint CardOffset, ulong Next, DmaCardFlags Flags)
{
    /// <summary>Its bytes in memory; the last four mean nothing.</summary>
    public const int Size = 32;

    private readonly uint _reserved = 0;
}

/// <summary>What a descriptor asks for.</summary>
[Flags]
public enum DmaCardFlags : uint
{
    /// <summary>From the host's memory to the card's, and another descriptor follows.</summary>
    None = 0,

    /// <summary>From the card's memory to the host's.</summary>
    ToHost = 1,

    /// <summary>The chain ends here.</summary>
    Last = 2,
}
