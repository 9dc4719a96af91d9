using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using RingThree.Hosting;
using RingThree.Pci;

namespace RingThree.Linux;

/// <summary>
/// A function's configuration space in the kernel's file, read only where it is asked for. Each read is a bus access, in a
/// virtual machine an exit to its host: to know of a few registers, do not read all (<see cref="SysfsConfiguration"/>).
/// </summary>
public sealed class SysfsConfigurationFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly PciAddress _address;

    private SysfsConfigurationFile(SafeFileHandle file, PciAddress address)
    {
        _file = file;
        _address = address;
    }

    /// <summary>Opens a function's.</summary>
    /// <param name="address">The function.</param>
    /// <returns><see langword="null"/> when there is no such function.</returns>
    /// <exception cref="DeviceException">There is one, but its file cannot be opened.</exception>
    public static SysfsConfigurationFile? TryOpen(PciAddress address) => TryOpen(address, SysfsPci.Root);

    /// <summary>Reads a double word.</summary>
    /// <param name="offset">Where: a multiple of 4.</param>
    /// <returns><see langword="null"/> where the function has nothing, or the kernel keeps it to root.</returns>
    /// <exception cref="DeviceException">The kernel refused the access.</exception>
    public uint? Read32(int offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (offset % 4 != 0) throw new ArgumentOutOfRangeException(nameof(offset), offset, "A double word is at a multiple of 4.");
        Span<byte> bytes = stackalloc byte[4];
        try
        {
            return RandomAccess.Read(_file, bytes, offset) == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : null;
        }
        catch (IOException error)
        {
            throw Refused(_address, error);
        }
    }

    internal const string Writing = "writing configuration space";

    /// <summary>Writes once, whatever driver has the function.</summary>
    internal static void Write(PciAddress address, int offset, ReadOnlySpan<byte> data, LinuxSystem system)
    {
        string path = SysfsPci.PathOf(address.ToString(), system.Bus) + "/config";
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            // The kernel takes nothing beyond the end and says so by writing 0 bytes, for ever.
            PciNumbering.CheckConfigurationAccess(address.ToString(), Writing, offset, data.Length, (int)Math.Min(RandomAccess.GetLength(file), int.MaxValue));
            RandomAccess.Write(file, data, offset);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw DriverBinding.NotThere(address.ToString(), Writing);
        }
        catch (UnauthorizedAccessException error)
        {
            // A locked-down kernel (Secure Boot) refuses root, too: drivers/pci/pci-sysfs.c, pci_write_config.
            bool isLocked = system.Rights is { User: 0, IsConfined: false };
            throw new DeviceException(DeviceStatus.AccessDenied, address.ToString(), Writing, $"{path}: {error.Message}",
                isLocked ? "Open the function instead: a kernel that is locked down lets nobody write by that file (cat /sys/kernel/security/lockdown)."
                : "Open the function instead, or run this as root" + (system.Rights.IsConfined ? $" outside {system.Rights.Place}." : "."), error);
        }
        catch (IOException error)
        {
            throw Refused(address, error, Writing);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    internal static SysfsConfigurationFile? TryOpen(PciAddress address, string root)
    {
        try
        {
            return new SysfsConfigurationFile(File.OpenHandle(SysfsPci.PathOf(address.ToString(), root) + "/config"), address);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Refused(address, error);
        }
    }

    private static DeviceException Refused(PciAddress address, Exception error, string operation = "reading its configuration space") => SysfsPci.IsExhaustion(error)
        ? VfioErrors.OutOfDescriptors(error, address.ToString(), operation)
        : new(DeviceStatus.IoError, address.ToString(), operation, error.Message, "Is the function still there? See: ring3 list", error);
}
