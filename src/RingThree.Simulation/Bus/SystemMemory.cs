using RingThree.Hosting;
using RingThree.Memory;
using RingThree.Platform;

namespace RingThree.Simulation;

/// <summary>
/// The simulated machine's RAM as its map shows it, a gigabyte as QEMU's. What its system uses is this process's own
/// memory, and in no place of the machine; what was reserved at boot has bytes.
/// </summary>
internal sealed class SystemMemory
{
    private const ulong Page = 4096;

    // As SeaBIOS has it on QEMU's q35 with 1 GiB.
    private static readonly PhysicalMemoryRange[] Firmware =
    [
        new(0, 0x9_FBFF, PhysicalMemoryKind.Usable, "usable"),
        new(0x9_FC00, 0x9_FFFF, PhysicalMemoryKind.Reserved, "reserved"),
        new(0xF_0000, 0xF_FFFF, PhysicalMemoryKind.Reserved, "reserved"),
        new(0x10_0000, 0x3FFD_EFFF, PhysicalMemoryKind.Usable, "usable"),
        new(0x3FFD_F000, 0x3FFF_FFFF, PhysicalMemoryKind.Reserved, "reserved"),
        new(0xB000_0000, 0xBFFF_FFFF, PhysicalMemoryKind.Reserved, "reserved"),
        new(0xFED1_C000, 0xFED1_FFFF, PhysicalMemoryKind.Reserved, "reserved"),
        new(0xFEFF_C000, 0xFEFF_FFFF, PhysicalMemoryKind.Reserved, "reserved"),
        new(0xFFFC_0000, 0xFFFF_FFFF, PhysicalMemoryKind.Reserved, "reserved"),
    ];

    private readonly Lock _gate = new();
    private volatile ReservedBlock[] _blocks = []; // looked through at every access that no card answers

    /// <summary>Whether some of a range is RAM, of the system or reserved.</summary>
    internal static bool Contains(PlatformRange range) => Firmware.Any(r => r.Kind == PhysicalMemoryKind.Usable && r.Start <= range.Last && range.Start <= r.Last);

    /// <summary>The map as a kernel would show it.</summary>
    internal PhysicalMemoryMap Read()
    {
        ReservedBlock[] blocks = _blocks;
        return new PhysicalMemoryMap("sim", MemoryMapSource.BootMessages, [.. Firmware, .. blocks.Select(b => b.Range)])
        {
            FirmwareRanges = Firmware,
            BootSettings = [.. blocks.Select(b => $"memmap=0x{b.Range.Length:x}$0x{b.Range.Start:x}")],
        };
    }

    internal void Reserve(ulong address, ulong length)
    {
        if (address % Page != 0 || length % Page != 0 || length == 0) throw new ArgumentException($"0x{length:x} bytes at 0x{address:x}: memory is reserved in pages of 4096 bytes.");
        lock (_gate)
        {
            PhysicalMemoryMap map = Read();
            ulong last = address + (length - 1);
            if (!map.Usable.Any(r => r.Start <= address && last >= address && last <= r.Last))
                throw new ArgumentException($"0x{length:x} bytes at 0x{address:x} are no memory that the machine's system uses. It uses {string.Join(", ", map.Usable)}.");
            _blocks = [.. _blocks, new ReservedBlock(new PhysicalMemoryRange(address, last, PhysicalMemoryKind.Reserved, "reserved"))];
        }
    }

    /// <summary>The reserved memory that a range lies in as a whole.</summary>
    internal ReservedBlock? Find(ulong address, ulong length)
    {
        foreach (ReservedBlock block in _blocks)
        {
            ulong offset = address - block.Range.Start;
            if (offset < block.Range.Length && length <= block.Range.Length - offset) return block;
        }

        return null;
    }
}
