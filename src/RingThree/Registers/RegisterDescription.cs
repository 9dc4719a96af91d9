namespace RingThree.Registers;

/// <summary>A register of a map, for what goes by names and places: card models, tools, messages.</summary>
/// <param name="Name">Its name in the map.</param>
/// <param name="Offset">Bytes from the block's start.</param>
/// <param name="Width">Bytes of one access: 1, 2, 4 or 8.</param>
/// <param name="Count">How many there are; 1 unless it is a row.</param>
/// <param name="Stride">Bytes from one of a row to the next.</param>
public sealed record RegisterDescription(string Name, uint Offset, int Width, int Count, uint Stride)
{
    /// <summary>Which accesses it has, by its type: an offset may have one register to read and another to write.</summary>
    public RegisterDirections Directions { get; init; } = RegisterDirections.Both;

    /// <summary>Which of the row's registers starts at an offset; -1 for none.</summary>
    internal int IndexOf(uint offset)
    {
        if (offset < Offset || (Count > 1 && (offset - Offset) % Stride != 0)) return -1;
        uint index = Count > 1 ? (offset - Offset) / Stride : offset - Offset;
        return index < Count ? (int)index : -1;
    }
}

/// <summary>Which accesses a register has.</summary>
[Flags]
public enum RegisterDirections
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>It is read (<see cref="ReadOnlyRegister{T}"/> is only read).</summary>
    Read = 1,

    /// <summary>It is written (<see cref="WriteOnlyRegister{T}"/> is only written).</summary>
    Write = 2,

    /// <summary>It is read and written.</summary>
    Both = Read | Write,
}
