using RingThree.Registers;

namespace RingThree.Tests.Generators;

/// <summary>A register of one byte.</summary>
public enum LinkState : byte
{
    Down,
    Up = 0x81,
}

/// <summary>One register of every kind and width.</summary>
[RegisterMap(Size = 0x200, Source = "nowhere; <made> up & only for tests")]
public readonly partial struct SampleRegisters
{
    /// <summary>Four bytes.</summary>
    [Register(0x00)] public partial ReadOnlyRegister<uint> Identification { get; }

    /// <summary>One byte, by way of an enum.</summary>
    [Register(0x05, Source = "section 2")] public partial Register<LinkState> Link { get; }

    /// <summary>Two bytes, signed.</summary>
    [Register(0x06)] public partial Register<short> Temperature { get; }

    /// <summary>Eight bytes.</summary>
    [Register(0x08)] public partial Register<ulong> Address { get; }

    /// <summary>The low half of <see cref="Address"/>.</summary>
    [Register(0x08, Overlaps = nameof(Address))] public partial Register<uint> AddressLow { get; }

    /// <summary>The high half of <see cref="Address"/>.</summary>
    [Register(0x0c, Overlaps = nameof(Address))] internal partial Register<uint> AddressHigh { get; }

    /// <summary>Write-only.</summary>
    [Register(0x64)] public partial WriteOnlyRegister<uint> Acknowledge { get; }

    /// <summary>Cleared by ones.</summary>
    [Register(0x68)] public partial WriteOneToClearRegister<uint> Status { get; }

    /// <summary>Eight registers, 16 bytes apart.</summary>
    [Register(0x100, Count = 8, Stride = 16)] public partial RegisterArray<uint> Heads { get; }

    /// <summary>Between the former: no byte is shared.</summary>
    [Register(0x104, Count = 8, Stride = 16)] public partial RegisterArray<uint> Tails { get; }

    /// <summary>Without gaps, up to the map's last byte.</summary>
    [Register(0x1f8, Count = 4)] public partial RegisterArray<ushort> Counters { get; }

    /// <summary>A name that is a keyword.</summary>
    [Register(0x70)] public partial Register<uint> @event { get; }
}

/// <summary>A container, for the map inside it.</summary>
public static partial class SampleCard
{
    /// <summary>A nested map that only this assembly sees.</summary>
    [RegisterMap(Size = 8)]
    internal readonly partial struct Mailbox
    {
        /// <summary>At its end.</summary>
        [Register(0x04)] internal partial Register<uint> Message { get; }
    }
}
