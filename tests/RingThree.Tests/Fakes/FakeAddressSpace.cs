using RingThree.Dma;
using RingThree.Hosting;

namespace RingThree.Tests;

/// <summary>An address space that only writes down what it is asked to map.</summary>
internal sealed class FakeAddressSpace(params (ulong First, ulong Last)[] ranges) : IAddressSpace
{
    public IReadOnlyList<IovaRange> UsableRanges { get; } = [.. ranges.Select(r => new IovaRange(new Iova(r.First), new Iova(r.Last)))];

    public ulong PageSizes { get; init; } = ~0xFFFUL;

    public int MaximumMappings { get; init; } = 65535;

    /// <summary>What is mapped now, by its first bus address.</summary>
    internal Dictionary<ulong, (nuint Memory, ulong Length, DmaAccess Access)> Mappings { get; } = [];

    /// <summary>Thrown by the next <see cref="Map"/>.</summary>
    internal DeviceException? Refusal { get; set; }

    internal Action<string>? Note { get; set; }

    /// <summary>The memory that the host gives; it has ordinary one only unless this is set.</summary>
    internal Func<ulong, DmaMemoryOptions, IHostMemory?> Memory { get; init; } = (_, _) => null;

    public IHostMemory? Allocate(ulong length, DmaMemoryOptions wishes) => Memory(length, wishes);

    public void Map(nuint memory, ulong length, Iova iova, DmaAccess access)
    {
        if (Refusal is { } refusal)
        {
            Refusal = null;
            throw refusal;
        }

        Note?.Invoke($"map {length}");
        Mappings.Add(iova.Value, (memory, length, access));
    }

    public void Unmap(Iova iova, ulong length)
    {
        Note?.Invoke($"unmap {length}");
        if (!Mappings.Remove(iova.Value, out var mapping) || mapping.Length != length)
            throw new DeviceException(DeviceStatus.InvalidArgument, "fake", "unmapping", "nothing like that is mapped", "Unmap what was mapped.");
    }

    public IReadOnlyList<DmaFault> TakeFaults() => [];
}
