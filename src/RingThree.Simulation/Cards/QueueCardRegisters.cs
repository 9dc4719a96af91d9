using System.Runtime.InteropServices;
using RingThree.Dma;
using RingThree.Registers;

namespace RingThree.Simulation;

/// <summary>The start of BAR 0 of a <see cref="QueueCard"/>. Its queues' blocks follow: <see cref="QueueRegisters"/>.</summary>
[RegisterMap(Size = 0x10, Source = "an imaginary design")]
public readonly partial struct QueueCardRegisters
{
    /// <summary>Reads 5155_4555h ("QUEU").</summary>
    [Register(0x00)]
    public partial ReadOnlyRegister<uint> Identification { get; }

    /// <summary>How many queues there are, 1 to 2048; queue n signals by message n.</summary>
    [Register(0x04)]
    public partial ReadOnlyRegister<uint> QueueCount { get; }
}

/// <summary>One queue's block in BAR 0, at <see cref="At"/>.</summary>
[RegisterMap(Size = 0x20, Source = "an imaginary design, after NVM Express's queues")]
public readonly partial struct QueueRegisters
{
    /// <summary>Bus address of the ring of <see cref="QueueDescriptor"/>.</summary>
    [Register(0x00)]
    public partial Register<ulong> Ring { get; }

    /// <summary>Bus address of the ring of <see cref="QueueCompletion"/>, as long as the other.</summary>
    [Register(0x08)]
    public partial Register<ulong> Completions { get; }

    /// <summary>Entries of each ring, 2 to 4096; a write starts the queue anew, at entry 0. 0 stops it.</summary>
    [Register(0x10)]
    public partial Register<uint> Entries { get; }

    /// <summary>The index after the last descriptor that is ready. Equal to where the card is, there is none: one entry stays free.</summary>
    [Register(0x14)]
    public partial WriteOnlyRegister<uint> Doorbell { get; }

    /// <summary>Where a queue's block is in BAR 0.</summary>
    /// <param name="queue">Its number, from 0.</param>
    public static uint At(int queue) => 0x1000 + ((uint)queue * Size);
}

/// <summary>Work for a queue: have the card read some bytes and add them up.</summary>
/// <param name="Address">Bus address of the bytes.</param>
/// <param name="Length">How many, 0 to 65536.</param>
/// <param name="Tag">Comes back in the completion.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly record struct QueueDescriptor(ulong Address, uint Length, uint Tag)
{
    /// <summary>Its bytes in memory.</summary>
    public const int Size = 16;
}

/// <summary>Work that is done.</summary>
/// <param name="Tag">The descriptor's.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Sum">The sum of the bytes, modulo 2^32.</param>
/// <param name="Phase">1 on the card's first way round the ring, 0 on its second, and so on: tells a new entry from an old one.</param>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public readonly record struct QueueCompletion(uint Tag, QueueStatus Status, uint Sum, uint Phase)
{
    /// <summary>Its bytes in memory.</summary>
    public const int Size = 16;

    /// <summary>Where <see cref="Phase"/> is, for a ring that looks for it.</summary>
    public static RingFlag PhaseFlag { get; } = RingFlag.PhaseAt(3 * 32);
}

/// <summary>How a queue's work ended.</summary>
public enum QueueStatus : uint
{
    /// <summary>Well.</summary>
    Done,

    /// <summary>The bytes could not be read; the sum means nothing.</summary>
    DataFault,

    /// <summary>The length is more than the card takes at once.</summary>
    TooLong,
}
