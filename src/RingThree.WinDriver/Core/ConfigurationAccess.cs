using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Jungo.wdapi_dotnet;
using RingThree.Hosting;
using RingThree.Pci;
using RingThree.Registers;

namespace RingThree.WinDriver;

/// <summary>Configuration space: of an open device, by its handle or its slot, one access of the width asked for (64 bits are two); of a closed one what its host shows.</summary>
internal static class ConfigurationAccess
{
    internal static T Read<T>(DeviceRegion config, uint offset)
        where T : unmanaged => Unsafe.SizeOf<T>() == 8
        ? Unsafe.BitCast<ulong, T>(config.Read<uint>(offset) | ((ulong)config.Read<uint>(offset + (ulong)sizeof(uint)) << 32))
        : config.Read<T>(offset);

    internal static void Write<T>(DeviceRegion config, uint offset, T value)
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() != 8)
        {
            config.Write(offset, value);
            return;
        }

        if (offset + (ulong)sizeof(ulong) > config.Size) throw new ArgumentException($"64 bits at 0x{offset:x} reach beyond configuration space, which has 0x{config.Size:x} bytes."); // before the first half is written
        ulong bits = Unsafe.BitCast<T, ulong>(value);
        config.Write(offset, (uint)bits);
        config.Write(offset + (ulong)sizeof(uint), (uint)(bits >> 32));
    }

    /// <summary>Reads a value by slot.</summary>
    /// <exception cref="StatusException">There is no such function, or it cannot be seen so far.</exception>
    internal static T Read<T>(WD_PCI_SLOT slot, uint offset)
        where T : unmanaged
    {
        if (Open(slot, out IHost host, out string address) is { } open) return Read<T>(open, offset);
        return MemoryMarshal.Read<T>(Peek(host, address, offset, Unsafe.SizeOf<T>()));
    }

    /// <summary>Reads bytes by slot.</summary>
    /// <inheritdoc cref="Read{T}(WD_PCI_SLOT, uint)" path="/exception"/>
    internal static void Read(WD_PCI_SLOT slot, uint offset, Span<byte> into)
    {
        if (Open(slot, out IHost host, out string address) is { } open) open.ReadBlock(offset, into);
        else Peek(host, address, offset, into.Length).CopyTo(into);
    }

    /// <summary>The configuration space of a function that is open here.</summary>
    /// <exception cref="StatusException">It is not.</exception>
    internal static DeviceRegion OpenAt(WD_PCI_SLOT slot) => Open(slot, out _, out string address)
        ?? throw new StatusException(WD_ERROR_CODES.WD_OPERATION_FAILED, $"{address}: configuration space of a function that is not open here is not written. Open it first.");

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
