using System.Runtime.InteropServices;
using RingThree.Dma;
using RingThree.Hosting;

namespace RingThree.Simulation;

/// <summary>An IOMMU's translation for the devices in it: what is not mapped faults, and the fault is recorded.</summary>
internal sealed class SimulatedAddressSpace : IAddressSpace
{
    private const ulong Page = 4096;
    private const int LongestFaultLog = 1024;
    private readonly SortedList<ulong, Mapping> _mappings = [];
    private readonly Queue<DmaFault> _faults = new();
    private readonly Lock _gate = new();

    // As VFIO shows an Intel IOMMU with 39 address bits: the window that messages are written to is left out.
    public IReadOnlyList<IovaRange> UsableRanges { get; } =
    [
        new(new Iova(0), new Iova(MessageController.Window - 1)),
        new(new Iova(MessageController.Window + MessageController.WindowLength), new Iova((1UL << 39) - 1)),
    ];

    public ulong PageSizes => ~(Page - 1);

    internal int MappingCount
    {
        get
        {
            lock (_gate) return _mappings.Count;
        }
    }

    /// <summary>How many isolation groups are in it.</summary>
    internal int Users { get; set; }

    /// <summary>Whether the last of them has left: then nothing is mapped any more.</summary>
    internal bool IsOver { get; private set; }

    public int MaximumMappings => 65535;

    public void Map(nuint memory, ulong length, Iova iova, DmaAccess access)
    {
        lock (_gate)
        {
            if (_mappings.Any(m => m.Key < iova.Value + length && iova.Value < m.Key + m.Value.Length))
            {
                throw new DeviceException(DeviceStatus.InvalidArgument, "sim", $"mapping {length} bytes at {iova}",
                    "something is mapped there already", "Unmap it first.");
            }

            _mappings.Add(iova.Value, new Mapping(memory, length, access));
        }
    }

    public void Unmap(Iova iova, ulong length)
    {
        lock (_gate)
        {
            if (_mappings.TryGetValue(iova.Value, out Mapping mapping) && mapping.Length == length)
            {
                _mappings.Remove(iova.Value);
                return;
            }

            if (IsOver) return;
            throw new DeviceException(DeviceStatus.InvalidArgument, "sim", $"unmapping {length} bytes at {iova}",
                "no mapping starts there with that length", "Unmap just what was mapped.");
        }
    }

    public IReadOnlyList<DmaFault> TakeFaults()
    {
        lock (_gate)
        {
            DmaFault[] faults = [.. _faults];
            _faults.Clear();
            return faults;
        }
    }

    internal void End()
    {
        lock (_gate)
        {
            IsOver = true;
            _mappings.Clear();
        }
    }

    internal void Record(DmaFault fault)
    {
        lock (_gate)
        {
            if (_faults.Count == LongestFaultLog) _faults.Dequeue();
            _faults.Enqueue(fault);
        }
    }

    /// <summary>One DMA, page by page; ends at the first fault.</summary>
    internal bool Access(string device, Iova address, Span<byte> read, ReadOnlySpan<byte> write, bool isWrite)
    {
        lock (_gate) // an unmap must not take memory away under a copy
        {
            int length = isWrite ? write.Length : read.Length;
            for (int done = 0; done < length;)
            {
                Iova at = address + (ulong)done;
                int part = (int)Math.Min((ulong)(length - done), Page - (at.Value & (Page - 1)));
                if (Find(at, isWrite) is not { } memory)
                {
                    Record(new DmaFault(device, new Iova(at.Value & ~(Page - 1)), isWrite, "no mapping that allows it"));
                    if (!isWrite) read[done..].Fill(0xFF);
                    return false;
                }

                if (isWrite) Copy(write.Slice(done, part), memory);
                else Copy(memory, read.Slice(done, part));
                done += part;
            }

            return true;
        }
    }

    /// <remarks>Sound: the range lies in a mapping, whose owner keeps the memory until <see cref="Unmap"/>, which waits for the gate.</remarks>
    private static unsafe void Copy(ReadOnlySpan<byte> from, nuint to) => from.CopyTo(new Span<byte>((void*)to, from.Length));

    /// <inheritdoc cref="Copy(ReadOnlySpan{byte}, nuint)"/>
    private static unsafe void Copy(nuint from, Span<byte> to) => new ReadOnlySpan<byte>((void*)from, to.Length).CopyTo(to);

    private nuint? Find(Iova at, bool isWrite)
    {
        int low = 0;
        int high = _mappings.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            ulong start = _mappings.Keys[middle];
            Mapping mapping = _mappings.Values[middle];
            if (at.Value < start) high = middle - 1;
            else if (at.Value >= start + mapping.Length) low = middle + 1;
            else return (mapping.Access & (isWrite ? DmaAccess.DeviceWrites : DmaAccess.DeviceReads)) == 0 ? null : mapping.Memory + (nuint)(at.Value - start);
        }

        return null;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Mapping(nuint Memory, ulong Length, DmaAccess Access);
}
