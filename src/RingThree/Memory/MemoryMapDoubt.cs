namespace RingThree.Memory;

/// <summary>What a text leaves open of a machine's memory, so that less of it, or none, can be planned with.</summary>
/// <param name="What">What is not told, as a sentence's beginning.</param>
/// <param name="Advice">Which command tells more.</param>
/// <param name="ForbidsPlans">Whether nothing can be planned at all; otherwise it is the part of the memory that is left out of <see cref="PhysicalMemoryMap.Usable"/>.</param>
public sealed record MemoryMapDoubt(string What, string Advice, bool ForbidsPlans);
