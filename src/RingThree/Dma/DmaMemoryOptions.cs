namespace RingThree.Dma;

/// <summary>
/// Wishes for a buffer's memory. What the system has not is left out, and <see cref="DmaBuffer.Memory"/> says so, unless
/// they are <see cref="Required"/>.
/// </summary>
public sealed record DmaMemoryOptions
{
    /// <summary>2 MiB, the huge page of x86 and of most other machines.</summary>
    public const long Page2M = 2L << 20;

    /// <summary>1 GiB, the largest one of x86.</summary>
    public const long Page1G = 1L << 30;

    /// <summary>
    /// How large its pages are to be, bytes, a power of 2: <see cref="Page2M"/>, <see cref="Page1G"/>, or another size that the machine has; 0 for
    /// ordinary ones. Huge pages cost the IOMMU and the processor fewer translations. They come from a pool that root
    /// fills (vm.nr_hugepages); the buffer takes whole ones.
    /// </summary>
    public long PageSize { get; init; }

    /// <summary>The NUMA node that it is to be at; <see langword="null"/> for any.</summary>
    public int? Node { get; init; }

    /// <summary>Whether it is to be at the node that the device is at; instead of <see cref="Node"/>.</summary>
    public bool NearDevice { get; init; }

    /// <summary>Whether allocating fails where a wish cannot be granted.</summary>
    public bool Required { get; init; }

    /// <summary>Refuses what means nothing.</summary>
    internal void Check()
    {
        if (PageSize < 0 || (PageSize & (PageSize - 1)) != 0) throw new ArgumentOutOfRangeException(nameof(PageSize), PageSize, $"A page's size is a power of 2, such as {nameof(DmaMemoryOptions)}.{nameof(Page2M)}; 0 is an ordinary one.");
        if (Node is < 0 or >= 1024) throw new ArgumentOutOfRangeException(nameof(Node), Node, "A node is a number from 0 to 1023.");
        if (Node is not null && NearDevice) throw new ArgumentException($"Give {nameof(Node)}, or {nameof(NearDevice)}, not both.", nameof(Node));
    }
}

/// <summary>What kind of memory a buffer has.</summary>
/// <param name="PageSize">How large its pages are, bytes.</param>
/// <param name="Node">The NUMA node that all of it is at; <see langword="null"/> where it is at several, or nobody knows.</param>
/// <param name="Refusals">A sentence for each wish that was not granted: why, and what helps. Empty where all were.</param>
public sealed record DmaMemoryGrant(long PageSize, int? Node, IReadOnlyList<string> Refusals)
{
    /// <summary>As <c>pages of 2 MiB at node 0</c>, and what was refused.</summary>
    public override string ToString()
    {
        string kind = $"pages of {Pci.Decoding.ByteCount.Of((ulong)PageSize)}{(Node is { } node ? $" at node {node}" : "")}";
        return Refusals.Count == 0 ? kind : $"{kind}; not granted: {string.Join("; ", Refusals)}";
    }
}
