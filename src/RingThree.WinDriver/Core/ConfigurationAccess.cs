using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Registers;

namespace RingThree.WinDriver;

/// <summary>
/// Configuration space, any bytes of it: of an open device, by its handle or its slot, in the widest accesses that the bus has for
/// them (1, 2 or 4 bytes at a multiple of that); of a closed one what its host shows.
/// </summary>
internal static class ConfigurationAccess
{
    internal static T Read<T>(DeviceRegion config, uint offset)
        where T : unmanaged
    {
        T value = default;
        Read(config, offset, MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return value;
    }

    internal static void Write<T>(DeviceRegion config, uint offset, T value)
        where T : unmanaged => Write(config, offset, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <exception cref="ArgumentException">They reach beyond configuration space: nothing is read.</exception>
    internal static void Read(DeviceRegion config, ulong offset, Span<byte> into)
    {
        CheckRange(config, offset, into.Length, "read");
        while (!into.IsEmpty)
        {
            int width = WidthAt(offset, into.Length);
            uint value = width switch { 4 => config.Read<uint>(offset), 2 => config.Read<ushort>(offset), _ => config.Read<byte>(offset) };
            MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in value))[..width].CopyTo(into);
            offset += (ulong)width;
            into = into[width..];
        }
    }

    /// <exception cref="ArgumentException">They reach beyond configuration space: nothing is written.</exception>
    internal static void Write(DeviceRegion config, ulong offset, ReadOnlySpan<byte> data)
    {
        CheckRange(config, offset, data.Length, "written");
        while (!data.IsEmpty)
        {
            int width = WidthAt(offset, data.Length);
            switch (width)
            {
                case 4: config.Write(offset, MemoryMarshal.Read<uint>(data)); break;
                case 2: config.Write(offset, MemoryMarshal.Read<ushort>(data)); break;
                default: config.Write(offset, data[0]); break;
            }

            offset += (ulong)width;
            data = data[width..];
        }
    }

    /// <summary>Reads a value by slot.</summary>
    /// <exception cref="StatusException">There is no such function, or it cannot be seen so far.</exception>
    internal static T Read<T>(WD_PCI_SLOT slot, uint offset)
        where T : unmanaged
    {
        T value = default;
        Read(slot, offset, MemoryMarshal.AsBytes(new Span<T>(ref value)));
        return value;
    }

    /// <summary>Reads bytes by slot.</summary>
    /// <inheritdoc cref="Read{T}(WD_PCI_SLOT, uint)" path="/exception"/>
    internal static void Read(WD_PCI_SLOT slot, uint offset, Span<byte> into)
    {
        if (Open(slot, out IHost host, out string address) is { } open) Read(open, offset, into);
        else Peek(host, address, offset, into.Length).CopyTo(into);
    }

    /// <inheritdoc cref="Write(WD_PCI_SLOT, uint, ReadOnlySpan{byte})"/>
    internal static void Write<T>(WD_PCI_SLOT slot, uint offset, T value)
        where T : unmanaged => Write(slot, offset, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <summary>Writes bytes by slot.</summary>
    /// <inheritdoc cref="Read{T}(WD_PCI_SLOT, uint)" path="/exception"/>
    /// <exception cref="DeviceException">It is closed, and its host does not let this user write so.</exception>
    internal static void Write(WD_PCI_SLOT slot, uint offset, ReadOnlySpan<byte> data)
    {
        if (Open(slot, out IHost host, out string address) is { } open)
        {
            Write(open, offset, data);
            return;
        }

        // Who sees only the header's beginning is told by the host that he may not.
        if (host.PeekConfiguration(address) is not { Length: 64 }) Peek(host, address, offset, data.Length);
        while (!data.IsEmpty)
        {
            int width = WidthAt(offset, data.Length);
            host.PokeConfiguration(address, (int)offset, data[..width]);
            offset += (uint)width;
            data = data[width..];
        }
    }

    /// <summary>Bytes of the widest access that begins there and goes no further than what is wanted.</summary>
    private static int WidthAt(ulong offset, int left) => offset % 4 == 0 && left >= 4 ? 4 : offset % 2 == 0 && left >= 2 ? 2 : 1;

    private static void CheckRange(DeviceRegion config, ulong offset, int length, string how)
    {
        if (offset + (ulong)length > config.Size)
            throw new ArgumentException($"{config.Name}: bytes 0x{offset:x} to 0x{offset + (ulong)length - 1:x} cannot be {how}: it has 0x{config.Size:x} bytes.");
    }

    private static DeviceRegion? Open(WD_PCI_SLOT slot, out IHost host, out string address)
    {
        DriverState.Check();
        (host, address) = WinDriverHosts.Find(slot);
        return (SharedFunction.Find(host, address) as PciDevice)?.Config.Region;
    }

    private static ReadOnlySpan<byte> Peek(IHost host, string address, uint offset, int count)
    {
        if (host.PeekConfiguration(address) is not { } image) throw new StatusException(WD_ERROR_CODES.WD_DEVICE_NOT_FOUND, $"{address}: there is no such function.");
        if (offset + (ulong)count > (ulong)image.Length)
        {
            throw new StatusException(WD_ERROR_CODES.WD_INVALID_PARAMETER,
                $"{address}: bytes 0x{offset:x} to 0x{offset + (ulong)count - 1:x} of configuration space were asked for, and 0x{image.Length:x} can be seen without opening it.");
        }

        return image.Span.Slice((int)offset, count);
    }
}
