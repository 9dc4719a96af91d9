using RingThree.Transfers;

namespace RingThree.Registers.Files;

/// <summary>A memory of a card, which a register map's file names beside the registers.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Place">Where it starts.</param>
/// <param name="Size">Bytes.</param>
public sealed record MapMemory(string Name, RegionPlace Place, ulong Size);
