using RingThree.Dma;

namespace RingThree.Hosting;

/// <summary>
/// The bus addresses a device's DMA sees, shared by the devices in it. Nothing is reachable that is not mapped.
/// It knows what the host can do; how many address bits a card has, only its driver knows.
/// </summary>
public interface IAddressSpace
{
    /// <summary>The bus addresses that can be mapped, in order (on x86 the message window at FEE0_0000h is left out).</summary>
    IReadOnlyList<IovaRange> UsableRanges { get; }

    /// <summary>Bitmap of page sizes: bit n set means pages of 2^n bytes. Addresses and lengths are multiples of the smallest.</summary>
    ulong PageSizes { get; }

    /// <summary>The most mappings there can be at once.</summary>
    int MaximumMappings { get; }

    /// <summary>Memory of this process that is as the wishes have it, as far as the system can: of which pages, at which node.</summary>
    /// <param name="length">Bytes, at least 1.</param>
    /// <param name="wishes">What it is to be like; <see cref="DmaMemoryOptions.NearDevice"/> is a node here already.</param>
    /// <returns>The memory, to be disposed by the caller once it is unmapped; <see langword="null"/> where this host has ordinary memory only.</returns>
    /// <exception cref="DeviceException">There is no memory left.</exception>
    IHostMemory? Allocate(ulong length, DmaMemoryOptions wishes) => null;

    /// <summary>Maps memory of this process to bus addresses. The memory must stay until it is unmapped.</summary>
    /// <param name="memory">Start in this process, page aligned.</param>
    /// <param name="length">Bytes, a multiple of the page size.</param>
    /// <param name="iova">Where the device will see it, page aligned, in a usable range, not mapped yet.</param>
    /// <param name="access">What the device may do there.</param>
    /// <exception cref="DeviceException">The host refused; the message says why.</exception>
    void Map(nuint memory, ulong length, Iova iova, DmaAccess access);

    /// <summary>Undoes one <see cref="Map"/>: same start, same length. The device's access faults from then on.</summary>
    void Unmap(Iova iova, ulong length);

    /// <summary>Takes the faults seen since the last call, oldest first, as far as this host can tell; for DMA that went astray.</summary>
    IReadOnlyList<DmaFault> TakeFaults();
}

/// <summary>Bus addresses from first to last, both usable.</summary>
/// <param name="First">The first address.</param>
/// <param name="Last">The last address (not one beyond it: a range may end at 2^64 - 1).</param>
public readonly record struct IovaRange(Iova First, Iova Last);

/// <summary>What a device may do with mapped memory.</summary>
[Flags]
public enum DmaAccess
{
    /// <summary>The device reads it (data to the device).</summary>
    DeviceReads = 1,

    /// <summary>The device writes it (data from the device).</summary>
    DeviceWrites = 2,

    /// <summary>Both.</summary>
    Both = DeviceReads | DeviceWrites,
}

/// <summary>A DMA access that reached no mapping, or one that did not allow it.</summary>
/// <param name="Device">The device's address; behind a bridge to conventional PCI, which hides who it was, device 0 of the bus below the bridge.</param>
/// <param name="Address">The bus address (of the page, where the host tells no more).</param>
/// <param name="IsWrite">Whether the device wrote.</param>
/// <param name="Reason">The host's words.</param>
public readonly record struct DmaFault(string Device, Iova Address, bool IsWrite, string Reason);
