using RingThree.Hosting;
using RingThree.Registers;

namespace RingThree.WinDriver;

/// <summary>One address space of an open card: a region, and the addresses that transfer commands and the memory macros name it by.</summary>
internal sealed class AddressSpace
{
    internal AddressSpace(int number, DeviceRegion region, int index, ulong address, int item)
    {
        (Number, Region, Index, Address, Item) = (number, region, index, address, item);
        try
        {
            Window = region.Window(0, region.Size);
        }
        catch (DeviceException)
        {
            // The MSI-X table lies in it: every access is checked on its own.
        }
    }

    /// <summary>What programs call it: a BAR's number.</summary>
    internal int Number { get; }

    internal DeviceRegion Region { get; }

    /// <summary>The short way to its registers; none where a part of the region is the host's.</summary>
    internal RegisterWindow? Window { get; }

    /// <summary>The region's number for transfer programs.</summary>
    internal int Index { get; }

    /// <summary>Its first address: physical memory, or a port.</summary>
    internal ulong Address { get; }

    /// <summary>The place of its item in the card.</summary>
    internal int Item { get; }

    /// <summary>What the memory macros take for its first byte: a pointer where it is mapped, else <see cref="Token"/>; 0 for ports.</summary>
    internal ulong Direct { get; private set; }

    /// <summary>The same for code from 32-bit days, where a pointer does not fit; 0 where there is no room.</summary>
    internal uint Token { get; set; }

    internal bool Contains(bool isPort, ulong address, ulong length) =>
        isPort == Region.IsPort && address >= Address && address - Address < Region.Size && length <= Region.Size - (address - Address);

    internal T Read<T>(ulong offset)
        where T : unmanaged => Window is { } window && offset <= uint.MaxValue ? new Register<T>(window, (uint)offset).Read() : Region.Read<T>(offset);

    internal void Write<T>(ulong offset, T value)
        where T : unmanaged
    {
        if (Window is { } window && offset <= uint.MaxValue) new Register<T>(window, (uint)offset).Write(value);
        else Region.Write(offset, value);
    }

    /// <summary>Makes it known to the memory macros.</summary>
    internal void Open()
    {
        if (Region.IsPort) return;
        DirectMemory.Add(this);
        Direct = Region.MappedAddress is not 0 and var mapped ? mapped : Token;
    }

    internal void Close() => DirectMemory.Remove(this);
}
