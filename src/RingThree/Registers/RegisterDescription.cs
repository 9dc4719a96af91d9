namespace RingThree.Registers;

/// <summary>A register of a map, for what goes by names and places: card models, tools, messages.</summary>
/// <param name="Name">Its name in the map.</param>
/// <param name="Offset">Bytes from the block's start.</param>
/// <param name="Width">Bytes of one access: 1, 2, 4 or 8.</param>
/// <param name="Count">How many there are; 1 unless it is a row.</param>
/// <param name="Stride">Bytes from one of a row to the next.</param>
public sealed record RegisterDescription(string Name, uint Offset, int Width, int Count, uint Stride);
