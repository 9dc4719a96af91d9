using RingThree.Registers;

namespace RingThree.WinDriver;

/// <summary>One address space of an open card: a region, and the address that transfer commands name it by.</summary>
/// <param name="Number">What programs call it: a BAR's number.</param>
/// <param name="Region">The region.</param>
/// <param name="Index">The region's number for transfer programs.</param>
/// <param name="Address">Its first address: physical memory, or a port.</param>
/// <param name="Item">The place of its item in the card.</param>
internal sealed record AddressSpace(int Number, DeviceRegion Region, int Index, ulong Address, int Item)
{
    internal bool Contains(bool isPort, ulong address, ulong length) =>
        isPort == Region.IsPort && address >= Address && address - Address < Region.Size && length <= Region.Size - (address - Address);
}
