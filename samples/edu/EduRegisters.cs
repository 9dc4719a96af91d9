using RingThree.Registers;

namespace RingThree.Samples.Edu;

/// <summary>BAR 0 of QEMU's edu card.</summary>
[RegisterMap(Size = 0xA0, Source = "QEMU docs/specs/edu.rst, MMIO area spec")]
public readonly partial struct EduRegisters
{
    /// <summary>RR00_00EDh: major and minor version, EDh.</summary>
    [Register(0x00)]
    public partial ReadOnlyRegister<uint> Identification { get; }

    /// <summary>Reads as the inverse of what was written.</summary>
    [Register(0x04)]
    public partial Register<uint> Liveness { get; }

    /// <summary>Write n, read n! (modulo 2^32) once <see cref="Status"/> is no longer computing.</summary>
    [Register(0x08)]
    public partial Register<uint> Factorial { get; }

    /// <summary>What the factorial unit does, and whether it interrupts.</summary>
    [Register(0x20)]
    public partial Register<EduStatus> Status { get; }

    /// <summary>Why the card interrupts; 0 when it does not.</summary>
    [Register(0x24)]
    public partial ReadOnlyRegister<EduInterrupts> InterruptStatus { get; }

    /// <summary>ORs bits into the interrupt status: the card interrupts.</summary>
    [Register(0x60)]
    public partial WriteOnlyRegister<EduInterrupts> RaiseInterrupt { get; }

    /// <summary>Clears bits of the interrupt status: the card stops interrupting when none is left.</summary>
    [Register(0x64)]
    public partial WriteOnlyRegister<EduInterrupts> AcknowledgeInterrupt { get; }

    /// <summary>DMA source: a bus address (28 bits), or the card's buffer from 4_0000h.</summary>
    [Register(0x80)]
    public partial Register<ulong> DmaSource { get; }

    /// <summary>DMA destination, likewise.</summary>
    [Register(0x88)]
    public partial Register<ulong> DmaDestination { get; }

    /// <summary>DMA length, bytes.</summary>
    [Register(0x90)]
    public partial Register<ulong> DmaCount { get; }

    /// <summary>Starts a DMA; reads as running until it is done.</summary>
    [Register(0x98)]
    public partial Register<EduDma> DmaCommand { get; }
}

/// <summary>Bits of the status register.</summary>
[Flags]
public enum EduStatus : uint
{
    /// <summary>Idle.</summary>
    None = 0,

    /// <summary>Computing a factorial (read only).</summary>
    Computing = 0x01,

    /// <summary>Interrupt when a factorial is done.</summary>
    InterruptWhenDone = 0x80,
}

/// <summary>Why the card interrupts; bits other than these are whatever was raised.</summary>
[Flags]
public enum EduInterrupts : uint
{
    /// <summary>It does not.</summary>
    None = 0,

    /// <summary>A factorial is done.</summary>
    Factorial = 0x0000_0001,

    /// <summary>A DMA is done.</summary>
    Dma = 0x0000_0100,

    /// <summary>Every bit.</summary>
    All = 0xFFFF_FFFF,
}

/// <summary>Bits of the DMA command.</summary>
[Flags]
public enum EduDma : ulong
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Start; reads as set until the transfer is done.</summary>
    Start = 1,

    /// <summary>From the card to memory; otherwise from memory to the card.</summary>
    FromCard = 2,

    /// <summary>Interrupt when done.</summary>
    InterruptWhenDone = 4,
}
