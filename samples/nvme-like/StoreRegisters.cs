using RingThree.Registers;

namespace RingThree.Samples.NvmeLike;

/// <summary>The controller's registers, at the start of BAR 0.</summary>
[RegisterMap(Size = 0x20, Source = "an imaginary controller, after NVM Express 1.4, 3.1")]
public readonly partial struct StoreRegisters
{
    /// <summary>What it can do.</summary>
    [Register(0x00)] public partial ReadOnlyRegister<StoreCapabilities> Capabilities { get; }

    /// <summary>Switches it on; takes effect when <see cref="Status"/> says so.</summary>
    [Register(0x14)] public partial Register<StoreConfiguration> Configuration { get; }

    /// <summary>How it is.</summary>
    [Register(0x1C)] public partial ReadOnlyRegister<StoreStatus> Status { get; }
}

/// <summary>One queue's registers, at <see cref="At"/>; to be written while the controller is off.</summary>
[RegisterMap(Size = 0x20)]
public readonly partial struct StoreQueueRegisters
{
    /// <summary>Bus address of the ring of <see cref="StoreCommand"/>.</summary>
    [Register(0x00)] public partial Register<ulong> Commands { get; }

    /// <summary>Bus address of the ring of <see cref="StoreCompletion"/>.</summary>
    [Register(0x08)] public partial Register<ulong> Completions { get; }

    /// <summary>Entries of each ring; 0 for no queue.</summary>
    [Register(0x10)] public partial Register<uint> Entries { get; }

    /// <summary>The message that it signals by.</summary>
    [Register(0x14)] public partial Register<uint> Vector { get; }

    /// <summary>Where a queue's registers are.</summary>
    public static ulong At(int queue) => 0x100 + ((ulong)queue * Size);
}

/// <summary>One queue's doorbells: the index after the last command, and the index after the last completion that was taken.</summary>
/// <remarks>They are at 1000h plus the queue's number times a stride that the controller says (<see cref="StoreCapabilities.DoorbellStride"/>).</remarks>
[RegisterMap(Size = 8)]
public readonly partial struct StoreDoorbells
{
    [Register(0)] public partial WriteOnlyRegister<uint> CommandTail { get; }

    [Register(4)] public partial WriteOnlyRegister<uint> CompletionHead { get; }
}

/// <summary>What the controller can do.</summary>
[BitFields(typeof(ulong))]
public readonly partial struct StoreCapabilities
{
    /// <summary>The most entries of a queue, less one.</summary>
    [Bits(0, 16)] public partial ushort LastEntry { get; init; }

    /// <summary>How many queues there are.</summary>
    [Bits(16, 8)] public partial byte Queues { get; init; }

    /// <summary>How long switching it on or off may take, in units of 500 ms.</summary>
    [Bits(24, 8)] public partial byte Timeout { get; init; }

    /// <summary>Doorbells are 8 shifted left by this many bits apart.</summary>
    [Bits(32, 4)] public partial byte DoorbellStride { get; init; }
}

/// <summary>The controller's switch.</summary>
[BitFields(typeof(uint))]
public readonly partial struct StoreConfiguration
{
    [Bits(0)] public partial bool Enable { get; init; }
}

/// <summary>How the controller is.</summary>
[BitFields(typeof(uint))]
public readonly partial struct StoreStatus
{
    [Bits(0)] public partial bool Ready { get; init; }

    /// <summary>It has met what it cannot go on from; switch it off and on again.</summary>
    [Bits(1)] public partial bool Fatal { get; init; }
}

/// <summary>What a command does.</summary>
public enum StoreOperation : ushort
{
    Read = 1,
    Write = 2,
}

/// <summary>A command: so many bytes between the store and memory.</summary>
public readonly record struct StoreCommand(StoreOperation Operation, ushort Id, uint Length, ulong Place, ulong Address)
{
    /// <summary>Its bytes in memory.</summary>
    public const int Size = 24;
}

/// <summary>A command that is done.</summary>
/// <param name="Id">The command's.</param>
/// <param name="Status">0 for well.</param>
/// <param name="CommandHead">The next command that the controller will take.</param>
/// <param name="Phase">Its lowest bit changes each way round.</param>
public readonly record struct StoreCompletion(ushort Id, ushort Status, uint CommandHead, uint Phase)
{
    /// <summary>Its bytes in memory.</summary>
    public const int Size = 12;
}
