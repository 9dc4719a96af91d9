using Jungo.wdapi_dotnet;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.WinDriver;

/// <summary>Configuration space by slot: of an open device its own, else what the host shows of a closed one.</summary>
internal static class SlotConfiguration
{
    internal static byte[] Read(WD_PCI_SLOT slot, uint offset, int count)
    {
        DriverState.Check();
        (IHost host, string address) = WinDriverHosts.Find(slot);
        byte[] bytes = new byte[count];
        if (SharedFunction.Find(host, address) is PciDevice open)
        {
            open.Config.Region.ReadBlock<byte>(offset, bytes);
            return bytes;
        }

        if (host.PeekConfiguration(address) is not { } image) throw new StatusException(WD_ERROR_CODES.WD_DEVICE_NOT_FOUND, $"{address}: there is no such function.");
        if (offset + (ulong)count > (ulong)image.Length)
            throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER, $"{address}: bytes 0x{offset:x} to 0x{offset + (ulong)count - 1:x} of configuration space were asked for, and 0x{image.Length:x} can be seen without opening it.");
        image.Span.Slice((int)offset, count).CopyTo(bytes);
        return bytes;
    }

    internal static void Write(WD_PCI_SLOT slot, uint offset, byte[] bytes)
    {
        DriverState.Check();
        (IHost host, string address) = WinDriverHosts.Find(slot);
        if (SharedFunction.Find(host, address) is not PciDevice open)
            throw new StatusException(WD_ERROR_CODES.WD_OPERATION_FAILED, $"{address}: configuration space of a function that is not open here is not written. Open it first.");
        Write(open.Config.Region, offset, bytes);
    }

    private static void Write(Registers.DeviceRegion region, uint offset, byte[] bytes)
    {
        switch (bytes.Length)
        {
            case 2: region.Write(offset, BitConverter.ToUInt16(bytes)); break;
            case 4: region.Write(offset, BitConverter.ToUInt32(bytes)); break;
            default: region.WriteBlock<byte>(offset, bytes); break;
        }
    }
}
