using RingThree.Hosting;
using RingThree.Interop;

namespace RingThree.Linux;

/// <summary>
/// A function's regions as sysfs offers them for write-combining: resourceN_wc (Documentation/PCI/sysfs-pci in the kernel), for
/// prefetchable BARs where the processor can.
/// </summary>
/// <param name="address">The function.</param>
/// <param name="root">Where the kernel shows PCI; tests have their own.</param>
internal sealed class CombiningFiles(string address, string root = SysfsPci.Root) : IDisposable
{
    private readonly Dictionary<int, FileDescriptor> _files = [];
    private readonly Lock _gate = new();

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (FileDescriptor file in _files.Values) file.Dispose();
            _files.Clear();
        }
    }

    /// <exception cref="DeviceException">The kernel has no such file, or refuses it.</exception>
    internal IReadOnlyList<IRegionMapping> Map(int region, VfioRegions.Place place)
    {
        FileDescriptor file = Open(region, place);
        var mappings = new List<IRegionMapping>();
        try
        {
            foreach ((ulong offset, ulong length) in place.Mappable)
                mappings.Add(new FileMapping(file, address, (long)offset, offset, length, place.Description.Name, RegionCaching.WriteCombining));
        }
        catch (DeviceException error)
        {
            foreach (IRegionMapping mapping in mappings) mapping.Dispose();
            // EINVAL for a range that a driver has claimed, unless the kernel is told not to look (iomem_is_exclusive, kernel/resource.c).
            throw Refused(place, error.Answer, error.Status == DeviceStatus.IoError
                ? "The kernel keeps a range that VFIO has touched from being mapped otherwise: map it before its first access, or boot with iomem=relaxed."
                : error.Advice, error);
        }

        return mappings;
    }

    private FileDescriptor Open(int region, VfioRegions.Place place)
    {
        lock (_gate)
        {
            if (_files.TryGetValue(region, out FileDescriptor? open)) return open;
            string path = $"{SysfsPci.PathOf(address, root)}/resource{region}_wc";
            FileDescriptor file = Libc.Open(path, Libc.ReadWrite | Libc.CloseOnExec);
            if (!file.IsInvalid)
            {
                _files.Add(region, file);
                return file;
            }

            int error = Errno.Last;
            file.Dispose();
            throw error == Errno.ENOENT
                ? Refused(place, "the kernel offers write-combining for prefetchable regions alone, on processors that have it", "It is mapped uncached.")
                : Refused(place, $"opening {path} answered {Errno.Describe(error)}", error is Errno.EACCES
                    ? $"The file is root's: run as root, or chown {path} to this user."
                    : "A kernel in lockdown keeps it from everybody: see /sys/kernel/security/lockdown.");
        }
    }

    private DeviceException Refused(VfioRegions.Place place, string answer, string advice, Exception? inner = null) =>
        new(DeviceStatus.NotSupported, address, $"mapping {place.Description.Name} for write-combining", answer, advice, inner);
}
