using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using RingThree.Hosting;
using RingThree.Interop;
using RingThree.Pci;

namespace RingThree.Linux;

/// <summary>What the kernel shows of PCI functions under /sys/bus/pci.</summary>
internal static class SysfsPci
{
    internal const string Root = "/sys/bus/pci";

    private const int LongestNumber = 64;
    private const int HeaderSize = 64;

    /// <summary>Whether an error says that the supply of descriptors is spent. .NET keeps the errno of one that has no exception of its own.</summary>
    internal static bool IsExhaustion(Exception error) => error is IOException { HResult: Errno.EMFILE or Errno.ENFILE };

    internal static string PathOf(string address, string root = Root) => $"{root}/devices/{address}";

    internal static IReadOnlyList<DeviceDescription> Scan(string root = Root)
    {
        string devices = $"{root}/devices";
        if (!Directory.Exists(devices)) return [];
        var found = new List<DeviceDescription>();
        foreach (string name in Names(devices))
        {
            if (PciAddress.TryParse(name, null, out _) && Describe(name, root) is { } device) found.Add(device);
        }

        found.Sort((a, b) => PciAddress.Parse(a.Address).CompareTo(PciAddress.Parse(b.Address)));
        return found;
    }

    /// <summary>One function, or <see langword="null"/> when it is not there (any more).</summary>
    internal static DeviceDescription? Describe(string address, string root = Root)
    {
        string path = PathOf(address, root);
        if (ReadHex($"{path}/vendor") is not { } vendor || ReadHex($"{path}/device") is not { } device) return null;
        return new DeviceDescription(address, (ushort)vendor, (ushort)device)
        {
            SubsystemVendorId = (ushort)(ReadHex($"{path}/subsystem_vendor") ?? 0),
            SubsystemId = (ushort)(ReadHex($"{path}/subsystem_device") ?? 0),
            ClassCode = ReadHex($"{path}/class") ?? 0,
            Revision = (byte)(ReadHex($"{path}/revision") ?? 0),
            Driver = DriverOf(address, root),
            IsolationGroup = GroupOf(address, root),
            NumaNode = int.TryParse(ReadNumber($"{path}/numa_node"), NumberStyles.Integer, CultureInfo.InvariantCulture, out int node) && node >= 0 ? node : null,
        };
    }

    internal static string? DriverOf(string address, string root = Root) => LinkName($"{PathOf(address, root)}/driver");

    internal static int? GroupOf(string address, string root = Root) =>
        int.TryParse(LinkName($"{PathOf(address, root)}/iommu_group"), NumberStyles.None, CultureInfo.InvariantCulture, out int group) ? group : null;

    /// <summary>Whether a function is a bridge, as its header type says (PCI Local Bus 3.0, 6.2.1); false where there is nothing to read.</summary>
    internal static bool IsBridge(string address, string root = Root) => ReadHeader(address, root) is { Length: HeaderSize } header && (header[0x0E] & 0x7F) is 1 or 2;

    /// <summary>The first 64 bytes of a function's configuration space, which everybody may read; empty where there is nothing to read.</summary>
    internal static byte[] ReadHeader(string address, string root = Root)
    {
        byte[] header = new byte[HeaderSize];
        try
        {
            using SafeFileHandle file = File.OpenHandle($"{PathOf(address, root)}/config");
            return RandomAccess.Read(file, header, 0) == HeaderSize ? header : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return IsExhaustion(error) ? throw Exhausted(error, PathOf(address, root) + "/config") : [];
        }
    }

    /// <summary>The function above another in the machine's tree: the bridge or port that leads to it; <see langword="null"/> on a root bus.</summary>
    internal static PciAddress? ParentOf(string address, string root = Root)
    {
        string? place = null;
        try
        {
            place = Path.GetFileName(Path.GetDirectoryName(new DirectoryInfo(PathOf(address, root)).ResolveLinkTarget(returnFinalTarget: true)?.FullName));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has gone meanwhile.
        }

        return PciAddress.TryParse(place, null, out PciAddress parent) ? parent : null;
    }

    /// <summary>The physical function that a virtual one belongs to; <see langword="null"/> for any other.</summary>
    internal static string? PhysicalOf(string address, string root = Root) => LinkName($"{PathOf(address, root)}/physfn");

    /// <summary>How many virtual functions of a function are enabled.</summary>
    internal static int VirtualFunctions(string address, string root = Root) =>
        int.TryParse(ReadText($"{PathOf(address, root)}/sriov_numvfs"), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 0;

    /// <summary>The functions of an isolation group.</summary>
    /// <param name="group">Its number.</param>
    /// <param name="system">A folder that stands for the root of the file system; tests have their own.</param>
    internal static IReadOnlyList<string> Members(int group, string system = "")
    {
        string path = $"{system}/sys/kernel/iommu_groups/{group}/devices";
        return Directory.Exists(path) ? [.. Directory.EnumerateFileSystemEntries(path).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal)] : [];
    }

    internal static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string[] Names(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(folder).Select(p => Path.GetFileName(p)!)];
        }
        catch (IOException error) when (IsExhaustion(error))
        {
            throw Exhausted(error, folder);
        }
    }

    private static DeviceException Exhausted(Exception error, string path) => VfioErrors.OutOfDescriptors(error, "vfio", $"reading {path}");

    // A scan reads seven of these for each function: without a reader and its buffers it takes half the time.
    private static string? ReadNumber(string path)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path);
            Span<byte> text = stackalloc byte[LongestNumber];
            return Encoding.UTF8.GetString(text[..RandomAccess.Read(file, text, 0)]).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return IsExhaustion(error) ? throw Exhausted(error, path) : null; // a function that cannot be looked up is not one that is not there
        }
    }

    private static uint? ReadHex(string path)
    {
        if (ReadNumber(path) is not { } text) return null;
        return uint.TryParse(text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint value) ? value : null;
    }

    // null without an exception where there is no link: a function without driver or group is no rarity, and a first
    // exception takes longer than the rest of a scan.
    private static string? LinkName(string path)
    {
        try
        {
            return Path.GetFileName(new FileInfo(path).LinkTarget);
        }
        catch (IOException)
        {
            return null; // the function has gone meanwhile
        }
    }
}
