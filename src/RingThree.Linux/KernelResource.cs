using System.Globalization;
using RingThree.Hosting;

namespace RingThree.Linux;

/// <summary>A line of a function's <c>resource</c> file: where the kernel has a BAR (Linux, include/linux/ioport.h).</summary>
/// <param name="First">Its first address.</param>
/// <param name="Last">Its last address.</param>
/// <param name="Flags">What it is; 0 for nothing.</param>
internal readonly record struct KernelResource(ulong First, ulong Last, ulong Flags)
{
    private const ulong Ports = 0x100;
    private const ulong Prefetchable = 0x2000;
    private const ulong Address64 = 0x10_0000;
    private const ulong Unset = 0x2000_0000;
    private const ulong FixedOrEnhanced = 0x30; // IORESOURCE_PCI_FIXED, IORESOURCE_PCI_EA_BEI

    /// <summary>Whether the kernel knows of a BAR here.</summary>
    internal bool IsKnown => Flags != 0 && Last >= First;

    /// <summary>Whether the kernel has given it addresses.</summary>
    internal bool IsPlaced => IsKnown && (Flags & Unset) == 0 && First != 0;

    /// <summary>Whether its addresses are in its register, and not fixed or in the capability Enhanced Allocation.</summary>
    internal bool IsInRegister => (Flags & FixedOrEnhanced) == 0;

    internal bool IsPort => (Flags & Ports) != 0;

    internal bool IsWide => (Flags & Address64) != 0;

    internal ulong Size => IsKnown ? Last - First + 1 : 0;

    internal RegionAbilities Abilities => ((Flags & Prefetchable) != 0 ? RegionAbilities.Prefetchable : 0) | (IsWide ? RegionAbilities.Address64 : 0);

    /// <summary>Why nobody reaches this BAR, when it is not placed.</summary>
    internal RegionObstacle NoRoom(int bar) => new(
        $"the card has BAR {bar}{(IsKnown ? $" (0x{Size:x} bytes)" : "")}, but the kernel found no room for it",
        (IsPort ? "" : "Switch 'Above 4G decoding' on in the firmware (also called '64-bit BARs' or 'Resizable BAR'), or boot Linux with pci=realloc. ") + $"Why: dmesg | grep 'BAR {bar}'");

    /// <summary>Reads the lines of BAR 0 to 5 and the ROM.</summary>
    internal static KernelResource[] Parse(string? text)
    {
        string[] lines = text?.Split('\n') ?? [];
        var resources = new KernelResource[PciNumbering.Rom + 1];
        for (int i = 0; i < Math.Min(resources.Length, lines.Length); i++)
        {
            string[] words = lines[i].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 3 && Hex(words[0], out ulong first) && Hex(words[1], out ulong last) && Hex(words[2], out ulong flags))
                resources[i] = new KernelResource(first, last, flags);
        }

        return resources;
    }

    /// <summary>
    /// Which BARs the card has and the kernel gave no addresses: those that it knows of and could not place, and those that
    /// it forgot when there was no room, of which the card's register still tells.
    /// </summary>
    /// <param name="resources">The kernel's lines.</param>
    /// <param name="header">The first 64 bytes of the card's own configuration space; empty where not known.</param>
    internal static bool[] FindUnplaced(ReadOnlySpan<KernelResource> resources, ReadOnlySpan<byte> header)
    {
        const int legacyDisk = 0x0101; // an IDE controller in compatibility mode has registers that nobody uses
        bool[] unplaced = new bool[PciNumbering.BarCount];
        bool hasHeader = header.Length >= 0x40 && (header[0x0E] & 0x7F) == 0 && BitConverter.ToUInt16(header[0x0A..]) != legacyDisk;
        for (int i = 0; i < unplaced.Length; i++)
        {
            uint register = hasHeader ? BitConverter.ToUInt32(header[(0x10 + (4 * i))..]) : 0;
            unplaced[i] = resources[i].IsKnown ? !resources[i].IsPlaced : register is not (0 or uint.MaxValue);
            // PCI Local Bus 3.0, 6.2.5.1: the next register is the upper half of this one.
            if (resources[i].IsKnown ? resources[i].IsWide : (register & 7) == 4) i++;
        }

        return unplaced;
    }

    private static bool Hex(string word, out ulong value)
    {
        value = 0;
        return word.StartsWith("0x", StringComparison.Ordinal) && ulong.TryParse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
